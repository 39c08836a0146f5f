// GW-1 to GW-8 and GW-10: Gateways, VirtualServices, and what their gateway asks of clients.
#include "network/istio_gateway.h"

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

const std::string kApp = the_head() + head_service();
const std::string kWorld = kApp + an_ingress_gateway();

std::string a_gateway(const std::string& servers = "{port: {number: 80, protocol: HTTP}, hosts: ['*']}",
                      const std::string& selector = "istio: ingressgateway", const std::string& ns = "ray") {
  return an_object("networking.istio.io/v1", "Gateway", ns, "gw",
                   "spec: {selector: {" + selector + "}, servers: [" + servers + "]}");
}

std::string a_virtual_service(const std::string& spec, const std::string& ns = "ray",
                              const std::string& name = "vs") {
  return an_object("networking.istio.io/v1", "VirtualService", ns, name, "spec: {" + spec + "}");
}

const std::string kRoute = "http: [{match: [{uri: {prefix: /ray/}}], route: [{destination: {host: head}}]}]";
const std::string kBound = "gateways: [gw], hosts: ['*'], ";

size_t ways(const std::string& objects) { return ExposedWorld(kWorld + objects).of("ray/head").size(); }
size_t bound(const std::string& spec) { return ways(a_gateway() + a_virtual_service(spec)); }

TEST(IstioGateway, AVirtualServiceBoundToAGatewayIsAWay) {
  const ExposedWorld world(kWorld + a_gateway() + a_virtual_service(kBound + kRoute));
  const Exposure way = world.only_way();
  EXPECT_EQ(way.kind, ExposureKind::istio_gateway);
  EXPECT_EQ(way.port, 8265);
  EXPECT_EQ(way.certainty, Answer::yes);
  EXPECT_EQ(chain_of(way), "Service/istio-ingressgateway, Gateway/gw, VirtualService/vs, Service/head");
  EXPECT_EQ(way.path, (PathCondition{PathCondition::Kind::prefix, "/ray/"}));
  EXPECT_EQ(way.gateway->ns, "istio-system");
  EXPECT_EQ(way.gateway->service_account, "gateway-sa");
  EXPECT_TRUE(way.authentication.empty());
}

// GW-1
TEST(IstioGateway, PodsAreSelectedInAnyNamespaceByAllLabels) {
  EXPECT_EQ(
      ExposedWorld(kWorld + a_gateway("{port: {number: 80, protocol: HTTP}, hosts: ['*']}", "istio: other") +
                   a_virtual_service(kBound + kRoute))
          .only_way()
          .reason,
      "the pods of Gateway 'gw' are not in the input");
  // A pod with the labels that runs no gateway is none.
  const std::string app =
      "---\napiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: ray, labels: {istio: "
      "other}}\nspec: {containers: [{name: x}]}\n";
  EXPECT_EQ(ExposedWorld(kWorld + app +
                         a_gateway("{port: {number: 80, protocol: HTTP}, hosts: ['*']}", "istio: other") +
                         a_virtual_service(kBound + kRoute))
                .only_way()
                .certainty,
            Answer::unknown);
}

// GW-2
TEST(IstioGateway, TheServerPortIsThatOfTheGatewaysService) {
  const auto certainty = [](const std::string& port, const std::string& type) {
    return ExposedWorld(kApp + an_ingress_gateway(type) +
                        a_gateway("{port: {number: " + port + ", protocol: HTTP}, hosts: ['*']}") +
                        a_virtual_service(kBound + kRoute))
        .only_way();
  };
  EXPECT_EQ(certainty("80", "LoadBalancer").certainty, Answer::yes);
  EXPECT_EQ(certainty("80", "NodePort").certainty, Answer::yes);
  EXPECT_EQ(certainty("9000", "LoadBalancer").certainty, Answer::unknown);
  EXPECT_EQ(certainty("80", "ClusterIP").certainty, Answer::unknown);
  EXPECT_EQ(certainty("80", "ClusterIP").reason,
            "nothing in the input leads to the gateway 'istio-ingressgateway' from outside");
}

TEST(IstioGateway, AnIngressMayStandInFrontOfTheGateway) {
  const std::string ingress =
      an_object("networking.k8s.io/v1", "Ingress", "istio-system", "edge",
                "spec: {ingressClassName: alb, defaultBackend: {service: {name: istio-ingressgateway, port: "
                "{number: 80}}}}");
  const ExposedWorld world(kApp + an_ingress_gateway("ClusterIP") + ingress + a_gateway() +
                           a_virtual_service(kBound + kRoute));
  const Exposure way = world.only_way();
  EXPECT_EQ(chain_of(way),
            "Ingress/edge, Service/istio-ingressgateway, Gateway/gw, VirtualService/vs, Service/head");
  EXPECT_EQ(way.reason, "the controller of ingress class 'alb' is not in the input");
  EXPECT_EQ(way.gateway->service_account, "gateway-sa");
}

