#pragma once
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#if H5_VERSION_GE(1, 13, 2)
#include <H5FDdevelop.h>
#endif

// How HDF5 reads files that may be damaged on purpose.
//
// HDF5's own driver answers reads beyond the end of a file with zeros, however many, and has a
// buffer for small blocks ("metadata accumulator") that is copied from beyond its end when an
// address and a size overflow together.  This one has neither: what is not there cannot be read.
// It reads only.

typedef struct {
  H5FD_t base;
  int descriptor;
  haddr_t allocated;
  haddr_t size;
  dev_t device;
  ino_t inode;
} submanifold_h5_file;

static H5FD_t *submanifold_h5_open(const char *name, unsigned flags, hid_t list, haddr_t largest) {
  (void)list;
  (void)largest;
  if (flags & (H5F_ACC_RDWR | H5F_ACC_TRUNC | H5F_ACC_CREAT | H5F_ACC_EXCL)) return NULL;
  submanifold_h5_file *file = (submanifold_h5_file *)calloc(1, sizeof *file);
  if (!file) return NULL;
  struct stat status;
  file->descriptor = open(name, O_RDONLY | O_CLOEXEC);
  if (file->descriptor < 0 || fstat(file->descriptor, &status) != 0) {
    if (file->descriptor >= 0) close(file->descriptor);
    free(file);
    return NULL;
  }
  file->size = (haddr_t)status.st_size;
  file->device = status.st_dev;
  file->inode = status.st_ino;
  return &file->base;
}

static herr_t submanifold_h5_close(H5FD_t *base) {
  submanifold_h5_file *file = (submanifold_h5_file *)base;
  close(file->descriptor);
  free(file);
  return 0;
}

// Two handles of one file share what HDF5 knows of it.
static int submanifold_h5_compare(const H5FD_t *left, const H5FD_t *right) {
  const submanifold_h5_file *first = (const submanifold_h5_file *)left;
  const submanifold_h5_file *second = (const submanifold_h5_file *)right;
  if (first->device != second->device) return first->device < second->device ? -1 : 1;
  if (first->inode != second->inode) return first->inode < second->inode ? -1 : 1;
  return 0;
}

static herr_t submanifold_h5_query(const H5FD_t *base, unsigned long *features) {
  (void)base;
  *features = H5FD_FEAT_DATA_SIEVE;
  return 0;
}

static haddr_t submanifold_h5_get_eoa(const H5FD_t *base, H5FD_mem_t type) {
  (void)type;
  return ((const submanifold_h5_file *)base)->allocated;
}

static herr_t submanifold_h5_set_eoa(H5FD_t *base, H5FD_mem_t type, haddr_t address) {
  (void)type;
  ((submanifold_h5_file *)base)->allocated = address;
  return 0;
}

static haddr_t submanifold_h5_get_eof(const H5FD_t *base, H5FD_mem_t type) {
  (void)type;
  return ((const submanifold_h5_file *)base)->size;
}

static herr_t submanifold_h5_read(
    H5FD_t *base, H5FD_mem_t type, hid_t list, haddr_t address, size_t count, void *buffer) {
  (void)type;
  (void)list;
  submanifold_h5_file *file = (submanifold_h5_file *)base;
  if (address > file->size || count > file->size - address) return -1;
  char *next = (char *)buffer;
  while (count > 0) {
    ssize_t got = pread(file->descriptor, next, count, (off_t)address);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return -1;
    next += got;
    address += (haddr_t)got;
    count -= (size_t)got;
  }
  return 0;
}

static herr_t submanifold_h5_write(
    H5FD_t *base, H5FD_mem_t type, hid_t list, haddr_t address, size_t count, const void *buffer) {
  (void)base;
  (void)type;
  (void)list;
  (void)address;
  (void)count;
  (void)buffer;
  return -1;
}

// As HDF5's own driver does: who writes a file keeps others from reading it.
static herr_t submanifold_h5_lock(H5FD_t *base, hbool_t writes) {
  int kind = writes ? LOCK_EX : LOCK_SH;
  if (flock(((submanifold_h5_file *)base)->descriptor, kind | LOCK_NB) == 0) return 0;
  return errno == ENOSYS ? 0 : -1;
}

static herr_t submanifold_h5_unlock(H5FD_t *base) {
  if (flock(((submanifold_h5_file *)base)->descriptor, LOCK_UN) == 0) return 0;
  return errno == ENOSYS ? 0 : -1;
}

/// Registers the driver; negative when HDF5 fails.
static inline hid_t submanifold_h5_register_checked_driver(void) {
  static H5FD_class_t driver;
#if H5_VERSION_GE(1, 13, 2)
  driver.version = H5FD_CLASS_VERSION;
  driver.value = (H5FD_class_value_t)(H5_VFD_RESERVED + 77);
#endif
  driver.name = "submanifold";
  driver.maxaddr = ((haddr_t)1 << 62) - 1;
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.open = submanifold_h5_open;
  driver.close = submanifold_h5_close;
  driver.cmp = submanifold_h5_compare;
  driver.query = submanifold_h5_query;
  driver.get_eoa = submanifold_h5_get_eoa;
  driver.set_eoa = submanifold_h5_set_eoa;
  driver.get_eof = submanifold_h5_get_eof;
  driver.read = submanifold_h5_read;
  driver.write = submanifold_h5_write;
  driver.lock = submanifold_h5_lock;
  driver.unlock = submanifold_h5_unlock;
  for (int type = 0; type < H5FD_MEM_NTYPES; type++) driver.fl_map[type] = H5FD_MEM_SUPER;
  return H5FDregister(&driver);
}
