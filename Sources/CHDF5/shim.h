#pragma once
#include <hdf5.h>
#if H5_VERSION_GE(1, 13, 2)
#include <H5FDdevelop.h>
#endif

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

// A file of our own driver: HDF5 asks that its own part comes first.
typedef struct {
  H5FD_t base;
  int descriptor;
  haddr_t allocated;
  haddr_t size;
  unsigned long long device;
  unsigned long long inode;
} submanifold_h5_file;

// An empty driver, with what newer versions of HDF5 want to know of it.
static inline H5FD_class_t submanifold_h5_driver(const char *name) {
  H5FD_class_t driver = {0};
#if H5_VERSION_GE(1, 13, 2)
  driver.version = H5FD_CLASS_VERSION;
  driver.value = (H5FD_class_value_t)(H5_VFD_RESERVED + 77);
#endif
  driver.name = name;
  driver.maxaddr = ((haddr_t)1 << 62) - 1;
  driver.fc_degree = H5F_CLOSE_WEAK;
  for (int type = 0; type < H5FD_MEM_NTYPES; type++) driver.fl_map[type] = H5FD_MEM_SUPER;
  return driver;
}
static inline unsigned submanifold_h5_changes(void) {
  return H5F_ACC_RDWR | H5F_ACC_TRUNC | H5F_ACC_CREAT | H5F_ACC_EXCL;
}
static inline unsigned long submanifold_h5_data_sieve(void) { return H5FD_FEAT_DATA_SIEVE; }
