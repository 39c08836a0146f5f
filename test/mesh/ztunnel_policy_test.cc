// What ztunnel makes of policies, where it differs from a sidecar.
#include "mesh/ztunnel_policy.h"

#include <gtest/gtest.h>

#include "mesh/inbound_fixture.h"

namespace kray {
namespace {

using test::a_connection;
using test::a_peer_authentication;
using test::a_policy;
using test::LoadedInventory;
using test::without_identity;

constexpr auto kAllow = Verdict::allow;
constexpr auto kDeny = Verdict::deny;
constexpr auto kUnknown = Verdict::unknown;

ZtunnelVerdict ask(const std::string& manifests, const Connection& connection,
                   Answer has_waypoint = Answer::no) {
  const LoadedInventory inventory(test::a_namespace("") + manifests);
  const MeshConfig mesh;
  ZtunnelMesh ztunnel(*inventory, mesh);
  return decide_ztunnel(ztunnel.workload("team-a", {{"app", "web"}}, has_waypoint), connection);
}

Verdict verdict(const std::string& manifests, const Connection& connection = a_connection().connection) {
  return ask(manifests, connection).verdict;
}

Connection anonymous(uint16_t port = 8265) { return without_identity(a_connection(port)).connection; }

TEST(Ztunnel, KnowsAllowAndDenyAlone) {  // AMB-4, AMB-8
  EXPECT_EQ(verdict(""), kAllow);
  EXPECT_EQ(verdict(a_policy("")), kDeny);
  EXPECT_EQ(verdict(a_policy("selector: {}")), kAllow);
  EXPECT_EQ(verdict(a_policy("selector: {matchLabels: {app: web}}")), kDeny);
  EXPECT_EQ(verdict(a_policy("targetRefs: [{group: '', kind: Service, name: web}]")), kAllow);
  EXPECT_EQ(verdict(a_policy("action: CUSTOM, provider: {name: x}, rules: [{}]")), kAllow);
  EXPECT_EQ(verdict(a_policy("", "p", "team-a", "istio.io/dry-run: 'true'")), kAllow);
  EXPECT_EQ(verdict(a_policy("action: DENY, rules: [{}]")), kDeny);
}

TEST(Ztunnel, StringForms) {  // AMB-5
  const auto from = [](const std::string& source) {
    return a_policy("rules: [{from: [{source: {" + source + "}}]}]");
  };
  EXPECT_EQ(verdict(from("namespaces: [team-b]")), kAllow);
  EXPECT_EQ(verdict(from("namespaces: ['team-*']")), kAllow);
  EXPECT_EQ(verdict(from("namespaces: ['t*b']")), kDeny);
  EXPECT_EQ(verdict(from("namespaces: ['*b/sa']")), kDeny);
  EXPECT_EQ(verdict(from("principals: [cluster.local/ns/team-b/sa/job]")), kAllow);
  EXPECT_EQ(verdict(from("serviceAccounts: [team-b/job]")), kAllow);
  EXPECT_EQ(verdict(from("trustDomains: [else]")), kDeny);                         // matches nobody
  EXPECT_EQ(verdict(from("trustDomains: [else], namespaces: [team-b]")), kAllow);  // silently ignored
  EXPECT_EQ(verdict(from("notNamespaces: [team-c]"), anonymous()), kAllow);
}

TEST(Ztunnel, RulesWithHttpFields) {  // AMB-6
  EXPECT_EQ(
      verdict(a_policy("rules: [{to: [{operation: {methods: [GET]}}, {operation: {ports: ['8265']}}]}]")),
      kDeny);
  const auto denies = [](const std::string& rule) {
    return verdict(a_policy("action: DENY, rules: [" + rule + "]"));
  };
  EXPECT_EQ(denies("{to: [{operation: {methods: [GET]}}]}"), kAllow);
  EXPECT_EQ(denies("{from: [{source: {namespaces: [team-b]}}], to: [{operation: {methods: [GET]}}]}"),
            kAllow);
  EXPECT_EQ(
      denies("{from: [{source: {namespaces: [team-b]}}], when: [{key: remote.ip, values: [10.0.0.0/8]}]}"),
      kAllow);
  EXPECT_EQ(denies("{to: [{operation: {ports: ['8265'], methods: [GET]}}]}"), kDeny);
  EXPECT_EQ(denies("{to: [{operation: {methods: [GET]}}, {operation: {ports: ['80']}}]}"), kAllow);
}

TEST(Ztunnel, StrictDeniesConnectionsWithoutIdentity) {  // AMB-7
  const std::string strict = a_peer_authentication("mtls: {mode: STRICT}");
  EXPECT_EQ(ask(strict, anonymous()).reason, ZtunnelReason::no_identity);
  EXPECT_EQ(verdict(strict), kAllow);
  EXPECT_EQ(verdict(a_peer_authentication("mtls: {mode: DISABLE}"), anonymous()), kAllow);
  const std::string port = a_peer_authentication(
      "selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}, portLevelMtls: {80: {mode: PERMISSIVE}}");
  EXPECT_EQ(verdict(port, anonymous(80)), kAllow);
  EXPECT_EQ(verdict(port, anonymous(81)), kDeny);
  // The exception may cost the STRICT that the workload's policy inherits.
  const std::string inherited =
      "---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: w, namespace: "
      "team-a}\n"
      "spec: {selector: {matchLabels: {app: web}}, portLevelMtls: {80: {mode: PERMISSIVE}}}\n";
  EXPECT_EQ(verdict(strict + inherited, anonymous(81)), kUnknown);
}

TEST(Ztunnel, OwnPortsAndWaypoints) {  // AMB-1, AMB-9
  EXPECT_EQ(ask("", a_connection(15008).connection).reason, ZtunnelReason::own_port);
  EXPECT_EQ(ask("", a_connection().connection, Answer::yes).verdict, kUnknown);
  EXPECT_EQ(ask("", anonymous(), Answer::yes).verdict, kAllow);
}

}  // namespace
}  // namespace kray
