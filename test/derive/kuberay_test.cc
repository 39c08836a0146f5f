// Pins the pods that the KubeRay operator makes of Ray objects: classes, and labels by operator version.
#include "derive/kuberay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"

namespace kray {
namespace {

using test::line_of;
using test::LoadedInventory;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Pair;

constexpr Version kKubeflowOperator{1, 3, 2};
constexpr Version kNewOperator{1, 6, 2};

// A cluster with one head and one group, at the path where the kind keeps it.
struct ClusterPath {
  const char* version;
  const char* kind;
  const char* before;  // of the cluster spec, in flow style
  const char* after;
};

void PrintTo(const ClusterPath& one, std::ostream* out) { *out << one.kind << " " << one.version; }

constexpr ClusterPath kRayCluster = {"v1", "RayCluster", "", ""};
constexpr ClusterPath kRayJob = {"v1", "RayJob", "{rayClusterSpec: ", "}"};
constexpr ClusterPath kRayService = {"v1", "RayService", "{rayClusterConfig: ", "}"};
constexpr ClusterPath kRayCronJob = {"v1", "RayCronJob", "{jobTemplate: {rayClusterSpec: ", "}}"};

std::string ray_object(const ClusterPath& path, std::string_view name, std::string_view cluster) {
  return std::string("apiVersion: ray.io/") + path.version + "\nkind: " + path.kind +
         "\nmetadata: {name: " + std::string(name) + ", namespace: team-a}\nspec: " + path.before +
         std::string(cluster) + path.after + "\n";
}

constexpr const char* kPlainCluster =
    "{headGroupSpec: {template: {spec: {containers: [{name: ray}]}}}, "
    "workerGroupSpecs: [{groupName: small, template: {spec: {containers: [{name: ray}]}}}]}";

// Labels of the n-th class of the one object in `text`.
Labels labels(const std::string& text, const Version& kuberay, size_t index) {
  const LoadedInventory inventory(text);
  return ray_pod_classes(inventory->objects()[0], kuberay).at(index).labels;
}

class RayKindTest : public testing::TestWithParam<ClusterPath> {};

TEST_P(RayKindTest, HeadAndWorkersWithIdsAndDescriptions) {
  const LoadedInventory inventory(ray_object(GetParam(), "demo", kPlainCluster));
  const std::vector<PodClass> classes = ray_pod_classes(inventory.object("demo"), kNewOperator);
  const std::string kind = GetParam().kind;
  const bool has_submitter = kind == "RayJob" || kind == "RayCronJob";
  ASSERT_EQ(classes.size(), has_submitter ? 3U : 2U);
  EXPECT_EQ(classes[0].role, PodRole::ray_head);
  EXPECT_EQ(classes[0].group, "head");
  EXPECT_EQ(classes[0].id(), "team-a/" + kind + "/demo/head");
  EXPECT_EQ(classes[0].describe(), "head group of " + kind + " 'demo'");
  EXPECT_TRUE(classes[0].group_spec["template"]);
  EXPECT_EQ(classes[1].role, PodRole::ray_worker);
  EXPECT_EQ(classes[1].group, "small");
  EXPECT_EQ(classes[1].id(), "team-a/" + kind + "/demo/small");
  EXPECT_EQ(classes[1].describe(), "worker group 'small' of " + kind + " 'demo'");
  EXPECT_EQ(classes[1].group_spec["groupName"].text(), "small");
  if (!has_submitter) return;
  EXPECT_EQ(classes[2].role, PodRole::ray_submitter);
  EXPECT_EQ(classes[2].id(), "team-a/" + kind + "/demo/submitter");
  EXPECT_FALSE(classes[2].pod_template);
  EXPECT_THAT(classes[2].labels, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Kinds, RayKindTest,
                         testing::Values(kRayCluster, kRayJob, kRayService, kRayCronJob,
                                         ClusterPath{"v1alpha1", "RayCluster", "", ""},
                                         ClusterPath{"v1alpha1", "RayJob", "{rayClusterSpec: ", "}"},
                                         ClusterPath{"v1alpha1", "RayService", "{rayClusterConfig: ", "}"}),
                         [](const testing::TestParamInfo<ClusterPath>& one) {
                           return std::string(one.param.kind) + "_" + one.param.version;
                         });

TEST(RayLabels, HeadOfARayCluster) {
  EXPECT_THAT(labels(ray_object(kRayCluster, "demo", kPlainCluster), kKubeflowOperator, 0),
              ElementsAre(Pair("app.kubernetes.io/created-by", "kuberay-operator"),
                          Pair("app.kubernetes.io/name", "kuberay"), Pair("ray.io/cluster", "demo"),
                          Pair("ray.io/group", "headgroup"), Pair("ray.io/identifier", "demo-head"),
                          Pair("ray.io/is-ray-node", "yes"), Pair("ray.io/node-type", "head")));
}

TEST(RayLabels, WorkersOfARayCluster) {
  EXPECT_THAT(labels(ray_object(kRayCluster, "demo", kPlainCluster), kKubeflowOperator, 1),
              ElementsAre(Pair("app.kubernetes.io/created-by", "kuberay-operator"),
                          Pair("app.kubernetes.io/name", "kuberay"), Pair("ray.io/cluster", "demo"),
                          Pair("ray.io/group", "small"), Pair("ray.io/identifier", "demo-worker"),
                          Pair("ray.io/is-ray-node", "yes"), Pair("ray.io/node-type", "worker")));
}

constexpr const char* kOverridingCluster = R"({headGroupSpec: {template: {metadata: {labels: {
    own: label, app.kubernetes.io/name: mine, app.kubernetes.io/created-by: me, ray.io/identifier: other,
    ray.io/is-ray-node: "no", ray.io/node-type: worker, ray.io/group: other, ray.io/cluster: other}},
    spec: {containers: [{name: ray}]}}}})";

