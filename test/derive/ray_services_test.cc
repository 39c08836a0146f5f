// Pins the Services the operator makes, what they select, and what the API server would refuse of them
// (specs/kuberay-kubeflow.md B.2; section 0, items 15 to 21).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "derive/ray_manifest.h"

namespace kray {
namespace {

using test::Derived;
using test::kKubeflowOperator;
using test::kNewOperator;
using test::ports_of;
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

std::vector<std::string> names_of(const RayDerivation& out) {
  std::vector<std::string> names;
  for (const DerivedService& one : out.services) names.push_back(one.owner + " " + one.name);
  return names;
}

std::vector<std::string> refused(const Derived& derived) {
  std::vector<std::string> texts;
  for (const RefusedObject& one : derived.out.refused) texts.push_back(one.object + ": " + one.text);
  return texts;
}

TEST(RayServices, HeadServiceByDefault) {
  const Derived derived(RayParts{});
  const DerivedService& head = derived.service("demo-head-svc");
  EXPECT_EQ(head.type, "ClusterIP");
  EXPECT_TRUE(head.headless);
  EXPECT_TRUE(head.publish_not_ready);
  EXPECT_THAT(ports_of(head), ElementsAre("client:10001/tcp", "dashboard:8265/tcp", "gcs-server:6379/tcp",
                                          "metrics:8080/tcp", "serve:8000/tcp"));
  EXPECT_THAT(selected_pods(derived.out, head), ElementsAre(&derived.head()));
  EXPECT_EQ(text_of(head.from), "headGroupSpec");
}

TEST(RayServices, ServiceTypeIsNotHeadless) {
  const Derived derived({.head = "serviceType: LoadBalancer"});
  EXPECT_FALSE(derived.service("demo-head-svc").headless);
  EXPECT_EQ(derived.service("demo-head-svc").type, "LoadBalancer");
  EXPECT_EQ(text_of(derived.service("demo-head-svc").from), "serviceType");
}

TEST(RayServices, OperatorSettingForClusterIP) {
  const test::LoadedInventory inventory(test::ray_text({}));
  KubeRaySettings settings;
  settings.head_cluster_ip_service = true;
  EXPECT_FALSE(derive_ray(inventory->objects()[0], settings).services.at(0).headless);
}

// Item 15.
TEST(RayServices, HeadServiceOfARayJobSince15) {
  EXPECT_THAT(names_of(Derived({.kind = "RayJob"}, kKubeflowOperator).out),
              ElementsAre("RayCluster/demo-raycluster-xxxxx demo-raycluster-xxxxx-head-svc"));
  const Derived derived({.kind = "RayJob"}, kNewOperator);
  EXPECT_THAT(names_of(derived.out),
              ElementsAre("RayCluster/demo-xxxxx demo-xxxxx-head-svc", "RayJob/demo demo-head-svc"));
  EXPECT_THAT(derived.service("demo-head-svc").labels,
              Contains(Pair("ray.io/originated-from-crd", "RayJob")));
  EXPECT_THAT(
      names_of(Derived({.kind = "RayJob", .spec = "submissionMode: InteractiveMode"}, kNewOperator).out),
      SizeIs(1));
  EXPECT_THAT(
      names_of(
          Derived({.kind = "RayJob", .spec = "submissionMode: InteractiveMode, jobId: x"}, kNewOperator).out),
      SizeIs(2));
}

TEST(RayServices, HeadlessServiceOfWorkers) {
  const RayParts parts{.worker = "numOfHosts: 2"};
  const Derived old(parts, kKubeflowOperator);
  EXPECT_THAT(old.service("demo-headless-worker-svc").ports, IsEmpty());
  const Derived recent(parts, kNewOperator);
  EXPECT_THAT(selected_pods(recent.out, recent.service("demo-headless")), ElementsAre(&recent.worker()));
  EXPECT_EQ(text_of(recent.service("demo-headless").from), "numOfHosts");
}

// Item 16.
TEST(RayServices, ServePorts) {
  const RayParts grpc{
      .kind = "RayService",
      .ports = "{containerPort: 8265, name: dashboard}, {containerPort: 9000, name: serve-grpc}"};
  const Derived old(grpc, kKubeflowOperator);
  EXPECT_TRUE(old.out.error);
  EXPECT_THAT(names_of(old.out), Not(Contains("RayService/demo demo-serve-svc")));
  EXPECT_THAT(names_of(old.out), Contains("RayService/demo demo-head-svc"));
  EXPECT_THAT(ports_of(Derived(grpc, kNewOperator).service("demo-serve-svc")),
              ElementsAre("serve-grpc:9000"));
  EXPECT_THAT(ports_of(Derived({.kind = "RayService"}).service("demo-serve-svc")), ElementsAre("serve:8000"));
}

TEST(RayServices, WithoutADashboardPortNothingFollows) {
  const Derived derived({.kind = "RayService", .ports = "{containerPort: 8000, name: serve}"});
  EXPECT_TRUE(derived.out.error);
  EXPECT_THAT(derived.out.services, SizeIs(1));
  EXPECT_THAT(derived.out.pods, SizeIs(2));
}

TEST(RayServices, WhoIsBehindTheServeService) {
  const Derived derived({.kind = "RayService"});
  EXPECT_THAT(selected_pods(derived.out, derived.service("demo-serve-svc")), SizeIs(2));
  const Derived excluded({.kind = "RayService", .spec = "excludeHeadPodFromServeSvc: true"});
  EXPECT_THAT(selected_pods(excluded.out, excluded.service("demo-serve-svc")),
              ElementsAre(&excluded.worker()));
  const Derived annotated({.annotations = "ray.io/enable-serve-service: 'true'"});
  EXPECT_THAT(selected_pods(annotated.out, annotated.service("demo-serve-svc")), SizeIs(2));
  EXPECT_THAT(Derived({.annotations = "ray.io/enable-serve-service: 'True'"}).out.services, SizeIs(1));
}

// Item 17.
TEST(RayServices, PortsOfTheUsersServeService) {
  const std::string own =
      "serveService: {spec: {ports: [{name: serve, port: 80, targetPort: 8000, appProtocol: http}]}}";
  const RayParts with_serve{.kind = "RayService", .spec = own};
  EXPECT_THAT(ports_of(Derived(with_serve, kKubeflowOperator).service("demo-serve-svc")),
              ElementsAre("serve:8000"));
  EXPECT_THAT(ports_of(Derived(with_serve, kNewOperator).service("demo-serve-svc")),
              ElementsAre("serve:80/http"));
  const RayParts without{
      .kind = "RayService", .spec = own, .ports = "{containerPort: 8265, name: dashboard}"};
  EXPECT_THAT(ports_of(Derived(without, kKubeflowOperator).service("demo-serve-svc")),
              ElementsAre("serve:80"));
  EXPECT_EQ(Derived(without, kKubeflowOperator).service("demo-serve-svc").ports.at(0).target_port, "");
  EXPECT_EQ(Derived(without, kNewOperator).service("demo-serve-svc").ports.at(0).target_port, "8000");
}

// Item 18.
TEST(RayServices, DuplicatePortsAreRefused) {
  const Derived metrics({.ports = "{containerPort: 8080, name: not-metrics}"});
  EXPECT_THAT(refused(metrics), ElementsAre("Service/demo-head-svc: duplicate port 8080/TCP"));
  const Derived repeated({.head = "headService: {spec: {ports: [{name: dashboard, port: 8265}]}}"});
  EXPECT_THAT(refused(repeated), ElementsAre("Service/demo-head-svc: duplicate port name dashboard",
                                             "Service/demo-head-svc: duplicate port 8265/TCP"));
  EXPECT_EQ(text_of(repeated.out.refused.at(0).from), "headService");
}

TEST(RayServices, OwnHeadServiceCanBeHeadless) {
  const Derived derived({.head = "serviceType: ClusterIP, headService: {spec: {clusterIP: None}}"});
  EXPECT_TRUE(derived.service("demo-head-svc").headless);
  EXPECT_FALSE(derived.service("demo-head-svc").publish_not_ready);
  EXPECT_FALSE(Derived({.head = "headService: {}"}).service("demo-head-svc").headless);
}

TEST(RayServices, OwnHeadServiceKeepsWhatItMay) {
  const Derived derived(
      {.cluster = "headServiceAnnotations: {k: operator}",
       .head =
           "serviceType: NodePort, headService: {metadata: {name: mine, labels: {team: a, ray.io/cluster: "
           "x}, annotations: {k: own, z: own}}, spec: {selector: {a: b}}}"});
  const DerivedService& head = derived.service("mine");
  EXPECT_EQ(head.type, "NodePort");
  EXPECT_THAT(head.labels, IsSupersetOf({Pair("team", "a"), Pair("ray.io/cluster", "demo")}));
  EXPECT_THAT(head.annotations, ElementsAre(Pair("k", "operator"), Pair("z", "own")));
  EXPECT_THAT(head.selector, Not(Contains(Key("a"))));
}

// Item 19.
TEST(RayServices, LabelsThatHideTheHead) {
  const RayParts named{.kind = "RayJob", .head_metadata = "labels: {app.kubernetes.io/name: mine}"};
  const Derived derived(named, kNewOperator);
  EXPECT_THAT(selected_pods(derived.out, derived.service("demo-xxxxx-head-svc")), SizeIs(1));
  EXPECT_THAT(selected_pods(derived.out, derived.service("demo-head-svc")), IsEmpty());
  const Derived hidden({.head_metadata = "labels: {ray.io/identifier: mine}"});
  EXPECT_THAT(selected_pods(hidden.out, hidden.service("demo-head-svc")), IsEmpty());
  const Derived by_group({.head = "labels: {app.kubernetes.io/name: mine}"}, kNewOperator);
  EXPECT_THAT(selected_pods(by_group.out, by_group.service("demo-head-svc")), IsEmpty());
}

// Item 20.
TEST(RayServices, SecondLoadBalancerLacksTheAnnotations) {
  const Derived derived({.kind = "RayService",
                         .cluster = "headServiceAnnotations: {internal: 'true'}",
                         .head = "serviceType: LoadBalancer"});
  EXPECT_THAT(derived.service("demo-raycluster-xxxxx-head-svc").annotations,
              ElementsAre(Pair("internal", "true")));
  EXPECT_EQ(derived.service("demo-head-svc").type, "LoadBalancer");
  EXPECT_THAT(derived.service("demo-head-svc").annotations, IsEmpty());
}

// Item 21.
TEST(RayServices, UdpPortsBecomeTcpAndUnnamedOnesGetAName) {
  const Derived derived({.ports = "{containerPort: 53, name: dns, protocol: UDP}, {containerPort: 6379}"});
  EXPECT_THAT(ports_of(derived.service("demo-head-svc")),
              ElementsAre("6379-port:6379/tcp", "dns:53/tcp", "metrics:8080/tcp"));
  EXPECT_EQ(derived.service("demo-head-svc").ports.at(1).protocol, "");
}

TEST(RayServices, NamesAreCutBefore14) {
  const RayParts parts{.kind = "RayService", .name = "a-service-whose-name-is-longer-than-41-ch"};
  EXPECT_THAT(
      names_of(Derived(parts, kKubeflowOperator).out),
      IsSupersetOf({"RayService/" + parts.name + " a-service-whose-name-is-longer-than-41-ch-head-svc",
                    "RayService/" + parts.name + " rservice-whose-name-is-longer-than-41-ch-serve-svc"}));
  EXPECT_THAT(names_of(Derived(parts, kNewOperator).out),
              Contains("RayService/" + parts.name + " " + parts.name + "-serve-svc"));
}

TEST(RayServices, CutNamesOfOwnServicesAreNotFoundAgain) {
  const RayParts parts{
      .kind = "RayJob",
      .head = "headService: {metadata: {name: a-service-name-that-is-longer-than-fifty-characters-alas}}"};
  const Derived derived(parts, kKubeflowOperator);
  EXPECT_TRUE(derived.out.error);
  EXPECT_THAT(derived.out.pods, SizeIs(2));
  EXPECT_FALSE(Derived(parts, kNewOperator).out.error);
}

TEST(RayServices, WhatElseIsRefused) {
  EXPECT_THAT(refused(Derived({.head = "serviceType: Bogus"})),
              ElementsAre("Service/demo-head-svc: unsupported type Bogus"));
  EXPECT_THAT(refused(Derived({.head = "serviceType: ExternalName"})),
              ElementsAre("Service/demo-head-svc: type ExternalName without externalName"));
  EXPECT_THAT(refused(Derived({.head = "headService: {spec: {clusterIP: None, type: NodePort}}"})),
              ElementsAre("Service/demo-head-svc: clusterIP None with type NodePort"));
  EXPECT_THAT(refused(Derived({.head = "headService: {spec: {ports: [{port: 1}]}}"})),
              ElementsAre("Service/demo-head-svc: port without a name among several"));
  EXPECT_THAT(refused(Derived({.cluster = "enableInTreeAutoscaling: true", .container = "name: autoscaler"})),
              ElementsAre("Pod/demo-head-: duplicate container name autoscaler"));
  EXPECT_THAT(refused(Derived({.kind = "RayService",
                               .spec = "serveService: {}",
                               .ports = "{containerPort: 1, name: dashboard}"})),
              ElementsAre("Service/demo-serve-svc: no ports"));
}

TEST(RayServices, LongClusterNamesAreRefusedLabelByLabel) {
  const std::string name(64, 'a');
  const Derived derived({.name = name, .cluster = "enableInTreeAutoscaling: true", .worker = "none"});
  ASSERT_FALSE(derived.out.refused.empty());
  EXPECT_EQ(derived.out.refused.front().object, "ServiceAccount/" + name.substr(14));
  EXPECT_EQ(Derived({.name = name}, kNewOperator).out.rejected.by, RejectedBy::ray_operator);
}

}  // namespace
}  // namespace kray
