// Pins label selectors to what the API server does with them: a conjunction of matchLabels and of the
// four operators, where a missing key fails all but DoesNotExist and NotIn.
#include "cluster/labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"

namespace kray {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const Labels kHead = {{"ray.io/node-type", "head"}, {"ray.io/cluster", "demo"}, {"empty", ""}};

struct SelectorCase {
  const char* name;
  const char* selector;  // YAML
  bool matches_head;     // kHead
  bool matches_bare;     // a pod without labels
};

void PrintTo(const SelectorCase& one, std::ostream* out) { *out << one.name; }

class SelectorTest : public testing::TestWithParam<SelectorCase> {};

TEST_P(SelectorTest, MatchesAsTheApiServerDoes) {
  const ManifestFile file = test::parse({"selector.yaml", GetParam().selector});
  const NodeRef selector = file.documents.front().root();
  EXPECT_EQ(matches_label_selector(selector, kHead), GetParam().matches_head);
  EXPECT_EQ(matches_label_selector(selector, {}), GetParam().matches_bare);
}

INSTANTIATE_TEST_SUITE_P(
    All, SelectorTest,
    testing::Values(
        SelectorCase{"Empty", "{}", true, true},
        SelectorCase{"EmptyMatchLabels", "matchLabels: {}", true, true},
        SelectorCase{"NullMatchLabels", "matchLabels:", true, true},
        SelectorCase{"EmptyMatchExpressions", "matchExpressions: []", true, true},
        SelectorCase{"OneLabel", "matchLabels: {ray.io/cluster: demo}", true, false},
        SelectorCase{"OtherValue", "matchLabels: {ray.io/cluster: demo2}", false, false},
        SelectorCase{"ValueIsCaseSensitive", "matchLabels: {ray.io/cluster: Demo}", false, false},
        SelectorCase{"EmptyValue", "matchLabels: {empty: ''}", true, false},
        SelectorCase{"EveryLabelCounts", "matchLabels: {ray.io/cluster: demo, ray.io/node-type: worker}",
                     false, false},
        SelectorCase{"In",
                     "matchExpressions: [{key: ray.io/node-type, operator: In, values: [worker, head]}]",
                     true, false},
        SelectorCase{"InOthers",
                     "matchExpressions: [{key: ray.io/node-type, operator: In, values: [worker]}]", false,
                     false},
        SelectorCase{"InNothing", "matchExpressions: [{key: ray.io/node-type, operator: In, values: []}]",
                     false, false},
        SelectorCase{"NotIn", "matchExpressions: [{key: ray.io/node-type, operator: NotIn, values: [head]}]",
                     false, true},
        SelectorCase{"NotInOthers",
                     "matchExpressions: [{key: ray.io/node-type, operator: NotIn, values: [worker]}]", true,
                     true},
        SelectorCase{"NotInMissingKey", "matchExpressions: [{key: team, operator: NotIn, values: [a]}]", true,
                     true},
        SelectorCase{"Exists", "matchExpressions: [{key: ray.io/cluster, operator: Exists}]", true, false},
        SelectorCase{"ExistsWithEmptyValue", "matchExpressions: [{key: empty, operator: Exists}]", true,
                     false},
        SelectorCase{"ExistsMissingKey", "matchExpressions: [{key: team, operator: Exists}]", false, false},
        SelectorCase{"DoesNotExist", "matchExpressions: [{key: ray.io/cluster, operator: DoesNotExist}]",
                     false, true},
        SelectorCase{"DoesNotExistMissingKey", "matchExpressions: [{key: team, operator: DoesNotExist}]",
                     true, true},
        SelectorCase{
            "EveryExpressionCounts",
            "matchExpressions: [{key: ray.io/cluster, operator: Exists}, {key: team, operator: Exists}]",
            false, false},
        SelectorCase{
            "LabelsAndExpressionsTogether",
            "{matchLabels: {ray.io/cluster: demo}, matchExpressions: [{key: team, operator: Exists}]}", false,
            false},
        SelectorCase{"OperatorIsCaseSensitive", "matchExpressions: [{key: ray.io/cluster, operator: exists}]",
                     false, false},
        SelectorCase{"UnknownOperator",
                     "matchExpressions: [{key: ray.io/cluster, operator: Gt, values: ['1']}]", false, false}),
    [](const testing::TestParamInfo<SelectorCase>& one) { return one.param.name; });

TEST(MatchesAll, AbsentMappingMatchesEverything) {
  EXPECT_TRUE(matches_all(NodeRef(), kHead));
  EXPECT_TRUE(matches_all(NodeRef(), {}));
}

TEST(LabelsOf, TakesOnlyStrings) {
  const ManifestFile file =
      test::parse({"labels.yaml", "quoted: 'true'\nplain: demo\nbool: yes\nnumber: 1\nnothing:\n"});
  EXPECT_THAT(labels_of(file.documents.front().root()),
              ElementsAre(Pair("plain", "demo"), Pair("quoted", "true")));
}

TEST(LabelsOf, OfWhatIsNoMappingIsEmpty) {
  const ManifestFile file = test::parse({"labels.yaml", "[a, b]"});
  EXPECT_THAT(labels_of(file.documents.front().root()), IsEmpty());
  EXPECT_THAT(labels_of(NodeRef()), IsEmpty());
}

TEST(LabelsOf, LastOfTwoEqualKeysCounts) {
  const ManifestFile file = test::parse({"labels.yaml", "app: first\napp: last\n"});
  EXPECT_THAT(labels_of(file.documents.front().root()), ElementsAre(Pair("app", "last")));
}

}  // namespace
}  // namespace kray