TEST(RayLabels, UsersOverrideAllButNodeTypeGroupAndCluster) {
  EXPECT_THAT(labels(ray_object(kRayCluster, "demo", kOverridingCluster), kKubeflowOperator, 0),
              ElementsAre(Pair("app.kubernetes.io/created-by", "me"), Pair("app.kubernetes.io/name", "mine"),
                          Pair("own", "label"), Pair("ray.io/cluster", "demo"),
                          Pair("ray.io/group", "headgroup"), Pair("ray.io/identifier", "other"),
                          Pair("ray.io/is-ray-node", "no"), Pair("ray.io/node-type", "head")));
}

TEST(RayLabels, IdentifierKeepsItsLast63Characters) {
  // 58 + "-head" are 63 characters; "-worker" makes 65.
  const std::string name = "a23456789-b23456789-c23456789-d23456789-e23456789-f2345678";
  ASSERT_EQ(name.size(), 58U);
  const std::string text = ray_object(kRayCluster, name, kPlainCluster);
  EXPECT_THAT(labels(text, kKubeflowOperator, 0), Contains(Pair("ray.io/identifier", name + "-head")));
  EXPECT_THAT(labels(text, kKubeflowOperator, 1),
              Contains(Pair("ray.io/identifier", name.substr(2) + "-worker")));
  EXPECT_THAT(labels(text, kKubeflowOperator, 1), Contains(Pair("ray.io/cluster", name)));
}

TEST(RayLabels, ClusterNamesOfRayJobAndRayServiceByOperatorVersion) {
  for (const ClusterPath& path : {kRayJob, kRayService}) {
    const std::string text = ray_object(path, "demo", kPlainCluster);
    EXPECT_THAT(labels(text, {1, 3, 2}, 0), Contains(Pair("ray.io/cluster", "demo-raycluster-xxxxx")));
    EXPECT_THAT(labels(text, {1, 3, 2}, 1),
                Contains(Pair("ray.io/identifier", "demo-raycluster-xxxxx-worker")));
    EXPECT_THAT(labels(text, {1, 4, 0}, 0), Contains(Pair("ray.io/cluster", "demo-xxxxx")));
    EXPECT_THAT(labels(text, {1, 6, 2}, 1), Contains(Pair("ray.io/identifier", "demo-xxxxx-worker")));
  }
}

