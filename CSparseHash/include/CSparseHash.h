#pragma once

// A flat C face for google::dense_hash_map: from packed site keys to row numbers.
//
// Every call works on whole arrays, so that crossing from Swift costs nothing per site. Nothing
// throws across this border.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The key that no site may have: sparsehash marks free buckets with it.
#define SUBMANIFOLD_FREE_KEY UINT64_MAX

typedef struct submanifold_site_map submanifold_site_map;

/// A map from `keys[row]` to `row`, or NULL without memory. Keys are distinct and none is
/// SUBMANIFOLD_FREE_KEY.
submanifold_site_map *submanifold_site_map_create(const uint64_t *keys, size_t count);

void submanifold_site_map_destroy(submanifold_site_map *map);

/// Writes the row of each of `count` keys, or -1 where the map has none.
void submanifold_site_map_rows(
  const submanifold_site_map *map, const uint64_t *keys, size_t count, int32_t *rows);

/// The pairs of a submanifold rulebook for `offset_count` filter offsets in one call.
///
/// For each offset, every row `o` (ascending) with `keys[o] + deltas[offset]` in the map at row `i`
/// gives a pair: `inputs` receives `i` and `outputs` receives `o`. The pairs of offset `k` start at
/// index `k * count`, and `pair_counts[k]` says how many there are.
void submanifold_site_map_pairs(
  const submanifold_site_map *map, const uint64_t *keys, size_t count, const uint64_t *deltas,
  size_t offset_count, int32_t *inputs, int32_t *outputs, size_t *pair_counts);

#ifdef __cplusplus
}
#endif
