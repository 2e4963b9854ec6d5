#include "SiteMap.hpp"

#include <exception>

using namespace submanifold;

namespace {

std::unique_ptr<submanifold_site_map> empty_map(submanifold_site_map_kind kind) {
  switch (kind) {
    case SUBMANIFOLD_DENSE_HASH_MAP: return std::make_unique<SiteMap<DenseTable>>();
    case SUBMANIFOLD_SPARSE_HASH_MAP: return std::make_unique<SiteMap<SparseTable>>();
  }
  return nullptr;
}

}  // namespace

submanifold_site_map *submanifold_site_map_create(
  submanifold_site_map_kind kind, const uint64_t *keys, size_t count) {
  try {
    auto map = empty_map(kind);
    if (map) map->insert(keys, count);
    return map.release();
  } catch (const std::exception &) {
    return nullptr;
  }
}

void submanifold_site_map_destroy(submanifold_site_map *map) { delete map; }

void submanifold_site_map_rows(
  const submanifold_site_map *map, const uint64_t *keys, size_t count, int32_t *rows) {
  map->rows(keys, count, rows);
}

size_t submanifold_site_map_pairs(
  const submanifold_site_map *map, const uint64_t *keys, size_t count, uint64_t delta,
  int32_t *inputs, int32_t *outputs) {
  return map->pairs(keys, count, delta, inputs, outputs);
}
