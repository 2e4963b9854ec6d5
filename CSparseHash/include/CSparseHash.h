#pragma once

// A flat C face for google's hash maps: from packed site keys to row numbers.
//
// Every call works on whole arrays, so that crossing from Swift costs nothing per site. Nothing
// throws across this border.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The key that no site may have: dense_hash_map marks free buckets with it.
#define SUBMANIFOLD_FREE_KEY UINT64_MAX

/// A google::dense_hash_map: fast, with room for twice its entries or more.
typedef struct submanifold_site_map submanifold_site_map;

/// A map from `keys[row]` to `row`, or NULL without memory. Keys are distinct and none is
/// SUBMANIFOLD_FREE_KEY.
submanifold_site_map *submanifold_site_map_create(const uint64_t *keys, size_t count);

void submanifold_site_map_destroy(submanifold_site_map *map);

/// Writes the row of each of `count` keys, or -1 where the map has none.
void submanifold_site_map_rows(
  const submanifold_site_map *map, const uint64_t *keys, size_t count, int32_t *rows);

/// The pairs of one filter offset; returns how many there are, `count` at most.
///
/// Every row `o` (ascending) with `keys[o] + delta` in the map at row `i` gives a pair: `inputs`
/// receives `i` and `outputs` receives `o`.
size_t submanifold_site_map_pairs(
  const submanifold_site_map *map, const uint64_t *keys, size_t count, uint64_t delta,
  int32_t *inputs, int32_t *outputs);

/// A google::sparse_hash_map: the same answers from less memory and in more time.
typedef struct submanifold_compact_site_map submanifold_compact_site_map;

submanifold_compact_site_map *submanifold_compact_site_map_create(
  const uint64_t *keys, size_t count);

void submanifold_compact_site_map_destroy(submanifold_compact_site_map *map);

void submanifold_compact_site_map_rows(
  const submanifold_compact_site_map *map, const uint64_t *keys, size_t count, int32_t *rows);

size_t submanifold_compact_site_map_pairs(
  const submanifold_compact_site_map *map, const uint64_t *keys, size_t count, uint64_t delta,
  int32_t *inputs, int32_t *outputs);

#ifdef __cplusplus
}
#endif
