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

/// Which of google's tables holds the entries; all answers are the same.
typedef enum submanifold_site_map_kind {
  /// google::dense_hash_map: fast, with room for twice its entries or more.
  SUBMANIFOLD_DENSE_HASH_MAP = 0,
  /// google::sparse_hash_map: less memory and more time.
  SUBMANIFOLD_SPARSE_HASH_MAP = 1,
} submanifold_site_map_kind;

/// A map from site keys to rows, immutable once created and then safe to read from any thread.
typedef struct submanifold_site_map submanifold_site_map;

/// A map from `keys[row]` to `row`, or NULL without memory. Keys are distinct and none is
/// SUBMANIFOLD_FREE_KEY. The keys are copied; the caller destroys the map.
submanifold_site_map *submanifold_site_map_create(
  submanifold_site_map_kind kind, const uint64_t *keys, size_t count);

/// Frees a map; NULL is allowed.
void submanifold_site_map_destroy(submanifold_site_map *map);

/// Writes the row of each of `count` keys, or -1 where the map has none.
void submanifold_site_map_rows(
  const submanifold_site_map *map, const uint64_t *keys, size_t count, int32_t *rows);

/// The pairs of one filter offset; returns how many there are, `count` at most.
///
/// Every row `o` (ascending) with `keys[o] + delta` in the map at row `i` gives a pair: `inputs`
/// receives `i` and `outputs` receives `o`, and both have room for `count`.
size_t submanifold_site_map_pairs(
  const submanifold_site_map *map, const uint64_t *keys, size_t count, uint64_t delta,
  int32_t *inputs, int32_t *outputs);

#ifdef __cplusplus
}
#endif
