// Rule files: every mistake in one is an error that names its line; which rules a run has, from the
// binary, from folders of the user, and by selection.
#include "audit/rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/temp_folder.h"

namespace kray {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* kFieldRule = R"(id: ACME001
name: acme-rule
title: Something is amiss
severity: high
security-severity: "7.5"
tags: [security]
for: pod
require: {path: spec.hostNetwork, absent: true}
message: "{subject} is amiss."
description: Why it matters.
remediation: How to mend it.
)";

Result<Rule> read(std::string text) {
  return read_rule(std::make_shared<const SourceFile>("acme.yaml", std::move(text)));
}

// kFieldRule with the line that begins with `key` replaced; an empty line takes it away.
std::string with_line(const std::string& key, const std::string& line) {
  std::string text;
  const std::string_view rule = kFieldRule;
  for (size_t at = 0; at < rule.size();) {
    const size_t end = rule.find('\n', at);
    const std::string_view old = rule.substr(at, end - at);
    const bool replaced = old.starts_with(key + ":");
    const std::string kept = replaced ? line : std::string(old);
    if (!kept.empty()) text += kept + "\n";
    at = end + 1;
  }
  return text;
}

// The check of the rule in place of its `for` and `require`.
std::string with_check(const std::string& check, const std::string& message = "It is amiss.") {
  std::string text = with_line("for", check);
  text.erase(text.find("require:"), text.find('\n', text.find("require:")) + 1 - text.find("require:"));
  text.replace(text.find("{subject} is amiss."), 19, message);
  return text;
}

TEST(ReadRule, ReadsAllItSays) {
  const Result<Rule> rule = read(with_line(
      "tags", "tags: [security, team/a]\nconfidence: likely\ndefault: strict\nfixtures: rules/ACME001"));
  ASSERT_TRUE(rule.ok()) << rule.error().to_string();
  const RuleInfo& info = rule.value().info;
  EXPECT_EQ(info.id, "ACME001");
  EXPECT_EQ(info.name, "acme-rule");
  EXPECT_EQ(info.title, "Something is amiss");
  EXPECT_EQ(info.severity, Severity::high);
  EXPECT_EQ(info.security_severity, "7.5");
  EXPECT_EQ(info.confidence, Confidence::likely);
  EXPECT_EQ(info.by_default, RuleDefault::strict);
  EXPECT_THAT(info.tags, ElementsAre("security", "team/a"));
  EXPECT_EQ(info.description, "Why it matters.");
  EXPECT_EQ(info.remediation, "How to mend it.");
  EXPECT_EQ(info.fixtures, "rules/ACME001");
  EXPECT_EQ(rule.value().message, "{subject} is amiss.");
}

TEST(ReadRule, LeavesOutWhatHasADefault) {
  const Result<Rule> rule = read(with_line("security-severity", ""));
  ASSERT_TRUE(rule.ok()) << rule.error().to_string();
  EXPECT_EQ(rule.value().info.security_severity, "");
  EXPECT_EQ(rule.value().info.confidence, Confidence::certain);
  EXPECT_EQ(rule.value().info.by_default, RuleDefault::on);
}

// In YAML 1.1 unquoted `on` and `off` are booleans.
TEST(ReadRule, KnowsOnOffAndStrict) {
  for (const auto& [text, value] : {std::pair{"on", RuleDefault::on},
                                    {"off", RuleDefault::off},
                                    {"strict", RuleDefault::strict},
                                    {"\"on\"", RuleDefault::on},
                                    {"'off'", RuleDefault::off}}) {
    const Result<Rule> rule = read(with_line("tags", std::string("default: ") + text));
    ASSERT_TRUE(rule.ok()) << rule.error().to_string();
    EXPECT_EQ(rule.value().info.by_default, value) << text;
  }
}

TEST(ReadRule, TakesOneParameterValueWithoutBrackets) {
  const Result<Rule> rule = read(with_check("check: {lands-in-namespace: {namespaces: default}}"));
  ASSERT_TRUE(rule.ok()) << rule.error().to_string();
  EXPECT_THAT(std::get<PrimitiveCall>(rule.value().check).parameters.at("namespaces"),
              ElementsAre("default"));
}

