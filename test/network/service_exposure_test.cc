// EXP-1 to EXP-4: ways to a pod with nothing in between.
#include "network/service_exposure.h"

#include <gtest/gtest.h>

#include "network/exposure_fixture.h"

namespace kray {
namespace {

using test::a_service;
using test::chain_of;
using test::ExposedWorld;
using test::the_head;

size_t ways_with(const std::string& service_spec) {
  return ExposedWorld(the_head() + a_service("s", service_spec)).of("ray/head").size();
}

TEST(ServiceExposure, EachTypeThatOpensAServiceIsAWay) {
  const std::string rest = "selector: {app: ray}, ports: [{port: 80, targetPort: 8265}]";
  const auto kind_of = [&](const std::string& opening) {
    return ExposedWorld(the_head() + a_service("s", opening + rest)).only_way().kind;
  };
  EXPECT_EQ(kind_of("type: LoadBalancer, "), ExposureKind::load_balancer);
  EXPECT_EQ(kind_of("type: NodePort, "), ExposureKind::node_port);
  EXPECT_EQ(kind_of("externalIPs: [203.0.113.7], "), ExposureKind::external_ips);
  EXPECT_EQ(ways_with(rest), 0U);
  EXPECT_EQ(ways_with("type: ClusterIP, " + rest), 0U);
}

TEST(ServiceExposure, ADirectWayArrivesFromANodeOnTheTargetPort) {
  const ExposedWorld world(the_head() + a_service("open",
                                                  "type: NodePort, selector: {app: ray}, ports: "
                                                  "[{port: 80, targetPort: dash, nodePort: 30080}]"));
  const Exposure way = world.only_way();
  EXPECT_EQ(way.port, 8265);
  EXPECT_EQ(way.service_port, 80);
  EXPECT_EQ(way.certainty, Answer::yes);
  EXPECT_FALSE(way.gateway.has_value());
  EXPECT_EQ(chain_of(way), "Service/open");
  EXPECT_EQ(way.chain[0].text, "NodePort of Service 'open' opens port 80");
}

TEST(ServiceExposure, PortsAreResolvedOnThePod) {
  EXPECT_EQ(ways_with("type: NodePort, selector: {app: ray}, ports: [{port: 8265}]"), 1U);
  EXPECT_EQ(ways_with("type: NodePort, selector: {app: ray}, ports: [{port: 80, targetPort: other}]"), 0U);
  EXPECT_EQ(
      ways_with("type: NodePort, selector: {app: ray}, ports: [{port: 80, targetPort: dash, protocol: UDP}]"),
      0U);
}

TEST(ServiceExposure, OtherPodsAndNamespacesAreNotMeant) {
  EXPECT_EQ(ways_with("type: NodePort, selector: {app: other}, ports: [{port: 80}]"), 0U);
  EXPECT_EQ(ways_with("type: NodePort, ports: [{port: 80}]"), 0U);  // somebody else writes its endpoints
  const ExposedWorld elsewhere(
      the_head() + a_service("s", "type: NodePort, selector: {app: ray}, ports: [{port: 80}]", "web"));
  EXPECT_TRUE(elsewhere.of("ray/head").empty());
}

TEST(ServiceExposure, AServiceWithoutANamespaceIsInDoubt) {
  const ExposedWorld world(the_head() +
                           "---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {type: NodePort, "
                           "selector: {app: ray}, ports: [{port: 80}]}\n");
  const Exposure way = world.only_way();
  EXPECT_EQ(way.certainty, Answer::unknown);
  EXPECT_EQ(way.reason, "the Service and the pod may lie in different namespaces");
}

TEST(ServiceExposure, HeadlessAndExternalNameServicesAddNothing) {
  EXPECT_EQ(
      ways_with("clusterIP: None, externalIPs: [203.0.113.7], selector: {app: ray}, ports: [{port: 80}]"),
      0U);
  EXPECT_EQ(
      ways_with("type: ExternalName, externalName: x.example.org, selector: {app: ray}, ports: [{port: 80}]"),
      0U);
}

TEST(ServiceExposure, HostPortsAndTheHostsNetworkAreWays) {
  const auto pod = [](const std::string& port, const std::string& spec) {
    return ExposedWorld(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: head, namespace: ray}\nspec: {containers: "
        "[{name: ray, ports: [{containerPort: 8265" +
        port + "}]}]" + spec + "}\n");
  };
  const ExposedWorld with_host_port = pod(", hostPort: 30000", "");
  const Exposure host_port = with_host_port.only_way();
  EXPECT_EQ(host_port.kind, ExposureKind::host_port);
  EXPECT_EQ(host_port.port, 8265);
  EXPECT_EQ(test::text_of(host_port.chain[0].place).substr(0, 8), "hostPort");
  const ExposedWorld with_host_network = pod("", ", hostNetwork: true");
  const Exposure host_network = with_host_network.only_way();
  EXPECT_EQ(host_network.kind, ExposureKind::host_network);
  EXPECT_EQ(host_network.port, 0);
  EXPECT_TRUE(pod("", ", hostNetwork: false").of("ray/head").empty());
}

TEST(ServiceExposure, TheSourceRangesOfALoadBalancerAreTold) {
  const ExposedWorld world(the_head() + a_service("s",
                                                  "type: LoadBalancer, loadBalancerSourceRanges: "
                                                  "[203.0.113.0/24], selector: {app: ray}, ports: "
                                                  "[{port: 80, targetPort: 8265}]"));
  const Exposure way = world.only_way();
  EXPECT_EQ(way.chain[0].text, "LoadBalancer of Service 's' opens port 80 to 203.0.113.0/24");
}

TEST(ServiceExposure, HostsOfServices) {
  const auto name_of = [](const char* host) {
    const ServiceName name = service_of_host(host, "ray", "cluster.local");
    return name.ns + "/" + name.name;
  };
  EXPECT_EQ(name_of("head"), "ray/head");
  EXPECT_EQ(name_of("head.web.svc.cluster.local"), "web/head");
  EXPECT_EQ(name_of("head.web"), "/");
  EXPECT_EQ(name_of("head.web.svc"), "/");
  EXPECT_EQ(name_of("api.example.org"), "/");
}

}  // namespace
}  // namespace kray
