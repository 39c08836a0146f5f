// Greedy wrapping: the spans become words, a word that does not fit starts a new line.
#include "report/wrap.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "report/glyph.h"

namespace kray {
namespace {

struct Word {
  std::string text;  // made visible
  int width = 0;
  Style style = Style::plain;
};

// Cuts a word into pieces of at most `room` columns, never between a letter and its marks.
void add_pieces(std::string_view word, Style style, int room, std::vector<Word>& words) {
  Word piece = {"", 0, style};
  for (const Glyph& glyph : glyphs_of(word)) {
    if (piece.width + glyph.width > room && piece.width > 0) {
      words.push_back(piece);
      piece = {"", 0, style};
    }
    piece.text += glyph.shown;
    piece.width += glyph.width;
  }
  words.push_back(piece);
}

void add_words(const Span& span, int room, std::vector<Word>& words) {
  const std::string shown = visible(span.text);
  if (span.whole) {
    if (!shown.empty()) words.push_back({shown, visible_width(shown), span.style});
    return;
  }
  const std::string_view text = shown;
  for (size_t begin = text.find_first_not_of(' '); begin != std::string_view::npos;) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    if (word.find("://") != std::string_view::npos) {
      words.push_back({std::string(word), visible_width(word), span.style});
    } else {
      add_pieces(word, span.style, room, words);
    }
    begin = text.find_first_not_of(' ', end);
  }
}

}  // namespace

std::string wrap(std::span<const Span> spans, const Margins& margins, bool colour) {
  std::vector<Word> words;
  for (const Span& span : spans) add_words(span, margins.width - margins.indent, words);
  std::string text;
  int column = margins.first;
  bool at_line_start = true;
  for (const Word& word : words) {
    if (!at_line_start && column + 1 + word.width > margins.width) {
      text += '\n';
      text.append(static_cast<size_t>(margins.indent), ' ');
      column = margins.indent;
      at_line_start = true;
    }
    if (!at_line_start) {
      text += ' ';
      ++column;
    }
    text += styled(word.text, word.style, colour);
    column += word.width;
    at_line_start = false;
  }
  return text + '\n';
}

}  // namespace kray
