// A frame is made of excerpts: the glyphs of a source line that fit beside the line number.
//
// Lines may be as long as a file (generated JSON), so an excerpt decodes only the bytes around the
// place that could be shown; its cost depends on the width of the terminal, not on the line.
#include "report/code_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "report/glyph.h"
#include "report/wrap.h"
#include "source/source_file.h"

namespace kray {
namespace {

// A column holds at most one character and the marks that glyphs_of() lets stand on it, of up to
// four bytes each.
constexpr size_t kBytesPerColumn = 24;
constexpr std::string_view kEllipsis = "\u2026";

// The first line of a place: where it is and which of its bytes belong to the place.
struct MarkedLine {
  uint32_t number = 1;
  std::string_view text;
  size_t begin = 0;  // bytes in `text`
  size_t end = 0;
};

// What is shown of a line, and the columns of it that are marked.
struct Excerpt {
  std::string text;
  int mark_begin = 0;
  int mark_end = 0;
};

MarkedLine marked_line(const Place& place) {
  const LineIndex& lines = place.file->lines();
  MarkedLine line;
  line.number = lines.line_of(place.begin);
  line.text = place.file->shown_line(line.number);
  const size_t line_begin = lines.line_begin(line.number);
  const auto in_line = [&](size_t offset) {
    return std::min(std::max(offset, line_begin) - line_begin, line.text.size());
  };
  line.begin = in_line(place.begin);
  line.end = in_line(place.end);
  // Blanks before a line end inside the place would draw carets under nothing.
  while (line.end == line.text.size() && line.end > line.begin + 1 && line.text[line.end - 1] == ' ') {
    line.text.remove_suffix(1);
    --line.end;
  }
  return line;
}

int width_of(std::span<const Glyph> glyphs) {
  int width = 0;
  for (const Glyph& glyph : glyphs) width += glyph.width;
  return width;
}

// Half-open range of glyphs.
struct Range {
  size_t first = 0;
  size_t last = 0;
};

// The glyphs that bytes begin to end touch, and never none: an empty place is a caret wide.
Range marked_glyphs(std::span<const Glyph> glyphs, size_t begin, size_t end) {
  Range marked;
  while (marked.first + 1 < glyphs.size() && glyphs[marked.first].end <= begin) ++marked.first;
  marked.last = marked.first + 1;
  while (marked.last < glyphs.size() && glyphs[marked.last].begin < end) ++marked.last;
  while (marked.first > 0 && glyphs[marked.first].width == 0) --marked.first;
  return marked;
}

// The glyphs to show of a line that does not fit in `room` columns: what is marked in the middle,
// or if it is too long the beginning of it with some glyphs before.
Range window(std::span<const Glyph> glyphs, Range marked, int room) {
  constexpr int kBeforeLongMark = 8;
  room -= 2;  // an ellipsis on each side
  const int mark_width = width_of(glyphs.subspan(marked.first, marked.last - marked.first));
  const int before = std::max((room - mark_width) / 2, std::min(kBeforeLongMark, room / 4));
  Range shown = {marked.first, marked.first};
  int width = 0;
  const auto grow_left = [&](int limit) {
    while (shown.first > 0 && width + glyphs[shown.first - 1].width <= limit) {
      width += glyphs[--shown.first].width;
    }
  };
  grow_left(before);
  while (shown.last < glyphs.size() && width + glyphs[shown.last].width <= room) {
    width += glyphs[shown.last++].width;
  }
  grow_left(room);
  // Marks whose letter did not fit would stand on the ellipsis.
  while (shown.first < marked.first && glyphs[shown.first].width == 0) ++shown.first;
  return shown;
}

Excerpt excerpt(std::string_view line, size_t begin, size_t end, int room) {
  const size_t reach = kBytesPerColumn * static_cast<size_t>(room);
  // Both cuts may split a character: what is near them is too far from the place to be shown.
  const size_t from = begin - std::min(begin, reach);
  const std::string_view near = line.substr(from, begin - from + reach);
  std::vector<Glyph> glyphs = glyphs_of(near);
  // A place at the end of a line has its caret after the last character.
  if (begin == line.size()) glyphs.push_back({"", 1, near.size(), near.size()});

  const Range marked = marked_glyphs(glyphs, begin - from, std::max(begin, end) - from);
  const bool all_decoded = near.size() == line.size();
  Range shown = {0, glyphs.size()};
  if (!all_decoded || width_of(glyphs) > room) shown = window(glyphs, marked, room);

  Excerpt result;
  const bool cut_before = from > 0 || shown.first > 0;
  if (cut_before) result.text += kEllipsis;
  int column = cut_before ? 1 : 0;
  for (size_t i = shown.first; i < shown.last; ++i) {
    if (i == marked.first) result.mark_begin = column;
    result.text += glyphs[i].shown;
    column += glyphs[i].width;
    if (i < marked.last) result.mark_end = column;
  }
  if (shown.last < glyphs.size() || from + near.size() < line.size()) result.text += kEllipsis;
  return result;
}

// Writes the lines of one frame: a gutter with the line number, then what stands beside it.
class FrameWriter {
 public:
  FrameWriter(uint32_t greatest_line, const FrameOptions& options)
      : options_(options), digits_(std::max<size_t>(5, fmt::formatted_size("{}", greatest_line))) {}

