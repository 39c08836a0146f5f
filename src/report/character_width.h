// How many terminal columns a character takes.
#pragma once

namespace kray {

// 0 for combining marks, 2 for wide (East Asian, emoji) characters, else 1. Control characters
// count 1: they are never printed as they are, see glyph.h.
int character_width(char32_t character);

}  // namespace kray
