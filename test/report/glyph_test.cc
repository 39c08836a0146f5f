// What may reach a terminal as it is, and what becomes an escape.
#include "report/glyph.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

using std::string_literals::operator""s;

TEST(Visible, PrintableTextStandsForItself) {
  for (const std::string text : {"", "plain `text` \\n", "é Ж 名前 👍 → …", "e\u0301", "❤\uFE0F"}) {
    EXPECT_EQ(visible(text), text);
  }
}

TEST(Visible, ControlCharactersBecomeEscapes) {
  EXPECT_EQ(visible("a\0b"s), "a\\x00b");
  EXPECT_EQ(visible("\x1b[2J\x1b]0;title\x07"), "\\x1b[2J\\x1b]0;title\\x07");
  EXPECT_EQ(visible("one\ntwo\r\b\x7f"), "one\\ntwo\\r\\x08\\x7f");
  EXPECT_EQ(visible("\u009b31m\u0085"), "\\u009b31m\\u0085") << "C1 controls work like ESC [";
  EXPECT_EQ(visible("\ta"), "→   a");
}

TEST(Visible, CharactersThatHideOrReorderBecomeEscapes) {
  EXPECT_EQ(visible("team\u202eb-a\u202c"), "team\\u202eb-a\\u202c");
  EXPECT_EQ(visible("\u2066x\u2069\u200f\u061c"), "\\u2066x\\u2069\\u200f\\u061c");
  EXPECT_EQ(visible("ray\u200b\u00ad\ufeff\u2028"), "ray\\u200b\\u00ad\\ufeff\\u2028");
  EXPECT_EQ(visible("👩\u200d💻"), "👩\\u200d💻");
  EXPECT_EQ(visible("\U000E0041"), "\\U000e0041");
}

TEST(Visible, BytesThatAreNotUtf8BecomeEscapes) {
  EXPECT_EQ(visible("a\xff\x9bz"), "a\\xff\\x9bz");
  EXPECT_EQ(visible("\xc0\x9b"), "\\xc0\\x9b") << "overlong ESC [";
  EXPECT_EQ(visible("\xe0\x80\x9b"), "\\xe0\\x80\\x9b") << "overlong";
  EXPECT_EQ(visible("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "surrogate";
  EXPECT_EQ(visible("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "past U+10FFFF";
  EXPECT_EQ(visible("\xe5\x90"), "\\xe5\\x90") << "cut short";
}

TEST(Visible, PiledMarksBecomeEscapes) {
  EXPECT_EQ(visible("a\u0301\u0302\u0303\u0304"), "a\u0301\u0302\u0303\u0304");
  EXPECT_EQ(visible("a\u0301\u0302\u0303\u0304\u0305b\u0301"), "a\u0301\u0302\u0303\u0304\\u0305b\u0301");
}

TEST(Visible, ChangesNothingASecondTime) {
  const std::string once = visible("\x1b\u202e\xff\ta\u0301\u0302\u0303\u0304\u0305\u0306名");
  EXPECT_EQ(visible(once), once);
}

TEST(VisibleWidth, CountsColumnsOfWhatIsShown) {
  EXPECT_EQ(visible_width(""), 0);
  EXPECT_EQ(visible_width("名前"), 4);
  EXPECT_EQ(visible_width("e\u0301"), 1);
  EXPECT_EQ(visible_width("👍"), 2);
  EXPECT_EQ(visible_width("\x1b"), 4);
  EXPECT_EQ(visible_width("\u202e"), 6);
  EXPECT_EQ(visible_width("\t"), 4);
}

TEST(GlyphsOf, KnowTheirBytes) {
  const std::vector<Glyph> glyphs = glyphs_of("a名\xff");
  ASSERT_EQ(glyphs.size(), 3U);
  EXPECT_EQ(glyphs[1].begin, 1U);
  EXPECT_EQ(glyphs[1].end, 4U);
  EXPECT_EQ(glyphs[2].end, 5U);
}

TEST(WellFormed, StrayBytesBecomeReplacementCharacters) {
  EXPECT_TRUE(is_well_formed(""));
  EXPECT_TRUE(is_well_formed("plain \xF0\x9F\x98\x80"));
  EXPECT_FALSE(is_well_formed("caf\xE9"));
  EXPECT_FALSE(is_well_formed("\xED\xA0\x80")) << "a surrogate";
  EXPECT_EQ(well_formed("caf\xE9 \xC3\xA9"), "caf\uFFFD \u00e9");
}

}  // namespace
}  // namespace kray
