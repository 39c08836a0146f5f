// Pins what the operator itself rejects, by version, and the field it is about (specs/kuberay-kubeflow.md
// section 0, items 3, 5, 13).
#include "derive/ray_validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "derive/ray_manifest.h"

namespace kray {
namespace {

using test::Derived;
using test::kKubeflowOperator;
using test::kNewOperator;
using test::RayParts;
using test::text_of;

// Why the operator rejects the object; empty if it does not.
std::string reason(const RayParts& parts, const Version& kuberay) {
  const Derived derived(parts, kuberay);
  return derived.out.rejected.by == RejectedBy::ray_operator ? derived.out.rejected.text : "";
}

bool rejects(const RayParts& parts, const Version& kuberay) { return !reason(parts, kuberay).empty(); }

std::string rejected_field(const RayParts& parts, const Version& kuberay = kNewOperator) {
  return text_of(Derived(parts, kuberay).out.rejected.place);
}

// Item 13.
TEST(RayValidation, LengthOfNames) {
  const std::string cluster(53, 'a');
  EXPECT_FALSE(rejects({.name = cluster}, kNewOperator));
  EXPECT_TRUE(rejects({.name = cluster + "a"}, kNewOperator));
  EXPECT_FALSE(rejects({.name = cluster + "a"}, kKubeflowOperator));
  for (const std::string kind : {"RayJob", "RayService"}) {
    EXPECT_FALSE(rejects({.kind = kind, .name = std::string(47, 'a')}, kNewOperator));
    EXPECT_TRUE(rejects({.kind = kind, .name = std::string(48, 'a')}, kNewOperator));
  }
  const RayParts cron_job{.kind = "RayCronJob", .name = std::string(37, 'a'), .spec = "schedule: '@hourly'"};
  EXPECT_FALSE(rejects(cron_job, kNewOperator));
}

// A RayCronJob's RayJob has six characters more than the RayCronJob: it is made, and then rejected.
TEST(RayValidation, LongCronJobsFailLater) {
  EXPECT_TRUE(rejects({.kind = "RayCronJob", .name = std::string(42, 'a'), .spec = "schedule: '@hourly'"},
                      kNewOperator));
}

TEST(RayValidation, NamesAreDnsLabels) {
  EXPECT_TRUE(rejects({.name = "9lives"}, kNewOperator));
  EXPECT_TRUE(rejects({.name = "ray.v2"}, kNewOperator));
  EXPECT_FALSE(rejects({.name = "9lives"}, kKubeflowOperator));
  EXPECT_EQ(rejected_field({.name = "9lives"}), "9lives");
}

// Item 5.
TEST(RayValidation, TokensNeedAVersionOfRay) {
  const auto with_version = [](const std::string& version) {
    return RayParts{.cluster = "authOptions: {mode: token}, rayVersion: '" + version + "'"};
  };
  EXPECT_FALSE(rejects(with_version("2.52.0"), kNewOperator));
  EXPECT_FALSE(rejects(with_version("v2.53"), kNewOperator));
  EXPECT_TRUE(rejects(with_version("2.51.9"), kNewOperator));
  EXPECT_TRUE(rejects(with_version("nightly"), kNewOperator));
  EXPECT_TRUE(rejects(with_version(""), kNewOperator));
  EXPECT_FALSE(rejects(with_version("nightly"), kKubeflowOperator));
  EXPECT_EQ(rejected_field(with_version("nightly")), "authOptions");
}

TEST(RayValidation, TokensOfKubernetes) {
  const std::string token = "authOptions: {mode: token, enableK8sTokenAuth: true}, rayVersion: ";
  EXPECT_TRUE(rejects({.cluster = token + "'2.52.0'"}, kNewOperator));
  EXPECT_FALSE(rejects({.cluster = token + "'2.55.0'"}, kNewOperator));
  EXPECT_TRUE(rejects({.kind = "RayJob", .cluster = token + "'2.55.0'"}, kNewOperator));
  EXPECT_TRUE(rejects({.kind = "RayService", .cluster = token + "'2.55.0'"}, kNewOperator));
  EXPECT_TRUE(rejects({.cluster = "authOptions: {enableK8sTokenAuth: true}"}, kNewOperator));
}

TEST(RayValidation, FaultToleranceIsSetOnceOnly) {
  const std::string options = "gcsFaultToleranceOptions: {redisAddress: 'redis:6379'}";
  for (const Version& kuberay : {kKubeflowOperator, kNewOperator}) {
    EXPECT_FALSE(rejects({.cluster = options}, kuberay));
    EXPECT_TRUE(rejects({.annotations = "ray.io/ft-enabled: 'true'", .cluster = options}, kuberay));
    EXPECT_TRUE(rejects({.cluster = options, .params = "redis-password: x"}, kuberay));
    EXPECT_TRUE(
        rejects({.cluster = options, .container = "env: [{name: REDIS_PASSWORD, value: x}]"}, kuberay));
    EXPECT_TRUE(
        rejects({.annotations = "ray.io/external-storage-namespace: x", .cluster = options}, kuberay));
    EXPECT_TRUE(rejects({.params = "redis-username: x"}, kuberay));
    const RayParts address{.container = "env: [{name: RAY_REDIS_ADDRESS, value: x}]"};
    EXPECT_TRUE(rejects(address, kuberay));
    EXPECT_FALSE(
        rejects({.annotations = "ray.io/ft-enabled: 'true'", .container = address.container}, kuberay));
  }
  EXPECT_EQ(rejected_field({.params = "redis-username: x"}), "redis-username");
}

TEST(RayValidation, GroupsOfNewerOperators) {
  EXPECT_TRUE(rejects({.params = "labels: a=b"}, kNewOperator));
  EXPECT_FALSE(rejects({.params = "labels: a=b"}, kKubeflowOperator));
  EXPECT_TRUE(rejects({.head = "resources: {cpu: '1'}", .params = "num-cpus: '1'"}, kNewOperator));
  EXPECT_TRUE(rejects({.worker = "labels: {a: 'b c'}"}, kNewOperator));
  EXPECT_TRUE(rejects({.worker = "minReplicas: 4"}, kNewOperator));
  EXPECT_FALSE(rejects({.worker = "minReplicas: 4"}, kKubeflowOperator));
  EXPECT_TRUE(rejects({.worker = "idleTimeoutSeconds: 5"}, kNewOperator));
}

TEST(RayValidation, SuspendedGroups) {
  EXPECT_TRUE(rejects({.worker = "suspend: true"}, kKubeflowOperator));
  EXPECT_FALSE(rejects({.worker = "suspend: true"}, kNewOperator));
  EXPECT_TRUE(rejects({.cluster = "enableInTreeAutoscaling: true", .worker = "suspend: true"}, kNewOperator));
}

// Item 3.
TEST(RayValidation, AutoscalerV2) {
  const std::string v2 = "enableInTreeAutoscaling: true, autoscalerOptions: {version: v2}";
  EXPECT_TRUE(rejects({.cluster = v2, .head_pod = "restartPolicy: Always"}, kNewOperator));
  EXPECT_FALSE(rejects({.cluster = v2, .head_pod = "restartPolicy: Never"}, kNewOperator));
  const std::string variable = "env: [{name: RAY_enable_autoscaler_v2, value: '1'}]";
  EXPECT_TRUE(rejects({.container = variable}, kNewOperator));
  EXPECT_TRUE(rejects({.cluster = v2, .container = variable}, kNewOperator));
}

TEST(RayValidation, RayJobs) {
  const auto job = [](const std::string& spec) { return RayParts{.kind = "RayJob", .spec = spec}; };
  for (const Version& kuberay : {kKubeflowOperator, kNewOperator}) {
    EXPECT_TRUE(rejects(job("suspend: true"), kuberay));
    EXPECT_FALSE(rejects(job("suspend: true, shutdownAfterJobFinishes: true"), kuberay));
    EXPECT_TRUE(rejects(job("runtimeEnvYAML: 'a: ['"), kuberay));
    EXPECT_TRUE(rejects(job("runtimeEnvYAML: '- a'"), kuberay));
    EXPECT_FALSE(rejects(job("runtimeEnvYAML: 'pip: [emoji]'"), kuberay));
    EXPECT_TRUE(rejects(job("activeDeadlineSeconds: 0"), kuberay));
    EXPECT_TRUE(rejects(job("backoffLimit: -1"), kuberay));
  }
  EXPECT_TRUE(rejects(job("clusterSelector: {other: a}"), kNewOperator));
  EXPECT_FALSE(rejects(job("clusterSelector: {other: a}"), kKubeflowOperator));
  EXPECT_TRUE(Derived(job("clusterSelector: {other: a}")).out.error);
  EXPECT_TRUE(rejects(job("submissionMode: InteractiveMode, backoffLimit: 1"), kNewOperator));
  EXPECT_TRUE(rejects(job("deletionPolicy: DeleteSelf"), kKubeflowOperator));
}

TEST(RayValidation, SidecarMode) {
  const std::string mode = "submissionMode: SidecarMode";
  EXPECT_FALSE(rejects({.kind = "RayJob", .spec = mode}, kNewOperator));
  EXPECT_TRUE(
      rejects({.kind = "RayJob", .spec = mode + ", submitterPodTemplate: {spec: {containers: [{name: s}]}}"},
              kNewOperator));
  EXPECT_TRUE(
      rejects({.kind = "RayJob", .spec = mode + ", submitterConfig: {backoffLimit: 1}"}, kNewOperator));
  EXPECT_TRUE(
      rejects({.kind = "RayJob", .spec = mode + ", clusterSelector: {ray.io/cluster: a}"}, kNewOperator));
  EXPECT_TRUE(rejects({.kind = "RayJob", .spec = mode, .head_pod = "restartPolicy: Always"}, kNewOperator));
}

TEST(RayValidation, DeletionOfRayJobs) {
  const auto job = [](const std::string& spec) { return RayParts{.kind = "RayJob", .spec = spec}; };
  const auto rule = [](const std::string& policy, const std::string& seconds) {
    return "{policy: " + policy + ", condition: {jobStatus: FAILED, ttlSeconds: " + seconds + "}}";
  };
  const auto rules = [&job](const std::string& list) {
    return job("deletionStrategy: {deletionRules: [" + list + "]}");
  };
  EXPECT_TRUE(rejects(job("ttlSecondsAfterFinished: 10"), kNewOperator));
  EXPECT_FALSE(rejects(job("ttlSecondsAfterFinished: 10, shutdownAfterJobFinishes: true"), kNewOperator));
  EXPECT_FALSE(rejects(rules(rule("DeleteWorkers", "1") + ", " + rule("DeleteCluster", "2")), kNewOperator));
  EXPECT_TRUE(rejects(rules(rule("DeleteWorkers", "3") + ", " + rule("DeleteCluster", "2")), kNewOperator));
  EXPECT_TRUE(rejects(rules(rule("DeleteSelf", "1") + ", " + rule("DeleteSelf", "2")), kNewOperator));
  const std::string both =
      "deletionStrategy: {onSuccess: {policy: DeleteNone}, onFailure: {policy: DeleteSelf}}";
  EXPECT_FALSE(rejects(job(both), kNewOperator));
  EXPECT_TRUE(rejects(job(both + ", shutdownAfterJobFinishes: true"), kNewOperator));
}

TEST(RayValidation, RayServices) {
  const auto service = [](const std::string& spec) { return RayParts{.kind = "RayService", .spec = spec}; };
  EXPECT_TRUE(
      rejects({.kind = "RayService", .head = "headService: {metadata: {name: mine}}"}, kKubeflowOperator));
  EXPECT_TRUE(rejects(service("upgradeStrategy: {type: Other}"), kNewOperator));
  EXPECT_FALSE(rejects(service("upgradeStrategy: {type: NewClusterWithIncrementalUpgrade}"), kNewOperator));
  EXPECT_TRUE(
      rejects(service("upgradeStrategy: {type: NewClusterWithIncrementalUpgrade}"), kKubeflowOperator));
  EXPECT_FALSE(
      rejects({.kind = "RayService", .annotations = "ray.io/initializing-timeout: 5m"}, kNewOperator));
  EXPECT_TRUE(
      rejects({.kind = "RayService", .annotations = "ray.io/initializing-timeout: -5m"}, kNewOperator));
  EXPECT_TRUE(
      rejects({.kind = "RayService", .annotations = "ray.io/initializing-timeout: soon"}, kNewOperator));
}

TEST(RayValidation, ContainersAreNeeded) {
  const test::LoadedInventory inventory(R"(
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: demo, namespace: team-a}
spec:
  headGroupSpec:
    rayStartParams: {}
    template: {spec: {containers: []}}
)");
  KubeRaySettings settings;
  const RayDerivation out = derive_ray(inventory->objects()[0], settings);
  EXPECT_EQ(out.rejected.by, RejectedBy::ray_operator);
  EXPECT_EQ(test::line_of(out.rejected.place), "objects.yaml:5");
  EXPECT_EQ(ray_pods_as_written(inventory->objects()[0], settings).size(), 1U);
}

TEST(RayValidation, VersionsOfRay) {
  EXPECT_EQ(parse_ray_version("2.53"), (Version{2, 53, 0}));
  EXPECT_EQ(parse_ray_version("v2.53.1-rc1"), (Version{2, 53, 1}));
  EXPECT_FALSE(parse_ray_version("2"));
  EXPECT_FALSE(parse_ray_version("2."));
  EXPECT_FALSE(parse_ray_version("nightly"));
}

}  // namespace
}  // namespace kray
