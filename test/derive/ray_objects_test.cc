// Pins the pods, accounts, Ingresses and names that the operator makes (specs/kuberay-kubeflow.md section
// 0), each with the field of the manifest that caused it.
#include "derive/ray_objects.h"

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
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Key;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

std::vector<std::string> names_of(const std::vector<RayContainer>& containers) {
  std::vector<std::string> names;
  for (const RayContainer& one : containers) names.emplace_back(one.name);
  return names;
}

std::vector<std::string> roles_of(const RayDerivation& out) {
  std::vector<std::string> roles;
  for (const DerivedPod& pod : out.pods) roles.emplace_back(to_string(pod.role));
  return roles;
}

// Items 2 and 12.
TEST(RayObjects, GroupLabelsBeatTheTemplateFrom15On) {
  const RayParts parts{.worker = "labels: {sidecar.istio.io/inject: 'false', ray.io/group: other}",
                       .worker_metadata = "labels: {sidecar.istio.io/inject: 'true'}"};
  const Derived old(parts, kKubeflowOperator);
  EXPECT_THAT(old.worker().labels, Contains(Pair("sidecar.istio.io/inject", "true")));
  EXPECT_THAT(old.worker().labels, Not(Contains(Key("ray.io/worker-group-replica-index"))));
  const Derived recent(parts, kNewOperator);
  EXPECT_THAT(recent.worker().labels,
              IsSupersetOf({Pair("sidecar.istio.io/inject", "false"), Pair("ray.io/group", "small"),
                            Pair("ray.io/worker-group-replica-index", "*")}));
  EXPECT_EQ(recent.worker().start_params.at("labels"), "ray.io/group=other,sidecar.istio.io/inject=false");
}

TEST(RayObjects, WorkersOfSeveralHostsAreNumbered) {
  const Derived derived({.worker = "numOfHosts: 4"}, kNewOperator);
  EXPECT_THAT(derived.worker().labels, IsSupersetOf({Pair("ray.io/worker-group-replica-name", "*"),
                                                     Pair("ray.io/replica-host-index", "*")}));
  EXPECT_EQ(derived.worker().count, 4);
}

// Item 3.
TEST(RayObjects, AutoscalerV2ComesFromItsOptionOnly) {
  EXPECT_EQ(Derived({.cluster = "enableInTreeAutoscaling: true, rayVersion: 2.52.1"}, kNewOperator)
                .head()
                .restart_policy,
            "");
  const Derived derived(
      {.cluster = "enableInTreeAutoscaling: true, autoscalerOptions: {version: v2, image: mine}"},
      kNewOperator);
  EXPECT_EQ(derived.head().restart_policy, "Never");
  EXPECT_EQ(derived.worker().restart_policy, "Never");
  EXPECT_EQ(derived.head().containers.at(1).image, "mine");
}

// Items 4 and 13.
TEST(RayObjects, NamesOfPods) {
  const Derived derived(
      {.name = "a23456789-123456789-123456789-123456789-123456789-xyz", .head_metadata = "name: fixed"});
  EXPECT_EQ(derived.head().name, "fixed");
  EXPECT_EQ(derived.head().generate_name, "a23456789-123456789-123456789-123456789-123456789--head-");
  EXPECT_EQ(derived.worker().name, "");
  EXPECT_EQ(Derived({.worker = "none"}).head().generate_name, "demo-head-");
}

// Item 5.
TEST(RayObjects, EmptyAuthOptionsMakeASecretOnly) {
  const Derived empty({.cluster = "authOptions: {}"}, kNewOperator);
  ASSERT_THAT(empty.out.secrets, SizeIs(1));
  EXPECT_EQ(empty.out.secrets[0].name, "demo");
  EXPECT_EQ(text_of(empty.out.secrets[0].from), "authOptions");
  EXPECT_THAT(Derived({.cluster = "authOptions: {mode: disabled}"}, kNewOperator).out.secrets, IsEmpty());
  EXPECT_THAT(Derived({.cluster = "authOptions: {secretName: mine}"}, kNewOperator).out.secrets, IsEmpty());
  EXPECT_THAT(Derived({.cluster = "authOptions: {}"}, kKubeflowOperator).out.secrets, IsEmpty());
}

