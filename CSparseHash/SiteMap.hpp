// One map over either of google's tables. Not part of the C face.
#pragma once

#include "CSparseHash.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <sparsehash/dense_hash_map>
#include <sparsehash/sparse_hash_map>
#include <utility>

/// What both maps can do. Calls are for whole arrays, so that being virtual costs nothing per site.
struct submanifold_site_map {
  virtual ~submanifold_site_map() = default;
  virtual void insert(const uint64_t *keys, size_t count) = 0;
  virtual void rows(const uint64_t *keys, size_t count, int32_t *rows) const = 0;
  virtual size_t pairs(
    const uint64_t *keys, size_t count, uint64_t delta, int32_t *inputs,
    int32_t *outputs) const = 0;
};

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

using SparseTable =
  google::sparse_hash_map<uint64_t, int32_t, KeyHash, std::equal_to<uint64_t>, Allocator>;

struct DenseTable
  : google::dense_hash_map<uint64_t, int32_t, KeyHash, std::equal_to<uint64_t>, Allocator> {
  DenseTable() { set_empty_key(SUBMANIFOLD_FREE_KEY); }
};

template <typename Table>
class SiteMap final : public submanifold_site_map {
 public:
  void insert(const uint64_t *keys, size_t count) override {
    table.resize(count);
    for (size_t row = 0; row < count; ++row) {
      table.insert({keys[row], static_cast<int32_t>(row)});
    }
  }

  void rows(const uint64_t *keys, size_t count, int32_t *rows) const override {
    for (size_t index = 0; index < count; ++index) rows[index] = row(keys[index]);
  }

  size_t pairs(
    const uint64_t *keys, size_t count, uint64_t delta, int32_t *inputs,
    int32_t *outputs) const override {
    size_t pairs = 0;
    for (size_t output = 0; output < count; ++output) {
      const int32_t found = row(keys[output] + delta);
      if (found < 0) continue;
      inputs[pairs] = found;
      outputs[pairs] = static_cast<int32_t>(output);
      ++pairs;
    }
    return pairs;
  }

 private:
  int32_t row(uint64_t key) const {
    const auto found = table.find(key);
    return found == table.end() ? -1 : found->second;
  }

  Table table;
};

}  // namespace submanifold
