// Pins what counts as a version in image tags and rayVersion fields, and that versions compare by number.
#include "cluster/version.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

std::string parsed(std::string_view text) {
  const std::optional<Version> version = parse_version(text);
  return version ? version->to_string() : "none";
}

TEST(ParseVersion, OneToThreeNumbers) {
  EXPECT_EQ(parsed("1.3.2"), "1.3.2");
  EXPECT_EQ(parsed("2.44"), "2.44.0");
  EXPECT_EQ(parsed("3"), "3.0.0");
  EXPECT_EQ(parsed("0.6.0"), "0.6.0");
}

TEST(ParseVersion, LeadingVIsOptional) {
  EXPECT_EQ(parsed("v1.3.2"), "1.3.2");
  EXPECT_EQ(parsed("vv1.3.2"), "none");
}

TEST(ParseVersion, WhatFollowsIsIgnored) {
  EXPECT_EQ(parsed("2.44.1-py311-cpu"), "2.44.1");
  EXPECT_EQ(parsed("v1.7.0-rc.0"), "1.7.0");
  EXPECT_EQ(parsed("1.3.2@sha256:0000"), "1.3.2");
  EXPECT_EQ(parsed("1.3.2.4"), "1.3.2");
  EXPECT_EQ(parsed("2-py311"), "2.0.0");
  EXPECT_EQ(parsed("2."), "2.0.0");
}

TEST(ParseVersion, OtherTextIsNone) {
  for (const char* text : {"", "v", "latest", "nightly", "-1", ".1.2", "sha-1.2", "99999999999.1"}) {
    EXPECT_EQ(parsed(text), "none") << text;
  }
}

// Images are also tagged with commits, and those may begin with a digit.
TEST(ParseVersion, CommitHashIsNone) {
  EXPECT_EQ(parsed("4d9c4a4"), "none");
  EXPECT_EQ(parsed("1e3b2d7f0a"), "none");
}

TEST(Version, ComparesByNumber) {
  EXPECT_LT(*parse_version("1.9.9"), *parse_version("1.10.0"));
  EXPECT_LT(*parse_version("1.3.2"), *parse_version("1.4"));
  EXPECT_GT(*parse_version("2.0.0"), *parse_version("1.99.99"));
  EXPECT_EQ(*parse_version("v1.5"), *parse_version("1.5.0"));
}

}  // namespace
}  // namespace kray
