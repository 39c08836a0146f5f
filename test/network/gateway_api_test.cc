// GA-1 to GA-4: which routes of the Gateway API lead to a pod, and as whom.
#include "network/gateway_api.h"

#include <gtest/gtest.h>

#include "network/exposure_fixture.h"

namespace kray {
namespace {

using test::a_service;
using test::an_ingress_gateway;
using test::an_object;
using test::chain_of;
using test::ExposedWorld;
using test::head_service;
using test::the_head;

const std::string kWorld = the_head() + head_service();
const std::string kListener = "{name: http, port: 80, protocol: HTTP}";

std::string a_gateway(const std::string& listeners = kListener, const std::string& more = "",
                      const std::string& annotations = "", const std::string& ns = "ray",
                      const std::string& class_name = "istio") {
  return "---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: " +
         ns + ", annotations: {" + annotations + "}}\nspec: {gatewayClassName: " + class_name +
         ", listeners: [" + listeners + "]" + more + "}\n";
}

const std::string kBackend = "backendRefs: [{name: head, port: 80}]";

std::string a_route(const std::string& parent = "name: edge", const std::string& rule = kBackend,
                    const std::string& more = "", const std::string& kind = "HTTPRoute",
                    const std::string& ns = "ray") {
  return an_object("gateway.networking.k8s.io/v1", kind, ns, "route",
                   "spec: {parentRefs: [{" + parent + "}], rules: [{" + rule + "}]" + more + "}");
}

size_t ways(const std::string& objects) { return ExposedWorld(kWorld + objects).of("ray/head").size(); }

TEST(GatewayApi, ARouteOfAnIstioGatewayIsAWay) {
  const ExposedWorld world(kWorld + a_gateway() + a_route());
  const Exposure way = world.only_way();
  EXPECT_EQ(way.kind, ExposureKind::gateway_api);
  EXPECT_EQ(way.port, 8265);
  EXPECT_EQ(way.certainty, Answer::yes);
  EXPECT_EQ(chain_of(way), "Gateway/edge, HTTPRoute/route, Service/head");
}

// GA-1
TEST(GatewayApi, TheServiceAccountOfAManagedGateway) {
  const auto account = [](const std::string& gateway) {
    const ExposedWorld world(kWorld + gateway + a_route());
    const Exposure way = world.only_way();
    return way.gateway->ns + "/" + way.gateway->service_account;
  };
  EXPECT_EQ(account(a_gateway()), "ray/edge-istio");
  EXPECT_EQ(account(a_gateway(kListener, ", addresses: [{value: 203.0.113.7}]")), "ray/edge-istio");
  EXPECT_EQ(account(a_gateway(kListener, "", "gateway.istio.io/service-account: robot")), "ray/robot");
  EXPECT_EQ(account(a_gateway(kListener, "", "gateway.istio.io/name-override: front")), "ray/front");
  EXPECT_EQ(account(a_gateway(kListener, "", "", "ray", "istio-east-west")), "ray/edge");
}

TEST(GatewayApi, AManagedGatewayWithAClusterIpIsInDoubt) {
  const std::string gateway = a_gateway(kListener, "", "networking.istio.io/service-type: ClusterIP");
  EXPECT_EQ(ExposedWorld(kWorld + gateway + a_route()).only_way().reason,
            "the Service of Gateway 'edge' is a ClusterIP");
}

TEST(GatewayApi, AnUnmanagedGatewayRunsOnThePodsOfItsService) {
  const std::string gateway = a_gateway(kListener,
                                        ", addresses: [{type: Hostname, value: "
                                        "istio-ingressgateway.istio-system.svc.cluster.local}]");
  const ExposedWorld world(kWorld + an_ingress_gateway() + gateway + a_route());
  const Exposure way = world.only_way();
  EXPECT_EQ(way.gateway->service_account, "gateway-sa");
  EXPECT_EQ(way.certainty, Answer::yes);
  EXPECT_EQ(chain_of(way), "Service/istio-ingressgateway, Gateway/edge, HTTPRoute/route, Service/head");
  EXPECT_EQ(ExposedWorld(kWorld + gateway + a_route()).only_way().certainty, Answer::unknown);
}

TEST(GatewayApi, OtherControllers) {
  const std::string gateway = a_gateway(kListener, "", "", "ray", "eg");
  const ExposedWorld world_of_unknown(kWorld + gateway + a_route());
  const Exposure unknown = world_of_unknown.only_way();
  EXPECT_EQ(unknown.reason, "GatewayClass 'eg' is not in the input");
  EXPECT_FALSE(unknown.gateway->is_istio);
  const std::string of_class =
      an_object("gateway.networking.k8s.io/v1", "GatewayClass", "", "eg",
                "spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}");
  EXPECT_EQ(ExposedWorld(kWorld + of_class + gateway + a_route()).only_way().certainty, Answer::yes);
  EXPECT_EQ(ways(a_gateway(kListener, "", "", "ray", "istio-waypoint") + a_route()), 0U);
}

TEST(GatewayApi, AGatewayThatIsNotInTheInputLeavesDoubt) {
  EXPECT_EQ(ExposedWorld(kWorld + a_route("name: elsewhere, namespace: infra")).only_way().reason,
            "Gateway 'elsewhere' is not in the input");
}

// GA-2
TEST(GatewayApi, AParentMayNameAListener) {
  EXPECT_EQ(ways(a_gateway() + a_route("name: edge, sectionName: http")), 1U);
  EXPECT_EQ(ways(a_gateway() + a_route("name: edge, sectionName: https")), 0U);
  EXPECT_EQ(ways(a_gateway() + a_route("name: edge, port: 80")), 1U);
  EXPECT_EQ(ways(a_gateway() + a_route("name: edge, port: 81")), 0U);
}

TEST(GatewayApi, ListenersAdmitRoutesByNamespace) {
  const auto from = [](const std::string& allowed, const std::string& objects = "") {
    return ExposedWorld(kWorld + objects +
                        a_gateway("{name: http, port: 80, protocol: HTTP" + allowed + "}", "", "", "infra") +
                        a_route("name: edge, namespace: infra"))
        .of("ray/head");
  };
  EXPECT_EQ(from("").size(), 0U);  // Same
  EXPECT_EQ(from(", allowedRoutes: {namespaces: {from: All}}").size(), 1U);
  EXPECT_EQ(from(", allowedRoutes: {namespaces: {from: None}}").size(), 0U);
  const std::string selector =
      ", allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {web: open}}}}";
  const std::string open =
      "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ray, labels: {web: open}}\n";
  const std::string shut =
      "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ray, labels: {web: shut}}\n";
  EXPECT_EQ(from(selector, open).size(), 1U);
  EXPECT_EQ(from(selector, shut).size(), 0U);
  ASSERT_EQ(from(selector).size(), 1U);
  EXPECT_EQ(from(selector)[0].certainty, Answer::unknown);
}

TEST(GatewayApi, ListenersAdmitRoutesByKindAndHost) {
  EXPECT_EQ(ways(a_gateway() + a_route("name: edge", kBackend, "", "GRPCRoute")), 1U);
  EXPECT_EQ(ways(a_gateway() + a_route("name: edge", kBackend, "", "TCPRoute")), 0U);
  EXPECT_EQ(ways(a_gateway("{name: tcp, port: 80, protocol: TCP}") +
                 a_route("name: edge", kBackend, "", "TCPRoute")),
            1U);
  EXPECT_EQ(
      ways(a_gateway("{name: http, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{kind: GRPCRoute}]}}") +
           a_route()),
      0U);
  const std::string hosted = a_gateway("{name: http, port: 80, protocol: HTTP, hostname: '*.example.org'}");
  EXPECT_EQ(ExposedWorld(kWorld + hosted + a_route()).only_way().hosts,
            std::vector<std::string>{"*.example.org"});
  EXPECT_EQ(ExposedWorld(kWorld + hosted + a_route("name: edge", kBackend, ", hostnames: [a.example.org]"))
                .only_way()
                .hosts,
            std::vector<std::string>{"a.example.org"});
  EXPECT_EQ(ways(hosted + a_route("name: edge", kBackend, ", hostnames: [a.example.com]")), 0U);
}

TEST(GatewayApi, MatchesAreToldOneByOne) {
  const ExposedWorld world(kWorld + a_gateway() +
                           a_route("name: edge",
                                   "matches: [{path: {value: /ray}}, {path: {type: Exact, value: /x}, "
                                   "headers: [{name: a, value: b}]}], " +
                                       kBackend));
  const std::vector<Exposure> found = world.of("ray/head");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].path, (PathCondition{PathCondition::Kind::prefix, "/ray"}));
  EXPECT_EQ(found[1].path, (PathCondition{PathCondition::Kind::exact, "/x"}));
  EXPECT_EQ(found[1].needs, std::vector<std::string>{"headers"});
}

