// How much of a line is in links.
#pragma once

#include "../arrays.h"

namespace detector {

class LinkBytes {
 public:
  bool in_link = false;

  void start_page() { *this = {}; }

  void open() {
    in_link = true;
    start_ = NONE;
  }

  // Text begins at this position of the output.
  INLINE void begin_text(i64 written) {
    if (in_link && start_ == NONE) start_ = written;
  }

  // The link ends; tell whether it has text on this line.
  bool close(i64 written) {
    const bool found = count(written);
    in_link = false;
    return found;
  }

  // The line ends; return how many of its bytes are in links.
  i64 end_line(i64 written) {
    count(written);
    const i64 bytes = bytes_;
    bytes_ = 0;
    return bytes;
  }

 private:
  static constexpr i64 NONE = -1;

  bool count(i64 written) {
    const bool found = in_link && start_ != NONE && written > start_;
    if (found) bytes_ += written - start_;
    start_ = NONE;
    return found;
  }

  i64 start_ = NONE;  // where the text of the open link begins on this line
  i64 bytes_ = 0;     // of closed links
};

}  // namespace detector
