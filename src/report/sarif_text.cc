// Text as SARIF's consumers can take it.
//
// SARIF messages know one construct, the embedded link "[words](id)" (section 3.11.6), and some viewers
// do not know its escapes. So links are kept apart by wording instead: brackets go from their words, a
// "](" elsewhere is torn apart by a space, and a "[" that nothing closes becomes "(". The markdown of rules
// is reduced to plain text by dropping the marks that rules use: fences, code spans, bold, headings, links.
#include "report/sarif_text.h"

#include <algorithm>

namespace kray {
namespace {

constexpr std::string_view kEllipsis = "…";
constexpr size_t kMaxLinkWords = 80;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Length of "[words](target)" at the beginning of `text`, 0 if there is none; `words` is set to its words.
size_t link_length(std::string_view text, std::string_view& words) {
  const size_t middle = text.find("](");
  if (!text.starts_with('[') || middle == std::string_view::npos) return 0;
  words = text.substr(1, middle - 1);
  const size_t end = text.find(')', middle);
  if (end == std::string_view::npos || words.find('[') != std::string_view::npos) return 0;
  return end + 1;
}

// One line of markdown outside fences, without its marks.
void append_plain_line(std::string_view line, std::string& plain) {
  const size_t hashes = line.find_first_not_of('#');
  if (hashes != 0 && hashes != std::string_view::npos && line[hashes] == ' ') line.remove_prefix(hashes + 1);
  bool in_code = false;
  for (size_t i = 0; i < line.size();) {
    std::string_view words;
    if (line[i] == '`') {
      in_code = !in_code;
      ++i;
    } else if (!in_code && line.substr(i).starts_with("**")) {
      i += 2;
    } else if (const size_t length = in_code ? 0 : link_length(line.substr(i), words); length > 0) {
      plain += words;
      i += length;
    } else {
      plain += line[i++];
    }
  }
}

}  // namespace

std::string shortened(std::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  size_t end = limit > kEllipsis.size() ? limit - kEllipsis.size() : 0;
  while (end > 0 && is_continuation(text[end])) --end;
  // A word longer than a quarter of the room is cut: going back to its beginning would lose too much.
  const size_t blank = text.substr(0, end).find_last_of(" \n");
  if (blank != std::string_view::npos && blank > end - end / 4) end = blank;
  return std::string(text.substr(0, end)) + std::string(kEllipsis);
}

std::string plain_sentence(std::string_view text, size_t limit) {
  std::string sentence;
  for (const char c : trimmed(text)) {
    if (c == '(' && sentence.ends_with(']')) sentence += ' ';
    sentence += c;
  }
  if (!sentence.empty() && std::string_view(".!?").find(sentence.back()) == std::string_view::npos) {
    sentence += '.';
  }
  sentence = shortened(sentence, limit);
  // A bracket left open would begin the next link early.
  for (size_t i = sentence.size(); i-- > 0 && sentence[i] != ']';) {
    if (sentence[i] == '[') sentence[i] = '(';
  }
  return sentence;
}

std::string link_words(std::string_view words) {
  std::string text;
  for (const char c : trimmed(words)) {
    if (c == '[' || c == ']' || c == '\\') continue;
    text += c == '\n' || c == '\r' ? ' ' : c;
  }
  return text.empty() ? "this place" : shortened(text, kMaxLinkWords);
}

std::string plain_text(std::string_view markdown) {
  std::string plain;
  bool fenced = false;
  markdown = trimmed(markdown);
  while (!markdown.empty()) {
    const size_t end = markdown.find('\n');
    const std::string_view line = markdown.substr(0, end);
    markdown = end == std::string_view::npos ? std::string_view() : markdown.substr(end + 1);
    if (trimmed(line).starts_with("```")) {
      fenced = !fenced;
      continue;
    }
    if (!plain.empty()) plain += '\n';
    if (fenced) {
      plain += line;
    } else {
      append_plain_line(line, plain);
    }
  }
  return plain;
}

std::string first_paragraph(std::string_view markdown) {
  std::string paragraph = plain_text(markdown);
  paragraph.resize(std::min(paragraph.size(), paragraph.find("\n\n")));
  for (char& c : paragraph) {
    if (c == '\n') c = ' ';
  }
  return paragraph;
}

}  // namespace kray