  int room() const { return options_.width - static_cast<int>(digits_) - 3; }

  void add(std::string_view number, std::string_view text, Style style) {
    const size_t length = text.find_last_not_of(' ') + 1;
    frame_ += styled(fmt::format("{:>{}} |", number, digits_), Style::faint, options_.colour);
    if (length > 0) frame_ += ' ' + styled(text.substr(0, length), style, options_.colour);
    frame_ += '\n';
  }

  // Carets, and the label beside them or, where that has no room, in lines of its own below.
  void add_mark(const Excerpt& marked, std::string_view label) {
    const auto blanks = static_cast<size_t>(marked.mark_begin);
    std::string carets = std::string(blanks, ' ');
    carets.append(static_cast<size_t>(std::max(1, marked.mark_end - marked.mark_begin)), '^');
    const int beside = static_cast<int>(carets.size()) + 1;
    if (label.empty() || beside + visible_width(label) <= room()) {
      add("", carets + ' ' + visible(label), options_.mark);
      return;
    }
    add("", carets, options_.mark);
    const int indent = std::min(marked.mark_begin, room() / 2);
    const Span span = {std::string(label)};
    const std::string wrapped = wrap({&span, 1}, {room(), indent, indent}, false);
    std::string_view rest = wrapped;
    std::string first_indent(static_cast<size_t>(indent), ' ');
    while (!rest.empty()) {
      const size_t end = rest.find('\n');
      add("", first_indent.append(rest.substr(0, end)), options_.mark);
      first_indent.clear();
      rest.remove_prefix(end + 1);
    }
  }

  std::string take() { return std::move(frame_); }

 private:
  FrameOptions options_;
  size_t digits_;
  std::string frame_;
};

}  // namespace

std::string show_position(const Place& place) {
  const MarkedLine line = marked_line(place);
  const LineIndex& lines = place.file->lines();
  const auto offset = static_cast<uint32_t>(lines.line_begin(line.number) + line.begin);
  return fmt::format("{}:{}:{}", visible(place.file->path), line.number, lines.column_codepoints(offset));
}

std::string code_frame(const Place& place, std::string_view label, const FrameOptions& options) {
  const MarkedLine marked = marked_line(place);
  const LineIndex& lines = place.file->lines();
  const auto context = static_cast<uint32_t>(options.context);
  const uint32_t first = marked.number - std::min(context, marked.number - 1);
  const uint32_t last = std::min(marked.number + context, lines.line_count());
  FrameWriter frame(last, options);
  for (uint32_t number = first; number <= last; ++number) {
    const bool is_marked = number == marked.number;
    const Excerpt shown = is_marked ? excerpt(marked.text, marked.begin, marked.end, frame.room())
                                    : excerpt(place.file->shown_line(number), 0, 0, frame.room());
    frame.add(fmt::format("{}", number), shown.text, Style::plain);
    if (is_marked) frame.add_mark(shown, label);
  }
  return frame.take();
}

}  // namespace kray