// Item 6.
TEST(RayObjects, OldOperatorsRunWhatTheyCannotSuspend) {
  const Derived derived({.kind = "RayService", .spec = "suspend: true"}, kNewOperator);
  EXPECT_THAT(roles_of(derived.out), ElementsAre("head", "worker"));
  EXPECT_THAT(
      Derived({.kind = "RayService", .spec = "managedBy: kueue.x-k8s.io/multikueue"}, kKubeflowOperator)
          .out.pods,
      SizeIs(2));
  EXPECT_THAT(
      Derived({.kind = "RayService", .spec = "managedBy: kueue.x-k8s.io/multikueue"}, kNewOperator).out.pods,
      IsEmpty());
}

// Item 7.
TEST(RayObjects, WhoDecidesTheCommand) {
  EXPECT_TRUE(Derived(RayParts{}).head().runs_start_params);
  EXPECT_FALSE(Derived({.annotations = "ray.io/overwrite-container-cmd: 'True'"}).worker().runs_start_params);
  const Derived group({.worker_metadata = "annotations: {ray.io/overwrite-container-cmd: 'true'}"});
  EXPECT_TRUE(group.head().runs_start_params);
  EXPECT_FALSE(group.worker().runs_start_params);
  EXPECT_FALSE(Derived({.container = "command: [bash, -c, 'ray start --head']"}).head().runs_start_params);
  EXPECT_TRUE(Derived({.container = "command: [bash, -c, 'RAY START']"}).head().runs_start_params);
}

// Item 9.
TEST(RayObjects, PortsOfProbes) {
  const RayParts parts{.cluster = "rayVersion: '2.46.0'",
                       .params = "dashboard-agent-listen-port: '1234', dashboard-port: '9999'"};
  const auto ports = [](const RayProbe& probe) {
    std::vector<int64_t> numbers;
    for (const RayProbe::Request& one : probe.requests) numbers.push_back(one.port);
    return numbers;
  };
  EXPECT_THAT(ports(Derived(parts, kKubeflowOperator).head().liveness), ElementsAre(52365, 8265));
  EXPECT_THAT(ports(Derived(parts, kNewOperator).head().liveness), ElementsAre(1234, 9999));
  EXPECT_THAT(ports(Derived({.params = "dashboard-port: $P"}, kNewOperator).head().liveness),
              ElementsAre(52365, 8265));
  const Derived recent({.cluster = "rayVersion: '2.53'"}, kNewOperator);
  EXPECT_EQ(recent.head().liveness.kind, RayProbe::Kind::http);
  EXPECT_EQ(recent.head().liveness.requests.at(0).path, "api/healthz");
  EXPECT_EQ(Derived({.cluster = "rayVersion: nightly"}, kNewOperator).head().liveness.kind,
            RayProbe::Kind::exec);
  EXPECT_EQ(Derived({.container = "livenessProbe: {httpGet: {port: 1}}"}).head().liveness.kind,
            RayProbe::Kind::user);
}

TEST(RayObjects, WorkersOfARayServiceAreAskedForServe) {
  const Derived derived({.kind = "RayService", .cluster = "rayVersion: '2.53.0'"}, kNewOperator);
  EXPECT_EQ(derived.worker().liveness.kind, RayProbe::Kind::http);
  EXPECT_EQ(derived.worker().readiness.kind, RayProbe::Kind::exec);
  EXPECT_EQ(derived.worker().readiness.requests.back().port, 8000);
}

// Item 10.
TEST(RayObjects, ClustersOfOwners) {
  EXPECT_EQ(Derived({.kind = "RayJob"}, kKubeflowOperator).out.ray_clusters.at(0).name,
            "demo-raycluster-xxxxx");
  EXPECT_EQ(Derived({.kind = "RayService"}, kNewOperator).out.ray_clusters.at(0).name, "demo-xxxxx");
  const Derived cron_job({.kind = "RayCronJob", .spec = "schedule: '*/5 * * * *'"}, kNewOperator);
  EXPECT_EQ(cron_job.out.ray_clusters.at(0).name, "demo-xxxxx-xxxxx");
  EXPECT_EQ(cron_job.pod(RayPodRole::submitter).job, "demo-xxxxx");
  const Derived labels({.kind = "RayJob", .annotations = "c: d", .labels = "a: b"}, kNewOperator);
  EXPECT_THAT(labels.out.ray_clusters.at(0).labels,
              IsSupersetOf({Pair("a", "b"), Pair("ray.io/originated-from-cr-name", "demo"),
                            Pair("ray.io/originated-from-crd", "RayJob"),
                            Pair("ray.io/job-submission-mode", "K8sJobMode")}));
  EXPECT_THAT(labels.out.ray_clusters.at(0).annotations, ElementsAre(Pair("c", "d")));
}

