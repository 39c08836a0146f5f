// Decodes UTF-8 strictly (no overlong forms, no surrogates), then decides per character whether
// it is safe and can be seen; if not, an escape made of ASCII stands for it.
#include "report/glyph.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/character_width.h"

namespace kray {
namespace {

constexpr int kTabWidth = 4;
constexpr std::string_view kTab = "\u2192   ";
// Vietnamese and Hebrew need two or three marks on one letter.
constexpr int kMarksInARow = 4;

struct Character {
  char32_t value = 0;
  size_t bytes = 1;
  bool valid = false;  // else `value` is one stray byte
};

size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

Character decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const Character stray = {lead, 1, false};
  const size_t length = sequence_length(lead);
  if (length == 0 || length > text.size()) return stray;
  if (length == 1) return {lead, 1, true};
  char32_t value = lead & (0x7FU >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80U) return stray;
    value = (value << 6U) | (byte & 0x3FU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value < 0xE000;
  if (overlong || surrogate || value > 0x10FFFF) return stray;
  return {value, length, true};
}

// Format characters and fillers: no ink of their own, and some of them reorder what surrounds
// them. Joiners are among them because terminals disagree about the width of what they join.
bool is_unseen(char32_t value) {
  struct Range {
    char32_t first, last;
  };
  static constexpr Range kUnseen[] = {
      {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C}, {0x115F, 0x1160},   {0x17B4, 0x17B5},
      {0x180B, 0x180F}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},   {0x3164, 0x3164},
      {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
  };
  return std::any_of(std::begin(kUnseen), std::end(kUnseen),
                     [value](const Range& range) { return range.first <= value && value <= range.last; });
}

bool is_control(char32_t value) { return value < 0x20 || (value >= 0x7F && value < 0xA0); }

std::string escape(const Character& character) {
  const auto value = static_cast<uint32_t>(character.value);
  if (character.value == '\n') return "\\n";
  if (character.value == '\r') return "\\r";
  if (!character.valid || value < 0x80) return fmt::format("\\x{:02x}", value);
  return value < 0x10000 ? fmt::format("\\u{:04x}", value) : fmt::format("\\U{:08x}", value);
}

}  // namespace

std::vector<Glyph> glyphs_of(std::string_view text) {
  std::vector<Glyph> glyphs;
  int marks = 0;
  for (size_t begin = 0; begin < text.size();) {
    const Character character = decode(text.substr(begin));
    const size_t end = begin + character.bytes;
    const int width = character_width(character.value);
    marks = width == 0 ? marks + 1 : 0;
    if (character.valid && character.value == '\t') {
      glyphs.push_back({std::string(kTab), kTabWidth, begin, end});
    } else if (!character.valid || is_control(character.value) || is_unseen(character.value) ||
               marks > kMarksInARow) {
      std::string shown = escape(character);
      const int escape_width = static_cast<int>(shown.size());
      glyphs.push_back({std::move(shown), escape_width, begin, end});
    } else {
      glyphs.push_back({std::string(text.substr(begin, character.bytes)), width, begin, end});
    }
    begin = end;
  }
  return glyphs;
}

bool is_well_formed(std::string_view text) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  auto at = static_cast<size_t>(std::find_if_not(text.begin(), text.end(), is_ascii) - text.begin());
  while (at < text.size()) {
    const Character character = decode(text.substr(at));
    if (!character.valid) return false;
    at += character.bytes;
  }
  return true;
}

std::string well_formed(std::string_view text) {
  std::string formed;
  for (size_t at = 0; at < text.size();) {
    const Character character = decode(text.substr(at));
    formed += character.valid ? text.substr(at, character.bytes) : std::string_view("\uFFFD");
    at += character.bytes;
  }
  return formed;
}

std::string visible(std::string_view text) {
  std::string shown;
  for (const Glyph& glyph : glyphs_of(text)) shown += glyph.shown;
  return shown;
}

int visible_width(std::string_view text) {
  int width = 0;
  for (const Glyph& glyph : glyphs_of(text)) width += glyph.width;
  return width;
}

}  // namespace kray
