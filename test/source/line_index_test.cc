// Byte offsets to lines and columns: every line end, a byte order mark, columns beyond ASCII.
#include "source/line_index.h"

#include <gtest/gtest.h>

#include <string>

namespace kray {
namespace {

uint32_t offset_of(std::string_view text, std::string_view part) {
  return static_cast<uint32_t>(text.find(part));
}

TEST(LineIndex, EndsLinesAtLineFeed) {
  const std::string_view text = "one\ntwo\n\nfour\n";
  const LineIndex lines(text);
  EXPECT_EQ(lines.line_count(), 4U) << "a final line end starts no line";
  EXPECT_EQ(lines.line_text(1), "one");
  EXPECT_EQ(lines.line_text(2), "two");
  EXPECT_EQ(lines.line_text(3), "");
  EXPECT_EQ(lines.line_text(4), "four");
  EXPECT_EQ(lines.line_of(offset_of(text, "one")), 1U);
  EXPECT_EQ(lines.line_of(3), 1U) << "a line end belongs to the line it ends";
  EXPECT_EQ(lines.line_of(offset_of(text, "two")), 2U);
  EXPECT_EQ(lines.line_of(offset_of(text, "four")), 4U);
  EXPECT_EQ(lines.line_begin(4), offset_of(text, "four"));
}

TEST(LineIndex, EndsLinesAtCarriageReturnAndLineFeed) {
  const std::string_view text = "one\r\ntwo\r\n\r\nfour";
  const LineIndex lines(text);
  EXPECT_EQ(lines.line_count(), 4U);
  EXPECT_EQ(lines.line_text(2), "two");
  EXPECT_EQ(lines.line_text(3), "");
  EXPECT_EQ(lines.line_text(4), "four");
  EXPECT_EQ(lines.line_of(4), 1U) << "the line feed of the pair";
  EXPECT_EQ(lines.line_of(5), 2U);
  EXPECT_EQ(lines.column_utf16(offset_of(text, "wo")), 2U);
}

TEST(LineIndex, EndsLinesAtLoneCarriageReturn) {
  const std::string_view text = "one\rtwo\r\rfour\r";
  const LineIndex lines(text);
  EXPECT_EQ(lines.line_count(), 4U);
  EXPECT_EQ(lines.line_text(1), "one");
  EXPECT_EQ(lines.line_text(3), "");
  EXPECT_EQ(lines.line_text(4), "four");
}

TEST(LineIndex, EndsLinesAtNothingElse) {
  // Form feed, NEL and the Unicode separators end no line for the readers of a report.
  const LineIndex lines(
      "a\fb\vc\xC2\x85"
      "d\xE2\x80\xA8"
      "e\xE2\x80\xA9"
      "f");
  EXPECT_EQ(lines.line_count(), 1U);
}

TEST(LineIndex, ByteOrderMarkIsNoColumn) {
  const std::string_view text = "\xEF\xBB\xBFkind: Pod\nspec: 1\n";
  const LineIndex lines(text);
  EXPECT_EQ(lines.line_text(1), "kind: Pod");
  EXPECT_EQ(lines.line_begin(1), 3U);
  EXPECT_EQ(lines.column_utf16(offset_of(text, "kind")), 1U);
  EXPECT_EQ(lines.column_codepoints(offset_of(text, "Pod")), 7U);
  EXPECT_EQ(lines.line_of(0), 1U);
  EXPECT_EQ(lines.column_utf16(0), 1U);
  EXPECT_EQ(lines.line_text(2), "spec: 1");
}

TEST(LineIndex, LastLineMayLackItsEnd) {
  const LineIndex lines("one\ntwo");
  EXPECT_EQ(lines.line_count(), 2U);
  EXPECT_EQ(lines.line_text(2), "two");
  EXPECT_EQ(lines.line_of(7), 2U);
  EXPECT_EQ(lines.column_utf16(7), 4U) << "the end of the file";
}

TEST(LineIndex, EmptyFileHasOneEmptyLine) {
  for (const std::string_view text : {"", "\xEF\xBB\xBF"}) {
    const LineIndex lines(text);
    EXPECT_EQ(lines.line_count(), 1U);
    EXPECT_EQ(lines.line_text(1), "");
    EXPECT_EQ(lines.line_of(0), 1U);
    EXPECT_EQ(lines.column_utf16(0), 1U);
    EXPECT_EQ(lines.column_codepoints(100), 1U);
  }
}

TEST(LineIndex, OffsetsPastTheEndBelongToTheLastLine) {
  const LineIndex lines("one\ntwo\n");
  EXPECT_EQ(lines.line_of(8), 2U);
  EXPECT_EQ(lines.line_of(4000000000U), 2U);
}

TEST(LineIndex, ColumnsEndOneBehindTheText) {
  const LineIndex lines("one\r\ntwo\n");
  EXPECT_EQ(lines.column_utf16(3), 4U);
  EXPECT_EQ(lines.column_utf16(4), 4U) << "inside the line end";
  EXPECT_EQ(lines.column_utf16(8), 4U);
  EXPECT_EQ(lines.column_utf16(9), 4U);
  EXPECT_EQ(lines.column_codepoints(4000000000U), 4U);
}

TEST(LineIndex, CountsUtf16UnitsAndCodePoints) {
  // é: 2 bytes, 1 unit; 日, 本: 3 bytes, 1 unit; 😀: 4 bytes, 2 units.
  const std::string_view text = "a: é日本😀x\n";
  const LineIndex lines(text);
  EXPECT_EQ(lines.column_utf16(offset_of(text, "é")), 4U);
  EXPECT_EQ(lines.column_utf16(offset_of(text, "日")), 5U);
  EXPECT_EQ(lines.column_utf16(offset_of(text, "本")), 6U);
  EXPECT_EQ(lines.column_utf16(offset_of(text, "😀")), 7U);
  EXPECT_EQ(lines.column_utf16(offset_of(text, "x")), 9U);
  EXPECT_EQ(lines.column_codepoints(offset_of(text, "😀")), 7U);
  EXPECT_EQ(lines.column_codepoints(offset_of(text, "x")), 8U);
}

TEST(LineIndex, CountsPiecesOfAGlyphOneByOne) {
  // A letter with a combining mark, and a family joined from three emoji.
  const std::string_view text = "e\u0301|👩\u200D👩\u200D👧|";
  const LineIndex lines(text);
  EXPECT_EQ(lines.column_utf16(offset_of(text, "|")), 3U);
  EXPECT_EQ(lines.column_utf16(static_cast<uint32_t>(text.rfind('|'))), 12U);
  EXPECT_EQ(lines.column_codepoints(static_cast<uint32_t>(text.rfind('|'))), 9U);
}

TEST(LineIndex, OffsetInsideACharacterHasItsColumn) {
  const LineIndex lines("é😀x");
  EXPECT_EQ(lines.column_utf16(1), 1U);
  EXPECT_EQ(lines.column_utf16(4), 2U);
  EXPECT_EQ(lines.column_codepoints(5), 2U);
  EXPECT_EQ(lines.column_utf16(6), 4U);
}

TEST(LineIndex, InvalidSequencesCountOneColumnAByte) {
  struct Case {
    const char* what;
    std::string bytes;
    uint32_t column;  // of the "x" behind them
  };
  const Case cases[] = {
      {"lone continuation bytes", "\x80\x80\x80", 4},
      {"a byte that begins nothing", "\xFF", 2},
      {"two bytes cut short", "\xC3", 2},
      {"four bytes cut short", "\xF0\x9F\x98", 4},
      {"overlong two bytes", "\xC0\xAF", 3},
      {"overlong three bytes", "\xE0\x80\xAF", 4},
      {"overlong four bytes", "\xF0\x80\x80\xAF", 5},
      {"a surrogate", "\xED\xA0\x80", 4},
      {"past the last code point", "\xF4\x90\x80\x80", 5},
      {"valid behind invalid", "\xC3\xC3\xA9", 3},
  };
  for (const Case& one : cases) {
    const std::string text = one.bytes + "x";
    const auto at = static_cast<uint32_t>(one.bytes.size());
    EXPECT_EQ(LineIndex(text).column_utf16(at), one.column) << one.what;
    EXPECT_EQ(LineIndex(text).column_codepoints(at), one.column) << one.what;
  }
}

TEST(LineIndex, EdgesOfValidSequencesAreOneCharacter) {
  for (const char* character : {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                                "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    const std::string text = std::string(character) + "x";
    EXPECT_EQ(LineIndex(text).column_codepoints(static_cast<uint32_t>(text.size() - 1)), 2U) << text;
  }
}

}  // namespace
}  // namespace kray
