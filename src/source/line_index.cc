// Byte offsets to lines and columns: one pass records where lines start, look-ups bisect.
#include "source/line_index.h"

#include <algorithm>
#include <cstring>

namespace kray {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Bytes of the UTF-8 sequence at the front of `text`; 1 if it is none.
size_t sequence_length(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  const size_t length = lead < 0xC2U ? 1 : lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : lead < 0xF5U ? 4 : 1;
  if (length > text.size()) return 1;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 1;
  }
  if (length < 3) return length;
  // Overlong forms, surrogates and what lies past U+10FFFF.
  const bool valid = lead == 0xE0U   ? byte(1) >= 0xA0U
                     : lead == 0xEDU ? byte(1) < 0xA0U
                     : lead == 0xF0U ? byte(1) >= 0x90U
                     : lead == 0xF4U ? byte(1) < 0x90U
                                     : true;
  return valid ? length : 1;
}

// Column of byte `at` of a line's text if a character beyond the basic plane takes `astral_units`.
uint32_t column_at(std::string_view line, size_t at, uint32_t astral_units) {
  uint32_t column = 1;
  for (size_t i = 0; i < line.size();) {
    const size_t length = sequence_length(line.substr(i));
    if (i + length > at) break;
    column += length == 4 ? astral_units : 1;
    i += length;
  }
  return column;
}

}  // namespace

LineIndex::LineIndex(std::string_view bytes) : bytes_(bytes) {
  starts_.push_back(bytes.starts_with(kByteOrderMark) ? 3 : 0);
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c != '\n' && c != '\r') continue;
    if (c == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n') ++i;
    if (i + 1 < bytes.size()) starts_.push_back(static_cast<uint32_t>(i + 1));
  }
}

uint32_t LineIndex::line_of(uint32_t offset) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  return after == starts_.begin() ? 1 : static_cast<uint32_t>(after - starts_.begin());
}

uint32_t LineIndex::line_count() const { return static_cast<uint32_t>(starts_.size()); }

uint32_t LineIndex::line_begin(uint32_t line) const { return starts_[line - 1]; }

std::string_view LineIndex::line_text(uint32_t line) const {
  const size_t begin = starts_[line - 1];
  size_t end = line < starts_.size() ? starts_[line] : bytes_.size();
  while (end > begin && (bytes_[end - 1] == '\n' || bytes_[end - 1] == '\r')) --end;
  return bytes_.substr(begin, end - begin);
}

uint32_t LineIndex::column_utf16(uint32_t offset) const {
  const uint32_t line = line_of(offset);
  return column_at(line_text(line), offset - std::min(offset, line_begin(line)), 2);
}

uint32_t LineIndex::column_codepoints(uint32_t offset) const {
  const uint32_t line = line_of(offset);
  return column_at(line_text(line), offset - std::min(offset, line_begin(line)), 1);
}

}  // namespace kray
