// When to colour, and the sequences themselves.
#include "report/style.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

TEST(WantColour, AnExplicitChoiceWins) {
  EXPECT_TRUE(want_colour(ColourChoice::always, false, "1", "dumb"));
  EXPECT_TRUE(want_colour(ColourChoice::always, false, nullptr, nullptr));
  EXPECT_FALSE(want_colour(ColourChoice::never, true, nullptr, "xterm"));
}

TEST(WantColour, AutomaticNeedsACapableTerminal) {
  EXPECT_TRUE(want_colour(ColourChoice::automatic, true, nullptr, "xterm-256color"));
  EXPECT_FALSE(want_colour(ColourChoice::automatic, false, nullptr, "xterm-256color"));
  EXPECT_FALSE(want_colour(ColourChoice::automatic, true, nullptr, "dumb"));
  EXPECT_FALSE(want_colour(ColourChoice::automatic, true, nullptr, ""));
  EXPECT_FALSE(want_colour(ColourChoice::automatic, true, nullptr, nullptr));
}

TEST(WantColour, NoColorCountsUnlessEmpty) {
  EXPECT_FALSE(want_colour(ColourChoice::automatic, true, "1", "xterm"));
  EXPECT_FALSE(want_colour(ColourChoice::automatic, true, "0", "xterm"));
  EXPECT_TRUE(want_colour(ColourChoice::automatic, true, "", "xterm"));
}

TEST(Styled, PutsTextBetweenSgrSequences) {
  EXPECT_EQ(styled("high:", Style::alarm, true), "\x1b[1;31mhigh:\x1b[0m");
  EXPECT_EQ(styled("high:", Style::alarm, false), "high:");
  EXPECT_EQ(styled("text", Style::plain, true), "text");
  EXPECT_EQ(styled("", Style::alarm, true), "");
}

}  // namespace
}  // namespace kray
