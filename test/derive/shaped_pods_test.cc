// Pod templates that are found by their shape, and what only looks like one.
#include "derive/shaped_pods.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"

namespace kray {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr const char* kPod = "{metadata: {labels: {app: x}}, spec: {containers: [{name: a, image: b}]}}";

std::vector<std::string> ids(const std::string& api_version, const std::string& kind,
                             const std::string& spec) {
  const test::LoadedInventory inventory("apiVersion: " + api_version + "\nkind: " + kind +
                                        "\nmetadata: {name: x, namespace: team-a}\nspec: " + spec + "\n");
  std::vector<std::string> all;
  for (const PodClass& one : pod_classes(*inventory, {1, 3, 2})) all.push_back(one.id());
  return all;
}

TEST(ShapedPods, AreFoundUnderTemplates) {
  EXPECT_THAT(ids("argoproj.io/v1alpha1", "Rollout", "{template: " + std::string(kPod) + "}"),
              ElementsAre("team-a/Rollout/x"));
  EXPECT_THAT(ids("kubeflow.org/v1", "PyTorchJob",
                  "{pytorchReplicaSpecs: {Master: {template: " + std::string(kPod) +
                      "}, Worker: {template: " + kPod + "}}}"),
              ElementsAre("team-a/PyTorchJob/x/pytorchReplicaSpecs/Master",
                          "team-a/PyTorchJob/x/pytorchReplicaSpecs/Worker"));
  EXPECT_THAT(ids("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet",
                  "{leaderWorkerTemplate: {leaderTemplate: " + std::string(kPod) +
                      ", workerTemplate: " + kPod + "}}"),
              ElementsAre("team-a/LeaderWorkerSet/x/leaderWorkerTemplate/leaderTemplate",
                          "team-a/LeaderWorkerSet/x/leaderWorkerTemplate/workerTemplate"));
  EXPECT_THAT(
      ids("jobset.x-k8s.io/v1alpha2", "JobSet",
          "{replicatedJobs: [{name: driver, template: {spec: {template: " + std::string(kPod) + "}}}]}"),
      ElementsAre("team-a/JobSet/x/replicatedJobs/driver/template/spec"));
}

TEST(ShapedPods, OfKServeStandInPodSpecs) {
  const std::string spec = "{predictor: {containers: [{name: a, image: b}]}}";
  EXPECT_THAT(ids("serving.kserve.io/v1beta1", "InferenceService", spec),
              ElementsAre("team-a/InferenceService/x/predictor"));
  EXPECT_THAT(ids("acme.example/v1", "InferenceService", spec), IsEmpty());
}

TEST(ShapedPods, HaveTheLabelsOfTheirTemplateAndPerhapsMore) {
  const test::LoadedInventory inventory(
      "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\nspec: {template: " +
      std::string(kPod) + "}\n");
  const std::vector<PodClass> classes = pod_classes_by_shape(inventory.object("web"));
  ASSERT_EQ(classes.size(), 1U);
  EXPECT_EQ(classes[0].role, PodRole::other);
  EXPECT_THAT(classes[0].labels, ElementsAre(Pair("app", "x")));
  EXPECT_FALSE(classes[0].labels_are_certain);
  EXPECT_EQ(classes[0].describe(), "Rollout 'web'");
}

TEST(ShapedPods, AreNoPatternsAndNoHalfTemplates) {
  EXPECT_THAT(ids("kyverno.io/v1", "Policy",
                  "{rules: [{validate: {pattern: {spec: {containers: [{name: '*', image: '*:*'}]}}}}]}"),
              IsEmpty());
  EXPECT_THAT(ids("acme.example/v1", "Runner", "{template: {spec: {containers: []}}}"), IsEmpty());
  EXPECT_THAT(ids("acme.example/v1", "Runner", "{template: {spec: {containers: [{image: b}]}}}"), IsEmpty());
  EXPECT_THAT(ids("agents.x-k8s.io/v1alpha1", "SandboxTemplate", "{podTemplate: " + std::string(kPod) + "}"),
              IsEmpty());
  for (const char* kind : {"ClusterTrainingRuntime", "ServingRuntime"})
    EXPECT_THAT(ids("acme.example/v1", kind, "{template: " + std::string(kPod) + "}"), IsEmpty()) << kind;
  EXPECT_THAT(ids("policy.k8s.io/v1", "Thing", "{template: " + std::string(kPod) + "}"), IsEmpty());
}

}  // namespace
}  // namespace kray
