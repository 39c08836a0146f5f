// The catalogue itself: what reports, code scanning and readers expect of every embedded rule.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "audit/embedded_rules.h"
#include "audit/rule.h"

namespace kray {
namespace {

using testing::IsEmpty;
using testing::Not;

class EmbeddedRules : public testing::Test {
 protected:
  const LoadedRules loaded_ = load_rules({});
};

TEST_F(EmbeddedRules, HaveTheNamesOfTheirFiles) {
  std::set<std::string> files;
  for (const EmbeddedRule& rule : embedded_rules()) files.emplace(rule.path);
  for (const Rule& rule : loaded_.set.rules) {
    EXPECT_EQ(files.count("rules/" + rule.info.id + ".yaml"), 1U) << rule.info.id;
    EXPECT_THAT(rule.info.id, testing::MatchesRegex("KRAY[0-9][0-9][0-9]"));
  }
  EXPECT_EQ(files.size(), loaded_.set.rules.size());
}

TEST_F(EmbeddedRules, HaveNamesOfTheirOwnInOneStyle) {
  std::set<std::string> names;
  for (const Rule& rule : loaded_.set.rules) {
    EXPECT_TRUE(names.insert(rule.info.name).second) << rule.info.name;
    EXPECT_THAT(rule.info.name, testing::MatchesRegex("[a-z][a-z0-9-]*[a-z0-9]"));
  }
}

TEST_F(EmbeddedRules, HaveShortTitlesWithoutAPeriod) {
  for (const Rule& rule : loaded_.set.rules) {
    EXPECT_LE(rule.info.title.size(), 80U) << rule.info.id;
    EXPECT_FALSE(rule.info.title.ends_with(".")) << rule.info.id;
    EXPECT_TRUE(rule.info.title[0] >= 'A' && rule.info.title[0] <= 'Z') << rule.info.id;
  }
}

TEST_F(EmbeddedRules, ExplainThemselves) {
  const auto is_blank = [](const std::string& text) {
    return text.find_first_not_of(" \n") == std::string::npos;
  };
  for (const Rule& rule : loaded_.set.rules) {
    EXPECT_FALSE(is_blank(rule.info.description)) << rule.info.id;
    EXPECT_FALSE(is_blank(rule.info.remediation)) << rule.info.id;
  }
}

// Filled messages are looked at in rule_fixtures_test.cc.
TEST_F(EmbeddedRules, HaveMessagesOfOneSentence) {
  for (const Rule& rule : loaded_.set.rules) {
    EXPECT_TRUE(rule.message.ends_with(".")) << rule.info.id;
    EXPECT_EQ(rule.message.find(". "), std::string::npos) << rule.info.id;
    EXPECT_EQ(rule.message.find('\n'), std::string::npos) << rule.info.id;
  }
}

// Code scanning sorts by security-severity and people read severity: the two must say the same.
TEST_F(EmbeddedRules, HaveSecuritySeveritiesThatFitTheirSeverity) {
  for (const Rule& rule : loaded_.set.rules) {
    if (rule.info.security_severity.empty()) continue;
    const double score = std::stod(rule.info.security_severity);
    const auto [least, most] = rule.info.severity == Severity::critical ? std::pair{9.1, 10.0}
                               : rule.info.severity == Severity::high   ? std::pair{7.0, 8.9}
                               : rule.info.severity == Severity::medium ? std::pair{4.0, 6.9}
                                                                        : std::pair{0.1, 3.9};
    EXPECT_GE(score, least) << rule.info.id;
    EXPECT_LE(score, most) << rule.info.id;
  }
}

TEST_F(EmbeddedRules, AreTaggedSecurityIfAndOnlyIfTheyHaveASecuritySeverity) {
  for (const Rule& rule : loaded_.set.rules) {
    const bool tagged = std::count(rule.info.tags.begin(), rule.info.tags.end(), "security") == 1;
    EXPECT_EQ(tagged, !rule.info.security_severity.empty()) << rule.info.id;
  }
}

// GitHub keeps ten tags.
TEST_F(EmbeddedRules, HaveTenTagsAtMostEachOnce) {
  for (const Rule& rule : loaded_.set.rules) {
    EXPECT_THAT(rule.info.tags, Not(IsEmpty())) << rule.info.id;
    EXPECT_LE(rule.info.tags.size(), 10U) << rule.info.id;
    EXPECT_EQ(std::set<std::string>(rule.info.tags.begin(), rule.info.tags.end()).size(),
              rule.info.tags.size())
        << rule.info.id;
  }
}

}  // namespace
}  // namespace kray
