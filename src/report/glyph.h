// What a terminal is shown for one character of the input.
//
// Manifests come from strangers: a control character in one could move the cursor, recolour or
// rewrite what the reader sees. So nothing of the input is printed but through this file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kray {

// One character of a text, or one byte of it that is not UTF-8.
struct Glyph {
  std::string shown;  // printable UTF-8
  int width = 0;      // terminal columns; 0: sits on the glyph before it
  size_t begin = 0;   // bytes of the text it stands for: begin to end, half open
  size_t end = 0;
};

// All of `text`. Printable characters stand for themselves, a tab for an arrow and three spaces
// (whatever its column, so that a part of a line can be shown without the rest of it), and as an
// escape are shown: control characters (`\n`, `\r`, `\x1b`), bytes that are not UTF-8 (`\xff`),
// characters that change the direction of text or cannot be seen (`\u202e`, `\U000e0041`), and
// combining marks piled higher than any language does.
std::vector<Glyph> glyphs_of(std::string_view text);

// The same as one string, and the terminal columns that `text` takes when shown so.
std::string visible(std::string_view text);
int visible_width(std::string_view text);

// `text` with U+FFFD for every byte that is not UTF-8, and whether it has none.
std::string well_formed(std::string_view text);
bool is_well_formed(std::string_view text);

}  // namespace kray
