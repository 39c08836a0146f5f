// Kubernetes quantities.
#include "cluster/quantity.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

TEST(Quantity, ReadsEverySuffix) {
  EXPECT_DOUBLE_EQ(parse_quantity("1").value(), 1);
  EXPECT_DOUBLE_EQ(parse_quantity("500m").value(), 0.5);
  EXPECT_DOUBLE_EQ(parse_quantity("0.1").value(), 0.1);
  EXPECT_DOUBLE_EQ(parse_quantity("2G").value(), 2e9);
  EXPECT_DOUBLE_EQ(parse_quantity("4Gi").value(), 4294967296.0);
  EXPECT_DOUBLE_EQ(parse_quantity("1e3").value(), 1000);
  EXPECT_DOUBLE_EQ(parse_quantity("1E").value(), 1e18);
  EXPECT_DOUBLE_EQ(parse_quantity("1E3").value(), 1000);
  EXPECT_DOUBLE_EQ(parse_quantity(".5").value(), 0.5);
  EXPECT_DOUBLE_EQ(parse_quantity("-1Ki").value(), -1024);
}

TEST(Quantity, RefusesEverythingElse) {
  for (const char* text :
       {"", "Gi", ".", "1gi", "1 Gi", "1KB", "0x10", "1e", "1e3Gi", "1.2.3", "inf", "nan"}) {
    EXPECT_FALSE(parse_quantity(text)) << text;
  }
}

}  // namespace
}  // namespace kray
