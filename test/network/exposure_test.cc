// The mechanisms together, and Kubeflow as it is rendered.
#include "network/exposure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "network/exposure_fixture.h"
#include "network/network_policy.h"
#include "network/request_match.h"
#include "support/shared_folder.h"

namespace kray {
namespace {

using test::a_service;
using test::chain_of;
using test::ExposedWorld;
using test::the_head;
using testing::ElementsAre;

TEST(Exposure, DirectWaysComeFirst) {
  const ExposedWorld world(
      the_head() +
      a_service("head", "type: NodePort, selector: {app: ray}, ports: [{port: 80, targetPort: dash}]") +
      test::an_object(
          "networking.k8s.io/v1", "Ingress", "ray", "i",
          "spec: {ingressClassName: x, defaultBackend: {service: {name: head, port: {number: 80}}}}"));
  std::vector<ExposureKind> kinds;
  for (const Exposure& way : world.of("ray/head")) kinds.push_back(way.kind);
  EXPECT_THAT(kinds, ElementsAre(ExposureKind::node_port, ExposureKind::ingress));
}

// EXP-3
TEST(Exposure, ARouteMayGoThroughAnExternalName) {
  const std::string ingress = test::an_object(
      "networking.k8s.io/v1", "Ingress", "web", "i",
      "spec: {ingressClassName: x, defaultBackend: {service: {name: alias, port: {number: 80}}}}");
  const auto alias = [](const std::string& target) {
    return a_service("alias", "type: ExternalName, externalName: " + target, "web");
  };
  const std::string world = the_head() + test::head_service() + ingress;
  EXPECT_EQ(chain_of(ExposedWorld(world + alias("head.ray.svc.cluster.local")).only_way()),
            "Ingress/i, Service/head");
  EXPECT_TRUE(ExposedWorld(world + alias("example.org")).of("ray/head").empty());
}

// A RayCluster as the operator makes it: the head Service that it writes opens the dashboard.
class DerivedExposure : public testing::Test {
 protected:
  DerivedExposure() {
    files_.push_back(test::parse({"ray.yaml", R"(
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: demo, namespace: ray}
spec:
  headGroupSpec:
    serviceType: NodePort
    rayStartParams: {}
    template: {spec: {containers: [{name: ray, image: "rayproject/ray:2.9.0", ports: [{name: dashboard, containerPort: 8265}]}]}}
)"}));
    inventory_ = std::make_unique<Inventory>(files_, kustomizations_, "");
    const NodeRef type = inventory_->objects().front().spec()["headGroupSpec"]["serviceType"];
    inventory_->add_derived(
        {{.text =
              R"({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "demo-head-svc", "namespace": "ray"},
"spec": {"type": "NodePort", "selector": {"ray.io/cluster": "demo", "ray.io/node-type": "head"},
"ports": [{"name": "dashboard", "port": 8265}]}})",
          .from = type.field_place()},
         {.text = R"({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
"metadata": {"name": "demo-head", "namespace": "ray"},
"spec": {"podSelector": {"matchLabels": {"ray.io/node-type": "head"}}, "ingress": []}})",
          .from = type.field_place()}});
  }

  std::vector<ManifestFile> files_;
  KustomizeIndex kustomizations_;
  std::unique_ptr<Inventory> inventory_;
};

TEST_F(DerivedExposure, IsShownAtTheFieldThatCausesIt) {
  const std::vector<PodClass> pods = pod_classes(*inventory_, {1, 6, 2});
  const Exposures exposures(*inventory_, pods, {});
  const RayDerivation derivation = derive_ray(inventory_->objects().front(), {});
  ASSERT_FALSE(derivation.pods.empty());
  for (const ExposedPod& pod : {exposed_pod_of(pods.front()),
                                exposed_pod_of(derivation.pods.front(), inventory_->objects().front())}) {
    const std::vector<Exposure> ways = exposures.of(pod);
    ASSERT_EQ(ways.size(), 1U);
    EXPECT_EQ(ways[0].port, 8265);
    EXPECT_EQ(test::text_of(ways[0].chain[0].place), "serviceType: NodePort");
  }
}

TEST_F(DerivedExposure, PoliciesThatTheOperatorMakesCountAndAreShownThere) {
  const NetworkPolicies policies(*inventory_);
  const RayDerivation derivation = derive_ray(inventory_->objects().front(), {});
  const PreparedEnd head = policies.prepare(network_end_of(derivation.pods.front(), *inventory_));
  const NetworkVerdict verdict = policies.decide(policies.prepare(outside_end()), head, Transport::tcp, 8265);
  EXPECT_EQ(verdict.allowed, Answer::no);
  EXPECT_EQ(test::text_of(steps_of(verdict).at(0).place), "serviceType: NodePort");
}