// A label may not begin with punctuation: the operator writes an "r" over it.
TEST(RayLabels, IdentifierNeverBeginsWithPunctuation) {
  const std::string name = "ab-456789-b23456789-c23456789-d23456789-e23456789-f2345678";
  ASSERT_EQ(name.size(), 58U);
  EXPECT_THAT(labels(ray_object(kRayCluster, name, kPlainCluster), kKubeflowOperator, 1),
              Contains(Pair("ray.io/identifier", "r" + name.substr(3) + "-worker")));
}

TEST(RayLabels, GeneratedNamesAreRandomToo) {
  const auto text = [](const std::string& kind, const std::string& spec) {
    return "apiVersion: ray.io/v1\nkind: " + kind + "\nmetadata: {generateName: demo-}\nspec: " + spec + "\n";
  };
  EXPECT_THAT(labels(text("RayCluster", kPlainCluster), kKubeflowOperator, 0),
              Contains(Pair("ray.io/cluster", "demo-xxxxx")));
  EXPECT_THAT(
      labels(text("RayJob", std::string("{rayClusterSpec: ") + kPlainCluster + "}"), kKubeflowOperator, 0),
      Contains(Pair("ray.io/cluster", "demo-xxxxx-raycluster-xxxxx")));
}

// A RayCronJob makes a RayJob with a random name, and that one a RayCluster with another.
TEST(RayLabels, ClusterNameOfARayCronJob) {
  const std::string text = ray_object(kRayCronJob, "nightly", kPlainCluster);
  EXPECT_THAT(labels(text, kNewOperator, 0), Contains(Pair("ray.io/cluster", "nightly-xxxxx-xxxxx")));
  EXPECT_THAT(labels(text, kNewOperator, 1),
              Contains(Pair("ray.io/identifier", "nightly-xxxxx-xxxxx-worker")));
}

constexpr const char* kGroupLabels = R"({
    headGroupSpec: {labels: {sidecar.istio.io/inject: "false", of: group, ray.io/cluster: other},
      template: {metadata: {labels: {sidecar.istio.io/inject: "true"}}, spec: {containers: [{name: ray}]}}},
    workerGroupSpecs: [{groupName: small, labels: {tier: spot}, template: {spec: {containers: [{name: ray}]}}}]})";

TEST(RayLabels, GroupLabelsAreDroppedBefore15) {
  const std::string text = ray_object(kRayCluster, "demo", kGroupLabels);
  for (const Version& kuberay : {Version{1, 3, 2}, Version{1, 4, 2}}) {
    EXPECT_THAT(labels(text, kuberay, 0), Contains(Pair("sidecar.istio.io/inject", "true")));
    EXPECT_THAT(labels(text, kuberay, 0), Not(Contains(Key("of"))));
    EXPECT_THAT(labels(text, kuberay, 1), Not(Contains(Key("tier"))));
  }
}

TEST(RayLabels, GroupLabelsBeatTheTemplateFrom15On) {
  const std::string text = ray_object(kRayCluster, "demo", kGroupLabels);
  for (const Version& kuberay : {Version{1, 5, 0}, Version{1, 6, 2}}) {
    EXPECT_THAT(labels(text, kuberay, 0), Contains(Pair("sidecar.istio.io/inject", "false")));
    EXPECT_THAT(labels(text, kuberay, 0), Contains(Pair("of", "group")));
    EXPECT_THAT(labels(text, kuberay, 0), Contains(Pair("ray.io/cluster", "demo")));
    EXPECT_THAT(labels(text, kuberay, 1), Contains(Pair("tier", "spot")));
  }
}

// Rules need the line of the label that counts.
TEST(RayLabels, PlaceOfALabelIsWhereItComesFrom) {
  const LoadedInventory inventory(R"(
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: demo}
spec:
  headGroupSpec:
    labels:
      team: group
    template:
      metadata:
        labels:
          team: template
          app: template
      spec: {containers: [{name: ray}]}
)");
  const PodClass old_head = ray_pod_classes(inventory.object("demo"), {1, 4, 0}).at(0);
  EXPECT_EQ(line_of(old_head.label("team").field_place()), "objects.yaml:11");
  const PodClass new_head = ray_pod_classes(inventory.object("demo"), {1, 5, 0}).at(0);
  EXPECT_EQ(line_of(new_head.label("team").field_place()), "objects.yaml:7");
  EXPECT_EQ(line_of(new_head.label("app").field_place()), "objects.yaml:12");
  EXPECT_FALSE(new_head.label("ray.io/cluster"));
}

