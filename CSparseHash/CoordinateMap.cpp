#include "CSparseHash.h"

#include <exception>
#include <memory>
#include <sparsehash/dense_hash_map>

namespace {

/// One multiplication spreads the low fields of a key over the bits that choose a bucket. Keys of
/// neighbouring sites stay near each other, which measured faster than a stronger mixer.
struct KeyHash {
  size_t operator()(uint64_t key) const {
    return static_cast<size_t>((key * 0x9E3779B97F4A7C15ull) >> 20);
  }
};

using Table = google::dense_hash_map<uint64_t, int32_t, KeyHash>;

}  // namespace

struct submanifold_site_map {
  Table table;
};

submanifold_site_map *submanifold_site_map_create(const uint64_t *keys, size_t count) {
  try {
    auto map = std::make_unique<submanifold_site_map>();
    map->table.set_empty_key(SUBMANIFOLD_FREE_KEY);
    map->table.resize(count);
    for (size_t row = 0; row < count; ++row) {
      map->table.insert({keys[row], static_cast<int32_t>(row)});
    }
    return map.release();
  } catch (const std::exception &) {
    return nullptr;
  }
}

void submanifold_site_map_destroy(submanifold_site_map *map) { delete map; }

static int32_t find_row(const Table &table, uint64_t key) {
  const auto found = table.find(key);
  return found == table.end() ? -1 : found->second;
}

void submanifold_site_map_rows(
  const submanifold_site_map *map, const uint64_t *keys, size_t count, int32_t *rows) {
  for (size_t index = 0; index < count; ++index) rows[index] = find_row(map->table, keys[index]);
}

void submanifold_site_map_pairs(
  const submanifold_site_map *map, const uint64_t *keys, size_t count, const uint64_t *deltas,
  size_t offset_count, int32_t *inputs, int32_t *outputs, size_t *pair_counts) {
  for (size_t offset = 0; offset < offset_count; ++offset) {
    int32_t *input = inputs + offset * count;
    int32_t *output = outputs + offset * count;
    size_t pairs = 0;
    for (size_t row = 0; row < count; ++row) {
      const int32_t found = find_row(map->table, keys[row] + deltas[offset]);
      if (found < 0) continue;
      input[pairs] = found;
      output[pairs] = static_cast<int32_t>(row);
      ++pairs;
    }
    pair_counts[offset] = pairs;
  }
}
