// Byte offsets to lines and columns, as editors and GitHub count them.
//
// A line ends at LF, CRLF or a lone CR (the sequences that SARIF consumers know); a byte
// order mark is not counted as a column (SARIF 2.1.0 section 3.30.2).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace kray {

class LineIndex {
 public:
  LineIndex() = default;
  // `bytes` must outlive the index. UTF-8; invalid sequences count one column a byte.
  explicit LineIndex(std::string_view bytes);

  // 1-based line that holds the byte at `offset`; offsets past the end belong to the last line.
  uint32_t line_of(uint32_t offset) const;
  // Number of lines; an empty file has one, a final line end does not start another.
  uint32_t line_count() const;
  // Text of a 1-based line without its line end and without a byte order mark.
  std::string_view line_text(uint32_t line) const;
  // Byte offset where the text of a 1-based line begins (after a byte order mark).
  uint32_t line_begin(uint32_t line) const;
  // 1-based columns of `offset` in its line, counted in UTF-16 code units or in Unicode code points.
  // An offset inside a character has the character's column; one in or behind the line's end has the
  // column just behind its text.
  uint32_t column_utf16(uint32_t offset) const;
  uint32_t column_codepoints(uint32_t offset) const;

 private:
  std::string_view bytes_;
  std::vector<uint32_t> starts_;
};

}  // namespace kray