TEST(RayPodClasses, RayJobWithClusterSelectorMakesNoClusterPods) {
  const LoadedInventory inventory(R"(
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: bare}
spec: {clusterSelector: {ray.io/cluster: shared}}
---
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: both}
spec:
  clusterSelector: {ray.io/cluster: shared}
  rayClusterSpec: {headGroupSpec: {template: {spec: {containers: [{name: ray}]}}}}
  submitterPodTemplate: {spec: {containers: [{name: submit}]}}
)");
  const std::vector<PodClass> bare = ray_pod_classes(inventory.object("bare"), kNewOperator);
  ASSERT_EQ(bare.size(), 1U);
  EXPECT_EQ(bare[0].role, PodRole::ray_submitter);
  EXPECT_FALSE(bare[0].pod_template);
  const std::vector<PodClass> both = ray_pod_classes(inventory.object("both"), kNewOperator);
  ASSERT_EQ(both.size(), 1U);
  EXPECT_EQ(both[0].role, PodRole::ray_submitter);
}

TEST(RayPodClasses, SubmitterTemplate) {
  const LoadedInventory inventory(R"(
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: job, namespace: team-a}
spec:
  submitterPodTemplate:
    metadata: {labels: {app: submit}}
    spec: {containers: [{name: submit}]}
---
apiVersion: ray.io/v1
kind: RayCronJob
metadata: {name: cron, namespace: team-a}
spec:
  jobTemplate:
    submitterPodTemplate:
      spec: {containers: [{name: submit}]}
)");
  const std::vector<PodClass> job = ray_pod_classes(inventory.object("job"), kNewOperator);
  ASSERT_EQ(job.size(), 1U);
  EXPECT_EQ(job[0].id(), "team-a/RayJob/job/submitter");
  EXPECT_EQ(job[0].describe(), "submitter of RayJob 'job'");
  // None of the operator's labels: those are for Ray nodes.
  EXPECT_THAT(job[0].labels, ElementsAre(Pair("app", "submit")));
  const std::vector<PodClass> cron = ray_pod_classes(inventory.object("cron"), kNewOperator);
  ASSERT_EQ(cron.size(), 1U);
  EXPECT_EQ(cron[0].id(), "team-a/RayCronJob/cron/submitter");
  EXPECT_THAT(cron[0].labels, IsEmpty());
}

// Section 0, item 11: from 1.7 on submitters say what they come of. The head's template of a cluster that
// keeps its state in Redis makes one more pod, when the cluster is deleted.
TEST(RayPodClasses, SubmittersOfNewOperatorsAreLabelled) {
  const LoadedInventory inventory(ray_object(kRayJob, "demo", kPlainCluster));
  EXPECT_THAT(ray_pod_classes(inventory.object("demo"), {1, 7, 0}).at(2).labels,
              ElementsAre(Pair("ray.io/originated-from-cr-name", "demo"),
                          Pair("ray.io/originated-from-crd", "RayJob")));
}

TEST(RayPodClasses, OtherModesHaveNoSubmitterPod) {
  for (const char* mode : {"HTTPMode", "InteractiveMode", "SidecarMode"}) {
    const LoadedInventory inventory(
        "apiVersion: ray.io/v1\nkind: RayJob\nmetadata: {name: demo}\nspec: {submissionMode: " +
        std::string(mode) + ", rayClusterSpec: " + kPlainCluster + "}\n");
    EXPECT_EQ(ray_pod_classes(inventory.object("demo"), kNewOperator).size(), 2U) << mode;
  }
}

