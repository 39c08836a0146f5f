// The mechanisms together, and Kubeflow as it is rendered.
#include "network/exposure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "network/exposure_fixture.h"
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
