// Pins what the API server drops of Ray objects and what it refuses, by operator version.
#include "derive/ray_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "derive/ray_manifest.h"

namespace kray {
namespace {

using test::Derived;
using test::kKubeflowOperator;
using test::kNewOperator;
using test::RayParts;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> pruned(const RayParts& parts, const Version& kuberay) {
  const Derived derived(parts, kuberay);
  std::vector<std::string> paths;
  for (const PrunedField& one : derived.out.pruned) paths.push_back(one.path);
  return paths;
}

std::string refusal(const RayParts& parts, const Version& kuberay) {
  const Derived derived(parts, kuberay);
  return derived.out.rejected.by == RejectedBy::api_server ? derived.out.rejected.text : "";
}

TEST(RaySchema, UnknownFieldsAreDroppedAndNearNamesOffered) {
  const Derived derived({.cluster = "rayVersio: '2.46.0', somethingElse: {a: b}"});
  ASSERT_EQ(derived.out.pruned.size(), 2U);
  const PrunedField& slip = derived.out.pruned[0];
  EXPECT_EQ(slip.path, "spec.rayVersio");
  EXPECT_EQ(slip.nearest, "rayVersion");
  EXPECT_EQ(test::text_of(slip.node.key_place()), "rayVersio");
  EXPECT_FALSE(slip.since);
  EXPECT_EQ(derived.out.pruned[1].nearest, "");
}

TEST(RaySchema, PodTemplatesArePrunedToo) {
  EXPECT_THAT(pruned({.head_pod = "hostNetwrk: true", .container = "resources: {limits: {cpu: 1}, bogus: 1}"},
                     kKubeflowOperator),
              UnorderedElementsAre("spec.headGroupSpec.template.spec.hostNetwrk",
                                   "spec.headGroupSpec.template.spec.containers[0].resources.bogus"));
}

TEST(RaySchema, FieldsOfNewerOperatorsSaySinceWhen) {
  const Derived derived({.cluster = "authOptions: {mode: token}, networkPolicy: {mode: DenyAll}"});
  ASSERT_EQ(derived.out.pruned.size(), 2U);
  EXPECT_EQ(derived.out.pruned[0].path, "spec.authOptions");
  EXPECT_EQ(derived.out.pruned[0].since, (Version{1, 5, 0}));
  EXPECT_EQ(derived.out.pruned[1].since, (Version{1, 7, 0}));
}

TEST(RaySchema, FieldsThatAreGoneSaySo) {
  const Derived derived({.kind = "RayJob", .spec = "deletionPolicy: DeleteSelf"}, kNewOperator);
  ASSERT_EQ(derived.out.pruned.size(), 1U);
  EXPECT_EQ(derived.out.pruned[0].until, (Version{1, 4, 0}));
}

// Section 0, items 2, 3, 6.
TEST(RaySchema, FieldsByOperatorVersion) {
  const RayParts groups{.head = "labels: {a: b}", .worker = "labels: {a: b}"};
  EXPECT_THAT(pruned(groups, kKubeflowOperator),
              UnorderedElementsAre("spec.headGroupSpec.labels", "spec.workerGroupSpecs[0].labels"));
  EXPECT_THAT(pruned(groups, kNewOperator), IsEmpty());
  const RayParts autoscaler{.cluster = "autoscalerOptions: {version: v2, command: [a], args: [b]}"};
  EXPECT_THAT(pruned(autoscaler, kKubeflowOperator),
              UnorderedElementsAre("spec.autoscalerOptions.version", "spec.autoscalerOptions.command",
                                   "spec.autoscalerOptions.args"));
  EXPECT_THAT(pruned(autoscaler, kNewOperator),
              UnorderedElementsAre("spec.autoscalerOptions.command", "spec.autoscalerOptions.args"));
  const RayParts service{.kind = "RayService", .spec = "managedBy: ray.io/kuberay-operator, suspend: true"};
  EXPECT_THAT(pruned(service, kKubeflowOperator), UnorderedElementsAre("spec.managedBy", "spec.suspend"));
  EXPECT_THAT(pruned(service, kNewOperator), ElementsAre("spec.suspend"));
}

// Section 0, item 1.
TEST(RaySchema, TheOldVersionKnowsLess) {
  EXPECT_THAT(pruned({.kind = "RayService",
                      .api_version = "ray.io/v1alpha1",
                      .spec = "excludeHeadPodFromServeSvc: true, upgradeStrategy: {type: None}",
                      .worker = "numOfHosts: 2"},
                     kNewOperator),
              UnorderedElementsAre("spec.rayClusterConfig.workerGroupSpecs[0].numOfHosts",
                                   "spec.excludeHeadPodFromServeSvc", "spec.upgradeStrategy"));
  const Derived job({.kind = "RayJob", .api_version = "ray.io/v1alpha1", .spec = "submissionMode: HTTPMode"});
  EXPECT_EQ(job.out.pruned.at(0).path, "spec.submissionMode");
  EXPECT_EQ(job.pod(RayPodRole::submitter).job, "demo");
}

constexpr const char* kNoStartParams = R"(
apiVersion: ray.io/VERSION
kind: RayCluster
metadata: {name: demo, namespace: team-a}
spec:
  headGroupSpec: {template: {spec: {containers: [{name: ray}]}}}
)";

RayRejection without_start_params(std::string_view api_version, const Version& kuberay) {
  std::string text = kNoStartParams;
  text.replace(text.find("VERSION"), 7, api_version);
  const test::LoadedInventory inventory(text);
  KubeRaySettings settings;
  settings.version = kuberay;
  return derive_ray(inventory->objects().front(), settings).rejected;
}

// Section 0, item 8.
TEST(RaySchema, StartParamsAreRequiredBefore14AndInTheOldVersion) {
  EXPECT_EQ(without_start_params("v1", kKubeflowOperator).by, RejectedBy::api_server);
  EXPECT_THAT(without_start_params("v1", kKubeflowOperator).text,
              HasSubstr("spec.headGroupSpec.rayStartParams: Required value"));
  EXPECT_EQ(without_start_params("v1", kNewOperator).by, RejectedBy::nobody);
  EXPECT_EQ(without_start_params("v1alpha1", kNewOperator).by, RejectedBy::api_server);
}

// Section 0, items 5 and 6.
TEST(RaySchema, RequiredFieldsAndEnumerations) {
  EXPECT_THAT(refusal({.cluster = "gcsFaultToleranceOptions: {}"}, kNewOperator),
              HasSubstr("redisAddress: Required value"));
  EXPECT_THAT(refusal({.cluster = "authOptions: {mode: ''}"}, kNewOperator),
              HasSubstr("spec.authOptions.mode"));
  EXPECT_EQ(refusal({.cluster = "authOptions: {mode: ''}"}, kKubeflowOperator), "");
  EXPECT_THAT(refusal({.cluster = "managedBy: me"}, kKubeflowOperator), HasSubstr("spec.managedBy"));
  EXPECT_THAT(refusal({.kind = "RayJob", .spec = "preRunningDeadlineSeconds: 0"}, kNewOperator),
              HasSubstr("at least 1"));
}

TEST(RaySchema, TypesAreChecked) {
  EXPECT_THAT(refusal({.cluster = "rayVersion: 2.46"}, kNewOperator), HasSubstr("must be of type string"));
  EXPECT_THAT(refusal({.worker = "numOfHosts: two"}, kNewOperator), HasSubstr("must be of type integer"));
  EXPECT_THAT(refusal({.worker = "numOfHosts: 3000000000"}, kNewOperator),
              HasSubstr("must be of type integer"));
  EXPECT_EQ(refusal({.worker = "numOfHosts: 2.0"}, kNewOperator), "");
  EXPECT_THAT(refusal({.params = "port: 6379"}, kNewOperator), HasSubstr("must be of type string"));
  EXPECT_THAT(refusal({.container = "resources: {limits: {cpu: x}}"}, kNewOperator), HasSubstr("limits.cpu"));
}

TEST(RaySchema, NullIsAsGoodAsAbsent) {
  EXPECT_EQ(refusal({.cluster = "rayVersion: null, suspend: null"}, kNewOperator), "");
}

TEST(RaySchema, DeletionStrategyIsOneOrTheOther) {
  const std::string rules = "deletionRules: [{policy: DeleteSelf, condition: {jobStatus: FAILED}}]";
  EXPECT_EQ(refusal({.kind = "RayJob", .spec = "deletionStrategy: {" + rules + "}"}, kNewOperator), "");
  EXPECT_THAT(refusal({.kind = "RayJob", .spec = "deletionStrategy: {onSuccess: {policy: DeleteSelf}}"},
                      kNewOperator),
              HasSubstr("needs both"));
  EXPECT_THAT(
      refusal(
          {.kind = "RayJob",
           .spec = "deletionStrategy: {onSuccess: {policy: DeleteSelf}, onFailure: {policy: DeleteSelf}, " +
                   rules + "}"},
          kNewOperator),
      HasSubstr("cannot be used with deletionRules"));
}

TEST(RaySchema, NamesAndLabelsOfTheObject) {
  EXPECT_THAT(refusal({.name = "Demo"}, kNewOperator), HasSubstr("metadata.name"));
  EXPECT_THAT(refusal({.labels = "a: 'b c'"}, kNewOperator), HasSubstr("metadata.labels"));
  EXPECT_EQ(Derived({.labels = "a: 1"}).out.rejected.by, RejectedBy::decoding);
}

TEST(RaySchema, RayCronJobsNeedAnOperatorThatKnowsThem) {
  const RayParts parts{.kind = "RayCronJob", .spec = "schedule: '@daily'"};
  EXPECT_THAT(refusal(parts, kKubeflowOperator), HasSubstr("no kind RayCronJob"));
  EXPECT_EQ(refusal(parts, kNewOperator), "");
}

// The same anchor is checked once, however many aliases there are.
TEST(RaySchema, AliasesOfOneAnchorAreLookedAtOnce) {
  std::string text =
      "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo}\nspec:\n  headGroupSpec: "
      "{rayStartParams: {}, "
      "template: {spec: {containers: [&c {name: ray, bogus: 1}";
  for (int i = 0; i < 1000; ++i) text += ", *c";
  const test::LoadedInventory inventory(text + "]}}}\n");
  EXPECT_EQ(pruned_fields(inventory->objects().front(), kNewOperator).size(), 1U);
}

}  // namespace
}  // namespace kray
