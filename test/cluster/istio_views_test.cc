// Pins where Istio's networking kinds keep what the views name.
#include "cluster/istio_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"

namespace kray {
namespace {

using test::line_of;
using test::LoadedInventory;
using testing::ElementsAre;
using testing::SizeIs;

LoadedInventory istio(const char* group, const char* kind, const std::string& spec) {
  return LoadedInventory(std::string("apiVersion: ") + group + "/v1\nkind: " + kind +
                         "\nmetadata: {name: one, namespace: team-a}\nspec:\n" + spec);
}

TEST(RequestAuthenticationView, NamesRulesAndTargets) {
  const LoadedInventory inventory =
      istio("security.istio.io", "RequestAuthentication",
            "  selector: {matchLabels: {app: web}}\n  targetRefs: [{kind: Gateway, name: g}]\n"
            "  jwtRules: [{issuer: https://a.example}]\n");
  const RequestAuthenticationView view(inventory.object("one"));
  EXPECT_EQ(view.selector()["matchLabels"]["app"].text(), "web");
  EXPECT_TRUE(view.has_target_refs());
  EXPECT_EQ(view.jwt_rules().at(0)["issuer"].text(), "https://a.example");
  const LoadedInventory empty = istio("security.istio.io", "RequestAuthentication", "  {}\n");
  EXPECT_FALSE(RequestAuthenticationView(empty.object("one")).has_target_refs());
}

TEST(SidecarView, NamesListenersAndSelector) {
  const LoadedInventory inventory =
      istio("networking.istio.io", "Sidecar",
            "  workloadSelector: {labels: {app: web}}\n  egress: [{hosts: [./*]}]\n"
            "  ingress: [{port: {number: 80}}]\n  outboundTrafficPolicy: {mode: REGISTRY_ONLY}\n");
  const SidecarView view(inventory.object("one"));
  EXPECT_TRUE(view.has_workload_selector());
  EXPECT_EQ(view.workload_labels()["app"].text(), "web");
  EXPECT_EQ(view.egress().at(0)["hosts"].at(0).text(), "./*");
  EXPECT_THAT(view.ingress(), SizeIs(1));
  EXPECT_EQ(view.outbound_traffic_policy().text(), "REGISTRY_ONLY");
  const LoadedInventory open = istio("networking.istio.io", "Sidecar", "  workloadSelector: {labels: {}}\n");
  EXPECT_FALSE(SidecarView(open.object("one")).has_workload_selector());
}

TEST(DestinationRuleView, NamesHostAndPolicy) {
  const LoadedInventory inventory =
      istio("networking.istio.io", "DestinationRule",
            "  host: head.team-a.svc.cluster.local\n  exportTo: ['.']\n  subsets: [{name: v1}]\n"
            "  workloadSelector: {matchLabels: {app: web}}\n  trafficPolicy: {tls: {mode: DISABLE}}\n");
  const DestinationRuleView view(inventory.object("one"));
  EXPECT_EQ(view.host(), "head.team-a.svc.cluster.local");
  EXPECT_EQ(view.export_to().at(0).text(), ".");
  EXPECT_EQ(view.subsets().at(0)["name"].text(), "v1");
  EXPECT_EQ(view.workload_labels()["app"].text(), "web");
  EXPECT_EQ(view.traffic_policy()["tls"]["mode"].text(), "DISABLE");
}

TEST(IstioGatewayView, NamesServers) {
  const LoadedInventory inventory = istio(
      "networking.istio.io", "Gateway",
      "  selector: {istio: ingressgateway}\n  servers:\n"
      "  - {port: {number: 80, protocol: HTTP, name: http}, hosts: ['*']}\n"
      "  - {port: {number: 443, protocol: HTTPS, name: https}, hosts: [a/b.example], tls: {mode: MUTUAL}}\n");
  const IstioGatewayView view(inventory.object("one"));
  EXPECT_EQ(view.selector()["istio"].text(), "ingressgateway");
  const std::vector<IstioServer> servers = view.servers();
  ASSERT_THAT(servers, SizeIs(2));
  EXPECT_EQ(servers[0].port(), 80);
  EXPECT_EQ(servers[0].protocol(), "HTTP");
  EXPECT_EQ(servers[0].tls_mode(), "");
  EXPECT_EQ(servers[1].hosts().at(0).text(), "a/b.example");
  EXPECT_EQ(servers[1].tls_mode(), "MUTUAL");
}

TEST(VirtualServiceView, GathersDestinationsOfAllProtocolsAndMirrors) {
  const LoadedInventory inventory = istio("networking.istio.io", "VirtualService", R"(  hosts: ['*']
  gateways: [kubeflow/kubeflow-gateway]
  exportTo: ['*']
  http:
  - route: [{destination: {host: a, port: {number: 80}, subset: v1}}, {destination: {host: b}}]
    mirror: {host: c}
  - redirect: {uri: /x}
  - mirrors: [{destination: {host: d}}]
  tls:
  - route: [{destination: {host: e}}]
  tcp:
  - route:
    - destination: {host: f}
)");
  const VirtualServiceView view(inventory.object("one"));
  EXPECT_EQ(view.hosts().at(0).text(), "*");
  EXPECT_EQ(view.gateways().at(0).text(), "kubeflow/kubeflow-gateway");
  EXPECT_EQ(view.export_to().at(0).text(), "*");
  EXPECT_THAT(view.http(), SizeIs(3));
  std::vector<std::string> hosts;
  for (const VirtualServiceDestination& one : view.destinations()) hosts.emplace_back(one.host());
  EXPECT_THAT(hosts, ElementsAre("a", "b", "c", "d", "e", "f"));
  EXPECT_EQ(view.destinations()[0].port(), 80);
  EXPECT_EQ(view.destinations()[0].subset(), "v1");
  EXPECT_FALSE(view.destinations()[1].port());
  EXPECT_EQ(line_of(view.destinations()[5].node.place()), "objects.yaml:17");
}

TEST(ServiceEntryView, NamesHostsAndResolution) {
  const LoadedInventory inventory = istio(
      "networking.istio.io", "ServiceEntry",
      "  hosts: [db.example]\n  addresses: [192.0.2.1]\n  location: MESH_INTERNAL\n  resolution: STATIC\n"
      "  ports: [{number: 80}]\n  endpoints: [{address: 192.0.2.2}]\n  exportTo: ['.']\n"
      "  workloadSelector: {labels: {app: db}}\n");
  const ServiceEntryView view(inventory.object("one"));
  EXPECT_EQ(view.hosts().at(0).text(), "db.example");
  EXPECT_EQ(view.addresses().at(0).text(), "192.0.2.1");
  EXPECT_EQ(view.ports().at(0)["number"].text(), "80");
  EXPECT_EQ(view.endpoints().at(0)["address"].text(), "192.0.2.2");
  EXPECT_EQ(view.workload_labels()["app"].text(), "db");
  EXPECT_EQ(view.export_to().at(0).text(), ".");
  EXPECT_TRUE(view.is_mesh_internal());
  EXPECT_EQ(view.resolution(), "STATIC");
  const LoadedInventory bare = istio("networking.istio.io", "ServiceEntry", "  hosts: [a]\n");
  EXPECT_EQ(ServiceEntryView(bare.object("one")).resolution(), "NONE");
  EXPECT_FALSE(ServiceEntryView(bare.object("one")).is_mesh_internal());
}

}  // namespace
}  // namespace kray
