// Widths of single characters, and where the ranges of the tables begin and end.
#include "report/character_width.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

TEST(CharacterWidth, LettersTakeOneColumn) {
  for (const char32_t character : {U'a', U'~', U'é', U'Ж', U'→', U'…', U'\u2764', U'\U0001F1E9', U'\uE000'}) {
    EXPECT_EQ(character_width(character), 1) << std::hex << static_cast<uint32_t>(character);
  }
}

TEST(CharacterWidth, MarksTakeNone) {
  for (const char32_t character :
       {U'\u0300', U'\u036F', U'\u0591', U'\u11A8', U'\u20DD', U'\uFE0F', U'\U000E01EF'}) {
    EXPECT_EQ(character_width(character), 0) << std::hex << static_cast<uint32_t>(character);
  }
}

TEST(CharacterWidth, EastAsianAndEmojiTakeTwo) {
  for (const char32_t character :
       {U'\u1100', U'\u231A', U'名', U'가', U'Ａ', U'\u3000', U'\U0001F44D', U'\U00020000', U'\U0003FFFD'}) {
    EXPECT_EQ(character_width(character), 2) << std::hex << static_cast<uint32_t>(character);
  }
}

TEST(CharacterWidth, RangesEndWhereTheySay) {
  EXPECT_EQ(character_width(0x02FF), 1);
  EXPECT_EQ(character_width(0x0370), 1);
  EXPECT_EQ(character_width(0x3100), 2);  // unassigned, amid wide characters
  EXPECT_EQ(character_width(0x303F), 1);
  EXPECT_EQ(character_width(0x10FFFF), 1);
}

}  // namespace
}  // namespace kray
