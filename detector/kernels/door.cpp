// All kernels by name, and the one function through which Python calls them.
#include "call.h"

namespace detector {

// One name per line. Each is `i64 name(Call& call)`, defined in the file that its comment names.
#define KERNELS(K)          \
  K(count_bytes)            \
  K(split_lines)            \
  K(segment_lines)          \
  K(find_words)             \
  K(flag_composing_pages)   \
  K(line_keys)              \
  K(condense_html)          \
  K(scan_html)              \
  K(text_features)          \
  K(ngram_buckets)          \
  K(html_features)          \
  K(markup_buckets)         \
  K(text_context)           \
  K(html_context)           \
  K(site_features)          \
  K(first_guess)            \
  K(score_lines)            \
  K(score_text)             \
  K(score_html)             \
  K(site_log_odds)          \
  K(adjust_scores)          \
  K(page_looks)             \
  K(page_words)             \
  K(page_kinds)             \
  K(find_copies)            \
  K(comparable_keys)        \
  K(find_blocks)            \
  K(decide)                 \
  K(decide_blocks)          \
  K(clean_text)             \
  K(page_records)           \
  K(sign_texts)             \
  K(sketch_texts)           \
  K(flag_composing_texts)   \
  K(fold_texts)             \
  K(hash_spans)             \
  K(shingle_sets)           \
  K(jaccards)               \
  K(join_buckets)           \
  K(choose_representatives) \
  K(grow_blocks)            \
  K(align_words)

#define DECLARE(name) i64 name(Call& call);
KERNELS(DECLARE)

namespace {

struct Kernel {
  const char* name;
  i64 (*run)(Call&);
};

#define ROW(name) {#name, name},
constexpr Kernel kernels[] = {KERNELS(ROW)};
constexpr i64 KERNEL_COUNT = sizeof kernels / sizeof kernels[0];

}  // namespace
}  // namespace detector

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

extern "C" {

// The name of a kernel; null after the last one.
EXPORT const char* detector_kernel_name(detector::i64 number) {
  return number >= 0 && number < detector::KERNEL_COUNT ? detector::kernels[number].name : nullptr;
}

EXPORT detector::i64 detector_run(detector::i64 number, detector::Call* call) {
  call->taken = call->scratch_used = call->where = 0;
  call->fault = detector::NO_FAULT;
  const detector::i64 result = detector::kernels[number].run(*call);
  if (call->taken != call->count) call->fail(detector::WRONG_ARGUMENT, call->taken);
  return result;
}
}
