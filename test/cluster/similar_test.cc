// Which slips are recognised, and which words are other words.
#include "cluster/similar.h"

#include <gtest/gtest.h>

#include <array>

namespace kray {
namespace {

TEST(EditDistance, CountsLettersAndIgnoresCapitals) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("rayVersion", "RAYVERSION"), 0U);
  EXPECT_EQ(edit_distance("form", "from"), 2U);
  EXPECT_EQ(edit_distance("raystartparams", "rayStartParam"), 1U);
}

TEST(NearestName, FindsSlipsOnly) {
  constexpr std::array<std::string_view, 4> kNames = {"from", "to", "when", "serviceAccounts"};
  EXPECT_EQ(nearest_name("form", kNames), "from");
  EXPECT_EQ(nearest_name("serviceaccount", kNames), "serviceAccounts");
  EXPECT_EQ(nearest_name("To", kNames), "to");
  EXPECT_EQ(nearest_name("serviceAcct", kNames), "");
  EXPECT_EQ(nearest_name("principals", kNames), "");
  EXPECT_EQ(nearest_name("", kNames), "");
  EXPECT_EQ(nearest_name("from", {}), "");
}

}  // namespace
}  // namespace kray
