// Conditions of field checks: what every operator holds for, what is said of several and of missing
// values, who is blamed when a condition fails, and which texts are no conditions.
#include "checks/field_condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "checks/check_run.h"

namespace kray {
namespace {

using testing::HasSubstr;

// The subject of every case below.
constexpr const char* kSubject = R"(name: web
image: registry.example.com:5000/web:1.4.2
replicas: 3
ratio: 0.5
octal: 010
privileged: yes
quoted: "true"
nothing:
empty: ""
list: []
version: v2.44.1-py311
other: web
labels: {app: web, "ray.io/cluster": demo}
ports: [80, 443]
containers:
- {name: a, image: "one:1", privileged: false}
- {name: b, image: "two:1", privileged: true}
- {name: c, image: "three:1"}
)";

struct Case {
  const char* condition;
  bool holds;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.condition << (one.holds ? " holds" : " does not hold");
}

class FieldConditions : public testing::TestWithParam<Case> {};

TEST_P(FieldConditions, Holds) {
  const Yaml subject(kSubject);
  const Yaml condition(GetParam().condition);
  const Result<FieldCondition> compiled = compile_condition(condition.root());
  ASSERT_TRUE(compiled.ok()) << compiled.error().to_string();
  const ConditionResult result = evaluate_condition(compiled.value(), subject.root());
  EXPECT_EQ(result.holds, GetParam().holds);
  // Whoever fails can be shown.
  EXPECT_TRUE(result.holds || result.blame);
}

INSTANTIATE_TEST_SUITE_P(
    Presence, FieldConditions,
    testing::Values(Case{"{path: name, exists: true}", true}, Case{"{path: name, exists: false}", false},
                    Case{"{path: name, absent: true}", false}, Case{"{path: name, absent: false}", true},
                    Case{"{path: none, exists: true}", false}, Case{"{path: none, exists: false}", true},
                    Case{"{path: none, absent: true}", true}, Case{"{path: none, absent: false}", false},
                    Case{"{path: nothing, exists: true}", false}, Case{"{path: empty, exists: true}", true},
                    Case{"{path: none.deeper.still, absent: true}", true},
                    Case{"{path: 'list[*].name', exists: true}", false},
                    Case{"{path: 'list[*].name', absent: true}", true},
                    // One container has none.
                    Case{"{path: 'containers[*].privileged', exists: true}", false},
                    Case{"{path: 'containers[*].privileged', absent: true}", false},
                    Case{"{path: 'containers[*].name', exists: true}", true}));

INSTANTIATE_TEST_SUITE_P(
    Equality, FieldConditions,
    testing::Values(
        Case{"{path: name, equals: web}", true}, Case{"{path: name, equals: Web}", false},
        Case{"{path: name, equals: we}", false}, Case{"{path: none, equals: web}", false},
        Case{"{path: replicas, equals: 3}", true}, Case{"{path: replicas, equals: \"3\"}", true},
        Case{"{path: labels, equals: web}", false}, Case{"{path: empty, equals: \"\"}", true},
        // All spellings of a boolean are one value; a string that spells one is equal too.
        Case{"{path: privileged, equals: true}", true}, Case{"{path: privileged, equals: on}", true},
        Case{"{path: privileged, equals: false}", false}, Case{"{path: quoted, equals: true}", true},
        Case{"{path: quoted, equals: yes}", true}, Case{"{path: name, in: [api, web]}", true},
        Case{"{path: name, in: [api]}", false}, Case{"{path: name, in: []}", false},
        Case{"{path: none, in: [web]}", false}, Case{"{path: privileged, in: [true]}", true},
        Case{"{path: name, not-in: [api]}", true}, Case{"{path: name, not-in: [api, web]}", false},
        Case{"{path: none, not-in: [web]}", true}, Case{"{path: privileged, not-in: [true]}", false},
        Case{"{path: 'ports[*]', in: [80, 443, 8080]}", true}, Case{"{path: 'ports[*]', in: [80]}", false},
        Case{"{path: 'containers[*].privileged', not-in: [true]}", false},
        Case{"{path: 'list[*]', equals: a}", true}));

INSTANTIATE_TEST_SUITE_P(
    Patterns, FieldConditions,
    testing::Values(Case{"{path: image, matches: ':[0-9.]+$'}", true},
                    Case{"{path: image, matches: '^web'}", false}, Case{"{path: image, matches: web}", true},
                    Case{"{path: none, matches: '.*'}", false}, Case{"{path: empty, matches: '^$'}", true},
                    Case{"{path: labels, matches: '.*'}", false},
                    Case{"{path: 'containers[*].image', matches: ':1$'}", true},
                    Case{"{path: 'containers[*].image', matches: '^(one|two)'}", false}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, FieldConditions,
    testing::Values(Case{"{path: replicas, less-than: 4}", true},
                    Case{"{path: replicas, less-than: 3}", false},
                    Case{"{path: replicas, less-than: 3.5}", true}, Case{"{path: ratio, less-than: 1}", true},
                    Case{"{path: octal, less-than: 9}", true}, Case{"{path: octal, less-than: 8}", false},
                    Case{"{path: name, less-than: 4}", false}, Case{"{path: empty, less-than: 4}", false},
                    Case{"{path: none, less-than: 4}", false},
                    Case{"{path: 'ports[*]', less-than: 443}", false},
                    Case{"{path: 'ports[*]', less-than: 444}", true}));

INSTANTIATE_TEST_SUITE_P(Versions, FieldConditions,
                         testing::Values(Case{"{path: version, version-at-least: \"2.44.1\"}", true},
                                         Case{"{path: version, version-at-least: 2.44}", true},
                                         Case{"{path: version, version-at-least: \"2.9\"}", true},
                                         Case{"{path: version, version-at-least: \"2.44.2\"}", false},
                                         Case{"{path: version, version-at-least: v10}", false},
                                         Case{"{path: name, version-at-least: \"1\"}", false},
                                         Case{"{path: none, version-at-least: \"1\"}", false}));

INSTANTIATE_TEST_SUITE_P(
    SameAs, FieldConditions,
    testing::Values(Case{"{path: name, same-as: other}", true}, Case{"{path: name, same-as: image}", false},
                    Case{"{path: name, same-as: none}", false}, Case{"{path: none, same-as: name}", false},
                    Case{"{path: name, same-as: labels.app}", true},
                    Case{"{path: privileged, same-as: quoted}", true},
                    Case{"{path: 'containers[0].name', same-as: 'containers[*].name'}", false}));

INSTANTIATE_TEST_SUITE_P(
    Combined, FieldConditions,
    testing::Values(Case{"{path: replicas, exists: true, less-than: 4}", true},
                    Case{"{path: replicas, exists: true, less-than: 3}", false},
                    Case{"all-of: [{path: name, equals: web}, {path: replicas, equals: 3}]", true},
                    Case{"all-of: [{path: name, equals: web}, {path: replicas, equals: 4}]", false},
                    Case{"any-of: [{path: name, equals: api}, {path: replicas, equals: 3}]", true},
                    Case{"any-of: [{path: name, equals: api}, {path: replicas, equals: 4}]", false},
                    Case{"not: {path: name, equals: api}", true},
                    Case{"not: {path: name, equals: web}", false},
                    Case{"not: {not: {path: name, equals: web}}", true},
                    Case{"not: {not: {path: name, equals: api}}", false},
                    Case{"not: {all-of: [{path: name, equals: web}, {path: replicas, equals: 4}]}", true},
                    Case{"not: {all-of: [{path: name, equals: web}, {path: replicas, equals: 3}]}", false},
                    Case{"not: {any-of: [{path: name, equals: api}, {path: replicas, equals: 3}]}", false},
                    Case{"not: {any-of: [{path: name, equals: api}, {path: replicas, equals: 4}]}", true}));

// Under `not`, one value among several is enough to fail: a rule against privileged containers must
// not be satisfied by a second container that is not privileged.
INSTANTIATE_TEST_SUITE_P(
    NotOverSeveralValues, FieldConditions,
    testing::Values(Case{"not: {path: 'containers[*].privileged', equals: true}", false},
                    Case{"not: {path: 'containers[*].image', matches: '^two'}", false},
                    Case{"not: {path: 'containers[*].image', matches: '^four'}", true},
                    Case{"not: {any-of: [{path: 'containers[*].privileged', equals: true}]}", false},
                    Case{"not: {not: {path: 'containers[*].image', matches: ':1$'}}", true},
                    // Of nothing, nothing is wrong.
                    Case{"not: {path: 'list[*].image', matches: ':latest$'}", true},
                    Case{"not: {path: none, equals: a}", true}, Case{"not: {path: none, not-in: [a]}", false},
                    Case{"not: {path: 'list[*]', exists: true}", true},
                    Case{"not: {path: 'list[*]', absent: true}", false},
                    Case{"not: {path: none, absent: true}", false},
                    Case{"not: {path: name, absent: true}", true}));

ConditionResult evaluate(const Yaml& condition, const Yaml& subject) {
  return evaluate_condition(compile_condition(condition.root()).value(), subject.root());
}

TEST(FieldConditionBlame, NamesTheValueThatFails) {
  const Yaml subject(kSubject);
  const ConditionResult result =
      evaluate(Yaml("{path: 'containers[*].image', matches: '^(one|three)'}"), subject);
  EXPECT_EQ(result.blame.path(), "containers[1]/image");
  EXPECT_FALSE(result.blame_is_parent);
  EXPECT_EQ(result.path, "containers[*].image");
}

TEST(FieldConditionBlame, NamesTheLastNodeOnTheWayToWhatIsMissing) {
  const Yaml subject(kSubject);
  ConditionResult result = evaluate(Yaml("{path: 'containers[*].privileged', exists: true}"), subject);
  EXPECT_EQ(result.blame.path(), "containers[2]");
  EXPECT_TRUE(result.blame_is_parent);
  result = evaluate(Yaml("{path: labels.team.name, exists: true}"), subject);
  EXPECT_EQ(result.blame.path(), "labels");
  result = evaluate(Yaml("{path: none.deeper, exists: true}"), subject);
  EXPECT_EQ(result.blame, subject.root());
}

TEST(FieldConditionBlame, OfANegationIsTheValueThatShouldNotBe) {
  const Yaml subject(kSubject);
  ConditionResult result = evaluate(Yaml("not: {path: 'containers[*].privileged', equals: true}"), subject);
  EXPECT_EQ(result.blame.path(), "containers[1]/privileged");
  result = evaluate(Yaml("not: {any-of: [{path: name, equals: api}, {path: replicas, equals: 3}]}"), subject);
  EXPECT_EQ(result.blame.path(), "replicas");
  EXPECT_EQ(result.path, "replicas");
}

TEST(FieldConditionBlame, OfAllOfIsTheFirstThatFailsAndOfAnyOfTheFirstOfAll) {
  const Yaml subject(kSubject);
  EXPECT_EQ(
      evaluate(
          Yaml("all-of: [{path: name, equals: web}, {path: ratio, equals: 1}, {path: replicas, equals: 1}]"),
          subject)
          .path,
      "ratio");
  EXPECT_EQ(evaluate(Yaml("any-of: [{path: ratio, equals: 1}, {path: replicas, equals: 1}]"), subject).path,
            "ratio");
}

// 2^50 steps for an engine that backtracks.
TEST(FieldConditionPatterns, AreMatchedInLinearTime) {
  const Yaml subject("text: " + std::string(20'000, 'a') + "b\n");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(evaluate(Yaml("{path: text, matches: '^(a|a)*(a+)+$'}"), subject).holds);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

struct BadCondition {
  const char* condition;
  const char* where;
  const char* what;
};

void PrintTo(const BadCondition& one, std::ostream* out) { *out << one.condition; }

class BadConditions : public testing::TestWithParam<BadCondition> {};

TEST_P(BadConditions, AreRefusedWithTheirLine) {
  const Yaml condition(GetParam().condition);
  const Result<FieldCondition> compiled = compile_condition(condition.root());
  ASSERT_FALSE(compiled.ok());
  EXPECT_EQ(compiled.error().where, GetParam().where);
  EXPECT_THAT(compiled.error().what, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadConditions,
    testing::Values(
        BadCondition{"just text", "rule.yaml:1", "expected a condition, found a string"},
        BadCondition{"\n- a\n", "rule.yaml:2", "expected a condition, found a list"},
        BadCondition{"exists: true", "rule.yaml:1", "a condition needs 'path'"},
        BadCondition{"path: name", "rule.yaml:1", "needs an operator"},
        BadCondition{"path: 'a..b'\nexists: true", "rule.yaml:1", "'a..b' is not a path"},
        BadCondition{"path: name\nequal:\n- a", "rule.yaml:2", "'equal' is not an operator"},
        BadCondition{"path: name\nexists: maybe", "rule.yaml:2", "expected true or false"},
        BadCondition{"path: name\nexists: \"true\"", "rule.yaml:2", "expected true or false"},
        BadCondition{"path: name\nabsent: 1", "rule.yaml:2", "expected true or false"},
        BadCondition{"path: name\nequals: [a]", "rule.yaml:2", "'equals' needs a single value"},
        BadCondition{"path: name\nin: a", "rule.yaml:2", "'in' needs a list"},
        BadCondition{"path: name\nnot-in: {a: b}", "rule.yaml:2", "'not-in' needs a list"},
        BadCondition{"path: name\nmatches: '('", "rule.yaml:2", "not a regular expression"},
        BadCondition{"path: name\nmatches: '(?=a)'", "rule.yaml:2", "not a regular expression"},
        BadCondition{"path: name\nless-than: many", "rule.yaml:2", "'less-than' needs a number"},
        BadCondition{"path: name\nversion-at-least: new", "rule.yaml:2",
                     "'version-at-least' needs a version"},
        BadCondition{"path: name\nsame-as: '['", "rule.yaml:2", "'[' is not a path"},
        BadCondition{"all-of: []", "rule.yaml:1", "expected a list of conditions"},
        BadCondition{"any-of: {path: a, exists: true}", "rule.yaml:1", "expected a list of conditions"},
        BadCondition{"all-of:\n- {path: a, exists: true}\n- {path: b}", "rule.yaml:3", "needs an operator"},
        BadCondition{"all-of: [{path: a, exists: true}]\npath: a", "rule.yaml:1", "'all-of' stands alone"},
        BadCondition{"not: {path: a, exists: true}\nany-of: [{path: a, exists: true}]", "rule.yaml:1",
                     "stands alone"},
        BadCondition{"not: {path: a, exists: true}\npath: a", "rule.yaml:1", "'not' stands alone"},
        BadCondition{"not:\n  path: a", "rule.yaml:2", "needs an operator"}));

}  // namespace
}  // namespace kray