// GA-3
TEST(GatewayApi, ABackendInAnotherNamespaceNeedsAGrant) {
  const std::string gateway = a_gateway(kListener, "", "", "web");
  const std::string route =
      a_route("name: edge", "backendRefs: [{name: head, namespace: ray, port: 80}]", "", "HTTPRoute", "web");
  const auto granted = [&](const std::string& from, const std::string& to) {
    return ways(gateway + route +
                an_object("gateway.networking.k8s.io/v1beta1", "ReferenceGrant", "ray", "g",
                          "spec: {from: [{group: gateway.networking.k8s.io, " + from +
                              "}], to: [{group: '', " + to + "}]}"));
  };
  EXPECT_EQ(ways(gateway + route), 0U);
  EXPECT_EQ(granted("kind: HTTPRoute, namespace: web", "kind: Service"), 1U);
  EXPECT_EQ(granted("kind: HTTPRoute, namespace: web", "kind: Service, name: head"), 1U);
  EXPECT_EQ(granted("kind: HTTPRoute, namespace: web", "kind: Service, name: other"), 0U);
  EXPECT_EQ(granted("kind: HTTPRoute, namespace: other", "kind: Service"), 0U);
  EXPECT_EQ(granted("kind: TCPRoute, namespace: web", "kind: Service"), 0U);
}

