// Wraps running text to the columns of a terminal.
#pragma once

#include <span>
#include <string>

#include "report/style.h"

namespace kray {

// A run of text in one style, of any origin: wrapping shows it as visible() of glyph.h does.
struct Span {
  std::string text;
  Style style = Style::plain;
  bool whole = false;  // one word, spaces and all, and never broken: a path
};

struct Margins {
  int width = 0;   // columns of a line
  int first = 0;   // columns of the first line that are taken already
  int indent = 0;  // blanks before every further line
};

// The words of `spans` with one blank between words and between spans, in lines of at most
// `margins.width` columns; every line ends with a newline, none with a blank. A word longer than
// a line is cut, except for URLs and whole spans: a reader wants to click or copy them.
std::string wrap(std::span<const Span> spans, const Margins& margins, bool colour);

}  // namespace kray
