// Functions that are compiled twice: for every processor, and for processors with wider vectors. Both give
// the same bits, because additions have the same order and nothing is fused.
#pragma once

#if defined(__x86_64__)
#define HAS_WIDE 1
#define WIDE __attribute__((target("avx2")))
#include <cpuid.h>
#else
#define HAS_WIDE 0
#endif

namespace detector {

#if HAS_WIDE
// Whether the processor has AVX2 and the system saves its registers. __builtin_cpu_supports is not used
// because it needs a library that not every compiler links.
inline bool asked_for_wide_vectors() {
  unsigned a, b, c, d;
  constexpr unsigned saved_by_system = 1u << 27, avx = 1u << 28, avx2 = 1u << 5;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return false;
  if ((c & saved_by_system) == 0 || (c & avx) == 0) return false;
  __asm__("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
  if ((a & 6) != 6) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & avx2) != 0;
}

// Determined once, when the library is loaded.
inline const bool has_wide_vectors = asked_for_wide_vectors();
#endif

}  // namespace detector