struct BadRule {
  std::string text;
  const char* where;
  const char* what;
};

void PrintTo(const BadRule& rule, std::ostream* out) { *out << rule.what; }

class BadRules : public testing::TestWithParam<BadRule> {};

TEST_P(BadRules, AreRefusedWithTheirLine) {
  const Result<Rule> rule = read(GetParam().text);
  ASSERT_FALSE(rule.ok());
  EXPECT_EQ(rule.error().where, GetParam().where);
  EXPECT_THAT(rule.error().what, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Files, BadRules,
    testing::Values(BadRule{"", "acme.yaml", "holds one rule"},
                    BadRule{"id: ACME001\nname: ]\n", "acme.yaml:2", ""},
                    BadRule{"- id: ACME001\n", "acme.yaml:1", "a rule file is a mapping"},
                    BadRule{std::string(kFieldRule) + "---\n" + kFieldRule, "acme.yaml", "holds one rule"},
                    BadRule{std::string(kFieldRule) + "name: again\n", "acme.yaml:12",
                            "key 'name' stands twice"}));

INSTANTIATE_TEST_SUITE_P(
    Keys, BadRules,
    testing::Values(BadRule{with_line("tags", "tag: [security]"), "acme.yaml:6", "unknown key 'tag'"},
                    BadRule{with_line("id", ""), "acme.yaml:1", "a rule needs 'id'"},
                    BadRule{with_line("name", ""), "acme.yaml:1", "a rule needs 'name'"},
                    BadRule{with_line("title", ""), "acme.yaml:1", "a rule needs 'title'"},
                    BadRule{with_line("severity", ""), "acme.yaml:1", "'severity' must be one of"},
                    BadRule{with_line("message", ""), "acme.yaml:1", "a rule needs 'message'"},
                    BadRule{with_line("description", ""), "acme.yaml:1", "a rule needs 'description'"},
                    BadRule{with_line("remediation", ""), "acme.yaml:1", "a rule needs 'remediation'"},
                    BadRule{with_line("name", "name: [a]"), "acme.yaml:2", "'name' must be text"},
                    BadRule{with_line("description", "description:"), "acme.yaml:10",
                            "'description' must be text"}));

INSTANTIATE_TEST_SUITE_P(
    Values, BadRules,
    testing::Values(
        BadRule{with_line("severity", "severity: severe"), "acme.yaml:4",
                "'severity' must be one of critical, high, medium, low, note"},
        BadRule{with_line("severity", "severity: High"), "acme.yaml:4", "'severity' must be one of"},
        BadRule{with_line("tags", "confidence: maybe"), "acme.yaml:6", "'confidence' must be one of"},
        BadRule{with_line("tags", "default: true"), "acme.yaml:6",
                "'default' must be one of on, off, strict"},
        BadRule{with_line("tags", "tags: security"), "acme.yaml:6", "'tags' must be a list"},
        BadRule{with_line("id", "id: acme001"), "acme.yaml:1", "'acme001' is no rule id"},
        BadRule{with_line("id", "id: 9LIVES"), "acme.yaml:1", "is no rule id"},
        BadRule{with_line("title", "title: " + std::string(81, 'x')), "acme.yaml:3",
                "more than 80 characters"}));

// GitHub refuses the whole file for anything but a number with one decimal between 0.0 and 10.0.
INSTANTIATE_TEST_SUITE_P(
    SecuritySeverities, BadRules,
    testing::Values(BadRule{with_line("security-severity", "security-severity: 9.1"), "acme.yaml:5",
                            "must be a quoted number"},
                    BadRule{with_line("security-severity", "security-severity: \"9\""), "acme.yaml:5",
                            "must be a quoted number"},
                    BadRule{with_line("security-severity", "security-severity: \"9.15\""), "acme.yaml:5",
                            "must be a quoted number"},
                    BadRule{with_line("security-severity", "security-severity: \"0.0\""), "acme.yaml:5",
                            "must be a quoted number"},
                    BadRule{with_line("security-severity", "security-severity: \"10.1\""), "acme.yaml:5",
                            "must be a quoted number"},
                    BadRule{with_line("security-severity", "security-severity: \"9,1\""), "acme.yaml:5",
                            "must be a quoted number"},
                    BadRule{with_line("security-severity", "security-severity: \"high\""), "acme.yaml:5",
                            "must be a quoted number"}));

TEST(ReadRule, TakesSecuritySeveritiesUpToTen) {
  for (const char* severity : {"\"0.1\"", "\"9.9\"", "\"10.0\""}) {
    EXPECT_TRUE(read(with_line("security-severity", std::string("security-severity: ") + severity)).ok())
        << severity;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Checks, BadRules,
    testing::Values(
        BadRule{with_check(""), "acme.yaml:1", "either 'check' or 'for'"},
        BadRule{std::string(kFieldRule) + "check: {not-analysed: {}}\n", "acme.yaml:1",
                "either 'check' or 'for'"},
        BadRule{with_check("check: not-analysed"), "acme.yaml:7", "must name one check"},
        BadRule{with_check("check: {not-analysed: {}, duplicate-key: {}}"), "acme.yaml:7",
                "must name one check"},
        BadRule{with_check("check: {no-such-check: {}}"), "acme.yaml:7", "there is no check 'no-such-check'"},
        BadRule{with_check("check:\n  lands-in-namespace: {}"), "acme.yaml:8",
                "needs the parameter 'namespaces'"},
        BadRule{with_check("check:\n  lands-in-namespace:"), "acme.yaml:8",
                "needs the parameter 'namespaces'"},
        BadRule{with_check("check:\n  lands-in-namespace:\n    namespaces: [a]\n    namespace: b"),
                "acme.yaml:10", "has no parameter 'namespace'"},
        BadRule{with_check("check:\n  lands-in-namespace:\n    namespaces: []"), "acme.yaml:9",
                "needs a value"},
        BadRule{with_check("check:\n  not-analysed: [a]"), "acme.yaml:8", "must be a mapping, found a list"},
        BadRule{with_line("require", "require: {path: 'a..b', exists: true}"), "acme.yaml:8",
                "'a..b' is not a path"},
        BadRule{with_line("require", "require:\n  path: a\n  matches: '['"), "acme.yaml:10",
                "not a regular expression"},
        BadRule{with_line("for", "for: pods"), "acme.yaml:7", "names nothing to look at"}));

INSTANTIATE_TEST_SUITE_P(
    Placeholders, BadRules,
    testing::Values(BadRule{with_line("message", "message: \"{subjects} is amiss.\""), "acme.yaml:9",
                            "'{subjects}' is no placeholder"},
                    BadRule{with_line("message", "message: \"{subject} and {path is amiss.\""), "acme.yaml:9",
                            "is no placeholder"},
                    BadRule{with_line("message", "message: \"{} is amiss.\""), "acme.yaml:9",
                            "'{}' is no placeholder"},
                    // Placeholders belong to checks: this one is known to field checks only.
                    BadRule{with_check("check: {not-analysed: {}}", "{subject} is amiss."), "acme.yaml:8",
                            "'{subject}' is no placeholder"}));

std::vector<std::string> ids_of(const std::vector<const Rule*>& rules) {
  std::vector<std::string> ids;
  for (const Rule* rule : rules) ids.push_back(rule->info.id);
  return ids;
}

const Rule* find(const LoadedRules& loaded, const std::string& id) {
  const auto& rules = loaded.set.rules;
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&id](const Rule& rule) { return rule.info.id == id; });
  return found == rules.end() ? nullptr : &*found;
}

