// Which identity calls present, one property a test (specs/istio.md 6, 0.5-20 to 29).
#include "mesh/outbound.h"

#include <gtest/gtest.h>

#include "mesh/mesh_fixture.h"
#include "mesh/outbound_fixture.h"

namespace kray {
namespace {

// A pod with a sidecar, or without.
std::string pod(const std::string& id, const std::string& labels, bool has_sidecar = true,
                const std::string& spec = "") {
  const size_t slash = id.find('/');
  static int next = 10;
  return "---\napiVersion: v1\nkind: Pod\nmetadata: {namespace: " + id.substr(0, slash) +
         ", name: " + id.substr(slash + 1) + ", labels: {" + labels +
         (has_sidecar ? ", security.istio.io/tlsMode: istio" : "") + "}}\nspec: {containers: [{name: app}" +
         (has_sidecar ? ", {name: istio-proxy}" : "") + "]" + spec + "}\nstatus: {podIP: 10.0.0." +
         std::to_string(next++) + ", conditions: [{type: Ready, status: 'True'}]}\n";
}

std::string service(const std::string& id, const std::string& spec, const std::string& metadata = "") {
  const size_t slash = id.find('/');
  return "---\napiVersion: v1\nkind: Service\nmetadata: {namespace: " + id.substr(0, slash) +
         ", name: " + id.substr(slash + 1) + metadata + "}\nspec: {" +
         (spec.find("selector") == std::string::npos ? "selector: {app: web}, " : "") + spec + "}\n";
}

std::string istio(const std::string& kind, const std::string& id, const std::string& spec,
                  const std::string& metadata = "") {
  const size_t slash = id.find('/');
  const std::string group = kind == "PeerAuthentication" ? "security" : "networking";
  return "---\napiVersion: " + group + ".istio.io/v1\nkind: " + kind +
         "\nmetadata: {namespace: " + id.substr(0, slash) + ", name: " + id.substr(slash + 1) + metadata +
         "}\nspec: {" + spec + "}\n";
}

std::string created(const std::string& day) { return ", creationTimestamp: '2025-01-" + day + "T00:00:00Z'"; }

const std::string kClient = pod("team-b/client", "app: client");
const std::string kTarget = pod("team-a/web", "app: web");
const std::string kHeadless = service("team-a/web", "clusterIP: None, ports: [{name: tcp, port: 6379}]");
const std::string kClusterIp =
    service("team-a/web", "clusterIP: 10.96.0.1, ports: [{name: tcp, port: 6379}]");

// By default team-b/client calls team-a/web by its address, port 6379, with bytes that are no HTTP.
struct Asked {
  std::string target = "team-a/web";
  std::string service;  // empty: by the pod's address
  int64_t port = 6379;
  std::string host;  // not empty: HTTP
  std::string client = "team-b/client";

  Asked to(const std::string& pod) const { return with(&Asked::target, pod); }
  Asked from(const std::string& pod) const { return with(&Asked::client, pod); }
  Asked http(const std::string& name) const { return with(&Asked::host, name); }
  Asked with(std::string Asked::*member, const std::string& value) const {
    Asked changed = *this;
    changed.*member = value;
    return changed;
  }
};

Asked at(int64_t port) {
  Asked asked;
  asked.port = port;
  return asked;
}
Asked via(const std::string& service) { return Asked().with(&Asked::service, service); }

class World {
 public:
  explicit World(const std::string& text) : world_(text) {}

  OutboundDecision ask(const Asked& asked) {
    const size_t slash = asked.service.find('/');
    const MeshService* by =
        asked.service.empty()
            ? nullptr
            : world_.outbound.find_service(asked.service.substr(0, slash), asked.service.substr(slash + 1));
    return world_.outbound.decide({.client = &world_.pod(asked.client),
                                   .target = &world_.pod(asked.target),
                                   .service = by,
                                   .port = asked.port,
                                   .bytes = asked.host.empty() ? CallBytes::tcp : CallBytes::http,
                                   .host = asked.host});
  }
  ClientTransport transport(const Asked& asked) { return ask(asked).transport; }
  test::OutboundWorld& operator*() { return world_; }