// GW-3
TEST(IstioGateway, HostsOfAServerMayNameTheNamespaceOfVirtualServices) {
  const auto with_host = [](const std::string& host) {
    return ways(a_gateway("{port: {number: 80, protocol: HTTP}, hosts: ['" + host + "']}") +
                a_virtual_service("gateways: [gw], hosts: [ray.example.org], " + kRoute));
  };
  for (const char* host :
       {"*", "*.example.org", "ray.example.org", "ray/*", "./*.example.org", "*/ray.example.org"})
    EXPECT_EQ(with_host(host), 1U) << host;
  for (const char* host : {"*.example.com", "web/*", "www.example.org"})
    EXPECT_EQ(with_host(host), 0U) << host;
}

TEST(IstioGateway, TheNarrowerHostIsTold) {
  const ExposedWorld world(kWorld +
                           a_gateway("{port: {number: 80, protocol: HTTP}, hosts: ['*.example.org']}") +
                           a_virtual_service("gateways: [gw], hosts: ['*', a.example.org], " + kRoute));
  const Exposure way = world.only_way();
  EXPECT_EQ(way.hosts, (std::vector<std::string>{"*.example.org", "a.example.org"}));
}

// GW-4
TEST(IstioGateway, HowAVirtualServiceNamesItsGateway) {
  for (const char* name : {"gw", "ray/gw", "./gw", "gw.ray.svc.cluster.local", "gw.ray"})
    EXPECT_EQ(bound(std::string("gateways: [") + name + "], hosts: ['*'], " + kRoute), 1U) << name;
  for (const char* name : {"mesh", "other", "web/gw", "gw.web"})
    EXPECT_EQ(bound(std::string("gateways: [") + name + "], hosts: ['*'], " + kRoute), 0U) << name;
  EXPECT_EQ(bound("hosts: ['*'], " + kRoute), 0U);  // the mesh alone
}

TEST(IstioGateway, AVirtualServiceMustBeExportedToTheGatewaysPods) {
  EXPECT_EQ(bound(kBound + "exportTo: ['*'], " + kRoute), 1U);
  EXPECT_EQ(bound(kBound + "exportTo: [istio-system], " + kRoute), 1U);
  EXPECT_EQ(bound(kBound + "exportTo: ['.'], " + kRoute), 0U);
  EXPECT_EQ(bound(kBound + "exportTo: ['~'], " + kRoute), 0U);
}

// GW-5
TEST(IstioGateway, ARouteWithoutAMatchEndsTheList) {
  const std::string head = "{route: [{destination: {host: head}}]}";
  const std::string other = "{route: [{destination: {host: other}}]}";
  EXPECT_EQ(bound(kBound + "http: [" + head + ", " + other + "]"), 1U);
  EXPECT_EQ(bound(kBound + "http: [" + other + ", " + head + "]"), 0U);
}

TEST(IstioGateway, AMatchMayBeForAnotherGatewayPortOrClient) {
  const auto matching = [](const std::string& match) {
    return bound(kBound + "http: [{match: [{" + match + "}], route: [{destination: {host: head}}]}]");
  };
  EXPECT_EQ(matching("gateways: [gw]"), 1U);
  EXPECT_EQ(matching("gateways: [mesh]"), 0U);
  EXPECT_EQ(matching("port: 80"), 1U);
  EXPECT_EQ(matching("port: 443"), 0U);
  EXPECT_EQ(matching("sourceLabels: {app: gateway}"), 1U);
  EXPECT_EQ(matching("sourceLabels: {app: notebook}"), 0U);
  EXPECT_EQ(matching("sourceNamespace: ray"), 0U);
}

TEST(IstioGateway, OtherConditionsAreKept) {
  const ExposedWorld world(kWorld + a_gateway() +
                           a_virtual_service(kBound +
                                             "http: [{match: [{uri: {exact: /}, headers: {x: {exact: "
                                             "y}}}], route: [{destination: {host: head}}]}]"));
  const Exposure way = world.only_way();
  EXPECT_EQ(way.path, (PathCondition{PathCondition::Kind::exact, "/"}));
  EXPECT_EQ(way.needs, std::vector<std::string>{"headers"});
}