TEST(LoadRules, ReadsEveryEmbeddedRule) {
  const LoadedRules loaded = load_rules({});
  for (const Error& error : loaded.errors) ADD_FAILURE() << error.to_string();
  EXPECT_THAT(loaded.set.rules, Not(IsEmpty()));
}

TEST(LoadRules, AddsTheUsersInOrderOfTheirIds) {
  const test::TempFolder folder;
  folder.write("b.yml", kFieldRule);
  folder.write("deeper/z.yaml", with_line("id", "id: ZZZ9"));
  folder.write("notes.txt", "not a rule");
  folder.write("data.json", "{}");
  const LoadedRules loaded = load_rules({folder.path()});
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_EQ(loaded.set.rules.size(), load_rules({}).set.rules.size() + 2);
  EXPECT_EQ(loaded.set.rules.front().info.id, "ACME001");
  EXPECT_EQ(loaded.set.rules.back().info.id, "ZZZ9");
}

TEST(LoadRules, LetsTheUserReplaceAnEmbeddedRule) {
  const test::TempFolder folder;
  folder.write("images.yaml", with_line("id", "id: KRAY603"));
  const LoadedRules loaded = load_rules({folder.path()});
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_EQ(loaded.set.rules.size(), load_rules({}).set.rules.size());
  EXPECT_EQ(find(loaded, "KRAY603")->info.title, "Something is amiss");
}

