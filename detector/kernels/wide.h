// Functions that are compiled twice: for every processor, and for those with wider vectors.
// Both give the same bits: the order of additions is the same, and nothing is fused.
#pragma once

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define HAS_WIDE 1
#define WIDE __attribute__((target("avx2")))
#else
#define HAS_WIDE 0
#endif

namespace detector {

#if HAS_WIDE
inline bool has_wide_vectors() { return __builtin_cpu_supports("avx2"); }
#endif

}  // namespace detector