TEST(IstioGateway, RedirectsAndWeightsOfZeroLeadNowhereMirrorsDo) {
  EXPECT_EQ(bound(kBound + "http: [{redirect: {uri: /x}}]"), 0U);
  EXPECT_EQ(bound(kBound + "http: [{directResponse: {status: 404}}]"), 0U);
  EXPECT_EQ(
      bound(kBound + "http: [{route: [{destination: {host: head}, weight: 0}, {destination: {host: o}}]}]"),
      0U);
  EXPECT_EQ(bound(kBound + "http: [{route: [{destination: {host: o}}], mirror: {host: head}}]"), 1U);
  EXPECT_EQ(
      bound(kBound + "http: [{route: [{destination: {host: o}}], mirrors: [{destination: {host: head}}]}]"),
      1U);
}

TEST(IstioGateway, DelegatesBringTheirRoutesUnderTheRootsConditions) {
  const auto with_delegate = [](const std::string& delegate, const std::string& ns = "ray") {
    return ways(
        a_gateway() +
        a_virtual_service(
            kBound + "http: [{match: [{uri: {prefix: /ray}}], delegate: {name: d, namespace: " + ns + "}}]") +
        a_virtual_service(delegate, ns, "d"));
  };
  EXPECT_EQ(with_delegate(kRoute), 1U);
  EXPECT_EQ(with_delegate("http: [{route: [{destination: {host: head.ray.svc.cluster.local}}]}]", "web"), 1U);
  EXPECT_EQ(with_delegate("hosts: ['*'], " + kRoute), 0U);     // it has hosts
  EXPECT_EQ(with_delegate("exportTo: ['~'], " + kRoute), 0U);  // not exported to the root
  EXPECT_EQ(with_delegate("http: [{match: [{uri: {prefix: /x}}], route: [{destination: {host: head}}]}]"),
            0U);
}

// GW-6
TEST(IstioGateway, HowADestinationNamesItsService) {
  const auto to = [](const std::string& destination, const std::string& ns = "ray") {
    return ways(
        a_gateway() +
        a_virtual_service(
            "gateways: [ray/gw], hosts: ['*'], http: [{route: [{destination: {" + destination + "}}]}]", ns));
  };
  EXPECT_EQ(to("host: head"), 1U);
  EXPECT_EQ(to("host: head", "web"), 0U);
  EXPECT_EQ(to("host: head.ray.svc.cluster.local", "web"), 1U);
  EXPECT_EQ(to("host: head.ray", "web"), 0U);
  EXPECT_EQ(to("host: head, port: {number: 80}"), 1U);
  EXPECT_EQ(to("host: head, port: {number: 8265}"), 0U);  // the pod's number, not the Service's
}

TEST(IstioGateway, WithoutAPortTheListenersCounts) {
  const std::string two = the_head() + an_ingress_gateway() +
                          a_service("head",
                                    "selector: {app: ray}, ports: [{name: a, port: 80, targetPort: dash}, "
                                    "{name: b, port: 81, targetPort: 8000}]");
  EXPECT_EQ(ExposedWorld(two + a_gateway() + a_virtual_service(kBound + kRoute)).only_way().port, 8265);
}

TEST(IstioGateway, ASubsetNarrowsThePods) {
  const auto subset = [](const std::string& labels) {
    return ExposedWorld(
               kWorld + a_gateway() +
               a_virtual_service(kBound + "http: [{route: [{destination: {host: head, subset: s}}]}]") +
               (labels.empty()
                    ? ""
                    : an_object("networking.istio.io/v1", "DestinationRule", "ray", "d",
                                "spec: {host: head, subsets: [{name: s, labels: {" + labels + "}}]}")))
        .of("ray/head");
  };
  EXPECT_EQ(subset("app: ray").size(), 1U);
  EXPECT_EQ(subset("app: other").size(), 0U);
  ASSERT_EQ(subset("").size(), 1U);
  EXPECT_EQ(subset("")[0].reason, "no DestinationRule has the subset 's'");
}

// GW-7
TEST(IstioGateway, WhatAServerTakes) {
  const auto server = [](const std::string& protocol, const std::string& mode, const std::string& routes) {
    const std::string tls = mode.empty() ? "" : ", tls: {mode: " + mode + "}";
    return ways(a_gateway("{port: {number: 443, protocol: " + protocol + "}, hosts: ['*']" + tls + "}") +
                a_virtual_service(kBound + routes));
  };
  const std::string tls =
      "tls: [{match: [{sniHosts: [ray.example.org]}], route: [{destination: {host: head}}]}]";
  const std::string tcp = "tcp: [{route: [{destination: {host: head}}]}]";
  EXPECT_EQ(server("HTTPS", "SIMPLE", kRoute), 1U);
  EXPECT_EQ(server("HTTPS", "MUTUAL", kRoute), 1U);
  EXPECT_EQ(server("HTTPS", "PASSTHROUGH", kRoute), 0U);
  EXPECT_EQ(server("TLS", "PASSTHROUGH", tls), 1U);
  EXPECT_EQ(server("TLS", "SIMPLE", tls), 0U);
  EXPECT_EQ(server("TLS", "SIMPLE", tcp), 1U);
  EXPECT_EQ(server("TCP", "", tcp), 1U);
  EXPECT_EQ(server("HTTP", "", tcp), 0U);
  EXPECT_EQ(server("TLS", "AUTO_PASSTHROUGH", tls), 0U);
  EXPECT_EQ(ways(a_gateway("{port: {number: 80, protocol: HTTP}, hosts: ['*'], tls: {httpsRedirect: true}}") +
                 a_virtual_service(kBound + kRoute)),
            0U);
}