// Otherwise one of the two would be lost without a word.
TEST(LoadRules, RefusesTwoRulesOfTheUserWithOneId) {
  const test::TempFolder folder;
  folder.write("a.yaml", kFieldRule);
  folder.write("b.yaml", kFieldRule);
  const LoadedRules loaded = load_rules({folder.path()});
  ASSERT_THAT(loaded.errors, SizeIs(1));
  EXPECT_THAT(loaded.errors[0].where, testing::EndsWith("b.yaml"));
  EXPECT_THAT(loaded.errors[0].what, AllOf(HasSubstr("ACME001"), HasSubstr("a.yaml")));
}

TEST(LoadRules, ReportsTheErrorsOfAllFiles) {
  const test::TempFolder folder;
  folder.write("a.yaml", with_line("severity", "severity: severe"));
  folder.write("b.yaml", with_line("id", ""));
  const LoadedRules loaded = load_rules({folder.path(), "/no/such/folder"});
  ASSERT_THAT(loaded.errors, SizeIs(3));
  EXPECT_THAT(loaded.errors[0].where, testing::EndsWith("a.yaml:4"));
  EXPECT_THAT(loaded.errors[1].where, testing::EndsWith("b.yaml:1"));
  EXPECT_EQ(loaded.errors[2].to_string(), "/no/such/folder: no such folder of rules");
}

// Rules a, b (strict), c (off), by name a-rule and so on.
RuleSet three_rules() {
  RuleSet set;
  for (const auto& [id, name, by_default] : {std::tuple{"A1", "a-rule", RuleDefault::on},
                                             {"B1", "b-rule", RuleDefault::strict},
                                             {"C1", "c-rule", RuleDefault::off}}) {
    Rule rule;
    rule.info.id = id;
    rule.info.name = name;
    rule.info.by_default = by_default;
    set.rules.push_back(rule);
  }
  return set;
}

TEST(SelectRules, GoesByTheDefaultsOfTheRules) {
  const RuleSet set = three_rules();
  const SelectedRules selected = select_rules(set, {});
  EXPECT_THAT(ids_of(selected.run), ElementsAre("A1"));
  EXPECT_THAT(selected.left_out, ElementsAre("B1", "C1"));
  EXPECT_THAT(ids_of(select_rules(set, {.only = {}, .skip = {}, .strict = true}).run),
              ElementsAre("A1", "B1"));
}

TEST(SelectRules, OnlyTakesIdsAndNamesWhateverTheDefault) {
  const RuleSet set = three_rules();
  EXPECT_THAT(ids_of(select_rules(set, {.only = {"c-rule", "B1"}, .skip = {}, .strict = false}).run),
              ElementsAre("B1", "C1"));
}

TEST(SelectRules, SkipWinsOverOnly) {
  const RuleSet set = three_rules();
  const SelectedRules selected =
      select_rules(set, {.only = {"A1", "B1"}, .skip = {"a-rule"}, .strict = false});
  EXPECT_THAT(ids_of(selected.run), ElementsAre("B1"));
  EXPECT_THAT(selected.left_out, ElementsAre("A1", "C1"));
}

TEST(SelectRules, UnknownNamesAreErrors) {
  const RuleSet set = three_rules();
  const SelectedRules selected =
      select_rules(set, {.only = {"A1", "A2"}, .skip = {"no-rule"}, .strict = false});
  ASSERT_THAT(selected.errors, SizeIs(2));
  EXPECT_EQ(selected.errors[0].what, "there is no rule 'A2'");
  EXPECT_EQ(selected.errors[1].what, "there is no rule 'no-rule'");
}

}  // namespace
}  // namespace kray
