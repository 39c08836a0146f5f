// Two steps: lines are joined until something ends the paragraph (CommonMark's block rules as far
// as rule files use them), then every mark of inline syntax that has its counterpart is dropped.
// A lone `*` or `_` stays: principals such as `*` are what rules speak about.
#include "report/markdown.h"

#include <algorithm>
#include <vector>

namespace kray {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_punctuation(char c) { return c > ' ' && c < 0x7F && !is_word(c); }

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

bool is_heading(std::string_view line) {
  const size_t text = line.find_first_not_of('#');
  return line.starts_with('#') && (text == std::string_view::npos || (text <= 6 && line[text] == ' '));
}

bool is_fence(std::string_view line) { return line.starts_with("```") || line.starts_with("~~~"); }

// Length of "- ", "* ", "+ ", "1. " or "1) " at the start of a line; 0 if there is none.
size_t list_marker(std::string_view line) {
  size_t length = 0;
  while (length < line.size() && is_digit(line[length])) ++length;
  if (length + 1 >= line.size() || line[length + 1] != ' ') return 0;
  const std::string_view markers = length == 0 ? "-*+" : ".)";
  return markers.find(line[length]) == std::string_view::npos ? 0 : length + 2;
}

std::string joined_paragraph(std::string_view markdown) {
  std::string paragraph;
  bool in_code_block = false;
  while (!markdown.empty()) {
    const size_t line_end = std::min(markdown.find('\n'), markdown.size());
    std::string_view line = trimmed(markdown.substr(0, line_end));
    markdown.remove_prefix(std::min(line_end + 1, markdown.size()));
    const size_t marker = list_marker(line);
    const bool ends = line.empty() || is_heading(line) || is_fence(line) || marker > 0;
    if (!paragraph.empty() && ends) break;
    if (is_fence(line)) in_code_block = !in_code_block;
    if (in_code_block || (ends && marker == 0)) continue;
    line.remove_prefix(marker);
    if (!paragraph.empty()) paragraph += ' ';
    paragraph += line;
  }
  return paragraph;
}

size_t run_length(std::string_view text, size_t at) {
  return std::min(text.find_first_not_of(text[at], at), text.size()) - at;
}

// Where the run that closes the emphasis opened by `length` marks at `at` begins, else npos.
size_t closing_run(std::string_view text, size_t at, size_t length) {
  const size_t inside = at + length;
  if (inside >= text.size() || text[inside] == ' ' || (at > 0 && is_word(text[at - 1])))
    return std::string_view::npos;
  for (size_t i = inside; (i = text.find(text[at], i)) != std::string_view::npos;) {
    const size_t run = run_length(text, i);
    const bool ends_word = i + run == text.size() || !is_word(text[i + run]);
    if (run == length && text[i - 1] != ' ' && ends_word) return i;
    i += run;
  }
  return std::string_view::npos;
}

// Past the end of the code span that begins at `at`; just past its marks if nothing closes it.
size_t code_span_end(std::string_view text, size_t at) {
  const size_t length = run_length(text, at);
  for (size_t i = at + length; (i = text.find('`', i)) != std::string_view::npos;) {
    const size_t run = run_length(text, i);
    i += run;
    if (run == length) return i;
  }
  return at + length;
}

class InlineMarks {
 public:
  explicit InlineMarks(std::string_view text) : text_(text), dropped_(text.size(), false) {
    for (size_t at = 0; at < text_.size();) at = read(at);
  }

  std::string plain() const {
    std::string plain;
    for (size_t i = 0; i < text_.size(); ++i) {
      if (!dropped_[i]) plain += text_[i];
    }
    return plain;
  }

 private:
  void drop(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) dropped_[i] = true;
  }

  // Reads one mark or character and returns where the next one begins.
  size_t read(size_t at) {
    switch (text_[at]) {
      case '`': return code_span_end(text_, at);
      case '\\':
        if (at + 1 == text_.size() || !is_punctuation(text_[at + 1])) return at + 1;
        drop(at, at + 1);
        return at + 2;
      case '*':
      case '_': return read_emphasis(at);
      case '[': return read_link(at);
      case '<': return read_autolink(at);
      default: return at + 1;
    }
  }

  size_t read_emphasis(size_t at) {
    const size_t length = run_length(text_, at);
    const size_t closing = dropped_[at] ? std::string_view::npos : closing_run(text_, at, length);
    if (closing != std::string_view::npos) {
      drop(at, at + length);
      drop(closing, closing + length);
    }
    return at + length;
  }

  size_t read_link(size_t at) {
    const size_t middle = text_.find("](", at);
    const size_t end = middle == std::string_view::npos ? middle : text_.find(')', middle);
    if (end == std::string_view::npos || text_.find('[', at + 1) < middle) return at + 1;
    drop(at, at + 1);
    drop(middle, end + 1);
    return at + 1;
  }

  size_t read_autolink(size_t at) {
    const size_t end = text_.find_first_of("> ", at);
    const bool closed = end != std::string_view::npos && text_[end] == '>';
    if (!closed || text_.substr(at, end - at).find("://") == std::string_view::npos) return at + 1;
    drop(at, at + 1);
    drop(end, end + 1);
    return end + 1;
  }

  std::string_view text_;
  std::vector<bool> dropped_;
};

}  // namespace

std::string opening_paragraph(std::string_view markdown) {
  const std::string paragraph = joined_paragraph(markdown);
  return InlineMarks(paragraph).plain();
}

}  // namespace kray
