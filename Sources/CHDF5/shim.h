#pragma once
#include <hdf5.h>

#include "checked_driver.h"

// HDF5 spells its predefined types and flags as macros with side effects, which Swift cannot
// import: each one needed becomes a function.
static inline hid_t submanifold_h5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t submanifold_h5_native_int16(void) { return H5T_NATIVE_INT16; }
static inline hid_t submanifold_h5_native_uint16(void) { return H5T_NATIVE_UINT16; }
static inline hid_t submanifold_h5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t submanifold_h5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t submanifold_h5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t submanifold_h5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t submanifold_h5_native_uint32(void) { return H5T_NATIVE_UINT32; }
static inline hid_t submanifold_h5_native_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t submanifold_h5_c_string(void) { return H5T_C_S1; }
static inline hid_t submanifold_h5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline unsigned submanifold_h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned submanifold_h5_truncate(void) { return H5F_ACC_TRUNC; }
static inline hid_t submanifold_h5_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t submanifold_h5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t submanifold_h5_group_create(void) { return H5P_GROUP_CREATE; }

// Where a link leads, without following it; HADDR_UNDEF when it is no hard link.
static inline haddr_t submanifold_h5_link_address(hid_t group, const char *name) {
#if H5_VERSION_GE(1, 12, 0)
  H5L_info1_t link;
  if (H5Lget_info1(group, name, &link, H5P_DEFAULT) < 0) return HADDR_UNDEF;
#else
  H5L_info_t link;
  if (H5Lget_info(group, name, &link, H5P_DEFAULT) < 0) return HADDR_UNDEF;
#endif
  return link.type == H5L_TYPE_HARD ? link.u.address : HADDR_UNDEF;
}