TEST(GatewayApi, RedirectsAndWeightsOfZeroLeadNowhere) {
  EXPECT_EQ(ways(a_gateway() + a_route("name: edge", "filters: [{type: RequestRedirect}], " + kBackend)), 0U);
  EXPECT_EQ(ways(a_gateway() + a_route("name: edge", "backendRefs: [{name: head, port: 80, weight: 0}]")),
            0U);
  EXPECT_EQ(ways(a_gateway() + a_route("name: edge", "backendRefs: [{kind: Other, group: x, name: head}]")),
            0U);
}

// GA-4
TEST(GatewayApi, AServiceAsParentExposesNothing) {
  EXPECT_EQ(ways(a_route("group: '', kind: Service, name: head")), 0U);
}

TEST(GatewayApi, PoliciesOnTheGatewayAskClients) {
  const auto asked = [](const std::string& spec) {
    return ExposedWorld(
               kWorld + a_gateway() + a_route() +
               an_object("security.istio.io/v1", "AuthorizationPolicy", "ray", "p",
                         "spec: {" + spec + ", action: CUSTOM, provider: {name: oauth2-proxy}, rules: [{}]}"))
        .only_way()
        .authentication.size();
  };
  EXPECT_EQ(asked("targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]"), 1U);
  EXPECT_EQ(asked("targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: other}]"), 0U);
  EXPECT_EQ(asked("selector: {matchLabels: {gateway.networking.k8s.io/gateway-name: edge}}"), 1U);
}

}  // namespace
}  // namespace kray
