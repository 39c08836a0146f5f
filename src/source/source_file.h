// One input file, whole in memory: the bytes that every view and place points into, and which of them
// a report must never show.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "source/line_index.h"

namespace kray {

struct SourceFile {
  // As shown in reports: relative to the working directory where possible, '/' separators;
  // "<stdin>" for standard input.
  std::string path;
  // Contents as read, with spare capacity: the JSON reader may load bytes past the end.
  std::string bytes;
  static constexpr size_t kPadding = 64;  // simdjson::SIMDJSON_PADDING and to spare

  SourceFile(std::string shown_path, std::string contents)
      : path(std::move(shown_path)), bytes(std::move(contents)) {
    bytes.reserve(bytes.size() + kPadding);
  }
  SourceFile(const SourceFile&) = delete;
  SourceFile& operator=(const SourceFile&) = delete;
  SourceFile(SourceFile&&) = delete;
  SourceFile& operator=(SourceFile&&) = delete;
  ~SourceFile() = default;

  std::string_view text() const { return bytes; }

  // Built on first use: most files are never reported on.
  const LineIndex& lines() const {
    std::call_once(lines_once_, [this] { lines_ = LineIndex(bytes); });
    return lines_;
  }

  // Values of Secrets are read, never shown: marks the bytes [begin, end) as hidden. Not to be called
  // while another thread shows lines.
  void hide(uint32_t begin, uint32_t end) const;
  // The text as reports may show it, byte for byte as long: hidden bytes are asterisks.
  std::string_view shown_text() const { return shown_.empty() ? text() : std::string_view(shown_); }
  // The same of one line, counted from 1, without its line end.
  std::string_view shown_line(uint32_t line) const;

 private:
  mutable std::once_flag lines_once_;
  mutable LineIndex lines_;
  mutable std::string shown_;  // bytes with what is hidden replaced; empty: nothing is hidden
};

}  // namespace kray
