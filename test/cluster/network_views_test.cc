// Pins where NetworkPolicy, Ingress and the Gateway API keep what the views name, and their defaults.
#include "cluster/network_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"

namespace kray {
namespace {

using test::line_of;
using test::LoadedInventory;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

LoadedInventory network_policy(const std::string& spec) {
  return LoadedInventory(
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: " + spec + "\n");
}

struct Directions {
  bool ingress;
  bool egress;
  friend bool operator==(const Directions&, const Directions&) = default;
};

Directions directions(const std::string& spec) {
  const LoadedInventory inventory = network_policy(spec);
  const NetworkPolicyView view(inventory.object("p"));
  return {view.isolates_ingress(), view.isolates_egress()};
}

TEST(NetworkPolicyView, DefaultsItsTypesAsTheApiDoes) {
  EXPECT_EQ(directions("{}"), (Directions{true, false}));
  EXPECT_EQ(directions("{policyTypes: []}"), (Directions{true, false}));
  EXPECT_EQ(directions("{egress: []}"), (Directions{true, false}));
  EXPECT_EQ(directions("{egress: [{}]}"), (Directions{true, true}));
  EXPECT_EQ(directions("{policyTypes: [Egress], ingress: [{}]}"), (Directions{false, true}));
  EXPECT_EQ(directions("{policyTypes: [Ingress], egress: [{}]}"), (Directions{true, false}));
}

TEST(IngressView, GivesThePathsOfAllRules) {
  const LoadedInventory inventory(R"(
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, annotations: {kubernetes.io/ingress.class: nginx}}
spec:
  ingressClassName: alb
  defaultBackend: {service: {name: fallback, port: {number: 80}}}
  tls: [{hosts: [a.example]}]
  rules:
  - host: a.example
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: head, port: {name: dashboard}}}}
      - {path: /x, pathType: Exact, backend: {service: {name: head, port: {number: 8265}}}}
  - http:
      paths:
      - {pathType: ImplementationSpecific, backend: {resource: {kind: Bucket, name: b}}}
)");
  const IngressView view(inventory.object("web"));
  EXPECT_EQ(view.class_name().text(), "alb");
  EXPECT_EQ(view.class_annotation().text(), "nginx");
  EXPECT_EQ(view.default_backend().service(), "fallback");
  EXPECT_EQ(view.default_backend().port().number, 80);
  EXPECT_THAT(view.tls(), SizeIs(1));
  const std::vector<IngressPath> paths = view.paths();
  ASSERT_THAT(paths, SizeIs(3));
  EXPECT_EQ(paths[0].host, "a.example");
  EXPECT_EQ(paths[0].path_type(), "Prefix");
  EXPECT_EQ(paths[0].backend().port().name, "dashboard");
  EXPECT_EQ(paths[1].path(), "/x");
  EXPECT_EQ(paths[1].backend().port().number, 8265);
  EXPECT_EQ(line_of(paths[1].backend().node.place()), "objects.yaml:13");
  EXPECT_EQ(paths[2].host, "");
  EXPECT_EQ(paths[2].backend().service(), "");
  EXPECT_FALSE(paths[2].backend().port());
}