// Item 11.
TEST(RayObjects, SubmittersHaveNoLabelsOfTheirOwn) {
  const Derived plain({.kind = "RayJob"}, kNewOperator);
  const DerivedPod& submitter = plain.pod(RayPodRole::submitter);
  EXPECT_THAT(submitter.labels, IsEmpty());
  EXPECT_EQ(submitter.restart_policy, "Never");
  EXPECT_EQ(submitter.service_account_name, "default");
  EXPECT_EQ(submitter.containers.at(0).image, "rayproject/ray:2.46.0");
  EXPECT_EQ(submitter.head_address, "demo-xxxxx-head-svc.team-a.svc.cluster.local:8265");
  const Derived own({.kind = "RayJob",
                     .spec =
                         "submitterPodTemplate: {metadata: {labels: {a: b}}, spec: {serviceAccountName: me, "
                         "containers: [{name: s, image: i}]}}"});
  EXPECT_THAT(own.pod(RayPodRole::submitter).labels, ElementsAre(Pair("a", "b")));
  EXPECT_EQ(own.pod(RayPodRole::submitter).service_account_name, "me");
  EXPECT_EQ(text_of(own.pod(RayPodRole::submitter).from), "submitterPodTemplate");
}

// Item 14.
TEST(RayObjects, AccountOfTheAutoscaledHead) {
  const Derived own({.cluster = "enableInTreeAutoscaling: true"});
  EXPECT_EQ(own.head().service_account_name, "demo");
  EXPECT_EQ(own.worker().service_account_name, "default");
  EXPECT_THAT(names_of(own.head().containers), ElementsAre("ray", "autoscaler"));
  ASSERT_THAT(own.out.service_accounts, SizeIs(1));
  EXPECT_EQ(text_of(own.out.service_accounts[0].from), "enableInTreeAutoscaling");
  const Derived named({.cluster = "enableInTreeAutoscaling: true", .head_pod = "serviceAccountName: 9lives"});
  EXPECT_EQ(named.head().service_account_name, "rlives");
  EXPECT_THAT(named.out.service_accounts, IsEmpty());
  EXPECT_EQ(named.out.roles.at(0).service_account, "rlives");
}

// Item 22.
TEST(RayObjects, Ingress) {
  const Derived derived(
      {.annotations = "kubernetes.io/ingress.class: nginx, a: b", .head = "enableIngress: true"});
  ASSERT_THAT(derived.out.ingresses, SizeIs(1));
  const DerivedIngress& ingress = derived.out.ingresses[0];
  EXPECT_EQ(ingress.name, "demo-head-ingress");
  EXPECT_EQ(ingress.path, "/demo/(.*)");
  EXPECT_EQ(ingress.path_type, "Exact");
  EXPECT_EQ(ingress.service, "demo-head-svc");
  EXPECT_EQ(ingress.port, 8265);
  EXPECT_EQ(ingress.class_name, "nginx");
  EXPECT_THAT(ingress.annotations, ElementsAre(Pair("a", "b")));
  EXPECT_EQ(text_of(ingress.from), "enableIngress");
  EXPECT_THAT(Derived({.head = "enableIngress: false"}).out.ingresses, IsEmpty());
  const Derived ports({.head = "enableIngress: true", .ports = "{containerPort: 9999, name: dashboard}"});
  EXPECT_EQ(ports.out.ingresses.at(0).port, 9999);
}

// Item 21: the Ingress is cut in every version.
TEST(RayObjects, LongIngressNamesKeepTheirEnd) {
  const Derived derived(
      {.name = "a-cluster-whose-name-is-just-not-too-long-at-all", .head = "enableIngress: true"},
      kNewOperator);
  EXPECT_EQ(derived.out.ingresses.at(0).name, "hose-name-is-just-not-too-long-at-all-head-ingress");
}

// Item 23.
TEST(RayObjects, RightsOfTheAutoscaler) {
  const RayParts parts{.cluster = "enableInTreeAutoscaling: true"};
  EXPECT_THAT(Derived(parts, kKubeflowOperator).out.roles.at(0).rules,
              ElementsAre(" pods get,list,watch", "ray.io rayclusters get,patch"));
  EXPECT_THAT(
      Derived(parts, kNewOperator).out.roles.at(0).rules,
      ElementsAre(" pods get,list,watch,patch", " pods/resize patch", "ray.io rayclusters get,patch"));
}