TEST(RequestMatch, HostsInCommon) {
  EXPECT_EQ(common_host("*", "a.b"), "a.b");
  EXPECT_EQ(common_host("*.b", "*.a.b"), "*.a.b");
  EXPECT_EQ(common_host("a.b", "*.b"), "a.b");
  EXPECT_EQ(common_host("b", "*.b"), std::nullopt);
  EXPECT_EQ(common_host("*.a", "*.b"), std::nullopt);
}

TEST(RequestMatch, PathsInCommon) {
  using Kind = PathCondition::Kind;
  const PathCondition ray{Kind::prefix, "/ray"};
  EXPECT_EQ(common_path(ray, {}), ray);
  EXPECT_EQ(common_path(ray, {Kind::prefix, "/ray/api"}), (PathCondition{Kind::prefix, "/ray/api"}));
  EXPECT_EQ(common_path({Kind::exact, "/ray"}, ray), (PathCondition{Kind::exact, "/ray"}));
  EXPECT_EQ(common_path({Kind::exact, "/x"}, ray), std::nullopt);
  EXPECT_EQ(common_path({Kind::regex, "/r.*"}, ray), (PathCondition{Kind::regex, "/r.*"}));
}

TEST(RequestMatch, PathsAgainstPatterns) {
  using Kind = PathCondition::Kind;
  EXPECT_EQ(matches_pattern({Kind::exact, "/a"}, "/a"), Answer::yes);
  EXPECT_EQ(matches_pattern({Kind::exact, "/b"}, "/a"), Answer::no);
  EXPECT_EQ(matches_pattern({Kind::prefix, "/a/b"}, "/a/*"), Answer::yes);
  EXPECT_EQ(matches_pattern({Kind::prefix, "/a"}, "/a/*"), Answer::unknown);
  EXPECT_EQ(matches_pattern({Kind::prefix, "/b"}, "/a/*"), Answer::no);
  EXPECT_EQ(matches_pattern({Kind::prefix, "/a"}, "/a"), Answer::unknown);
  EXPECT_EQ(matches_pattern({}, "*"), Answer::yes);
  EXPECT_EQ(matches_pattern({}, "/a"), Answer::unknown);
  EXPECT_EQ(matches_pattern({Kind::exact, "/x.js"}, "*.js"), Answer::unknown);
}

class KubeflowExposure : public testing::Test {
 protected:
  void SetUp() override {
    KRAY_NEEDS_SHARED();
    const std::filesystem::path file = test::shared_folder() / "corpus" / "rendered" / "kubeflow.yaml";
    std::ifstream in(file);
    ASSERT_TRUE(in) << file;
    std::ostringstream text;
    text << in.rdbuf();
    text_ = text.str();
  }
  std::string text_;
};

TEST_F(KubeflowExposure, TheDashboardIsBehindTheIngressGatewayWithAuthentication) {
  const ExposedWorld world(text_);
  const std::vector<Exposure> ways = world.of("kubeflow/Deployment/centraldashboard");
  ASSERT_EQ(ways.size(), 1U);
  const Exposure& way = ways[0];
  EXPECT_EQ(way.kind, ExposureKind::istio_gateway);
  EXPECT_EQ(chain_of(way),
            "Gateway/kubeflow-gateway, VirtualService/centraldashboard, Service/centraldashboard");
  EXPECT_EQ(way.port, 8082);
  EXPECT_EQ(way.gateway->ns, "istio-system");
  EXPECT_EQ(way.gateway->service_account, "istio-ingressgateway-service-account");
  // Kubeflow makes the gateway's Service a ClusterIP and leaves the way to it to the platform.
  EXPECT_EQ(way.certainty, Answer::unknown);
  std::vector<Authentication::Kind> kinds;
  for (const Authentication& one : way.authentication) kinds.push_back(one.kind);
  EXPECT_THAT(kinds,
              ElementsAre(Authentication::Kind::external_authorization, Authentication::Kind::jwt_required));
  EXPECT_EQ(way.authentication[0].object->name, "istio-ingressgateway-oauth2-proxy");
}

TEST_F(KubeflowExposure, TheLoginPagesAreNotAsked) {
  const ExposedWorld world(text_);
  const std::vector<Exposure> ways = world.of("oauth2-proxy/Deployment/oauth2-proxy");
  ASSERT_EQ(ways.size(), 1U);
  EXPECT_EQ(ways[0].path, (PathCondition{PathCondition::Kind::prefix, "/oauth2/"}));
  EXPECT_TRUE(ways[0].authentication.empty());
}

TEST_F(KubeflowExposure, WhatNoVirtualServiceRoutesToIsNotExposed) {
  EXPECT_TRUE(ExposedWorld(text_).of("kubeflow/Deployment/ml-pipeline").empty());
}

}  // namespace
}  // namespace kray
