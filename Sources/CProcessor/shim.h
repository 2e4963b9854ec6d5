#pragma once
#include <stdbool.h>

// What Swift cannot ask the processor itself. Names are those of the x86-64 microarchitecture levels.

static inline bool processor_has_x86_64_v3(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("x86-64-v3");
#else
  return false;
#endif
}

static inline bool processor_has_x86_64_v4(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("x86-64-v4");
#else
  return false;
#endif
}

// Asks for a cache line that is read, or changed, some microseconds from now.
static inline void processor_prefetch(const void *address) { __builtin_prefetch(address, 0, 2); }

// Vectors of 512 bits that multiply bfloat16.
static inline bool processor_multiplies_bfloat16(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("x86-64-v4") && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}
