#include "CSparseHash.h"
#include "SiteMap.hpp"

#include <exception>
#include <sparsehash/dense_hash_map>

using namespace submanifold;

struct submanifold_site_map {
  google::dense_hash_map<uint64_t, int32_t, KeyHash, std::equal_to<uint64_t>, Allocator> table;
};

submanifold_site_map *submanifold_site_map_create(const uint64_t *keys, size_t count) {
  try {
    auto map = std::make_unique<submanifold_site_map>();
    map->table.set_empty_key(SUBMANIFOLD_FREE_KEY);
    insert_all(map->table, keys, count);
    return map.release();
  } catch (const std::exception &) {
    return nullptr;
  }
}

void submanifold_site_map_destroy(submanifold_site_map *map) { delete map; }

void submanifold_site_map_rows(
  const submanifold_site_map *map, const uint64_t *keys, size_t count, int32_t *rows) {
  find_rows(map->table, keys, count, rows);
}

size_t submanifold_site_map_pairs(
  const submanifold_site_map *map, const uint64_t *keys, size_t count, uint64_t delta,
  int32_t *inputs, int32_t *outputs) {
  return find_pairs(map->table, keys, count, delta, inputs, outputs);
}
