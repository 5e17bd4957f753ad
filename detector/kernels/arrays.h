// Arrays that kernels read and write, with every index checked, and memory that lasts for one call.
#pragma once

#include "call.h"

namespace detector {

// A checked array.
template <class T>
struct View {
  T* data;
  i64 size;
  Call* call;

  View(T* data, i64 size, Call* call) : data(data), size(size), call(call) {}

  // The same array, read only.
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

  // The part from `first` to before `last`, checked once; empty if it is out of range.
  INLINE View part(i64 first, i64 last) const {
    if (first < 0 || last > size || first > last) [[unlikely]] {
      call->fail(OUT_OF_RANGE, first);
      return View(nullptr, 0, call);
    }
    return View(data + first, last - first, call);
  }

  // The part from `first` to before `last`, clipped to the array. This never marks the call as faulty.
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

// Take memory that lasts for the call. A kernel takes all the memory it needs before it begins, and returns
// if `call.stopped()`: the door then calls it again with enough memory. Sizes come from offsets that may be
// garbage, so sizes larger than any machine's memory are refused and sums of sizes cannot overflow.
template <class T>
View<T> scratch(Call& call, i64 size) {
  constexpr i64 LINE = 64, MOST = i64{1} << 40;
  const i64 start = call.scratch_used;
  if (size > MOST) call.fail(OUT_OF_RANGE, size);
  if (size < 0 || size > MOST) size = 0;
  call.scratch_used += (size * static_cast<i64>(sizeof(T)) + LINE - 1) / LINE * LINE;
  if (call.scratch_used > call.scratch_size) {
    call.fail(NEEDS_SCRATCH, call.scratch_used);
    return View<T>(nullptr, 0, &call);
  }
  return View<T>(reinterpret_cast<T*>(static_cast<char*>(call.scratch) + start), size, &call);
}

template <class T>
Table<T> scratch_table(Call& call, i64 rows, i64 columns) {
  i64 size = 0;
  const bool is_number = !__builtin_mul_overflow(rows, columns, &size) && size >= 0;
  if (!is_number) call.fail(OUT_OF_RANGE, rows);
  const View<T> all = scratch<T>(call, is_number ? size : 0);
  return Table<T>(all, is_number && all.size == size ? rows : 0, columns);
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

// The rows of a table with at least this many columns, which is checked once. A row is a plain pointer, so
// columns accessed by name need no check. A row out of range is a spare row.
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

  // The same rows, read only.
  operator Rows<const T>() const { return Rows<const T>(data_, spare_, first_, rows_, columns_, call_); }

  // As many rows as these in memory, starting with row `first`.
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

// Read and write integers at any byte; the caller has checked the range.
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
