// Pins which pod classes a run has, in which order, and what they are called.
#include "derive/pod_class.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"

namespace kray {
namespace {

using test::LoadedInventory;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr Version kKubeflowOperator{1, 3, 2};

std::vector<std::string> ids(const LoadedInventory& inventory) {
  std::vector<std::string> all;
  for (const PodClass& one : pod_classes(*inventory, kKubeflowOperator)) all.push_back(one.id());
  return all;
}

std::vector<std::string> descriptions(const LoadedInventory& inventory) {
  std::vector<std::string> all;
  for (const PodClass& one : pod_classes(*inventory, kKubeflowOperator)) all.push_back(one.describe());
  return all;
}

constexpr const char* kMixed = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: team-a}
spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: team-a}
spec: {selector: {app: web}}
---
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: train, namespace: team-a}
spec:
  submitterPodTemplate: {spec: {containers: [{name: submit}]}}
  rayClusterSpec:
    workerGroupSpecs:
    - groupName: small
      template: {spec: {containers: [{name: ray}]}}
    - groupName: large
      template: {spec: {containers: [{name: ray}]}}
    headGroupSpec:
      template: {spec: {containers: [{name: ray}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: notebook-0, namespace: team-b}
spec: {containers: [{name: notebook}]}
)";

TEST(PodClasses, InInputOrderHeadThenWorkersThenSubmitter) {
  EXPECT_THAT(ids(LoadedInventory(kMixed)),
              ElementsAre("team-a/Deployment/web", "team-a/RayJob/train/head", "team-a/RayJob/train/small",
                          "team-a/RayJob/train/large", "team-a/RayJob/train/submitter", "team-b/notebook-0"));
}

TEST(PodClasses, Descriptions) {
  EXPECT_THAT(descriptions(LoadedInventory(kMixed)),
              ElementsAre("Deployment 'web'", "head group of RayJob 'train'",
                          "worker group 'small' of RayJob 'train'", "worker group 'large' of RayJob 'train'",
                          "submitter of RayJob 'train'", "Pod 'notebook-0'"));
}

TEST(PodClasses, Roles) {
  const LoadedInventory inventory(kMixed);
  std::vector<PodRole> roles;
  std::vector<bool> ray_nodes;
  for (const PodClass& one : pod_classes(*inventory, kKubeflowOperator)) {
    roles.push_back(one.role);
    ray_nodes.push_back(one.is_ray_node());
  }
  EXPECT_THAT(roles, ElementsAre(PodRole::other, PodRole::ray_head, PodRole::ray_worker, PodRole::ray_worker,
                                 PodRole::ray_submitter, PodRole::other));
  EXPECT_THAT(ray_nodes, ElementsAre(false, true, true, true, false, false));
}

TEST(PodClasses, NamespaceThatIsNotSetIsADash) {
  EXPECT_THAT(
      ids(LoadedInventory("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: []}\n")),
      ElementsAre("-/web"));
}

TEST(PodClasses, BuiltInWorkloadsHaveTheLabelsOfTheirTemplate) {
  const LoadedInventory inventory(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {of: the-deployment}}
spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web}]}}}
)");
  const std::vector<PodClass> classes = pod_classes(*inventory, kKubeflowOperator);
  ASSERT_EQ(classes.size(), 1U);
  EXPECT_EQ(classes[0].object, &inventory.object("web"));
  EXPECT_THAT(classes[0].labels, ElementsAre(Pair("app", "web")));
  EXPECT_EQ(classes[0].group, "");
  EXPECT_FALSE(classes[0].group_spec);
}

TEST(PodClasses, ObjectsThatMakeNoPodsHaveNone) {
  EXPECT_THAT(ids(LoadedInventory("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n"
                                  "apiVersion: example.com/v1\nkind: Deployment\nmetadata: {name: b}\n"
                                  "spec: {template: {spec: {containers: []}}}\n---\n"
                                  "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: c}\n")),
              IsEmpty());
}

}  // namespace
}  // namespace kray
