#pragma once

// Instructions on bfloat16, whose vectors Swift cannot name: they pass as floats, each of which holds
// two neighbours. Only what is compiled for processors that have the instructions sees them.

#if defined(__AVX512BF16__) && defined(__AVX512VL__)
#include <immintrin.h>

typedef float bfloat16_lanes4 __attribute__((ext_vector_type(4)));
typedef float bfloat16_lanes8 __attribute__((ext_vector_type(8)));
typedef float bfloat16_lanes16 __attribute__((ext_vector_type(16)));

#define BFLOAT16_INLINE static inline __attribute__((always_inline))

// Two multiply-adds in each lane: sums += left[0] * right[0] + left[1] * right[1].

BFLOAT16_INLINE bfloat16_lanes8 bfloat16_add8(
    bfloat16_lanes8 sums, bfloat16_lanes8 left, bfloat16_lanes8 right) {
  return (bfloat16_lanes8)_mm256_dpbf16_ps((__m256)sums, (__m256bh)left, (__m256bh)right);
}

BFLOAT16_INLINE bfloat16_lanes16 bfloat16_add16(
    bfloat16_lanes16 sums, bfloat16_lanes16 left, bfloat16_lanes16 right) {
  return (bfloat16_lanes16)_mm512_dpbf16_ps((__m512)sums, (__m512bh)left, (__m512bh)right);
}

// Neighbours rounded to nearest even and put into one lane.

BFLOAT16_INLINE bfloat16_lanes4 bfloat16_round8(bfloat16_lanes8 values) {
  return (bfloat16_lanes4)_mm256_cvtneps_pbh((__m256)values);
}

BFLOAT16_INLINE bfloat16_lanes16 bfloat16_round32(bfloat16_lanes16 first, bfloat16_lanes16 second) {
  return (bfloat16_lanes16)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
}

// Neighbour i of both vectors put into lane i: those of the lower and of the upper lanes.

BFLOAT16_INLINE bfloat16_lanes4 bfloat16_interleave_low4(
    bfloat16_lanes4 first, bfloat16_lanes4 second) {
  return (bfloat16_lanes4)_mm_unpacklo_epi16((__m128i)first, (__m128i)second);
}

BFLOAT16_INLINE bfloat16_lanes4 bfloat16_interleave_high4(
    bfloat16_lanes4 first, bfloat16_lanes4 second) {
  return (bfloat16_lanes4)_mm_unpackhi_epi16((__m128i)first, (__m128i)second);
}

BFLOAT16_INLINE bfloat16_lanes16 bfloat16_interleave_low16(
    bfloat16_lanes16 first, bfloat16_lanes16 second) {
  const __m512i order = _mm512_set_epi16(
      47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8,
      39, 7, 38, 6, 37, 5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
  return (bfloat16_lanes16)_mm512_permutex2var_epi16((__m512i)first, order, (__m512i)second);
}

BFLOAT16_INLINE bfloat16_lanes16 bfloat16_interleave_high16(
    bfloat16_lanes16 first, bfloat16_lanes16 second) {
  const __m512i order = _mm512_set_epi16(
      63, 31, 62, 30, 61, 29, 60, 28, 59, 27, 58, 26, 57, 25, 56, 24,
      55, 23, 54, 22, 53, 21, 52, 20, 51, 19, 50, 18, 49, 17, 48, 16);
  return (bfloat16_lanes16)_mm512_permutex2var_epi16((__m512i)first, order, (__m512i)second);
}

#undef BFLOAT16_INLINE
#endif
