// Hiding what must not be shown, in a copy that only reports look at: offsets, columns and hashes
// still come from the file as it is.
#include "source/source_file.h"

#include <algorithm>

namespace kray {

void SourceFile::hide(uint32_t begin, uint32_t end) const {
  if (shown_.empty()) shown_ = bytes;
  const auto size = static_cast<uint32_t>(shown_.size());
  for (uint32_t i = begin; i < std::min(end, size); ++i) {
    if (shown_[i] != '\n' && shown_[i] != '\r') shown_[i] = '*';
  }
}

std::string_view SourceFile::shown_line(uint32_t line) const {
  return shown_text().substr(lines().line_begin(line), lines().line_text(line).size());
}

}  // namespace kray
