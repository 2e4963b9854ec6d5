// The calls of MPI that are needed, by types that every implementation shares.
//
// Handles are addresses with Open MPI and numbers with MPICH, and constants are macros: Swift imports
// neither alike. Errors are left to MPI's own handler, which says what failed and ends all processes.
#pragma once
#include <mpi.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct {
  // For what all processes do together, and for the two parts of sums that go on beside it: collective calls
  // on one communicator have to come in the same order on all ranks.
  MPI_Comm world, exchanges, gathers;
  int rank, size;
  // Among the processes that share a machine's memory.
  int hostRank, hostSize;
  MPI_Comm host;
} submanifold_mpi;

typedef struct {
  MPI_Request request;
} submanifold_mpi_request;

static inline int submanifold_mpi_start(submanifold_mpi *mpi) {
  int provided = MPI_THREAD_SINGLE;
  // One thread calls MPI; others are busy elsewhere.
  int status = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (status != MPI_SUCCESS) return status;
  if (provided < MPI_THREAD_FUNNELED) return MPI_ERR_OTHER;
  MPI_Comm_dup(MPI_COMM_WORLD, &mpi->world);
  MPI_Comm_dup(MPI_COMM_WORLD, &mpi->exchanges);
  MPI_Comm_dup(MPI_COMM_WORLD, &mpi->gathers);
  MPI_Comm_rank(mpi->world, &mpi->rank);
  MPI_Comm_size(mpi->world, &mpi->size);
  MPI_Comm_split_type(
      mpi->world, MPI_COMM_TYPE_SHARED, mpi->rank, MPI_INFO_NULL, &mpi->host);
  MPI_Comm_rank(mpi->host, &mpi->hostRank);
  MPI_Comm_size(mpi->host, &mpi->hostSize);
  return MPI_SUCCESS;
}

static inline void submanifold_mpi_finish(submanifold_mpi *mpi) {
  MPI_Barrier(mpi->world);
  MPI_Comm_free(&mpi->host);
  MPI_Comm_free(&mpi->gathers);
  MPI_Comm_free(&mpi->exchanges);
  MPI_Comm_free(&mpi->world);
  MPI_Finalize();
}

static inline void submanifold_mpi_abort(const submanifold_mpi *mpi, int code) {
  MPI_Abort(mpi->world, code);
}

// Everybody's bytes, those of rank 0 first; all give equally many.
static inline void submanifold_mpi_all_gather(
    const submanifold_mpi *mpi, const void *own, void *all, int count) {
  MPI_Allgather(own, count, MPI_BYTE, all, count, MPI_BYTE, mpi->world);
}

static inline void submanifold_mpi_host_all_gather(
    const submanifold_mpi *mpi, const void *own, void *all, int count) {
  MPI_Allgather(own, count, MPI_BYTE, all, count, MPI_BYTE, mpi->host);
}

static inline void submanifold_mpi_broadcast(
    const submanifold_mpi *mpi, void *bytes, int count, int root) {
  MPI_Bcast(bytes, count, MPI_BYTE, root, mpi->world);
}

static inline void submanifold_mpi_send(
    const submanifold_mpi *mpi, const void *bytes, int count, int to) {
  MPI_Send(bytes, count, MPI_BYTE, to, 0, mpi->world);
}

static inline void submanifold_mpi_receive(
    const submanifold_mpi *mpi, void *bytes, int count, int from) {
  MPI_Recv(bytes, count, MPI_BYTE, from, 0, mpi->world, MPI_STATUS_IGNORE);
}

// Each rank's n-th piece of `own` goes to rank n.
static inline void submanifold_mpi_begin_exchange(
    const submanifold_mpi *mpi, const void *own, void *others, int count,
    submanifold_mpi_request *request) {
  MPI_Ialltoall(own, count, MPI_BYTE, others, count, MPI_BYTE, mpi->exchanges, &request->request);
}

static inline void submanifold_mpi_begin_all_gather(
    const submanifold_mpi *mpi, const void *own, void *all, int count,
    submanifold_mpi_request *request) {
  MPI_Iallgather(own, count, MPI_BYTE, all, count, MPI_BYTE, mpi->gathers, &request->request);
}

static inline int submanifold_mpi_is_done(submanifold_mpi_request *request) {
  int isDone = 0;
  MPI_Test(&request->request, &isDone, MPI_STATUS_IGNORE);
  return isDone;
}

static inline void submanifold_mpi_wait(submanifold_mpi_request *request) {
  MPI_Wait(&request->request, MPI_STATUS_IGNORE);
}

// Which implementation this is, as it says itself.
static inline int submanifold_mpi_version(char *text, int capacity) {
  char whole[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(whole, &length);
  int count = length < capacity - 1 ? length : capacity - 1;
  for (int index = 0; index < count; index++) text[index] = whole[index];
  text[count] = 0;
  return count;
}
