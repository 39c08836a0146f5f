// From the captured port to the verdict: chains, RequestAuthentication, and what leaves a verdict open.
#include <gtest/gtest.h>

#include "mesh/inbound_explain.h"
#include "mesh/inbound_fixture.h"

namespace kray {
namespace {

using test::a_connection;
using test::a_get;
using test::a_namespace;
using test::a_peer_authentication;
using test::a_pod;
using test::a_policy;
using test::a_service;
using test::InboundFixture;
using test::without_identity;

constexpr auto kAllow = Verdict::allow;
constexpr auto kDeny = Verdict::deny;
constexpr auto kUnknown = Verdict::unknown;

const std::string kDenyAll = a_policy("");

TEST(InboundVerdict, WithoutSidecarTheMeshHasNoSay) {
  const InboundFixture bare(a_namespace("") + a_pod() + kDenyAll, false);
  EXPECT_EQ(bare.verdict(a_get("/")), kAllow);
  EXPECT_EQ(bare.reason(a_get("/")), InboundReason::no_sidecar);
}

TEST(InboundVerdict, PortsThatAreNotCapturedHaveNoPolicy) {  // INJ-21, INJ-22
  const std::string pod = a_pod("traffic.sidecar.istio.io/excludeInboundPorts: '6379'");
  const InboundFixture mesh(a_namespace(test::kInject) + pod + kDenyAll, false);
  EXPECT_EQ(mesh.reason(a_connection(6379)), InboundReason::not_captured);
  EXPECT_EQ(mesh.verdict(a_connection(6379)), kAllow);
  EXPECT_EQ(mesh.verdict(a_connection(8265)), kDeny);
  for (const uint16_t port : std::vector<uint16_t>{15020, 15021, 15090})
    EXPECT_EQ(mesh.reason(a_connection(port)), InboundReason::proxy_port) << port;
}

TEST(InboundVerdict, AnUnknownSidecarLeavesOnlyWhatBothAllow) {
  const InboundFixture open(a_pod(), false);  // the namespace is not in the input
  EXPECT_EQ(open.verdict(a_get("/")), kAllow);
  const InboundFixture closed(a_pod() + kDenyAll, false);
  EXPECT_EQ(closed.verdict(a_get("/")), kUnknown);
  EXPECT_EQ(closed.reason(a_get("/")), InboundReason::cases_differ);
}

struct ChainCell {
  MtlsMode mode;
  PortProtocol protocol;
  Handshake handshake;
  bool is_http;
  FilterChain chain;
  ChainRefusal refusal;
  bool has_identity;
};

TEST(InboundChain, TheTableOfModes) {  // PA-6, 0.5-9, 0.5-10
  using enum MtlsMode;
  using Protocol = PortProtocol;
  using Hand = Handshake;
  using Chain = FilterChain;
  using Refusal = ChainRefusal;
  const std::vector<ChainCell> cells = {
      {strict, Protocol::automatic, Hand::plaintext, true, Chain::none, Refusal::plaintext_to_strict, false},
      {permissive, Protocol::automatic, Hand::plaintext, true, Chain::http, Refusal::none, false},
      {disable, Protocol::automatic, Hand::plaintext, false, Chain::tcp, Refusal::none, false},
      {permissive, Protocol::tcp, Hand::mtls, true, Chain::tcp, Refusal::none, true},
      {strict, Protocol::automatic, Hand::mtls, true, Chain::http, Refusal::none, true},
      {disable, Protocol::tcp, Hand::mtls, false, Chain::tcp, Refusal::none, false},
      {disable, Protocol::http, Hand::mtls, true, Chain::http, Refusal::tls_on_plaintext_http, false},
      {permissive, Protocol::http, Hand::mtls_without_alpn, true, Chain::none,
       Refusal::tls_to_permissive_http, false},
      {permissive, Protocol::automatic, Hand::mtls_without_alpn, true, Chain::tcp, Refusal::none, false},
      {strict, Protocol::automatic, Hand::mtls_without_alpn, true, Chain::tcp, Refusal::none, true},
      {strict, Protocol::http, Hand::mtls_without_alpn, true, Chain::http, Refusal::none, true},
      {permissive, Protocol::automatic, Hand::without_certificate, false, Chain::tcp, Refusal::none, false},
      {strict, Protocol::tcp, Hand::without_certificate, false, Chain::none,
       Refusal::without_certificate_to_strict, false},
      {permissive, Protocol::http, Hand::mtls, false, Chain::http, Refusal::not_http, false}};
  for (const ChainCell& cell : cells) {
    const ChainChoice chosen = choose_chain({.mode = cell.mode,
                                             .protocol = cell.protocol,
                                             .handshake = cell.handshake,
                                             .is_http = cell.is_http,
                                             .accepts_trust_domain = true,
                                             .inspects_tls = true});
    const auto row = &cell - cells.data();
    EXPECT_EQ(chosen.chain, cell.chain) << row;
    EXPECT_EQ(chosen.refusal, cell.refusal) << row;
    EXPECT_EQ(chosen.has_identity, cell.has_identity) << row;
  }
}

TEST(InboundVerdict, ForeignTrustDomainsAreRefusedInTheHandshake) {  // 0.5-8
  Request request = a_get("/");
  request.connection.principal = test::identity("team-b", "job", "else.where");
  EXPECT_EQ(InboundFixture("").reason(request), InboundReason::chain_refuses);
  EXPECT_EQ(InboundFixture(test::a_mesh("trustDomainAliases: [else.where]")).verdict(request), kAllow);
  // A DISABLE port sees no certificate.
  EXPECT_EQ(InboundFixture(a_peer_authentication("mtls: {mode: DISABLE}")).verdict(request), kAllow);
}

TEST(InboundVerdict, TheServerNameIsSeenWhereTlsIsInspected) {  // 0.5-4, 0.5-9
  const std::string sni = a_policy("rules: [{when: [{key: connection.sni, values: [web.example]}]}]") +
                          a_service("name: tcp-x, port: 8265");
  Request request = without_identity(a_connection());
  request.connection.tls = ClientTls::without_certificate;
  request.connection.sni = Stated<std::string>::of("WEB.example");
  EXPECT_EQ(InboundFixture(sni).verdict(request), kAllow);
  EXPECT_EQ(InboundFixture(sni + a_peer_authentication("mtls: {mode: DISABLE}")).verdict(request), kDeny);
  const std::string mixed = a_peer_authentication(
      "selector: {matchLabels: {app: web}}, mtls: {mode: DISABLE}, portLevelMtls: {9: {mode: PERMISSIVE}}");
  EXPECT_EQ(InboundFixture(sni + mixed).verdict(request), kAllow);
}

TEST(InboundVerdict, MethodsThatTheProxyDoesNotKnow) {  // 0.5-7
  Request request = a_get("/");
  request.http.method = "get";
  EXPECT_EQ(InboundFixture(a_service("name: http, port: 8265")).reason(request), InboundReason::bad_method);
}

TEST(InboundVerdict, TheDeclaredProtocolDecidesTheChain) {  // AP-19, AP-20
  const std::string get = a_policy("rules: [{to: [{operation: {methods: [GET]}}]}]");
  EXPECT_EQ(InboundFixture(get + a_service("name: tcp-x, port: 8265")).verdict(a_get("/")), kDeny);
  EXPECT_EQ(InboundFixture(get + a_service("name: http-x, port: 80, targetPort: 8265")).verdict(a_get("/")),
            kAllow);
  EXPECT_EQ(InboundFixture(get).verdict(a_get("/")), kAllow);
  Request open = a_get("/");
  open.payload = Payload::not_stated;
  EXPECT_EQ(InboundFixture(get).verdict(open), kUnknown);
  EXPECT_EQ(InboundFixture("").verdict(open), kAllow);
}

TEST(InboundVerdict, TheOldestServiceDeclaresThePort) {
  const std::string get = a_policy("rules: [{to: [{operation: {methods: [GET]}}]}]");
  const std::string tcp = "name: tcp-x, port: 8265";
  const std::string http = "name: http-x, port: 8265";
  const std::string older = ", creationTimestamp: '2024-01-01T00:00:00Z'";
  const std::string newer = ", creationTimestamp: '2025-01-01T00:00:00Z'";
  const auto ask = [&](const std::string& one, const std::string& other) {
    return InboundFixture(get + a_service(tcp, "one", one) + a_service(http, "two", other))
        .verdict(a_get("/"));
  };
  EXPECT_EQ(ask(older, newer), kDeny);
  EXPECT_EQ(ask(newer, older), kAllow);
  EXPECT_EQ(ask("", ""), kUnknown);
  // Both ways the same verdict: known.
  EXPECT_EQ(InboundFixture(kDenyAll + a_service(tcp, "one") + a_service(http, "two")).verdict(a_get("/")),
            kDeny);
}

TEST(InboundVerdict, ASidecarsListenersReplaceServices) {
  const std::string get = a_policy("rules: [{to: [{operation: {methods: [GET]}}]}]");
  const std::string sidecar =
      "---\napiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: s, namespace: team-a}\n"
      "spec: {workloadSelector: {labels: {app: web}}, ingress: [{port: {number: 9000, protocol: TCP, name: "
      "x}, "
      "defaultEndpoint: '127.0.0.1:9000'}]}\n";
  const InboundFixture mesh(get + sidecar + a_service("name: tcp-x, port: 8265"));
  EXPECT_EQ(mesh.verdict(a_get("/", 9000)), kDeny);
  EXPECT_EQ(mesh.verdict(a_get("/", 8265)), kAllow);  // as if no one had declared it
}

constexpr const char* kTokens =
    "---\napiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: {name: ra, namespace: "
    "team-a}\n"
    "spec: {jwtRules: [{issuer: login, audiences: [ray]JWT}]}\n";

std::string tokens(const std::string& more = "") {
  std::string text = kTokens;
  return text.replace(text.find("JWT"), 3, more);
}

class InboundTokens : public testing::Test {
 protected:
  Request with_token(const std::string& issuer, const std::string& claims) {
    Request request = a_get("/");
    request.http.jwt =
        Stated<JwtToken>::of({.issuer = issuer, .subject = "ann", .claims = texts_.parse(claims).root});
    return request;
  }

