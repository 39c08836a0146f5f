// Plain scalars as Kubernetes resolves them. Every row was compared with what sigs.k8s.io/yaml 1.6.0
// makes of it.
#include "manifest/scalar.h"

#include <gtest/gtest.h>

#include "manifest/parsed.h"

namespace kray {
namespace {

using testing::parse;
using testing::root_of;

TEST(Scalar, Booleans) {
  for (const char* text : {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}) {
    EXPECT_EQ(resolve_plain_scalar(text).kind, NodeKind::boolean) << text;
    EXPECT_TRUE(resolve_plain_scalar(text).is_true) << text;
  }
  for (const char* text : {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}) {
    EXPECT_EQ(resolve_plain_scalar(text).kind, NodeKind::boolean) << text;
    EXPECT_FALSE(resolve_plain_scalar(text).is_true) << text;
  }
}

TEST(Scalar, Nulls) {
  for (const char* text : {"", "~", "null", "Null", "NULL"})
    EXPECT_EQ(resolve_plain_scalar(text).kind, NodeKind::null) << text;
}

TEST(Scalar, Integers) {
  struct Case {
    const char* text;
    int64_t value;
  };
  const Case cases[] = {
      {"0", 0},
      {"00", 0},
      {"-0", 0},
      {"+1", 1},
      {"8080", 8080},
      {"0777", 511},
      {"+0777", 511},
      {"-0777", -511},
      {"0o17", 15},
      {"0O7", 7},
      {"-0o7", -7},
      {"0x1F", 31},
      {"0X1f", 31},
      {"-0x1", -1},
      {"+0x1", 1},
      {"0b11", 3},
      {"0B1", 1},
      {"-0b11", -3},
      {"1_000", 1000},
      {"1__0", 10},
      {"1_", 1},
      {"1__", 1},
      {"0__", 0},
      {"0_7", 7},
      {"0777_", 511},
      {"07_7", 63},
      {"0x_1", 1},
      {"0_x1", 1},
      {"0_b1", 1},
      {"0b_1", 1},
      {"-_1", -1},
      {"+_1", 1},
      {"08", 8},
      {"09", 9},
      {"9223372036854775807", INT64_MAX},
      {"-9223372036854775807", -INT64_MAX},
      {"-9223372036854775808", INT64_MIN},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(resolve_plain_scalar(one.text).kind, NodeKind::integer) << one.text;
    EXPECT_EQ(integer_value(one.text), one.value) << one.text;
  }
}

TEST(Scalar, IntegersThatDoNotFitHaveNoValue) {
  for (const char* text : {"9223372036854775808", "18446744073709551615", "0xFFFFFFFFFFFFFFFF"}) {
    EXPECT_EQ(resolve_plain_scalar(text).kind, NodeKind::integer) << text;
    EXPECT_EQ(integer_value(text), std::nullopt) << text;
  }
  for (const char* text : {"", "-", "+", "abc", "0b2", "0x", "1.5", "1e3", "1 0", "99999999999999999999"}) {
    EXPECT_EQ(integer_value(text), std::nullopt) << text;
  }
}

TEST(Scalar, Floats) {
  for (const char* text : {"1e3",
                           "1.",
                           ".5",
                           "+.5",
                           "-.5",
                           "1.e+3",
                           "1_0.5",
                           "1E5",
                           "0.0",
                           "0.",
                           "-1.",
                           "0e0",
                           "00.5",
                           "08.5",
                           "1.5_5",
                           "1._5",
                           "1_e3",
                           "1e_3",
                           "1e1_0",
                           ".inf",
                           ".Inf",
                           ".INF",
                           "+.inf",
                           "-.INF",
                           ".nan",
                           ".NaN",
                           ".NAN",
                           "99999999999999999999",
                           "18446744073709551616",
                           "-9223372036854775809",
                           "1e-400"}) {
    EXPECT_EQ(resolve_plain_scalar(text).kind, NodeKind::floating) << text;
  }
}

TEST(Scalar, Strings) {
  for (const char* text :
       {"oN",         "tRUE", "nULL",  "yES",   "yess",     "nothing", "off-peak", "12:30", "190:20:30",
        "2001-01-01", "_1",   "_",     "0b2",   "0b12",     "0b",      "0o",       "0o8",   "0x",
        "0xg",        "0x-1", "1e",    "1e+",   ".e3",      "1..2",    "1e5.",     "e5",    "=",
        "12_a",       "._5",  "_.5",   ".",     "..",       "...",     "+",        "-",     "--1",
        "+-1",        "0 1",  "1,000", "<<",    "1p4",      "0x1p4",   "0x1.8p1",  "inf",   "Inf",
        "+inf",       "-inf", "nan",   "NaN",   "infinity", "1e400",   "-1e400",   "1.2.3", "1.31.0",
        "v1",         "100m", "1Gi",   "1e3Mi", "+.nan",    "٣"}) {
    EXPECT_EQ(resolve_plain_scalar(text).kind, NodeKind::string) << text;
  }
}

TEST(Scalar, QuotingAndTagsDecideFirst) {
  struct Case {
    const char* text;
    NodeKind kind;
  };
  const Case cases[] = {
      {"'yes'", NodeKind::string},
      {"\"yes\"", NodeKind::string},
      {"'1'", NodeKind::string},
      {"''", NodeKind::string},
      {"\"null\"", NodeKind::string},
      {"|\n  yes", NodeKind::string},
      {">-\n  1", NodeKind::string},
      {"!!str yes", NodeKind::string},
      {"!!str ~", NodeKind::string},
      {"!!str", NodeKind::string},
      {"! yes", NodeKind::string},
      {"! 3", NodeKind::string},
      {"!local yes", NodeKind::string},
      {"!local 3", NodeKind::string},
      {"!!timestamp 2001-01-01", NodeKind::string},
      {"!!int '3'", NodeKind::integer},
      {"!!int 0o7", NodeKind::integer},
      {"!!bool yes", NodeKind::boolean},
      {"!!bool \"on\"", NodeKind::boolean},
      {"!!float 1.5", NodeKind::floating},
      {"!!null ''", NodeKind::null},
      {"yes", NodeKind::boolean},
      {"&a yes", NodeKind::boolean},
      {"&a 'yes'", NodeKind::string},
      {"yes # really", NodeKind::boolean},
  };
  for (const Case& one : cases) {
    const ManifestFile file = parse(std::string("a: ") + one.text + "\n");
    EXPECT_EQ(root_of(file)["a"].kind(), one.kind) << one.text;
  }
}

TEST(Scalar, TruthOfBooleansReachesTheTree) {
  const ManifestFile file = parse("a: yes\nb: off\nc: 'yes'\nd: !!bool 'on'\n");
  EXPECT_TRUE(root_of(file)["a"].is_true());
  EXPECT_FALSE(root_of(file)["b"].is_true());
  EXPECT_FALSE(root_of(file)["c"].is_true());
  EXPECT_TRUE(root_of(file)["d"].is_true());
  EXPECT_EQ(root_of(file)["a"].text(), "yes") << "as it is written";
}

}  // namespace
}  // namespace kray