// Item 25.
TEST(RayObjects, KubeflowSwitchesTheInitContainerOff) {
  const test::LoadedInventory inventory(test::ray_text({}));
  KubeRaySettings settings;
  EXPECT_THAT(names_of(derive_ray(inventory->objects()[0], settings).pods.at(1).init_containers),
              ElementsAre("wait-gcs-ready"));
  settings.init_container_injection = false;
  EXPECT_THAT(derive_ray(inventory->objects()[0], settings).pods.at(1).init_containers, IsEmpty());
}

TEST(RayObjects, RedisCleanupLooksLikeTheHead) {
  const Derived derived(
      {.kind = "RayService",
       .cluster = "gcsFaultToleranceOptions: {redisAddress: 'redis:6379', externalStorageNamespace: here}",
       .head_metadata = "labels: {team: a}"},
      kNewOperator);
  const DerivedPod& pod = derived.pod(RayPodRole::redis_cleanup);
  EXPECT_EQ(pod.job, "demo-xxxxx-redis-cleanup");
  EXPECT_THAT(pod.labels, IsSupersetOf({Pair("team", "a"), Pair("ray.io/node-type", "redis-cleanup"),
                                        Pair("ray.io/group", "headgroup"), Pair("ray.io/serve", "false")}));
  EXPECT_THAT(pod.annotations, Contains(Pair("ray.io/external-storage-namespace", "here")));
  EXPECT_EQ(text_of(pod.from), "gcsFaultToleranceOptions");
}

// Section 0, C.
TEST(RayObjects, Surprises) {
  EXPECT_EQ(
      Derived({.kind = "RayJob", .spec = "submitterPodTemplate: {spec: {containers: []}}"}).out.rejected.by,
      RejectedBy::panic);
  const Derived odd_mode({.kind = "RayJob", .spec = "submissionMode: Bogus"});
  EXPECT_THAT(roles_of(odd_mode.out), ElementsAre("head", "worker"));
  const Derived suspended({.cluster = "suspend: true"});
  EXPECT_THAT(suspended.out.pods, IsEmpty());
  EXPECT_THAT(suspended.out.services, SizeIs(1));
  const Derived headgroup({.worker = "groupName: headgroup"});
  EXPECT_THAT(roles_of(headgroup.out), ElementsAre("head"));
  const Derived selector({.kind = "RayJob", .spec = "clusterSelector: {ray.io/cluster: other}"});
  EXPECT_THAT(roles_of(selector.out), ElementsAre("submitter"));
  EXPECT_EQ(selector.out.pods[0].head_address, "other-head-svc.team-a.svc.cluster.local:8265");
  const Derived upgrade(
      {.kind = "RayService", .spec = "upgradeStrategy: {type: NewClusterWithIncrementalUpgrade}"});
  EXPECT_EQ(upgrade.out.rejected.by, RejectedBy::ray_operator);
}

TEST(RayObjects, SidecarModeSubmitsFromTheHead) {
  const Derived derived({.kind = "RayJob", .spec = "submissionMode: SidecarMode"}, kNewOperator);
  EXPECT_THAT(names_of(derived.head().containers), ElementsAre("ray", "ray-job-submitter"));
  EXPECT_EQ(derived.head().restart_policy, "Never");
  EXPECT_THAT(roles_of(derived.out), ElementsAre("head", "worker"));
}

TEST(RayObjects, ClustersOfSeveralHostsAreNeverReadyBefore14) {
  const RayParts parts{.kind = "RayJob", .worker = "numOfHosts: 2"};
  EXPECT_THAT(roles_of(Derived(parts, kKubeflowOperator).out), ElementsAre("head", "worker"));
  EXPECT_THAT(roles_of(Derived(parts, kNewOperator).out), ElementsAre("head", "worker", "submitter"));
}

TEST(RayObjects, PodsPointAtTheirGroups) {
  const Derived derived(RayParts{});
  EXPECT_EQ(text_of(derived.head().from), "headGroupSpec");
  EXPECT_EQ(derived.worker().group_spec["groupName"].text(), "small");
  EXPECT_EQ(derived.worker().head_address, "demo-head-svc.team-a.svc.cluster.local:6379");
}

TEST(RayObjects, TemplatesOfRejectedObjectsAreStillThere) {
  const test::LoadedInventory inventory(test::ray_text({.name = "Demo", .cluster = "suspend: true"}));
  KubeRaySettings settings;
  EXPECT_THAT(ray_pods_as_written(inventory->objects()[0], settings), SizeIs(2));
}

}  // namespace
}  // namespace kray