TEST(GatewayApiViews, KnowDefaultsOfListeners) {
  const LoadedInventory inventory(R"(
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: g}
spec:
  gatewayClassName: istio
  addresses: [{value: 192.0.2.1}]
  listeners:
  - {name: web, port: 80, protocol: HTTP}
  - name: tls
    port: 443
    protocol: TLS
    hostname: "*.example"
    tls: {mode: Passthrough}
    allowedRoutes: {kinds: [{kind: TLSRoute}], namespaces: {from: Selector, selector: {matchLabels: {a: b}}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: istio}
spec: {controllerName: istio.io/gateway-controller}
)");
  const GatewayApiGatewayView view(inventory.object("g"));
  EXPECT_EQ(view.class_name(), "istio");
  EXPECT_THAT(view.addresses(), SizeIs(1));
  const std::vector<GatewayListener> listeners = view.listeners();
  ASSERT_THAT(listeners, SizeIs(2));
  EXPECT_EQ(listeners[0].name(), "web");
  EXPECT_EQ(listeners[0].port(), 80);
  EXPECT_EQ(listeners[0].hostname(), "");
  EXPECT_EQ(listeners[0].allowed_namespaces_from(), "Same");
  EXPECT_EQ(listeners[0].tls_mode(), "Terminate");
  EXPECT_EQ(listeners[1].protocol(), "TLS");
  EXPECT_EQ(listeners[1].hostname(), "*.example");
  EXPECT_EQ(listeners[1].tls_mode(), "Passthrough");
  EXPECT_EQ(listeners[1].allowed_namespaces_from(), "Selector");
  EXPECT_EQ(listeners[1].allowed_namespace_selector()["matchLabels"]["a"].text(), "b");
  EXPECT_EQ(listeners[1].allowed_kinds().at(0)["kind"].text(), "TLSRoute");
  EXPECT_EQ(GatewayClassView(inventory.object("istio")).controller(), "istio.io/gateway-controller");
}

class RouteViewTest : public testing::TestWithParam<const char*> {};

TEST_P(RouteViewTest, NamesParentsAndBackends) {
  const LoadedInventory inventory(std::string("apiVersion: gateway.networking.k8s.io/v1\nkind: ") +
                                  GetParam() + R"(
metadata: {name: r, namespace: team-a}
spec:
  hostnames: [ray.example]
  parentRefs:
  - {name: g}
  - {group: "", kind: Service, name: s, namespace: other, sectionName: web, port: 80}
  rules:
  - backendRefs:
    - {name: head, port: 8265}
    - {name: old, port: 8265, weight: 0}
    - {kind: InferencePool, group: inference.networking.k8s.io, name: pool, namespace: other, weight: 1}
    filters:
    - {type: RequestMirror, requestMirror: {backendRef: {name: mirror, port: 80}}}
    - {type: RequestRedirect, requestRedirect: {hostname: x}}
)");
  const GatewayApiRouteView view(inventory.object("r"));
  EXPECT_EQ(view.hostnames().at(0).text(), "ray.example");
  const std::vector<RouteParent> parents = view.parents();
  ASSERT_THAT(parents, SizeIs(2));
  EXPECT_EQ(parents[0].kind(), "Gateway");
  EXPECT_EQ(parents[0].group(), "gateway.networking.k8s.io");
  EXPECT_EQ(parents[0].ns(), "");
  EXPECT_FALSE(parents[0].port());
  EXPECT_EQ(parents[1].kind(), "Service");
  EXPECT_EQ(parents[1].group(), "");
  EXPECT_EQ(parents[1].ns(), "other");
  EXPECT_EQ(parents[1].section_name(), "web");
  EXPECT_EQ(parents[1].port(), 80);
  std::vector<std::string> backends;
  for (const RouteBackend& one : view.backends())
    backends.push_back(std::string(one.kind()) + " " + std::string(one.name()));
  EXPECT_THAT(backends, ElementsAre("Service head", "InferencePool pool", "Service mirror"));
  EXPECT_EQ(view.backends()[1].ns(), "other");
  EXPECT_EQ(view.backends()[0].port(), 8265);
}

INSTANTIATE_TEST_SUITE_P(Kinds, RouteViewTest,
                         testing::Values("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"));

TEST(ReferenceGrantView, SaysFromWhereToWhat) {
  const LoadedInventory inventory(R"(
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: grant, namespace: team-a}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: web}]
  to: [{group: "", kind: Service}]
)");
  const ReferenceGrantView view(inventory.object("grant"));
  EXPECT_EQ(view.from().at(0)["namespace"].text(), "web");
  EXPECT_EQ(view.to().at(0)["kind"].text(), "Service");
}

}  // namespace
}  // namespace kray
