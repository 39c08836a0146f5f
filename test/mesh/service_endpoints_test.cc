// Services as clients know them, the pods behind them, and the names of hosts.
#include "mesh/service_endpoints.h"

#include <gtest/gtest.h>

#include "mesh/hosts.h"
#include "mesh/mesh_fixture.h"
#include "mesh/outbound_fixture.h"

namespace kray {
namespace {

using test::LoadedInventory;

std::string service(const std::string& name, const std::string& spec, const std::string& metadata = "") {
  return "---\napiVersion: v1\nkind: Service\nmetadata: {namespace: team-a, name: " + name + metadata +
         "}\nspec: {" + spec + "}\n";
}

MeshPod pod(const std::string& app, std::optional<std::string> tls_mode = std::nullopt) {
  MeshPod result;
  result.ns = "team-a";
  result.name = app;
  result.labels = {{"app", app}};
  if (tls_mode) result.labels["security.istio.io/tlsMode"] = *tls_mode;
  result.named_ports = {{"web", 8080}};
  return result;
}

TEST(MeshServices, WhatClientsKnow) {
  const LoadedInventory inventory(
      service("web",
              "clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, 'fd00::1'], selector: {app: web}, "
              "ports: [{name: http, port: 80}, {name: dns, port: 53, protocol: UDP}]") +
      service("head", "clusterIP: None, ports: [{name: tcp, port: 6379}]") +
      service("alias", "type: ExternalName, externalName: example.com"));
  const std::vector<MeshService> services = mesh_services(*inventory, {});
  ASSERT_EQ(services.size(), 2U) << "an ExternalName Service is none of them";
  EXPECT_EQ(services[0].host, "head.team-a.svc.cluster.local");
  EXPECT_TRUE(services[0].is_headless);
  EXPECT_FALSE(services[0].has_selector);
  EXPECT_FALSE(services[1].is_headless);
  EXPECT_EQ(services[1].cluster_ips.size(), 2U);
  ASSERT_EQ(services[1].ports.size(), 1U) << "UDP is left out";
  EXPECT_EQ(services[1].find_port(80)->protocol, PortProtocol::http);
  EXPECT_EQ(services[1].find_port(53), nullptr);
}

TEST(MeshServices, OldestFirst) {
  const auto created = [](const char* day) {
    return ", creationTimestamp: '2025-01-" + std::string(day) + "T00:00:00Z'";
  };
  const LoadedInventory inventory(service("b", "ports: []", created("02")) +
                                  service("a", "ports: []", created("03")) +
                                  service("c", "ports: []", created("01")));
  const std::vector<MeshService> services = mesh_services(*inventory, {});
  EXPECT_EQ(services[0].object->name, "c");
  EXPECT_EQ(services[2].object->name, "a");
}

TEST(TargetPort, ByNumberByNameOrTheServicesOwn) {
  const LoadedInventory inventory(service("web",
                                          "ports: [{port: 80}, {port: 81, targetPort: 8081}, {port: 82, "
                                          "targetPort: web}, {port: 83, targetPort: x}]"));
  const std::vector<MeshService> services = mesh_services(*inventory, {});
  const MeshPod target = pod("web");
  const auto of = [&](int64_t port) { return target_port(*services[0].find_port(port), target); };
  EXPECT_EQ(of(80), 80);
  EXPECT_EQ(of(81), 8081);
  EXPECT_EQ(of(82), 8080);
  EXPECT_EQ(of(83), std::nullopt);
}

TEST(Endpoints, AreOfferedIfReadyOrPublishedAnyway) {
  const LoadedInventory inventory(
      service("a", "selector: {app: web}, ports: [{port: 80}]") +
      service("b", "selector: {app: web}, publishNotReadyAddresses: true, ports: [{port: 80}]") +
      service("c", "ports: [{port: 80}]"));
  const std::vector<MeshService> services = mesh_services(*inventory, {});
  MeshPod target = pod("web");
  target.is_ready = Answer::no;
  EXPECT_EQ(Endpoints::is_offered(services[0], target), Answer::no);
  EXPECT_EQ(Endpoints::is_offered(services[1], target), Answer::yes);
  EXPECT_EQ(Endpoints::is_offered(services[1], pod("db")), Answer::no);
  EXPECT_EQ(Endpoints::is_offered(services[2], target), Answer::unknown) << "written by hand";
}

Answer all_speak(const std::vector<MeshPod>& pods, const std::string& target_port = "80") {
  const LoadedInventory inventory(
      service("web", "selector: {app: web}, ports: [{port: 80, targetPort: " + target_port + "}]"));
  const std::vector<MeshService> services = mesh_services(*inventory, {});
  Endpoints endpoints(pods);
  return endpoints.all_speak_mtls(services[0], services[0].ports[0]).answer;
}

TEST(Endpoints, D22OnlyAMissingOrDisabledLabelSwitchesMtlsOff) {
  EXPECT_EQ(all_speak({}), Answer::no);
  EXPECT_EQ(all_speak({pod("web", "istio"), pod("web", "other"), pod("db")}), Answer::yes);
  EXPECT_EQ(all_speak({pod("web", "istio"), pod("web")}), Answer::no);
  EXPECT_EQ(all_speak({pod("web", "istio"), pod("web", "disabled")}), Answer::no);
  EXPECT_EQ(all_speak({pod("web")}, "no-such-port"), Answer::no) << "no endpoints at all";
  MeshPod unsure = pod("web");
  unsure.has_sidecar = Answer::unknown;
  EXPECT_EQ(all_speak({pod("web", "istio"), unsure}), Answer::unknown);
  EXPECT_EQ(all_speak({unsure, pod("web")}), Answer::no);
}

TEST(MeshPod, OfAClassAfterInjection) {
  const LoadedInventory inventory(test::a_namespace(test::kInject) + R"(---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: team-a, labels: {app: web}, annotations: {traffic.sidecar.istio.io/excludeOutboundPorts: "6379"}}
spec: {serviceAccount: runner, containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}
)");
  const PodClass pods = pod_classes(*inventory, {1, 6, 2}).at(0);
  const MeshPod pod = mesh_pod(pods, decide_injection(pods, *inventory, {}));
  EXPECT_EQ(pod.has_sidecar, Answer::yes);
  EXPECT_EQ(tls_mode_of(pod), "istio");
  EXPECT_EQ(pod.service_account, "runner");
  EXPECT_EQ(pod.named_ports.at(0).number, 8080);
  EXPECT_EQ(captures_outbound(pod.traffic, 6379, std::nullopt), Answer::no);
  EXPECT_EQ(captures_outbound(pod.traffic, 8265, std::nullopt), Answer::yes);
}

TEST(Hosts, ShortNamesAndPatterns) {
  EXPECT_EQ(complete_host("web", "team-a"), "web.team-a.svc.cluster.local");
  EXPECT_EQ(complete_host("web.team-a", "team-a"), "web.team-a");
  EXPECT_EQ(complete_host("*", "team-a"), "*");
  EXPECT_TRUE(matches_host("*.team-a.svc.cluster.local", "web.team-a.svc.cluster.local"));
  EXPECT_FALSE(matches_host("*.team-a.svc.cluster.local", "web.team-b.svc.cluster.local"));
  EXPECT_TRUE(matches_host("*", "web"));
  EXPECT_FALSE(matches_host("web", "web.team-a"));
}

TEST(Hosts, ExportTo) {
  const LoadedInventory inventory(service("web", "some: [team-b, team-c], own: ['.'], all: ['*'], none: []"));
  const NodeRef spec = inventory.object("web").spec();
  const auto reaches = [&](const char* field, const char* client) {
    return is_exported_to(spec[field], {"."}, "team-a", client);
  };
  EXPECT_TRUE(reaches("some", "team-b"));
  EXPECT_FALSE(reaches("some", "team-a"));
  EXPECT_TRUE(reaches("own", "team-a"));
  EXPECT_FALSE(reaches("own", "team-b"));
  EXPECT_TRUE(reaches("all", "team-b"));
  EXPECT_TRUE(reaches("none", "team-a"));
  EXPECT_FALSE(reaches("none", "team-b"));
}

}  // namespace
}  // namespace kray
