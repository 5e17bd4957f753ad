// The input of a kernel: arrays from Python, scratch memory, and a flag that asks it to stop. Kernels
// allocate nothing and never fail. An index out of range reads or writes a harmless location and marks the
// call as faulty; the door (native.py) then raises an error.
#pragma once

namespace detector {

// char8_t instead of unsigned char: a store through unsigned char may change any variable, so compilers would
// reload every array's address after it.
using u8 = char8_t;
using u16 = unsigned short;
using u32 = unsigned int;
using u64 = unsigned long long;
using i8 = signed char;
using i32 = int;
using i64 = long long;
using f32 = float;
using f64 = double;

static_assert(sizeof(u16) == 2 && sizeof(u32) == 4 && sizeof(u64) == 8 && sizeof(void*) == 8);

#define INLINE inline __attribute__((always_inline))
#define COLD __attribute__((noinline, cold))

// The types of array elements, by the numbers that native.py uses.
template <class T>
struct TypeCode;
template <>
struct TypeCode<bool> {
  static constexpr i64 value = 1;
};
template <>
struct TypeCode<u8> {
  static constexpr i64 value = 2;
};
template <>
struct TypeCode<u16> {
  static constexpr i64 value = 3;
};
template <>
struct TypeCode<u32> {
  static constexpr i64 value = 4;
};
template <>
struct TypeCode<u64> {
  static constexpr i64 value = 5;
};
template <>
struct TypeCode<i32> {
  static constexpr i64 value = 6;
};
template <>
struct TypeCode<i64> {
  static constexpr i64 value = 7;
};
template <>
struct TypeCode<f32> {
  static constexpr i64 value = 8;
};
template <>
struct TypeCode<f64> {
  static constexpr i64 value = 9;
};
constexpr i64 INTEGER = 10;
constexpr i64 REAL = 11;
constexpr i64 WRITABLE = 16;

template <bool WHICH, class A, class B>
struct Conditional {
  using type = A;
};
template <class A, class B>
struct Conditional<false, A, B> {
  using type = B;
};
template <bool WHICH, class A, class B>
using Choose = typename Conditional<WHICH, A, B>::type;

template <class T>
struct Plain {
  using type = T;
  static constexpr bool writes = true;
};
template <class T>
struct Plain<const T> {
  using type = T;
  static constexpr bool writes = false;
};

// One array or number, as described by native.py. A number is stored in `data`.
struct Argument {
  void* data;
  i64 rows;
  i64 columns;
  i64 type;
};

enum Fault : i64 { NO_FAULT = 0, OUT_OF_RANGE = 1, WRONG_ARGUMENT = 2, NEEDS_SCRATCH = 3 };

struct Call {
  const Argument* arguments;
  i64 count;
  const volatile i32* stop;
  void* scratch;
  i64 scratch_size;
  // The fields below are set by the kernel.
  i64 taken;         // arguments read so far
  i64 scratch_used;  // bytes of scratch memory requested
  i64 fault;
  i64 where;  // the index or argument at fault
  alignas(16) char harmless[16];

  // Tell whether to end early. Kernels check this after reading their arguments, and long loops check it now
  // and then.
  INLINE bool stopped() const { return *stop != 0 || fault != NO_FAULT; }

  COLD void fail(Fault kind, i64 at) {
    if (fault == NO_FAULT) {
      fault = kind;
      where = at;
    }
  }

  template <class T>
  COLD T& out_of_range(i64 at) {
    fail(OUT_OF_RANGE, at);
    for (char& byte : harmless) byte = 0;
    return *reinterpret_cast<T*>(harmless);
  }

  const Argument* take(i64 type, bool writes) {
    static constexpr Argument none{nullptr, 0, 0, 0};
    if (taken >= count) {
      fail(WRONG_ARGUMENT, taken);
      return &none;
    }
    const Argument* given = arguments + taken;
    if ((given->type & ~WRITABLE) != type || (writes && !(given->type & WRITABLE))) {
      fail(WRONG_ARGUMENT, taken);
      given = &none;
    }
    taken += 1;
    return given;
  }

  i64 integer() { return reinterpret_cast<i64>(take(INTEGER, false)->data); }

  f64 real() {
    const i64 bits = reinterpret_cast<i64>(take(REAL, false)->data);
    return __builtin_bit_cast(f64, bits);
  }
};

}  // namespace detector
