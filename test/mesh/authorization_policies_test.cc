// Attachment and evaluation of AuthorizationPolicies at a sidecar, one test a rule of the spec.
#include "mesh/authorization_policies.h"

#include <gtest/gtest.h>

#include "mesh/inbound_fixture.h"

namespace kray {
namespace {

using test::a_connection;
using test::a_get;
using test::a_mesh;
using test::a_peer_authentication;
using test::a_policy;
using test::a_service;
using test::InboundFixture;
using test::without_identity;

Verdict verdict(const std::string& manifests, const Request& request) {
  return InboundFixture(manifests).verdict(request);
}

constexpr auto kAllow = Verdict::allow;
constexpr auto kDeny = Verdict::deny;
constexpr auto kUnknown = Verdict::unknown;

TEST(AuthorizationPolicies, WithoutAllowPoliciesEverythingIsAllowed) {  // AP-6, AP-7
  EXPECT_EQ(verdict("", a_get("/")), kAllow);
  EXPECT_EQ(verdict(a_policy(""), a_get("/")), kDeny);
  EXPECT_EQ(verdict(a_policy("rules: [{}]"), a_get("/")), kAllow);
  EXPECT_EQ(verdict(a_policy("action: DENY, rules: [{}]") + a_policy("rules: [{}]", "q"), a_get("/")), kDeny);
  EXPECT_EQ(verdict(a_policy("action: AUDIT, rules: [{}]"), a_get("/")), kAllow);  // AP-5
}

TEST(AuthorizationPolicies, DryRunsDoNotCount) {  // AP-9
  EXPECT_EQ(verdict(a_policy("", "p", "team-a", "istio.io/dry-run: 'T'"), a_get("/")), kAllow);
  EXPECT_EQ(verdict(a_policy("", "p", "team-a", "istio.io/dry-run: 'false'"), a_get("/")), kDeny);
}

TEST(AuthorizationPolicies, AttachByNamespaceAndSelector) {  // AP-1, AP-2, AP-2a
  EXPECT_EQ(verdict(a_policy("", "p", "istio-system"), a_get("/")), kDeny);
  EXPECT_EQ(verdict(a_policy("", "p", "team-c"), a_get("/")), kAllow);
  EXPECT_EQ(verdict(a_policy("selector: {matchLabels: {app: web}}", "p", "istio-system"), a_get("/")), kDeny);
  EXPECT_EQ(verdict(a_policy("selector: {matchLabels: {app: web, tier: x}}"), a_get("/")), kAllow);
  EXPECT_EQ(verdict(a_policy("selector: {}"), a_get("/")), kDeny);
  EXPECT_EQ(verdict(a_policy("targetRefs: [{group: '', kind: Service, name: web}]"), a_get("/")), kAllow);
}

TEST(AuthorizationPolicies, TheRootNamespaceIsTheMeshs) {
  const std::string mesh = a_mesh("rootNamespace: mesh-root");
  EXPECT_EQ(verdict(mesh + a_policy("", "p", "istio-system"), a_get("/")), kAllow);
  EXPECT_EQ(verdict(mesh + a_policy("", "p", "mesh-root"), a_get("/")), kDeny);
}

TEST(AuthorizationPolicies, GatewayPodsAreTargets) {
  const std::string labels = "gateway.networking.k8s.io/gateway-name: edge";
  const std::string pod = test::a_namespace(test::kInject) + test::a_pod("", labels);
  const std::string target = "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]";
  EXPECT_EQ(InboundFixture(pod + a_policy(target), false).verdict(a_get("/")), kDeny);
  EXPECT_EQ(InboundFixture(pod + a_policy(target, "p", "istio-system"), false).verdict(a_get("/")), kAllow);
}

TEST(AuthorizationPolicies, OtherRevisionsAndRefusedPoliciesDoNotExist) {  // GEN-1, 2.13
  const std::string canary =
      "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
      "metadata: {name: p, namespace: team-a, labels: {istio.io/rev: canary}}\nspec: {}\n";
  EXPECT_EQ(verdict(canary, a_get("/")), kAllow);
  EXPECT_EQ(verdict(a_policy("action: DENY"), a_get("/")), kAllow);
  EXPECT_EQ(verdict(a_policy("rules: [{when: [{key: nonsense, values: [x]}]}]"), a_get("/")), kAllow);
}

TEST(AuthorizationPolicies, UnlikeDefinitionsOfOnePolicyLeaveItOpen) {
  const std::string closed = a_policy("");
  const std::string open = a_policy("rules: [{}]");
  EXPECT_EQ(verdict(closed + open, a_get("/")), kUnknown);
  EXPECT_EQ(verdict(closed + closed, a_get("/")), kDeny);
  EXPECT_EQ(verdict(open + open, a_get("/")), kAllow);
  EXPECT_EQ(verdict(closed + a_policy("", "p", "team-a", "istio.io/dry-run: 'true'"), a_get("/")), kUnknown);
}

TEST(AuthorizationPolicies, APolicyWithoutNamespaceMayAttach) {
  const std::string nowhere =
      "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p}\nspec: {}\n";
  EXPECT_EQ(verdict(nowhere, a_get("/")), kUnknown);
  EXPECT_EQ(verdict(nowhere + a_policy("action: DENY, rules: [{}]", "q"), a_get("/")), kDeny);
}

TEST(AuthorizationPolicies, NegatedIdentitiesAdmitPlaintext) {  // AP-11
  const std::string others = a_policy("rules: [{from: [{source: {notNamespaces: [team-b]}}]}]");
  EXPECT_EQ(verdict(others, a_get("/")), kDeny);
  EXPECT_EQ(verdict(others, without_identity(a_get("/"))), kAllow);
  const std::string anyone = a_policy("rules: [{from: [{source: {principals: ['*']}}]}]");
  EXPECT_EQ(verdict(anyone, a_get("/")), kAllow);
  EXPECT_EQ(verdict(anyone, without_identity(a_get("/"))), kDeny);
  const std::string evaded = a_policy("action: DENY, rules: [{from: [{source: {namespaces: [team-b]}}]}]");
  EXPECT_EQ(verdict(evaded, a_get("/")), kDeny);
  EXPECT_EQ(verdict(evaded, without_identity(a_get("/"))), kAllow);
}

TEST(AuthorizationPolicies, HttpFieldsOnTcp) {  // AP-8, AP-16, AP-17
  const std::string get = "rules: [{to: [{operation: {methods: [GET]}}, {operation: {ports: ['8265']}}]}]";
  EXPECT_EQ(verdict(a_policy(get), a_connection()), kDeny);
  EXPECT_EQ(verdict(a_policy(get), a_get("/")), kAllow);
  EXPECT_EQ(verdict(a_policy("action: DENY, " + get), a_connection(6379)), kDeny);
  const std::string narrow =
      "action: DENY, rules: [{from: [{source: {namespaces: [x]}}], to: [{operation: {paths: [/a]}}]}]";
  EXPECT_EQ(verdict(a_policy(narrow), a_connection()), kAllow);
}

TEST(AuthorizationPolicies, PathsAndHosts) {  // AP-14, AP-15
  const std::string jobs = a_policy("rules: [{to: [{operation: {paths: [/api/jobs], hosts: [WEB]}}]}]");
  EXPECT_EQ(verdict(jobs, a_get("/x/../api/jobs?limit=1")), kAllow);
  EXPECT_EQ(verdict(jobs, a_get("/api//jobs")), kDeny);
  Request with_port = a_get("/api/jobs");
  with_port.http.host = "web:8265";
  EXPECT_EQ(verdict(jobs, with_port), kDeny);
}

TEST(AuthorizationPolicies, HeadersLineByLine) {  // 0.5-1
  const auto with = [](const std::string& name, const std::string& value) {
    return a_policy("rules: [{when: [{key: 'request.headers[" + name + "]', values: ['" + value + "']}]}]");
  };
  Request request = a_get("/p?q=1");
  request.http.headers = {{.name = "X-Team", .value = "a"},
                          {.name = "x-team", .value = "b"},
                          {.name = "user-agent", .value = "u"},
                          {.name = "User-Agent", .value = "v"}};
  EXPECT_EQ(verdict(with("x-team", "b"), request), kAllow);
  EXPECT_EQ(verdict(with("x-team", "a,b"), request), kDeny);
  EXPECT_EQ(verdict(with("user-agent", "u,v"), request), kAllow);
  EXPECT_EQ(verdict(with("user-agent", "v"), request), kDeny);
  EXPECT_EQ(verdict(with(":path", "/p?q=1"), request), kAllow);  // 0.5-7
  EXPECT_EQ(verdict(with("host", "web"), request), kAllow);
  EXPECT_EQ(verdict(with("x-request-id", "1"), request), kUnknown);  // the proxy writes it
}

TEST(AuthorizationPolicies, WhatIsNotStatedIsUnknownOnlyIfItMatters) {
  const std::string get = a_policy("rules: [{to: [{operation: {methods: [GET]}}]}]");
  Request request = a_get("/");
  request.http.method.reset();
  EXPECT_EQ(verdict(get, request), kUnknown);
  EXPECT_EQ(verdict(get + a_policy("rules: [{}]", "q"), request), kAllow);
  EXPECT_EQ(verdict(get + a_policy("action: DENY, rules: [{}]", "q"), request), kDeny);

  Request stranger = a_get("/");
  stranger.connection.principal = {};
  EXPECT_EQ(verdict("", stranger), kAllow);
  EXPECT_EQ(verdict(a_policy("rules: [{from: [{source: {namespaces: [team-b]}}]}]"), stranger), kUnknown);
  EXPECT_EQ(verdict(a_policy("rules: [{to: [{operation: {ports: ['8265']}}]}]"), stranger), kAllow);

  Request somewhere = a_get("/");
  somewhere.connection.source_ip.reset();
  EXPECT_EQ(verdict(a_policy("rules: [{from: [{source: {ipBlocks: [10.1.0.0/16]}}]}]"), somewhere), kUnknown);

  Request headers = a_get("/");
  headers.http.has_further_headers = true;
  const std::string team = a_policy("rules: [{when: [{key: 'request.headers[x-team]', values: [a]}]}]");
  EXPECT_EQ(verdict(team, headers), kUnknown);
  headers.http.headers = {{.name = "x-team", .value = "a"}};
  EXPECT_EQ(verdict(team, headers), kAllow);
}

TEST(AuthorizationPolicies, FilterMetadataIsUnknown) {
  const std::string rule = "rules: [{when: [{key: 'experimental.envoy.filters.a.b[c]', values: [d]}]}]";
  EXPECT_EQ(verdict(a_policy(rule), a_get("/")), kUnknown);
}

TEST(AuthorizationPolicies, CustomAsksAnAuthoriserOrDenies) {  // AP-21, AP-22
  const std::string custom = a_policy(
      "action: CUSTOM, provider: {name: ext}, "
      "rules: [{to: [{operation: {paths: [/a]}}]}]",
      "c");
  const std::string http = a_mesh(
      "extensionProviders: [{name: ext, envoyExtAuthzHttp: {service: x.y.svc.cluster.local, port: 80}}]");
  const std::string grpc = a_mesh(
      "extensionProviders: [{name: ext, envoyExtAuthzGrpc: {service: x.y.svc.cluster.local, port: 80}}]");
  EXPECT_EQ(InboundFixture(custom).reason(a_get("/a")), InboundReason::custom_without_provider);
  EXPECT_EQ(verdict(custom, a_get("/b")), kAllow);
  EXPECT_EQ(InboundFixture(http + custom).reason(a_get("/a")), InboundReason::external_authorizer);
  EXPECT_EQ(verdict(http + custom, a_get("/a")), kUnknown);
  EXPECT_EQ(verdict(http + custom + a_policy("action: DENY, rules: [{}]"), a_get("/a")), kDeny);
  EXPECT_EQ(verdict(http + custom, a_connection()), kAllow);  // 2.12: an HTTP provider is skipped
  EXPECT_EQ(verdict(grpc + custom, a_connection()), kUnknown);
  const std::string second = a_policy(
      "action: CUSTOM, provider: {name: other}, "
      "rules: [{to: [{operation: {paths: [/z]}}]}]",
      "d");
  EXPECT_EQ(verdict(http + custom + second, a_get("/a")), kDeny);
}

TEST(AuthorizationPolicies, WorkloadsWithTheSamePoliciesShareThem) {
  const test::LoadedInventory inventory(a_policy("rules: [{}]") +
                                        a_policy("selector: {matchLabels: {app: web}}", "q"));
  const MeshConfig mesh;
  AuthorizationPolicies policies(*inventory, mesh);
  const PolicySet& one = policies.of_workload("team-a", {{"app", "web"}, {"pod", "1"}});
  EXPECT_EQ(&one, &policies.of_workload("team-a", {{"app", "web"}, {"pod", "2"}}));
  EXPECT_NE(&one, &policies.of_workload("team-a", {}));
  EXPECT_EQ(one.policies().size(), 2U);
  EXPECT_EQ(policies.sets(), 2U);
}

// The index must find what trying every rule would find.
TEST(AuthorizationPolicies, EveryMatchingRuleIsReported) {
  const std::string rules =
      "rules: [{from: [{source: {namespaces: [team-b]}}, {source: {principals: "
      "[cluster.local/ns/x/sa/y]}}]}, "
      "{from: [{source: {namespaces: ['team-*']}}]}, {from: [{source: {serviceAccounts: [team-b/job]}}]}, "
      "{from: [{source: {namespaces: ['*b/sa']}}]}, {to: [{operation: {paths: [/api/*]}}]}, "
      "{to: [{operation: {paths: [/api/jobs], ports: ['1']}}]}, {when: [{key: destination.port, values: "
      "['8265']}]}, "
      "{from: [{source: {principals: ['cluster.local/ns/team-b/*']}}]}, "
      "{from: [{source: {namespaces: [team-c]}}], to: [{operation: {paths: [/api/jobs]}}]}]";
  const InboundFixture mesh(a_policy(rules));
  const Request request = a_get("/api/jobs");
  const InboundVerdict verdict = mesh.ask(request);
  std::vector<uint32_t> found;
  for (const RuleMatch& match : verdict.cases.front().rbac.allow) found.push_back(match.rule);
  EXPECT_EQ(found, (std::vector<uint32_t>{0, 1, 2, 3, 4, 6, 7}));
  EXPECT_EQ(test::text_of(verdict.cases.front().rbac.allow.front().place).substr(0, 7), "{from: ");
}

}  // namespace
}  // namespace kray