// GW-10
std::string a_policy(const std::string& spec, const std::string& ns = "istio-system") {
  return an_object("security.istio.io/v1", "AuthorizationPolicy", ns, "p", "spec: {" + spec + "}");
}

std::vector<Authentication> asked(const std::string& policies) {
  return ExposedWorld(kWorld + a_gateway() + a_virtual_service(kBound + kRoute) + policies)
      .only_way()
      .authentication;
}

const std::string kSelected = "selector: {matchLabels: {istio: ingressgateway}}, ";
const std::string kCustom = "action: CUSTOM, provider: {name: oauth2-proxy}, ";

TEST(IstioGateway, ExternalAuthorizationOnTheGateway) {
  // A place is read from the world's documents.
  const ExposedWorld world(kWorld + a_gateway() + a_virtual_service(kBound + kRoute) +
                           a_policy(kSelected + kCustom + "rules: [{}]"));
  const std::vector<Authentication> all = world.only_way().authentication;
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].kind, Authentication::Kind::external_authorization);
  EXPECT_EQ(all[0].covers_all, Answer::yes);
  EXPECT_EQ(test::text_of(all[0].place), "{}");
  EXPECT_EQ(asked(a_policy(kCustom + "rules: [{}]")).size(), 1U);        // the whole root namespace
  EXPECT_TRUE(asked(a_policy(kCustom + "rules: [{}]", "ray")).empty());  // another namespace
  EXPECT_TRUE(asked(a_policy("selector: {matchLabels: {istio: x}}, " + kCustom + "rules: [{}]")).empty());
  EXPECT_TRUE(asked(a_policy(kSelected + kCustom)).empty());  // no rules: asks nobody
}

// GEN-1
TEST(IstioGateway, APolicyOfOneRevisionLeavesItOpen) {
  const auto found = asked(
      "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p, namespace: "
      "istio-system, labels: {istio.io/rev: canary}}\nspec: {" +
      kCustom + "rules: [{}]}\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].covers_all, Answer::unknown);
}

TEST(IstioGateway, PathsThatAreNotAsked) {
  const auto covers = [](const std::string& operation) {
    const auto found =
        asked(a_policy(kSelected + kCustom + "rules: [{to: [{operation: {" + operation + "}}]}]"));
    return found.empty() ? Answer::no : found[0].covers_all;
  };
  EXPECT_EQ(covers("paths: ['/ray/*']"), Answer::yes);
  EXPECT_EQ(covers("paths: ['/ray/api/*']"), Answer::unknown);
  EXPECT_EQ(covers("paths: ['/other/*']"), Answer::no);
  EXPECT_EQ(covers("notPaths: ['/dex/*']"), Answer::yes);
  EXPECT_EQ(covers("notPaths: ['/ray/healthz']"), Answer::unknown);
  EXPECT_EQ(covers("notPaths: ['/ray/*']"), Answer::no);
  EXPECT_EQ(covers("methods: [POST]"), Answer::unknown);
}

TEST(IstioGateway, ARequiredToken) {
  const auto denied =
      asked(a_policy(kSelected + "action: DENY, rules: [{from: [{source: {notRequestPrincipals: ['*']}}]}]"));
  ASSERT_EQ(denied.size(), 1U);
  EXPECT_EQ(denied[0].kind, Authentication::Kind::jwt_required);
  EXPECT_EQ(denied[0].covers_all, Answer::yes);
  EXPECT_TRUE(
      asked(a_policy(kSelected + "action: DENY, rules: [{from: [{source: {notRequestPrincipals: ['*'], "
                                 "notNamespaces: [a]}}]}]"))
          .empty());
  EXPECT_EQ(asked(a_policy(kSelected + "rules: [{from: [{source: {requestPrincipals: ['*']}}]}]")).size(),
            1U);
  EXPECT_TRUE(
      asked(a_policy(kSelected + "rules: [{from: [{source: {requestPrincipals: ['*']}}]}, {}]")).empty());
}

}  // namespace
}  // namespace kray
