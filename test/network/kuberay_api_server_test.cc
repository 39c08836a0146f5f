// KubeRay's API server (specs/kuberay-kubeflow.md B.8) as a way to a head.
#include "network/kuberay_api_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "derive/ray_manifests.h"
#include "derive/ray_objects.h"
#include "network/exposure_fixture.h"

namespace kray {
namespace {

using test::a_service;
using test::chain_of;
using test::ExposedWorld;
using test::the_head;

std::string api_server(const std::string& container = "image: 'quay.io/kuberay/apiserver:v1.5.0'",
                       const std::string& more = "") {
  return test::an_object(
      "apps/v1", "Deployment", "ray-system", "front",
      "spec:\n  template:\n    metadata: {labels: {app: front}}\n    spec:\n"
      "      serviceAccountName: front-sa\n      containers:\n      - name: server\n        " +
          container +
          "\n        ports: [{name: http, containerPort: 8888}, "
          "{name: grpc, containerPort: 8887}]\n" +
          more);
}

std::string node_port(const std::string& ports = "{name: rpc, port: 8887}, {name: http, port: 8888}") {
  return a_service("front", "type: NodePort, selector: {app: front}, ports: [" + ports + "]", "ray-system");
}

// The head's Service as the operator labels it.
std::string kuberay_service(const std::string& name = "kuberay", const std::string& app = "ray",
                            const std::string& ns = "ray") {
  return "---\napiVersion: v1\nkind: Service\nmetadata: {name: head-svc, namespace: " + ns +
         ", labels: {app.kubernetes.io/name: " + name + "}}\nspec: {clusterIP: None, selector: {app: " + app +
         "}, ports: [{name: dashboard, port: 8265}]}\n";
}

TEST(KubeRayApiServer, LeadsFromItsNodePortToTheHead) {
  const ExposedWorld world(the_head() + kuberay_service() + api_server() + node_port());
  const Exposure way = world.only_way();
  EXPECT_EQ(way.kind, ExposureKind::kuberay_api_server);
  EXPECT_EQ(to_string(way.kind), "KubeRay API server");
  EXPECT_EQ(way.certainty, Answer::yes);
  EXPECT_EQ(chain_of(way), "Service/front, Deployment/front, Service/head-svc");
  EXPECT_EQ(way.chain[0].text, "NodePort of Service 'front' opens port 8888");
  EXPECT_EQ(test::text_of(way.chain[1].place), "image: 'quay.io/kuberay/apiserver:v1.5.0'");
  EXPECT_EQ(way.port, 8265);
  EXPECT_EQ(way.service->name, "head-svc");
  EXPECT_EQ(way.path,
            (PathCondition{PathCondition::Kind::prefix, "/api/v1/namespaces/ray/services/head-svc"}));
  EXPECT_TRUE(way.authentication.empty());
}

// It goes through the cluster's API server, whose address is what policies at the head see.
TEST(KubeRayApiServer, IsNotTheClientThatTheHeadSees) {
  const ExposedWorld world(the_head() + kuberay_service() + api_server() + node_port());
  const Exposure way = world.only_way();
  ASSERT_TRUE(way.gateway.has_value());
  EXPECT_EQ(way.gateway->pods, nullptr);
  EXPECT_EQ(way.gateway->service_account, "");
  EXPECT_FALSE(way.gateway->is_istio);
}

TEST(KubeRayApiServer, IsInDoubtWhereNothingLeadsToIt) {
  const std::string reason = "nothing in the input leads to the KubeRay API server from outside";
  for (const std::string& service : {std::string(), node_port("{name: rpc, port: 8887}")}) {
    const ExposedWorld world(the_head() + kuberay_service() + api_server() + service);
    const Exposure way = world.only_way();
    EXPECT_EQ(way.certainty, Answer::unknown);
    EXPECT_EQ(way.reason, reason);
    EXPECT_EQ(chain_of(way), "Deployment/front, Service/head-svc");
  }
}

TEST(KubeRayApiServer, MayBeReachedThroughAnIngress) {
  const auto ingress = [](const std::string& path) {
    return test::an_object("networking.k8s.io/v1", "IngressClass", "", "x", "spec: {controller: c}") +
           test::an_object(
               "networking.k8s.io/v1", "Ingress", "ray-system", "web",
               "spec: {ingressClassName: x, rules: [{host: ray.example.org, http: {paths: "
               "[{path: " +
                   path + ", pathType: Prefix, backend: {service: {name: front, port: {number: 80}}}}]}}]}");
  };
  const std::string text =
      the_head() + kuberay_service() + api_server() +
      a_service("front", "selector: {app: front}, ports: [{port: 80, targetPort: http}]", "ray-system");
  const ExposedWorld world(text + ingress("/"));
  const Exposure way = world.only_way();
  EXPECT_EQ(chain_of(way), "Ingress/web, Service/front, Deployment/front, Service/head-svc");
  EXPECT_EQ(way.certainty, Answer::yes);
  EXPECT_EQ(way.hosts, std::vector<std::string>{"ray.example.org"});
  EXPECT_EQ(way.path.value, "/api/v1/namespaces/ray/services/head-svc");
  const ExposedWorld world_of_other_path(text + ingress("/kuberay"));
  const Exposure other_path = world_of_other_path.only_way();
  EXPECT_EQ(other_path.certainty, Answer::unknown);
  EXPECT_EQ(other_path.path.value, "/kuberay");
}

TEST(KubeRayApiServer, ServesNoServiceWithoutTheLabel) {
  const std::string world = the_head() + api_server() + node_port();
  EXPECT_TRUE(ExposedWorld(world + test::head_service()).of("ray/head").empty());
  EXPECT_TRUE(ExposedWorld(world + kuberay_service("ray")).of("ray/head").empty());
  EXPECT_TRUE(ExposedWorld(world + kuberay_service("kuberay", "other")).of("ray/head").empty());
}

size_t ways_through(const std::string& container) {
  return ExposedWorld(the_head() + kuberay_service() + api_server(container) + node_port())
      .of("ray/head")
      .size();
}

TEST(KubeRayApiServer, IsKnownByItsImage) {
  EXPECT_EQ(ways_through("image: kuberay/apiserver"), 1U);
  EXPECT_EQ(ways_through("image: 'registry:5000/mirror/kuberay-apiserver:nightly'"), 1U);
  EXPECT_EQ(ways_through("image: kuberay/operator:v1.5.0"), 0U);
  EXPECT_EQ(ways_through("image: kuberay/dashboard:v1.5.0"), 0U);
}

TEST(KubeRayApiServer, PassesNothingOnWithoutItsSecondVersion) {
  EXPECT_EQ(ways_through("image: kuberay/apiserver:v1.4.0"), 1U);
  EXPECT_EQ(ways_through("image: kuberay/apiserver:v1.3.2"), 0U);
  EXPECT_EQ(ways_through("image: kuberay/apiserver\n        args: [--enable-api-server-v2=true]"), 1U);
  EXPECT_EQ(ways_through("image: kuberay/apiserver\n        args: [--enable-api-server-v2=false]"), 0U);
}

TEST(KubeRayApiServer, IsNotReachedThroughItself) {
  const ExposedWorld world(api_server() + kuberay_service("kuberay", "front", "ray-system"));
  EXPECT_TRUE(world.of("ray-system/Deployment/front").empty());
}

// The security proxy listens in its place and may ask for a token.
TEST(KubeRayApiServer, MayHaveAProxyInFront) {
  const std::string proxy =
      "      - {name: proxy, image: kuberay/security-proxy, ports: [{name: http, containerPort: 8988}]}\n";
  const std::string world = the_head() + kuberay_service() + api_server("image: kuberay/apiserver", proxy);
  const ExposedWorld world_of_guarded(world + node_port("{port: 80, targetPort: 8988}"));
  const Exposure guarded = world_of_guarded.only_way();
  ASSERT_EQ(guarded.authentication.size(), 1U);
  EXPECT_EQ(guarded.authentication[0].kind, Authentication::Kind::possible);
  const ExposedWorld world_of_open(world + node_port("{port: 80, targetPort: 8888}"));
  const Exposure open = world_of_open.only_way();
  EXPECT_TRUE(open.authentication.empty());
}

TEST(KubeRayApiServer, LeadsToTheServiceThatTheOperatorMakes) {
  test::LoadedInventory inventory(R"(
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: demo, namespace: ray}
spec:
  headGroupSpec:
    rayStartParams: {}
    template: {spec: {containers: [{name: ray, image: "rayproject/ray:2.9.0"}]}}
)" + api_server() + node_port());
  const Object& cluster = inventory.object("demo");
  const RayDerivation derivation = derive_ray(cluster, {});
  inventory.add_derived(ray_manifests(cluster, derivation));
  const std::vector<PodClass> pods = pod_classes(*inventory, {1, 6, 2});
  const Exposures exposures(*inventory, pods, {});
  std::vector<uint16_t> ports;
  for (const Exposure& way : exposures.of(exposed_pod_of(derivation.pods.at(0), cluster))) {
    EXPECT_EQ(chain_of(way), "Service/front, Deployment/front, Service/demo-head-svc");
    ports.push_back(way.port);
  }
  EXPECT_THAT(ports, testing::UnorderedElementsAre(6379, 8000, 8080, 8265, 10001));
}

}  // namespace
}  // namespace kray
