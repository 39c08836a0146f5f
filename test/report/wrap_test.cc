// Where lines are broken, counted in terminal columns.
#include "report/wrap.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

std::string wrapped(const std::string& text, Margins margins) {
  const Span span = {text};
  return wrap({&span, 1}, margins, false);
}

TEST(Wrap, BreaksBetweenWords) {
  EXPECT_EQ(wrapped("one two three", {20, 0, 4}), "one two three\n");
  EXPECT_EQ(wrapped("one two three", {13, 0, 4}), "one two three\n");
  EXPECT_EQ(wrapped("one two three", {12, 0, 4}), "one two\n    three\n");
  EXPECT_EQ(wrapped("  one   two  ", {12, 0, 4}), "one two\n");
  EXPECT_EQ(wrapped("", {12, 0, 4}), "\n");
}

TEST(Wrap, FirstLineBeginsAfterWhatIsThereAlready) {
  EXPECT_EQ(wrapped("one two", {12, 5, 2}), "one two\n");
  EXPECT_EQ(wrapped("one two", {12, 6, 2}), "one\n  two\n");
}

TEST(Wrap, CountsColumnsNotBytes) {
  EXPECT_EQ(wrapped("名前 名前 名前", {14, 0, 0}), "名前 名前 名前\n");
  EXPECT_EQ(wrapped("名前 名前 名前", {13, 0, 0}), "名前 名前\n名前\n");
  EXPECT_EQ(wrapped("e\u0301e\u0301 e\u0301", {4, 0, 0}), "e\u0301e\u0301 e\u0301\n");
}

TEST(Wrap, CutsWordsLongerThanALine) {
  EXPECT_EQ(wrapped("see abcdefghijkl now", {8, 0, 2}), "see\n  abcdef\n  ghijkl\n  now\n");
  EXPECT_EQ(wrapped("名名名名", {7, 0, 0}), "名名名\n名\n");
  EXPECT_EQ(wrapped("abc\u0301d", {3, 0, 0}), "abc\u0301\nd\n") << "a mark stays with its letter";
}

TEST(Wrap, KeepsPathsAndUrlsWhole) {
  const Span spans[] = {
      {"at"}, {"my folder/a-long-name.yaml:1:1:", Style::plain, true}, {"see https://example.org/x"}};
  EXPECT_EQ(wrap(spans, {16, 0, 2}, false),
            "at\n"
            "  my folder/a-long-name.yaml:1:1:\n"
            "  see\n"
            "  https://example.org/x\n");
}

TEST(Wrap, MakesControlCharactersVisible) {
  EXPECT_EQ(wrapped("a\nb\x1b[1mc", {40, 0, 0}), "a\\nb\\x1b[1mc\n");
  EXPECT_EQ(wrapped("a\tb", {40, 0, 0}), "a→ b\n");
}

TEST(Wrap, StylesWordsNotBlanks) {
  const Span spans[] = {{"two words", Style::strong}, {"plain"}};
  EXPECT_EQ(wrap(spans, {9, 0, 1}, true), "\x1b[1mtwo\x1b[0m \x1b[1mwords\x1b[0m\n plain\n");
}

}  // namespace
}  // namespace kray
