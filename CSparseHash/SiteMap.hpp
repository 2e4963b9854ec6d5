// What the maps of both kinds have in common. Not part of the C face.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace submanifold {

/// One multiplication spreads the low fields of a key over the bits that choose a bucket. Keys of
/// neighbouring sites stay near each other, which measured faster than a stronger mixer.
struct KeyHash {
  size_t operator()(uint64_t key) const {
    return static_cast<size_t>((key * 0x9E3779B97F4A7C15ull) >> 20);
  }
};

/// The standard allocator: sparsehash's own ends the process when memory runs out.
using Allocator = std::allocator<std::pair<const uint64_t, int32_t>>;

template <typename Table>
void insert_all(Table &table, const uint64_t *keys, size_t count) {
  table.resize(count);
  for (size_t row = 0; row < count; ++row) {
    table.insert({keys[row], static_cast<int32_t>(row)});
  }
}

template <typename Table>
int32_t find_row(const Table &table, uint64_t key) {
  const auto found = table.find(key);
  return found == table.end() ? -1 : found->second;
}

template <typename Table>
void find_rows(const Table &table, const uint64_t *keys, size_t count, int32_t *rows) {
  for (size_t index = 0; index < count; ++index) rows[index] = find_row(table, keys[index]);
}

template <typename Table>
size_t find_pairs(
  const Table &table, const uint64_t *keys, size_t count, uint64_t delta, int32_t *inputs,
  int32_t *outputs) {
  size_t pairs = 0;
  for (size_t row = 0; row < count; ++row) {
    const int32_t found = find_row(table, keys[row] + delta);
    if (found < 0) continue;
    inputs[pairs] = found;
    outputs[pairs] = static_cast<int32_t>(row);
    ++pairs;
  }
  return pairs;
}

}  // namespace submanifold