 private:
  test::OutboundWorld world_;
};

TEST(Outbound, PrincipalIsTheClientsServiceAccountInTheMeshsTrustDomain) {
  World world(test::a_mesh("trustDomain: corp") + kTarget + kHeadless +
              pod("team-b/client", "app: c", true, ", serviceAccountName: runner"));
  const OutboundDecision decision = world.ask({});
  EXPECT_EQ(decision.transport, ClientTransport::mtls);
  EXPECT_EQ(decision.principal, "corp/ns/team-b/sa/runner");
  EXPECT_EQ(decision.cluster, "outbound|6379||web.team-a.svc.cluster.local");
  ASSERT_FALSE(decision.places.empty());
  EXPECT_EQ(test::text_of(decision.places.back().place), "{name: tcp, port: 6379}");
}

TEST(Outbound, Cl3WithoutASidecarOrAServiceThereIsNoIdentity) {
  World without(kTarget + kHeadless + pod("team-b/client", "app: c", false));
  EXPECT_EQ(without.transport({}), ClientTransport::plaintext);
  EXPECT_EQ(without.ask({}).principal, "");
  World unlisted(kClient + kTarget + kHeadless);
  EXPECT_EQ(unlisted.transport(at(10005)), ClientTransport::plaintext);
  EXPECT_EQ(unlisted.ask(at(10005)).cluster, "PassthroughCluster");
}

TEST(Outbound, Cl3RegistryOnlyRefusesWhatNoServiceLists) {
  World world(test::a_mesh("outboundTrafficPolicy: {mode: REGISTRY_ONLY}") + kClient + kTarget + kHeadless);
  EXPECT_EQ(world.transport(at(10005)), ClientTransport::refused);
  EXPECT_EQ(world.transport({}), ClientTransport::mtls);
  World opened(test::a_mesh("outboundTrafficPolicy: {mode: REGISTRY_ONLY}") + kClient + kTarget +
               istio("Sidecar", "team-b/s", "outboundTrafficPolicy: {mode: ALLOW_ANY}"));
  EXPECT_EQ(opened.transport(at(10005)), ClientTransport::plaintext);
}

TEST(Outbound, B9AClusterIpServiceDoesNotHelpCallsByAddress) {
  World world(kClient + kTarget + kClusterIp);
  EXPECT_EQ(world.transport(via("team-a/web")), ClientTransport::mtls);
  EXPECT_EQ(world.transport({}), ClientTransport::plaintext);
}

TEST(Outbound, B9HttpPortsBreakCallsByAddressUnlessTheHostNamesTheService) {
  const std::string http = "ports: [{name: http, port: 8265}]";
  for (const std::string ip : {"None", "10.96.0.1"}) {
    World world(kClient + kTarget + service("team-a/web", "clusterIP: " + ip + ", " + http));
    EXPECT_EQ(world.transport(at(8265).http("10.0.0.9:8265")), ClientTransport::plaintext);
    EXPECT_EQ(world.transport(at(8265).http("web.team-a:8265")), ClientTransport::mtls);
    EXPECT_EQ(world.transport(at(8265).http("WEB.team-a.svc.cluster.local")), ClientTransport::mtls);
    EXPECT_EQ(world.transport(at(8265).http("web")), ClientTransport::plaintext);  // another namespace
    EXPECT_EQ(world.transport(at(8265)), ClientTransport::plaintext);              // 0.5-26
  }
}

TEST(Outbound, D22OneEndpointWithoutALabelSwitchesHeadlessServicesOff) {
  World mixed(kClient + kTarget + kHeadless + pod("team-a/bare", "app: web", false));
  const OutboundDecision decision = mixed.ask({});
  EXPECT_EQ(decision.transport, ClientTransport::plaintext);
  EXPECT_EQ(decision.reason, "endpoint 'bare' of the Service does not speak mTLS");
  World per_endpoint(kClient + kTarget + kClusterIp + pod("team-a/bare", "app: web", false));
  EXPECT_EQ(per_endpoint.transport(via("team-a/web")), ClientTransport::mtls);
  EXPECT_EQ(per_endpoint.transport(via("team-a/web").to("team-a/bare")), ClientTransport::plaintext);
}

TEST(Outbound, D24HeadlessListenersAreAtTheServicesPort) {
  World world(kClient + kTarget +
              service("team-a/web", "clusterIP: None, ports: [{name: tcp, port: 80, targetPort: 8080}]"));
  EXPECT_EQ(world.transport(at(8080)), ClientTransport::plaintext);
  EXPECT_EQ(world.transport(at(80)), ClientTransport::mtls);
}

TEST(Outbound, D20ModesOfWorkloadsCountForClusterIpServicesAlone) {
  const std::string disabled =
      istio("PeerAuthentication", "team-a/p", "selector: {matchLabels: {app: web}}, mtls: {mode: DISABLE}");
  EXPECT_EQ(World(kClient + kTarget + kHeadless + disabled).transport({}), ClientTransport::mtls);
  World cluster_ip(kClient + kTarget + kClusterIp + disabled);
  EXPECT_EQ(cluster_ip.transport(via("team-a/web")), ClientTransport::plaintext);
  EXPECT_EQ(cluster_ip.ask(via("team-a/web")).places.front().what, "PeerAuthentication");
  const std::string of_namespace = istio("PeerAuthentication", "team-a/p", "mtls: {mode: DISABLE}");
  EXPECT_EQ(World(kClient + kTarget + kHeadless + of_namespace).transport({}), ClientTransport::plaintext);
}

TEST(Outbound, C4ASidecarHidesServicesOfOtherNamespaces) {
  const std::string sidecar =
      istio("Sidecar", "istio-system/default", "egress: [{hosts: ['./*', 'istio-system/*']}]");
  World pruned(kClient + kTarget + kHeadless + sidecar + pod("team-a/own", "app: own"));
  EXPECT_EQ(pruned.transport({}), ClientTransport::plaintext);
  EXPECT_EQ(pruned.ask(via("team-a/web")).reason, "Sidecar 'default' hides the Service from the client");
  EXPECT_EQ(pruned.transport(Asked().from("team-a/own")), ClientTransport::mtls);
  const std::string exception =
      istio("Sidecar", "team-b/s", "workloadSelector: {labels: {app: client}}, egress: [{hosts: ['*/*']}]");
  EXPECT_EQ(World(kClient + kTarget + kHeadless + sidecar + exception).transport({}), ClientTransport::mtls);
}

TEST(Outbound, D29ServicesThatAreNotExported) {
  const auto exported = [](const std::string& to) {
    World world(kClient + kTarget + pod("team-a/own", "app: own") +
                service("team-a/web", "clusterIP: None, ports: [{name: tcp, port: 6379}]",
                        ", annotations: {networking.istio.io/exportTo: '" + to + "'}"));
    return std::pair(world.transport({}), world.transport(Asked().from("team-a/own")));
  };
  constexpr auto kYes = ClientTransport::mtls;
  constexpr auto kNo = ClientTransport::plaintext;
  EXPECT_EQ(exported("*"), std::pair(kYes, kYes));
  EXPECT_EQ(exported("."), std::pair(kNo, kYes));
  EXPECT_EQ(exported("team-c, team-b"), std::pair(kYes, kNo));
  EXPECT_EQ(exported("~"), std::pair(kNo, kNo));
}

TEST(Outbound, Cl2DestinationRulesDecideFirst) {
  const auto with = [](const std::string& policy) {
    return World(kClient + kTarget + kHeadless +
                 istio("DestinationRule", "team-a/d", "host: web, trafficPolicy: {" + policy + "}"))
        .transport({});
  };
  EXPECT_EQ(with("tls: {mode: DISABLE}"), ClientTransport::plaintext);
  EXPECT_EQ(with("tls: {sni: x}"), ClientTransport::plaintext);
  EXPECT_EQ(with("tls: {mode: ISTIO_MUTUAL}"), ClientTransport::mtls);
  EXPECT_EQ(with("tls: {mode: SIMPLE}"), ClientTransport::tls_other);
  EXPECT_EQ(with("tls: {mode: SIMPLE, credentialName: c}"), ClientTransport::plaintext);
  EXPECT_EQ(with("connectionPool: {tcp: {maxConnections: 1}}"), ClientTransport::mtls);
  // 0.5-21
  EXPECT_EQ(with("tls: {mode: DISABLE}, portLevelSettings: [{port: {number: 6379}}]"), ClientTransport::mtls);
  EXPECT_EQ(with("tls: {mode: DISABLE}, portLevelSettings: [{port: {number: 80}}]"),
            ClientTransport::plaintext);
}

TEST(Outbound, D27TheOldestOfTwoHeadlessServicesOwnsThePod) {
  const std::string mixed = service("team-a/other",
                                    "clusterIP: None, ports: [{name: tcp, port: 6379}], "
                                    "selector: {tier: one}",
                                    created("02"));
  const std::string pods =
      kClient + pod("team-a/web", "app: web, tier: one") + pod("team-a/bare", "app: no, tier: one", false);
  const auto web = [](const std::string& metadata) {
    return service("team-a/web", "clusterIP: None, ports: [{name: tcp, port: 6379}]", metadata);
  };
  EXPECT_EQ(World(pods + mixed + web(created("01"))).transport({}), ClientTransport::mtls);
  EXPECT_EQ(World(pods + mixed + web(created("03"))).transport({}), ClientTransport::plaintext);
  World open(pods + mixed + web(""));
  EXPECT_EQ(open.transport({}), ClientTransport::unknown);
  EXPECT_EQ(
      open.ask({}).reason,
      "which of Services 'web.team-a.svc.cluster.local' and 'other.team-a.svc.cluster.local' is older is "
      "not in the input");
}

TEST(Outbound, WhatIsNotKnownIsUnknownOnlyWhereItMatters) {
  World world(kClient + kTarget + kHeadless + pod("team-a/maybe", "app: web", false));
  MeshPod& maybe = (*world).pods[2];
  maybe.has_sidecar = Answer::unknown;
  EXPECT_EQ(world.transport({}), ClientTransport::unknown);
  EXPECT_EQ(world.ask({}).reason, "whether endpoint 'maybe' speaks mTLS is not in the input");
  MeshPod& client = (*world).pods[0];
  client.has_sidecar = Answer::unknown;
  EXPECT_EQ(world.transport(at(10005)), ClientTransport::plaintext);
}

TEST(Outbound, VirtualServicesThatLeadElsewhereLeaveItOpen) {
  const auto with = [](const std::string& spec) {
    return World(kClient + kTarget + kClusterIp + istio("VirtualService", "team-a/v", spec))
        .ask(via("team-a/web"));
  };
  const OutboundDecision elsewhere = with("hosts: [web], tcp: [{route: [{destination: {host: other}}]}]");
  EXPECT_EQ(elsewhere.transport, ClientTransport::unknown);
  EXPECT_EQ(elsewhere.reason, "VirtualService 'v' may send the call elsewhere");
  EXPECT_EQ(
      with("hosts: [web], tcp: [{route: [{destination: {host: web, port: {number: 6379}}}]}]").transport,
      ClientTransport::mtls);
  EXPECT_EQ(with("hosts: [web], http: [{route: [{destination: {host: other}}]}]").transport,
            ClientTransport::mtls);
  EXPECT_EQ(with("hosts: [web], gateways: [g], tcp: [{route: [{destination: {host: other}}]}]").transport,
            ClientTransport::mtls);
  EXPECT_EQ(with("hosts: [web], exportTo: ['.'], tcp: [{route: [{destination: {host: o}}]}]").transport,
            ClientTransport::mtls);
}

TEST(Outbound, EnvoyFiltersThatChangeTheClientLeaveItOpen) {
  const auto with = [](const std::string& id, const std::string& patch, const std::string& more = "") {
    return World(kClient + kTarget + kHeadless +
                 istio("EnvoyFilter", id, more + "configPatches: [{" + patch + "}]"))
        .transport({});
  };
  EXPECT_EQ(with("team-b/f", "applyTo: CLUSTER"), ClientTransport::unknown);
  EXPECT_EQ(with("istio-system/f", "applyTo: CLUSTER, match: {context: SIDECAR_OUTBOUND}"),
            ClientTransport::unknown);
  EXPECT_EQ(with("team-a/f", "applyTo: CLUSTER"), ClientTransport::mtls);
  EXPECT_EQ(with("team-b/f", "applyTo: CLUSTER, match: {context: GATEWAY}"), ClientTransport::mtls);
  EXPECT_EQ(with("team-b/f", "applyTo: CLUSTER", "workloadSelector: {labels: {app: x}}, "),
            ClientTransport::mtls);
  EXPECT_EQ(with("team-b/f", "applyTo: HTTP_FILTER, patch: {operation: INSERT_BEFORE}"),
            ClientTransport::mtls);
  EXPECT_EQ(with("team-b/f", "applyTo: NETWORK_FILTER, patch: {operation: ADD}"), ClientTransport::mtls);
  EXPECT_EQ(with("team-b/f", "applyTo: NETWORK_FILTER, patch: {operation: MERGE}"), ClientTransport::unknown);
}

TEST(Outbound, ServiceEntriesForTheDialledAddress) {
  World certain(kClient + kTarget + kHeadless);
  const std::string address = to_string(*(*certain).pods[1].ip);
  const auto with = [&](const std::string& spec) {
    return World(kClient + kTarget + kHeadless +
                 istio("ServiceEntry", "team-a/e",
                       "hosts: [x.example], ports: [{number: 6379, name: tcp}], " + spec))
        .transport({});
  };
  EXPECT_EQ(with("addresses: [" + address + "], location: MESH_INTERNAL"), ClientTransport::plaintext);
  EXPECT_EQ(with("addresses: [10.0.0.0/8]"), ClientTransport::unknown);
  EXPECT_EQ(with("addresses: [10.9.0.0/16]"), ClientTransport::mtls);
  EXPECT_EQ(with("resolution: DNS"), ClientTransport::mtls);
}

TEST(Outbound, Inj25TrafficThatIsNotCapturedIsPlaintext) {
  World world(kClient + kTarget + kHeadless);
  MeshPod& client = (*world).pods[0];
  client.traffic.exclude_outbound_ports = "6379";
  EXPECT_EQ(world.transport({}), ClientTransport::plaintext);
  client.traffic.exclude_outbound_ports = "";
  client.traffic.exclude_outbound_ranges = "10.0.0.0/8";
  EXPECT_EQ(world.transport({}), ClientTransport::plaintext);
  (*world).pods[1].ip = std::nullopt;
  EXPECT_EQ(world.transport({}), ClientTransport::unknown);
}

TEST(Outbound, AServiceDoesNotSendCallsToPodsThatItDoesNotSelect) {
  World world(kClient + kTarget + kClusterIp + pod("team-a/other", "app: other"));
  EXPECT_EQ(world.transport(via("team-a/web").to("team-a/other")), ClientTransport::refused);
  (*world).pods[1].is_ready = Answer::no;
  EXPECT_EQ(world.transport(via("team-a/web")), ClientTransport::refused);
  (*world).pods[1].is_ready = Answer::unknown;
  EXPECT_EQ(world.transport(via("team-a/web")), ClientTransport::unknown);
}

TEST(Outbound, AMeshConfigurationThatIsNotKnownLeavesEverythingOpen) {
  World world(test::a_mesh("enableAutoMtls: true") + test::a_mesh("enableAutoMtls: false") + kClient +
              kTarget + kHeadless);
  EXPECT_EQ(world.ask({}).reason, "ConfigMap 'istio' is defined several times, not alike");
}

TEST(Outbound, AutoMtlsCanBeOff) {
  EXPECT_EQ(World(test::a_mesh("enableAutoMtls: false") + kClient + kTarget + kHeadless).transport({}),
            ClientTransport::plaintext);
}

}  // namespace
}  // namespace kray