 private:
  MeshTexts texts_;
};

TEST_F(InboundTokens, ATokenMustBeOfAKnownIssuerAndAudience) {  // RA-2, RA-5
  const InboundFixture mesh(tokens());
  EXPECT_EQ(mesh.verdict(a_get("/")), kAllow);
  EXPECT_EQ(mesh.verdict(with_token("login", "{aud: [x, ray]}")), kAllow);
  EXPECT_EQ(mesh.reason(with_token("login", "{aud: x}")), InboundReason::token_rejected);
  EXPECT_EQ(mesh.reason(with_token("else", "{aud: ray}")), InboundReason::token_rejected);
  Request bytes = with_token("else", "{}");
  bytes.payload = Payload::bytes;
  EXPECT_EQ(mesh.verdict(bytes), kAllow);
}

TEST_F(InboundTokens, PoliciesSeeAcceptedTokensAlone) {  // RA-3, 0.5-6
  const std::string ann = a_policy("rules: [{from: [{source: {requestPrincipals: [login/ann]}}]}]");
  const Request request = with_token("login", "{aud: ray}");
  EXPECT_EQ(InboundFixture(tokens() + ann).verdict(request), kAllow);
  EXPECT_EQ(InboundFixture(ann).verdict(request), kDeny);
  const std::string header =
      a_policy("rules: [{when: [{key: 'request.headers[authorization]', values: ['*']}]}]");
  EXPECT_EQ(InboundFixture(tokens() + header).verdict(request), kDeny);
  EXPECT_EQ(InboundFixture(tokens(", forwardOriginalToken: true") + header).verdict(request), kAllow);
  EXPECT_EQ(InboundFixture(header).verdict(request), kAllow);
}

TEST_F(InboundTokens, WhatIsNotSaidOfATokenIsUnknown) {
  Request request = a_get("/");
  request.http.jwt = {};
  EXPECT_EQ(InboundFixture(tokens()).verdict(request), kUnknown);
  EXPECT_EQ(InboundFixture("").verdict(request), kAllow);
  EXPECT_EQ(
      InboundFixture(tokens(", fromHeaders: [{name: x-token}]")).verdict(with_token("login", "{aud: ray}")),
      kUnknown);
  Request bearer = a_get("/");
  bearer.http.headers = {{.name = "Authorization", .value = "Bearer abc"}};
  EXPECT_EQ(InboundFixture(tokens()).verdict(bearer), kUnknown);
}

TEST_F(InboundTokens, APreflightPassesUnseen) {  // RA-2
  Request request = with_token("else", "{}");
  request.http.method = "OPTIONS";
  request.http.headers = {{.name = "Origin", .value = "https://a"},
                          {.name = "Access-Control-Request-Method", .value = "PUT"}};
  EXPECT_EQ(InboundFixture(tokens()).verdict(request), kAllow);
}

TEST(InboundVerdict, CodeInTheProxyMakesItUnknown) {
  const auto filter = [](const std::string& ns, const std::string& spec) {
    return "---\napiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: f, "
           "namespace: " +
           ns + "}\nspec: {" + spec + "configPatches: [{applyTo: HTTP_FILTER, match: {context: CONTEXT}}]}\n";
  };
  const auto in = [](std::string text, const std::string& context) {
    return text.replace(text.find("CONTEXT"), 7, context);
  };
  EXPECT_EQ(InboundFixture(in(filter("team-a", ""), "SIDECAR_INBOUND")).verdict(a_get("/")), kUnknown);
  EXPECT_EQ(InboundFixture(in(filter("istio-system", ""), "ANY")).reason(a_get("/")),
            InboundReason::extension);
  EXPECT_EQ(InboundFixture(in(filter("team-a", ""), "GATEWAY")).verdict(a_get("/")), kAllow);
  EXPECT_EQ(InboundFixture(in(filter("team-c", ""), "ANY")).verdict(a_get("/")), kAllow);
  const std::string gateways = "workloadSelector: {labels: {istio: gateway}}, ";
  EXPECT_EQ(InboundFixture(in(filter("istio-system", gateways), "ANY")).verdict(a_get("/")), kAllow);
  const std::string plugin =
      "---\napiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: {name: w, namespace: "
      "team-a}\n"
      "spec: {selector: {matchLabels: {app: web}}}\n";
  EXPECT_EQ(InboundFixture(plugin).verdict(a_get("/")), kUnknown);
}

TEST(InboundVerdict, ExplainsItselfWithPlaces) {
  const std::string allow = a_policy("rules: [{from: [{source: {namespaces: [team-b]}}]}]", "from-b");
  const InboundFixture mesh(allow + a_peer_authentication("mtls: {mode: STRICT}") +
                            a_service("name: http-x, port: 8265"));
  const Request request = a_get("/");
  const InboundVerdict verdict = mesh.ask(request);
  EXPECT_EQ(describe(mesh.workload(), verdict),
            "rules[0] of AuthorizationPolicy 'from-b' in namespace 'team-a' allows it");
  std::vector<std::string> told;
  for (const InboundStep& step : explain_inbound(mesh.workload(), request, verdict))
    told.push_back(std::string(step.spec) + " " + step.text + " @" + test::text_of(step.place));
  EXPECT_EQ(told, (std::vector<std::string>{
                      "PA-1 Port 8265 has mTLS mode STRICT. @mode: STRICT",
                      "AP-19 By Service 'web' the port is HTTP. @name: http-x",
                      "PA-6 The HTTP filter chain takes the connection. @",
                      "2.2 rules[0] of AuthorizationPolicy 'from-b' in namespace 'team-a' matches: allowed. "
                      "@{from: [{source: {namespaces: [team-b]}}]}"}));
  const Request plain = without_identity(a_get("/"));
  EXPECT_EQ(describe(mesh.workload(), mesh.ask(plain)), "the port is STRICT and the client sends plaintext");
}

}  // namespace
}  // namespace kray
