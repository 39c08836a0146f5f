// Which texts are paths of field checks, and what a path leads to: values, and where it stopped.
#include "checks/field_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/check_run.h"

namespace kray {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> texts_of(const std::vector<NodeRef>& nodes) {
  std::vector<std::string> texts;
  for (const NodeRef node : nodes) texts.emplace_back(node.text());
  return texts;
}

std::vector<std::string> paths_of(const std::vector<NodeRef>& nodes) {
  std::vector<std::string> paths;
  for (const NodeRef node : nodes) paths.push_back(node.path());
  return paths;
}

TEST(FieldPath, ReadsNamesBracketsAndWildcards) {
  for (const char* path :
       {".", "a", "a.b.c", "a[0]", "a[12].b", "a[*].b[*]", "[*].name", "[0]", R"(["a.b"])",
        R"(metadata.labels["ray.io/cluster"])", R"(a["x"]["y"].z)", R"(a["with ] in it"])"}) {
    EXPECT_TRUE(parse_field_path(path)) << path;
  }
}

TEST(FieldPath, RefusesEverythingElse) {
  for (const char* path : {"", "..", ".a", "a.", "a..b", "a[", "a[]", "a[x]", "a[-1]", "a[1", "a[1x]",
                           R"(a["x)", "a[*]b", "a[1]b", "a.[0]", "a[99999999999999999999]"}) {
    EXPECT_FALSE(parse_field_path(path)) << path;
  }
}

TEST(FieldPath, DotIsTheSubjectItself) {
  const Yaml yaml("a: 1\n");
  EXPECT_EQ(follow_path(*parse_field_path("."), yaml.root()).found.at(0), yaml.root());
}

TEST(FieldPath, BranchesAtEveryItem) {
  const Yaml yaml(
      "pods:\n- containers: [{image: a}, {image: b}]\n- containers: [{name: x}, {image: c}]\n- {}\n");
  const PathTargets targets = follow_path(*parse_field_path("pods[*].containers[*].image"), yaml.root());
  EXPECT_THAT(texts_of(targets.found), ElementsAre("a", "b", "c"));
  EXPECT_THAT(paths_of(targets.missing_in), ElementsAre("pods[1]/containers[0]", "pods[2]"));
}

TEST(FieldPath, PicksAnItemAndANameWithDots) {
  const Yaml yaml("metadata: {labels: {ray.io/cluster: demo}}\nports: [80, 443]\n");
  EXPECT_THAT(
      texts_of(follow_path(*parse_field_path(R"(metadata.labels["ray.io/cluster"])"), yaml.root()).found),
      ElementsAre("demo"));
  EXPECT_THAT(texts_of(follow_path(*parse_field_path("ports[1]"), yaml.root()).found), ElementsAre("443"));
  const PathTargets beyond = follow_path(*parse_field_path("ports[2]"), yaml.root());
  EXPECT_THAT(beyond.found, IsEmpty());
  EXPECT_THAT(paths_of(beyond.missing_in), ElementsAre("ports"));
}

TEST(FieldPath, AnEmptyListHasNoValuesAndLacksNothing) {
  const Yaml yaml("items: []\n");
  const PathTargets targets = follow_path(*parse_field_path("items[*].name"), yaml.root());
  EXPECT_THAT(targets.found, IsEmpty());
  EXPECT_THAT(targets.missing_in, IsEmpty());
}

TEST(FieldPath, EveryItemOfWhatIsNoListIsMissing) {
  const Yaml yaml("items: {name: a}\n");
  EXPECT_THAT(paths_of(follow_path(*parse_field_path("items[*].name"), yaml.root()).missing_in),
              ElementsAre("items"));
}

// The API server drops such fields, so a check must not take them for set.
TEST(FieldPath, AFieldThatIsNullIsNotThere) {
  const Yaml yaml("spec:\n  type:\n  ports: ~\n");
  for (const char* path : {"spec.type", "spec.ports", "spec.ports[*].name"}) {
    const PathTargets targets = follow_path(*parse_field_path(path), yaml.root());
    EXPECT_THAT(targets.found, IsEmpty()) << path;
    EXPECT_THAT(paths_of(targets.missing_in), ElementsAre("spec")) << path;
  }
}

TEST(FieldPath, FollowsAliasesAndMergedFields) {
  const Yaml yaml("base: &base {image: shared}\na: *base\nb: {<<: *base, name: x}\n");
  EXPECT_THAT(texts_of(follow_path(*parse_field_path("a.image"), yaml.root()).found), ElementsAre("shared"));
  EXPECT_THAT(texts_of(follow_path(*parse_field_path("b.image"), yaml.root()).found), ElementsAre("shared"));
}

}  // namespace
}  // namespace kray
