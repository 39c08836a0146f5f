// Frames as exact text: what is shown, and that carets stand under what they mark.
#include "report/code_frame.h"

#include <gtest/gtest.h>

#include "report/glyph.h"
#include "source/source_file.h"

namespace kray {
namespace {

using std::string_literals::operator""s;

Place place_of(const SourceFile& file, std::string_view words) {
  const size_t begin = file.bytes.find(words);
  EXPECT_NE(begin, std::string::npos) << words;
  return {&file, static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + words.size())};
}

// The frame of `words` in a file of these bytes, without context.
std::string line_frame(const std::string& bytes, std::string_view words, std::string_view label = "") {
  const SourceFile file("a.yaml", bytes);
  return code_frame(place_of(file, words), label, {100, false, 0});
}

std::string frame_at(const std::string& bytes, uint32_t begin, uint32_t end, int context = 0) {
  const SourceFile file("a.yaml", bytes);
  return code_frame({&file, begin, end}, "", {100, false, context});
}

std::string position_at(const std::string& bytes, uint32_t begin) {
  const SourceFile file("a.yaml", bytes);
  return show_position({&file, begin, begin});
}

TEST(CodeFrame, ShowsOneLineAroundAndTheLabel) {
  const SourceFile file("a.yaml", "kind: A\nspec:\n  rules: []\n\nlast: 1\n");
  EXPECT_EQ(code_frame(place_of(file, "rules"), "no rules", {}),
            "    2 | spec:\n"
            "    3 |   rules: []\n"
            "      |   ^^^^^ no rules\n"
            "    4 |\n");
}

TEST(CodeFrame, StopsAtBothEndsOfTheFile) {
  const SourceFile file("a.yaml", "a: 1\nb: 2\n");
  EXPECT_EQ(code_frame(place_of(file, "a"), "", {}),
            "    1 | a: 1\n"
            "      | ^\n"
            "    2 | b: 2\n");
  EXPECT_EQ(code_frame(place_of(file, "2"), "", {}),
            "    1 | a: 1\n"
            "    2 | b: 2\n"
            "      |    ^\n");
}

TEST(CodeFrame, LastLineWithoutNewline) {
  EXPECT_EQ(line_frame("a: 1\nb: 2", "2"), "    2 | b: 2\n      |    ^\n");
}

TEST(CodeFrame, TabsAreArrows) {
  EXPECT_EQ(line_frame("\tname:\tx", "name"),
            "    1 | →   name:→   x\n"
            "      |     ^^^^\n");
  EXPECT_EQ(line_frame("\tname:\tx", "x"),
            "    1 | →   name:→   x\n"
            "      |              ^\n");
  EXPECT_EQ(line_frame("\tname:\tx", "\t"),
            "    1 | →   name:→   x\n"
            "      | ^^^^\n");
}

TEST(CodeFrame, WideCharactersKeepCaretsAligned) {
  EXPECT_EQ(line_frame("名前: 値 # x", "値"),
            "    1 | 名前: 値 # x\n"
            "      |       ^^\n");
  EXPECT_EQ(line_frame("a: 👍👍 # x", "x"),
            "    1 | a: 👍👍 # x\n"
            "      |           ^\n");
}

TEST(CodeFrame, CombiningMarksKeepCaretsAligned) {
  EXPECT_EQ(line_frame("cafe\u0301: x", "x"),
            "    1 | cafe\u0301: x\n"
            "      |       ^\n");
  EXPECT_EQ(line_frame("cafe\u0301: x", "e\u0301"),
            "    1 | cafe\u0301: x\n"
            "      |    ^\n");
  EXPECT_EQ(line_frame("cafe\u0301: x", "\u0301"),
            "    1 | cafe\u0301: x\n"
            "      |    ^\n")
      << "a mark alone is marked where it stands";
}

TEST(CodeFrame, ByteOrderMarkIsNotShown) {
  EXPECT_EQ(line_frame("\uFEFFkind: A\n", "kind"), "    1 | kind: A\n      | ^^^^\n");
  EXPECT_EQ(frame_at("\uFEFFkind: A\n", 0, 3), "    1 | kind: A\n      | ^\n");
  EXPECT_EQ(frame_at("\uFEFF", 0, 0), "    1 |\n      | ^\n");
}

TEST(CodeFrame, CarriageReturnsEndLines) {
  const SourceFile file("a.yaml", "a: 1\r\nb: 2\r\nc: 3\r\n");
  EXPECT_EQ(code_frame(place_of(file, "b: 2\r\n"), "", {}),
            "    1 | a: 1\n"
            "    2 | b: 2\n"
            "      | ^^^^\n"
            "    3 | c: 3\n");
}

TEST(CodeFrame, LongPlacesAreMarkedToTheEndOfTheirFirstLine) {
  EXPECT_EQ(line_frame("spec:\n  rules:  \n  - to: x\n", "rules:  \n  - to"),
            "    2 |   rules:\n"
            "      |   ^^^^^^\n");
}

TEST(CodeFrame, EmptyPlacesGetOneCaret) {
  EXPECT_EQ(frame_at("kind: A\n", 6, 6), "    1 | kind: A\n      |       ^\n");
  EXPECT_EQ(frame_at("", 0, 0), "    1 |\n      | ^\n");
}

TEST(CodeFrame, PlacesAtLineEndsAreMarkedAfterTheLine) {
  EXPECT_EQ(frame_at("kind:\nb: 1\n", 5, 5), "    1 | kind:\n      |      ^\n");
  EXPECT_EQ(frame_at("kind:\nb: 1\n", 5, 6), "    1 | kind:\n      |      ^\n");
  EXPECT_EQ(frame_at("kind:\r\nb: 1\n", 6, 7), "    1 | kind:\n      |      ^\n");
  EXPECT_EQ(frame_at("a\nb\n", 4, 4), "    2 | b\n      |  ^\n");
  EXPECT_EQ(frame_at("a\nb", 3, 3), "    2 | b\n      |  ^\n");
  EXPECT_EQ(frame_at("a\n\nb", 2, 2), "    2 |\n      | ^\n");
}

TEST(CodeFrame, PlacesPastTheFileAreMarkedAtItsEnd) {
  EXPECT_EQ(frame_at("a: 1", 100, 200), "    1 | a: 1\n      |     ^\n");
}

TEST(CodeFrame, ControlCharactersAreHarmlessAndAligned) {
  EXPECT_EQ(line_frame("a: \x1b[2J x", "x"),
            "    1 | a: \\x1b[2J x\n"
            "      |            ^\n");
  EXPECT_EQ(line_frame("a: \u202e\0 x"s, "x"),
            "    1 | a: \\u202e\\x00 x\n"
            "      |               ^\n");
  EXPECT_EQ(line_frame("a: \x1b x", "\x1b"),
            "    1 | a: \\x1b x\n"
            "      |    ^^^^\n");
  EXPECT_EQ(line_frame("a: \xff x", "x"),
            "    1 | a: \\xff x\n"
            "      |         ^\n");
  EXPECT_EQ(line_frame("a: b", "b", "\x1b[31mred"),
            "    1 | a: b\n"
            "      |    ^ \\x1b[31mred\n");
}

TEST(CodeFrame, LabelsWithoutRoomGoBelow) {
  const SourceFile file("a.yaml", "namespace: default\n");
  EXPECT_EQ(code_frame(place_of(file, "default"), "13 more wide", {40}),
            "    1 | namespace: default\n"
            "      |            ^^^^^^^ 13 more wide\n")
      << "exactly 40 columns";
  EXPECT_EQ(code_frame(place_of(file, "default"), "one more wider", {40}),
            "    1 | namespace: default\n"
            "      |            ^^^^^^^\n"
            "      |            one more wider\n");
  EXPECT_EQ(code_frame(place_of(file, "default"), "use a namespace of its own for it", {40}),
            "    1 | namespace: default\n"
            "      |            ^^^^^^^\n"
            "      |            use a namespace of\n"
            "      |            its own for it\n");
}

TEST(CodeFrame, LabelsFarToTheRightBeginInTheMiddle) {
  const SourceFile file("a.yaml", std::string(31, '-') + "x");
  EXPECT_EQ(code_frame(place_of(file, "x"), "a label of some words", {40}),
            "    1 | -------------------------------x\n"
            "      |                                ^\n"
            "      |                 a label of some\n"
            "      |                 words\n");
}

TEST(CodeFrame, LinesThatJustFitAreWhole) {
  const std::string line = std::string(31, '-') + "x";
  const SourceFile file("a.yaml", line);
  EXPECT_EQ(code_frame(place_of(file, "x"), "", {40}),
            "    1 | " + line + "\n      |                                ^\n");
  EXPECT_EQ(code_frame({&file, 32, 32}, "", {40}),
            "    1 | …" + line.substr(3) + "\n      |                               ^\n")
      << "the caret after the line needs a column too";
}

TEST(CodeFrame, LongLinesAreShownAroundThePlace) {
  const std::string dots(14000, '.');
  const SourceFile file("a.json", dots + "\"hostNetwork\": true" + dots);
  EXPECT_EQ(code_frame(place_of(file, "\"hostNetwork\""), "", {40}),
            "    1 | …........\"hostNetwork\": true...…\n"
            "      |          ^^^^^^^^^^^^^\n");
  EXPECT_EQ(code_frame({&file, 0, 3}, "", {40}),
            "    1 | ..............................…\n"
            "      | ^^^\n");
  EXPECT_EQ(code_frame({&file, 28018, 28019}, "", {40}),
            "    1 | …..............................\n"
            "      |                               ^\n");
}

TEST(CodeFrame, LongPlacesInLongLinesBeginWithSomeContext) {
  const SourceFile file("a.json", std::string(100, '.') + std::string(28000, 'x') + std::string(100, '.'));
  EXPECT_EQ(code_frame({&file, 100, 28100}, "", {40}),
            "    1 | ….......xxxxxxxxxxxxxxxxxxxxxxx…\n"
            "      |         ^^^^^^^^^^^^^^^^^^^^^^^\n");
}

TEST(CodeFrame, LongContextLinesAreCutAtTheirEnd) {
  const SourceFile file("a.yaml", std::string(200, 'a') + "\nb: 1\n" + std::string(200, 'c'));
  EXPECT_EQ(code_frame(place_of(file, "b"), "", {40}),
            "    1 | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…\n"
            "    2 | b: 1\n"
            "      | ^\n"
            "    3 | cccccccccccccccccccccccccccccc…\n");
}

TEST(CodeFrame, EveryPlaceInALongLineFitsAndIsMarked) {
  std::string line;
  while (line.size() < 3000) line += "a名\te\u0301\x1b👍\xff";
  const SourceFile file("a.yaml", line);
  for (uint32_t begin = 0; begin <= line.size(); ++begin) {
    const std::string frame = code_frame({&file, begin, begin + begin % 40}, "label", {40});
    const size_t caret_line = frame.find('\n') + 1;
    ASSERT_NE(frame.find('^', caret_line), std::string::npos) << begin;
    for (size_t at = 0; at < frame.size();) {
      const size_t end = frame.find('\n', at);
      ASSERT_LE(visible_width(frame.substr(at, end - at)), 40) << begin << "\n" << frame;
      at = end + 1;
    }
  }
}

TEST(CodeFrame, WindowsAreFullWhateverACharacterTakesInBytes) {
  const std::string letter = "\U0001D400\U0001E8D0\U0001E8D1\U0001E8D2\U0001E8D3";  // one column, 20 bytes
  std::string letters;
  for (int i = 0; i < 30; ++i) letters += letter;
  std::string line;
  for (int i = 0; i < 20; ++i) line += letters;
  const SourceFile file("a.yaml", line);
  EXPECT_EQ(code_frame({&file, 6000, 6020}, "", {40}),
            "    1 | …" + letters + "…\n      |                ^\n");
  EXPECT_EQ(code_frame({&file, 12000, 12000}, "", {40}),
            "    1 | …" + letters.substr(20) + "\n      |                               ^\n");
}

TEST(CodeFrame, CombiningMarksWithoutEndAreCut) {
  std::string line = "a";
  for (int i = 0; i < 100000; ++i) line += "\u0301";
  const SourceFile file("a.yaml", line);
  EXPECT_LT(code_frame({&file, 0, 1}, "", {40}).size(), 200U);
  EXPECT_LT(code_frame({&file, 100001, 100003}, "", {40}).size(), 200U);
}

TEST(CodeFrame, GutterGrowsWithLineNumbers) {
  const SourceFile file("a.yaml", std::string(123456, '\n') + "a");
  EXPECT_EQ(code_frame({&file, 123456, 123457}, "", {40}),
            "123456 |\n"
            "123457 | a\n"
            "       | ^\n");
}

TEST(CodeFrame, ColourAddsOnlySgrSequences) {
  const SourceFile file("a.yaml", "kind: A\n");
  EXPECT_EQ(code_frame(place_of(file, "A"), "it", {40, true, 0, Style::alarm}),
            "\x1b[2m    1 |\x1b[0m kind: A\n"
            "\x1b[2m      |\x1b[0m \x1b[1;31m      ^ it\x1b[0m\n");
}

TEST(ShowPosition, CountsCodePoints) {
  EXPECT_EQ(position_at("a: 1\nb: 2\n", 8), "a.yaml:2:4");
  EXPECT_EQ(position_at("名👍: x", 9), "a.yaml:1:5");
  EXPECT_EQ(position_at("\te\u0301 x", 5), "a.yaml:1:5");
  EXPECT_EQ(position_at("\uFEFFkind", 0), "a.yaml:1:1");
  EXPECT_EQ(position_at("\uFEFFkind", 3), "a.yaml:1:1");
  EXPECT_EQ(position_at("a\r\nb", 2), "a.yaml:1:2");
  EXPECT_EQ(position_at("a", 50), "a.yaml:1:2");
}

TEST(ShowPosition, MakesPathsHarmless) {
  const SourceFile file("dir/\x1b[2Ja\nb.yaml", "");
  EXPECT_EQ(show_position({&file, 0, 0}), "dir/\\x1b[2Ja\\nb.yaml:1:1");
}

}  // namespace
}  // namespace kray
