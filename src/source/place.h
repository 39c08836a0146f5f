// Where something stands in the input: a file and a half-open range of bytes.
//
// Every node, finding and error carries a Place. Lines and columns are worked out only
// when a report is written (see line_index.h), so that carrying one costs two words.
#pragma once

#include <cstdint>

namespace kray {

struct SourceFile;

struct Place {
  const SourceFile* file = nullptr;  // null: nowhere in the input
  uint32_t begin = 0;                // byte offset of the first byte
  uint32_t end = 0;                  // byte offset one past the last byte

  explicit operator bool() const { return file != nullptr; }
  friend bool operator==(const Place&, const Place&) = default;
};

}  // namespace kray
