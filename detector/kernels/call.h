// What a kernel is given: arrays from Python, scratch memory, and a flag that asks it to stop.
//
// Kernels allocate nothing and never fail. An index out of range reads or writes a harmless
// place and marks the call as faulty; the door (native.py) then raises an error for it.
#pragma once

namespace detector {

// char8_t and not unsigned char: a store through unsigned char may change any variable, so
// compilers would load every array's address again after it.
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

// The types of array elements, by the numbers that native.py gives them.
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

// One array or number as native.py describes it. A number stands in `data`.
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
  // From here on: what the kernel says.
  i64 taken;         // arguments read so far
  i64 scratch_used;  // bytes of scratch that were asked for
  i64 fault;
  i64 where;  // the index or argument at fault
  alignas(16) char harmless[16];

  // Tell whether to end early. Kernels ask when they have all that they were given, and long loops
  // now and then.
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

// A checked array.
template <class T>
struct View {
  T* data;
  i64 size;
  Call* call;

  View(T* data, i64 size, Call* call) : data(data), size(size), call(call) {}

  // The same array, that may be read only.
  operator View<const T>() const { return View<const T>(data, size, call); }

  // The next argument of the call, which must be an array of this type.
  explicit View(Call& of) : call(&of) {
    using P = Plain<T>;
    const Argument* given = of.take(TypeCode<typename P::type>::value, P::writes);
    data = static_cast<T*>(given->data);
    size = given->rows * given->columns;
  }

  INLINE T& operator[](i64 at) const {
    if (static_cast<u64>(at) >= static_cast<u64>(size)) [[unlikely]]
      return call->template out_of_range<typename Plain<T>::type>(at);
    return data[at];
  }

  // The part from `first` to before `last`, checked once; empty if it does not lie inside.
  INLINE View part(i64 first, i64 last) const {
    if (first < 0 || last > size || first > last) [[unlikely]] {
      call->fail(OUT_OF_RANGE, first);
      return View(nullptr, 0, call);
    }
    return View(data + first, last - first, call);
  }

  // The part from `first` to before `last` as far as it lies inside: nothing is at fault.
  INLINE View clipped(i64 first, i64 last) const {
    if (last > size) last = size;
    if (first < 0 || first > last) first = last;
    return View(data + first, last - first, call);
  }

  T* begin() const { return data; }
  T* end() const { return data + size; }

  void fill(T value) const {
    for (T& item : *this) item = value;
  }
};

// A checked array of rows.
template <class T>
struct Table {
  View<T> all;
  i64 rows;
  i64 columns;

  Table(View<T> all, i64 rows, i64 columns) : all(all), rows(rows), columns(columns) {}

  explicit Table(Call& call) : all(nullptr, 0, &call) {
    using P = Plain<T>;
    const Argument* given = call.take(TypeCode<typename P::type>::value, P::writes);
    rows = given->rows;
    columns = given->columns;
    all = View<T>(static_cast<T*>(given->data), rows * columns, &call);
  }

  INLINE View<T> operator[](i64 row) const {
    if (static_cast<u64>(row) >= static_cast<u64>(rows)) [[unlikely]] {
      all.call->fail(OUT_OF_RANGE, row);
      return View<T>(nullptr, 0, all.call);
    }
    return View<T>(all.data + row * columns, columns, all.call);
  }
};

// Take memory that lasts for the call. A kernel asks for all it needs before it begins, and
// returns if `call.stopped()`: the door calls it again with enough.
template <class T>
View<T> scratch(Call& call, i64 size) {
  constexpr i64 LINE = 64;
  const i64 start = call.scratch_used;
  if (size < 0) size = 0;
  call.scratch_used += (size * static_cast<i64>(sizeof(T)) + LINE - 1) / LINE * LINE;
  if (call.scratch_used > call.scratch_size) {
    call.fail(NEEDS_SCRATCH, call.scratch_used);
    return View<T>(nullptr, 0, &call);
  }
  return View<T>(reinterpret_cast<T*>(static_cast<char*>(call.scratch) + start), size, &call);
}

template <class T>
Table<T> scratch_table(Call& call, i64 rows, i64 columns) {
  return Table<T>(scratch<T>(call, rows * columns), rows, columns);
}

template <class T>
INLINE T least(T one, T two) {
  return two < one ? two : one;
}
template <class T>
INLINE T most(T one, T two) {
  return two > one ? two : one;
}
template <class T>
INLINE T within(T value, T low, T high) {
  return least(most(value, low), high);
}

// Rows of a table that has at least so many columns, which is checked once: a row is a plain pointer,
// and columns by their names need no check. A row out of range is a spare one.
template <class T>
class Rows {
 public:
  // All rows of a table.
  Rows(Call& call, const Table<T>& table, i64 least_columns)
      : data_(table.all.data),
        spare_(scratch<typename Plain<T>::type>(call, most(table.columns, least_columns)).data),
        rows_(table.columns < least_columns ? 0 : table.rows),
        columns_(table.columns),
        call_(&call) {
    if (rows_ < table.rows) call.fail(WRONG_ARGUMENT, call.taken - 1);
  }

  // The same rows, that may be read only.
  operator Rows<const T>() const { return Rows<const T>(data_, spare_, first_, rows_, columns_, call_); }

  // So many rows of these in memory, as the rows from `first` on.
  Rows as_from(i64 first, i64 rows) const {
    return Rows(data_, spare_, first, rows > rows_ ? i64{0} : rows, columns_, call_);
  }

  INLINE T* operator[](i64 row) const {
    if (static_cast<u64>(row - first_) >= static_cast<u64>(rows_)) [[unlikely]] {
      call_->fail(OUT_OF_RANGE, row);
      return spare_;
    }
    return data_ + (row - first_) * columns_;
  }

  i64 columns() const { return columns_; }

 private:
  template <class>
  friend class Rows;
  using Spare = typename Plain<T>::type;

  Rows(T* data, Spare* spare, i64 first, i64 rows, i64 columns, Call* call)
      : data_(data), spare_(spare), first_(first), rows_(rows), columns_(columns), call_(call) {}

  T* data_;
  Spare* spare_;
  i64 first_ = 0, rows_, columns_;
  Call* call_;
};

// Scratch rows.
template <class T>
Rows<T> scratch_rows(Call& call, i64 rows, i64 columns) {
  return Rows<T>(call, scratch_table<T>(call, rows, columns), columns);
}

template <class T>
INLINE void fill(T* first, T* last, T value) {
  for (; first < last; ++first) *first = value;
}

// Read and write whole numbers at any byte; the caller has checked that they are there.
template <class T>
INLINE T load(const u8* at) {
  T value;
  __builtin_memcpy(&value, at, sizeof(T));
  return value;
}
template <class T>
INLINE void store(u8* at, T value) {
  __builtin_memcpy(at, &value, sizeof(T));
}

}  // namespace detector
