#include "report/line_hash.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

using Hashes = std::vector<std::string>;

TEST(LineHashTest, EmptyFileHasOneLine) {
  EXPECT_EQ(primary_location_line_hashes(""), Hashes{"c129715d7a2bc9a3:1"});
}

TEST(LineHashTest, LinesWithoutFinalLineEnd) {
  EXPECT_EQ(primary_location_line_hashes(" a\nb\n  \t\tc\n d"),
            (Hashes{"271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"}));
}

TEST(LineHashTest, LineEndsOfEverySystemGiveTheSameHashes) {
  const Hashes expected{"e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1",
                        "e20e36e16fcb0cc8:1", "b3edc88f2938467e:1", "c8e28b0b4002a3a0:1",
                        "c129715d7a2bc9a3:1"};
  EXPECT_EQ(primary_location_line_hashes(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n"), expected);
  EXPECT_EQ(primary_location_line_hashes(" hello; \t\rworld!!!\r\r\r  \t\tGreetings\r End\r"), expected);
  EXPECT_EQ(primary_location_line_hashes(" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n"),
            expected);
}

TEST(LineHashTest, EqualHashesAreCounted) {
  std::string text;
  for (int i = 0; i < 10; ++i) text += "Lorem ipsum dolor sit amet.\n";
  EXPECT_EQ(primary_location_line_hashes(text),
            (Hashes{"a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3", "a7f2ff13bc495cf2:4",
                    "a7f2ff13bc495cf2:5", "a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1",
                    "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1"}));
}

TEST(LineHashTest, BlankBetweenCrAndLfMakesTwoLineEnds) {
  EXPECT_EQ(primary_location_line_hashes("a\r \nb"), primary_location_line_hashes("a\n\nb"));
  EXPECT_EQ(primary_location_line_hashes("a\r\nb"), primary_location_line_hashes("a\nb"));
}

// A hash of one line of one unit is u·37^99 + 0xFFFF·37^98 modulo 2^64, for a surrogate pair one power more.
TEST(LineHashTest, CharactersCountAsUtf16Units) {
  const auto hash_of_units = [](const std::vector<uint64_t>& units) {
    uint64_t hash = 0;
    for (size_t i = 0; i < 100; ++i) hash = hash * 37 + (i < units.size() ? units[i] : 0);
    char text[32];
    std::snprintf(text, sizeof text, "%llx:1", static_cast<unsigned long long>(hash));
    return Hashes{text};
  };
  EXPECT_EQ(primary_location_line_hashes("é"), hash_of_units({0xE9, 0xFFFF}));
  EXPECT_EQ(primary_location_line_hashes("日"), hash_of_units({0x65E5, 0xFFFF}));
  EXPECT_EQ(primary_location_line_hashes("😀"), hash_of_units({0xD83D, 0xDE00, 0xFFFF}));
  EXPECT_EQ(primary_location_line_hashes("\xEF\xBB\xBF"), hash_of_units({0xFEFF, 0xFFFF}));
}

TEST(LineHashTest, BrokenUtf8GivesHashesToo) {
  for (const std::string_view text : {"\xFF", "\xC3", "\xE6\x97", "\xF0\x9F\x98", "a\x80\n"}) {
    EXPECT_FALSE(primary_location_line_hashes(text).empty());
  }
}

}  // namespace
}  // namespace kray