TEST(RayPodClasses, RedisIsCleanedUpWithTheHeadsTemplate) {
  const std::string head = "headGroupSpec: {template: {spec: {containers: [{name: ray}]}}}";
  const LoadedInventory inventory(ray_object(
      kRayCluster, "demo", "{" + head + ", gcsFaultToleranceOptions: {redisAddress: 'redis:6379'}}"));
  const std::vector<PodClass> classes = ray_pod_classes(inventory.object("demo"), kKubeflowOperator);
  ASSERT_EQ(classes.size(), 2U);
  EXPECT_EQ(classes[1].role, PodRole::ray_redis_cleanup);
  EXPECT_EQ(classes[1].id(), "team-a/RayCluster/demo/redis-cleanup");
  EXPECT_EQ(classes[1].describe(), "Redis cleanup of RayCluster 'demo'");
  EXPECT_TRUE(classes[1].shares_template());
  EXPECT_FALSE(classes[1].is_ray_node());
  EXPECT_THAT(classes[1].labels, Contains(Pair("ray.io/node-type", "redis-cleanup")));
}

TEST(RayPodClasses, EmptySpecMakesNothing) {
  const LoadedInventory inventory("apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo}\n");
  EXPECT_THAT(ray_pod_classes(inventory.object("demo"), kNewOperator), IsEmpty());
}

std::string operator_deployment(std::string_view image) {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: kuberay-operator}\nspec:\n  template:\n    "
         "spec:\n"
         "      containers:\n      - name: helper\n        image: busybox:1.36\n      - name: operator\n     "
         "   image: " +
         std::string(image) + "\n";
}

std::string found_version(const std::string& text) {
  const LoadedInventory inventory(text);
  const std::optional<OperatorVersion> found = find_operator_version(*inventory);
  return found ? found->version.to_string() + " " + found->origin : "none";
}

TEST(FindOperatorVersion, FromTheImageOfTheDeployment) {
  EXPECT_EQ(found_version(operator_deployment("kuberay/operator:v1.3.2")), "1.3.2 objects.yaml:11");
  EXPECT_EQ(found_version(operator_deployment("quay.io/kuberay/operator:v1.6.2")), "1.6.2 objects.yaml:11");
  EXPECT_EQ(found_version(operator_deployment("registry.local:5000/mirror/kuberay/operator:1.4.0")),
            "1.4.0 objects.yaml:11");
  EXPECT_EQ(found_version(operator_deployment("quay.io/kuberay/operator:v1.7.0-rc.0")),
            "1.7.0 objects.yaml:11");
}

TEST(FindOperatorVersion, WithDigest) {
  EXPECT_EQ(
      found_version(operator_deployment("quay.io/kuberay/operator:v1.3.2@sha256:" + std::string(64, 'a'))),
      "1.3.2 objects.yaml:11");
  EXPECT_EQ(found_version(operator_deployment("quay.io/kuberay/operator@sha256:" + std::string(64, '1'))),
            "none");
}

TEST(FindOperatorVersion, TagsWithoutVersion) {
  EXPECT_EQ(found_version(operator_deployment("quay.io/kuberay/operator")), "none");
  EXPECT_EQ(found_version(operator_deployment("quay.io/kuberay/operator:nightly")), "none");
  EXPECT_EQ(found_version(operator_deployment("quay.io/kuberay/operator:4d9c4a4")), "none");
}

TEST(FindOperatorVersion, OnlyOperatorDeploymentsCount) {
  EXPECT_EQ(found_version("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"), "none");
  EXPECT_EQ(found_version(operator_deployment("quay.io/kuberay/apiserver:v1.3.2")), "none");
  EXPECT_EQ(found_version("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: "
                          "'kuberay/operator:v1.3.2'}]}\n"),
            "none");
}

TEST(FindOperatorVersion, TheFirstWithAVersionCounts) {
  EXPECT_EQ(found_version(operator_deployment("kuberay/operator:nightly") + "---\n" +
                          operator_deployment("kuberay/operator:v1.5.1") + "---\n" +
                          operator_deployment("kuberay/operator:v1.3.2")),
            "1.5.1 objects.yaml:23");
}

}  // namespace
}  // namespace kray
