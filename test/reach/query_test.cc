// Pins a question's way through the stages: what each says, how their answers are joined, and which lines
// decide (design section 5).
#include "reach/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reach/query_world.h"

namespace kray::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kWeb = R"({"pod":"team-b/web","sidecar":true})";
constexpr const char* kPlain = R"({"pod":"plain/tool","sidecar":false})";
constexpr const char* kOutside = R"({"outside":true})";
constexpr const char* kByPodIp = R"(,"via":"podIP"},"protocol":"tcp")";
constexpr const char* kByService = R"(,"via":"service:team-a/head:8265"},"protocol":"tcp")";

std::string a_namespace(const std::string& name, const std::string& labels) {
  return "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + ", labels: {" + labels + "}}\n";
}

std::string a_pod(const std::string& ns, const std::string& name, const std::string& ip,
                  const std::string& annotations = "") {
  return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: " + ns +
         ", labels: {app: " + name + "}, annotations: {" + annotations +
         "}}\nspec: {containers: [{name: main}]}\nstatus: {podIP: " + ip + "}\n";
}

std::string a_service(const std::string& spec) {
  return "---\napiVersion: v1\nkind: Service\nmetadata: {name: head, namespace: team-a}\nspec: {selector: "
         "{app: "
         "head}, " +
         spec + "}\n";
}

std::string a_policy(const std::string& name, const std::string& spec, const std::string& ns = "team-a") {
  return "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: " + name +
         ", namespace: " + ns + "}\nspec:\n" + spec;
}

std::string a_network_policy(const std::string& name, const std::string& ns, const std::string& spec) {
  return "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " + name +
         ", namespace: " + ns + "}\nspec:\n" + spec;
}

// team-a/head with a sidecar, team-b/web with one, plain/tool without. 30 lines.
std::string three_pods(const std::string& head_annotations = "") {
  return a_namespace("team-a", "istio-injection: enabled") +
         a_namespace("team-b", "istio-injection: enabled") + a_namespace("plain", "") +
         a_pod("team-a", "head", "10.0.0.9", head_annotations) + a_pod("team-b", "web", "10.0.1.1") +
         a_pod("plain", "tool", "10.0.2.1");
}

std::string dashboard_service() {
  return a_service("clusterIP: 10.96.0.1, ports: [{name: tcp-dashboard, port: 8265}]");
}

std::string strict() {
  return "---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: default, "
         "namespace: "
         "team-a}\nspec:\n  mtls:\n    mode: STRICT\n";
}

std::string only_team_b() {
  return a_policy("ray", "  rules:\n  - from:\n    - source: {namespaces: [team-b]}\n");
}

// -- the pod's own policies

TEST(Query, NoPolicyAllows) {
  World world(three_pods());
  const QueryAnswer answer = world.ask(kPlain, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::yes);
  EXPECT_EQ(answer.transport, "plaintext");
  EXPECT_EQ(answer.principal, "");
  EXPECT_EQ(answer.mtls, "PERMISSIVE");
  EXPECT_EQ(answer.chain, "tcp");
  EXPECT_EQ(answer.reason, "no DENY rule matches, and there is no ALLOW policy");
  EXPECT_THAT(answer.change, IsEmpty());
}

TEST(Query, AllowRuleDecidesAndWouldChangeIt) {
  World world(three_pods() + dashboard_service() + only_team_b());
  const QueryAnswer answer = world.ask(kWeb, "team-a/head", 8265, kByService);
  EXPECT_EQ(answer.allowed, Answer::yes) << answer.reason;
  EXPECT_EQ(answer.transport, "mtls");
  EXPECT_EQ(answer.principal, "spiffe://cluster.local/ns/team-b/sa/default");
  EXPECT_THAT(words_of(answer.decided_by), ElementsAre(HasSubstr(" allows it")));
  EXPECT_EQ(text_of(answer.decided_by.at(0).place).substr(0, 4), "from");
  EXPECT_EQ(
      answer.change,
      "without rules[0] of AuthorizationPolicy 'team-a/ray' it would be denied, as no other rule allows it");
}

TEST(Query, TwoAllowRulesAreNoSingleLine) {
  World world(three_pods() + dashboard_service() + only_team_b() + a_policy("all", "  rules: [{}]\n"));
  const QueryAnswer answer = world.ask(kWeb, "team-a/head", 8265, kByService);
  EXPECT_EQ(answer.allowed, Answer::yes);
  EXPECT_THAT(answer.change, IsEmpty());
}

TEST(Query, DenyRuleDecidesAndWouldChangeIt) {
  World world(three_pods() +
              a_policy("no", "  action: DENY\n  rules:\n  - to:\n    - operation: {ports: ['8265']}\n"));
  const QueryAnswer answer = world.ask(kPlain, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::no);
  EXPECT_THAT(words_of(answer.decided_by), ElementsAre("objects.yaml:38 denies it"));
  EXPECT_EQ(answer.change, "without rules[0] of AuthorizationPolicy 'team-a/no' it would be allowed");
  EXPECT_EQ(world.ask(kPlain, "team-a/head", 6379, kByPodIp).allowed, Answer::yes);
}

TEST(Query, DenyRuleAndNoAllowRuleAreTwoReasons) {
  World world(three_pods() + a_policy("no", "  action: DENY\n  rules: [{}]\n") + only_team_b());
  const QueryAnswer answer = world.ask(kPlain, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::no);
  EXPECT_THAT(answer.change, IsEmpty());
}

TEST(Query, NoRuleMatches) {
  World world(three_pods() + only_team_b());
  const QueryAnswer answer = world.ask(kPlain, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::no);
  EXPECT_EQ(answer.reason,
            "AuthorizationPolicy 'team-a/ray' allows only what its rules match, and none does");
  EXPECT_THAT(words_of(answer.decided_by), ElementsAre("objects.yaml:34 no rule of it matches"));
  EXPECT_THAT(answer.change, IsEmpty());
}

TEST(Query, StrictRefusesPlaintext) {
  World world(three_pods() + strict());
  const QueryAnswer answer = world.ask(kPlain, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::no);
  EXPECT_EQ(answer.mtls, "STRICT");
  EXPECT_EQ(answer.chain, "none");
  EXPECT_EQ(answer.reason, "the port is STRICT and the client sends plaintext");
  EXPECT_THAT(words_of(answer.decided_by), ElementsAre("objects.yaml:37 sets the mode"));
  ASSERT_NE(find_step(answer, Stage::mtls), nullptr);
  EXPECT_EQ(find_step(answer, Stage::mtls)->passes, Answer::no);
  EXPECT_EQ(find_step(answer, Stage::policy), nullptr);
}

TEST(Query, PortThatBypassesTheSidecarHasNoPolicy) {
  World world(three_pods("traffic.sidecar.istio.io/excludeInboundPorts: '8265'") + strict() + only_team_b());
  const QueryAnswer answer = world.ask(kPlain, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::yes);
  EXPECT_EQ(answer.reason, "the sidecar does not capture the port, so the mesh has no say");
  EXPECT_EQ(answer.mtls, "");
  EXPECT_EQ(world.ask(kPlain, "team-a/head", 6379, kByPodIp).allowed, Answer::no);
}

TEST(Query, PodWithoutSidecarHasNoPolicy) {
  World world(three_pods() + a_policy("none", "  {}\n", "plain"));
  const QueryAnswer answer = world.ask(kWeb, "plain/tool", 80, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::yes);
  EXPECT_EQ(answer.reason, "the pod has no sidecar, so the mesh has no say");
  EXPECT_EQ(answer.chain, "");
}

TEST(Query, DerivedObjectsAreShownWhereTheyComeFrom) {
  World world(
      three_pods() +
      "---\napiVersion: kubeflow.org/v1\nkind: Profile\nmetadata: {name: team-c}\nspec:\n  owner:\n    kind: "
      "User\n    name: user@example.com\n" +
      a_pod("team-c", "job", "10.0.3.1"));
  const QueryAnswer answer =
      world.ask(R"({"namespace":"team-c","labels":{},"sidecar":false})", "team-c/job", 80, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::no) << answer.reason;
  EXPECT_THAT(answer.reason, HasSubstr("team-c/ns-owner-access-istio"));
  ASSERT_EQ(answer.decided_by.size(), 1U);
  EXPECT_THAT(
      words_of(answer.decided_by),
      ElementsAre("objects.yaml:38 AuthorizationPolicy 'ns-owner-access-istio', made of this: no rule of "
                  "it matches"));
}

// -- NetworkPolicies

TEST(Query, IngressDenied) {
  World world(three_pods() + a_network_policy("np", "team-a", "  podSelector: {}\n  ingress: []\n"));
  const QueryAnswer answer = world.ask(kPlain, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::no);
  EXPECT_EQ(answer.reason, "a NetworkPolicy isolates the pod, and no rule lets this client in");
  EXPECT_THAT(words_of(answer.decided_by), ElementsAre("objects.yaml:36 isolates the pod"));
}

TEST(Query, EgressDenied) {
  World world(three_pods() +
              a_network_policy("np", "plain", "  podSelector: {}\n  policyTypes: [Egress]\n  egress: []\n"));
  const QueryAnswer answer = world.ask(kPlain, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::no);
  EXPECT_EQ(answer.reason, "a NetworkPolicy isolates the client, and no rule lets it send this");
  EXPECT_EQ(find_step(answer, Stage::ingress), nullptr);
}

TEST(Query, NetworkRuleThatAllowsIsMarked) {
  World world(three_pods() +
              a_network_policy("np", "team-a",
                               "  podSelector: {}\n  ingress:\n  - from:\n    - namespaceSelector: {}\n"));
  const QueryAnswer answer = world.ask(kPlain, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::yes);
  const QueryStep* step = find_step(answer, Stage::ingress);
  ASSERT_NE(step, nullptr);
  EXPECT_EQ(step->text, "a NetworkPolicy isolates the pod, and a rule lets this client in");
  EXPECT_THAT(words_of(step->marks), ElementsAre("objects.yaml:38 lets it pass"));
}

TEST(Query, UnknownNamespaceLabelsLeaveANetworkPolicyOpen) {
  World world(three_pods() +
              a_network_policy("np", "team-a",
                               "  podSelector: {}\n  ingress:\n  - from:\n    - namespaceSelector: "
                               "{matchLabels: {team: x}}\n"));
  const QueryAnswer answer =
      world.ask(R"({"namespace":"team-x","labels":{},"sidecar":false})", "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::unknown);
  EXPECT_EQ(answer.reason,
            "NetworkPolicies of the pod may stop it, as not all labels of namespace 'team-x' are known");
  EXPECT_THAT(words_of(answer.decided_by),
              ElementsAre("objects.yaml:36 isolates the pod", "objects.yaml:38 may let it pass"));
}

TEST(Query, ImaginedPodWithUnknownLabels) {
  World world(three_pods() + a_network_policy("np", "team-a",
                                              "  podSelector: {}\n  ingress:\n  - from:\n    - podSelector: "
                                              "{matchLabels: {app: friend}}\n"));
  const auto allowed = [&world](const std::string& labels) {
    return world.ask(R"({"namespace":"team-a","sidecar":false)" + labels + "}", "team-a/head", 8265,
                     kByPodIp);
  };
  EXPECT_EQ(allowed("").allowed, Answer::unknown);
  EXPECT_THAT(allowed("").reason, HasSubstr("not all labels of a pod are known"));
  EXPECT_EQ(allowed(R"(,"labels":{"app":"friend"})").allowed, Answer::yes);
  EXPECT_EQ(allowed(R"(,"labels":{})").allowed, Answer::no);
}

TEST(Query, UdpPassesTheMesh) {
  World world(three_pods() + strict() + only_team_b());
  const QueryAnswer answer = world.ask(kPlain, "team-a/head", 53, R"(,"via":"podIP"},"protocol":"udp")");
  EXPECT_EQ(answer.allowed, Answer::yes);
  EXPECT_EQ(answer.reason, "no NetworkPolicy stops it, and the mesh looks at TCP alone");
}

TEST(Query, ExternalDestination) {
  World world(three_pods() + dashboard_service() +
              a_network_policy(
                  "np", "plain",
                  "  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n  - to:\n    - ipBlock: {cidr: "
                  "203.0.113.0/24}\n"));
  const auto to = [&world](const std::string& ip) {
    return world.ask(R"({"source":{"pod":"plain/tool"},"destination":{"ip":")" + ip + R"(","port":443}})");
  };
  EXPECT_EQ(to("203.0.113.7").allowed, Answer::yes);
  EXPECT_EQ(to("203.0.113.7").reason, "no NetworkPolicy stops it");
  EXPECT_EQ(to("198.51.100.1").allowed, Answer::no);
  // Addresses of the cluster are no external ones.
  EXPECT_EQ(to("10.0.0.9").allowed, Answer::no);
  EXPECT_EQ(to("10.96.0.1").allowed, Answer::unknown);
  EXPECT_THAT(to("10.96.0.1").reason, HasSubstr("10.96.0.1 is the address of Service 'team-a/head'"));
}

// -- who is named

TEST(Query, PodThatIsNotThere) {
  World world(three_pods());
  const QueryAnswer answer = world.ask(kPlain, "team-a/haed", 8265);
  EXPECT_EQ(answer.allowed, Answer::unknown);
  EXPECT_EQ(answer.reason, "there is no pod 'team-a/haed' in the input; did you mean 'team-a/head'?");
  EXPECT_THAT(answer.steps, IsEmpty());
  EXPECT_THAT(world.ask(R"({"pod":"team-z/none"})", "team-a/head", 8265).reason,
              HasSubstr("no pod 'team-z/none'"));
}

TEST(Query, PodsThatNeverRunAskAndAnswerNothing) {
  World world(three_pods("sidecar.istio.io/statsHistogramBuckets: '{'") +
              a_pod("team-b", "bad", "10.0.1.7", "traffic.sidecar.istio.io/excludeInboundPorts: 'x'"));
  const QueryAnswer to = world.ask(kPlain, "team-b/bad", 80, kByPodIp);
  EXPECT_EQ(to.allowed, Answer::unknown);
  EXPECT_THAT(to.reason, HasSubstr("the pod never runs: "));
  EXPECT_THAT(world.ask(R"({"pod":"team-b/bad"})", "plain/tool", 80, kByPodIp).reason,
              HasSubstr("the client never runs: "));
}

TEST(Query, OwnCallDoesNotPassTheSidecar) {
  World world(three_pods() + strict() + a_policy("none", "  {}\n"));
  const QueryAnswer answer =
      world.ask(R"({"pod":"team-a/head","sidecar":true})", "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::yes);
  EXPECT_EQ(answer.reason, "a pod's calls to itself do not pass its sidecar");
  // Without a Service there is no other way to dial itself.
  EXPECT_EQ(world.ask(R"({"pod":"team-a/head","sidecar":true})", "team-a/head", 8265).allowed, Answer::yes);
  World with_service(three_pods() + dashboard_service() + a_policy("none", "  {}\n"));
  const QueryAnswer open = with_service.ask(R"({"pod":"team-a/head","sidecar":true})", "team-a/head", 8265);
  EXPECT_EQ(open.allowed, Answer::unknown);
  EXPECT_THAT(open.reason, HasSubstr("by its own address the pod would not pass its sidecar"));
}

// -- how the client connects

TEST(Query, DialledByAddressAClientShowsNoIdentity) {
  World world(three_pods() + dashboard_service() + only_team_b());
  const QueryAnswer answer = world.ask(kWeb, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::no);
  EXPECT_EQ(answer.transport, "plaintext");
  EXPECT_EQ(find_step(answer, Stage::transport)->text,
            "plaintext, as no visible headless Service of the target lists the port");
}

TEST(Query, HowItDialsIsNotSaid) {
  World world(three_pods() + dashboard_service() + only_team_b());
  const QueryAnswer answer = world.ask(kWeb, "team-a/head", 8265, R"(},"protocol":"tcp")");
  EXPECT_EQ(answer.allowed, Answer::unknown);
  EXPECT_EQ(answer.transport, "unknown");
  EXPECT_THAT(
      answer.reason,
      AllOf(HasSubstr("it depends on how the client connects"), HasSubstr("by the pod's address, plaintext"),
            HasSubstr("through Service 'team-a/head', mTLS with the client's identity")));
  // Where the pod answers both alike, it does not matter.
  World open(three_pods() + dashboard_service());
  EXPECT_EQ(open.ask(kWeb, "team-a/head", 8265, R"(},"protocol":"tcp")").allowed, Answer::yes);
  EXPECT_EQ(open.ask(kWeb, "team-a/head", 8265, R"(},"protocol":"tcp")").transport, "unknown");
}

TEST(Query, RefusedByTheClientsOwnSide) {
  World world(three_pods() + dashboard_service());
  const QueryAnswer answer =
      world.ask(kWeb, "team-a/head", 8265, R"(,"via":"service:team-a/none:80"},"protocol":"tcp")");
  EXPECT_EQ(answer.allowed, Answer::no);
  EXPECT_EQ(answer.transport, "refused");
  EXPECT_THAT(answer.reason, HasSubstr("there is no Service 'team-a/none' in the input"));
  const QueryAnswer other =
      world.ask(kWeb, "plain/tool", 8265, R"(,"via":"service:team-a/head:8265"},"protocol":"tcp")");
  EXPECT_EQ(other.allowed, Answer::no);
  EXPECT_THAT(other.reason, HasSubstr("the target is no endpoint of the Service"));
}

TEST(Query, StatedIdentityIsTakenAsItIs) {
  World world(three_pods() + only_team_b());
  const QueryAnswer answer = world.ask(R"({"principal":"spiffe://cluster.local/ns/team-b/sa/x"})",
                                       "team-a/head", 8265, R"(},"protocol":"tcp")");
  EXPECT_EQ(answer.allowed, Answer::yes);
  EXPECT_EQ(answer.transport, "");
  EXPECT_EQ(answer.principal, "spiffe://cluster.local/ns/team-b/sa/x");
  EXPECT_EQ(find_step(answer, Stage::transport), nullptr);
}

// -- how answers are joined

TEST(Query, NoBeatsUnknown) {
  World world(three_pods() + strict() +
              a_network_policy("np", "team-a",
                               "  podSelector: {}\n  ingress:\n  - from:\n    - namespaceSelector: "
                               "{matchLabels: {team: x}}\n"));
  const QueryAnswer answer =
      world.ask(R"({"namespace":"team-x","labels":{},"sidecar":false})", "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::no);
  EXPECT_EQ(answer.reason, "the port is STRICT and the client sends plaintext");
  EXPECT_EQ(answer.decided_by.size(), 1U);
}

TEST(Query, AllThatIsMissingIsListed) {
  World world(three_pods() + a_policy("get", "  rules:\n  - to:\n    - operation: {methods: [GET]}\n") +
              a_network_policy("np", "team-a",
                               "  podSelector: {}\n  ingress:\n  - from:\n    - namespaceSelector: "
                               "{matchLabels: {team: x}}\n"));
  const QueryAnswer answer = world.ask(R"({"namespace":"team-x","labels":{},"sidecar":false})", "team-a/head",
                                       8265, R"(,"via":"podIP"},"protocol":"http")");
  EXPECT_EQ(answer.allowed, Answer::unknown);
  EXPECT_THAT(answer.reason, AllOf(HasSubstr("labels of namespace 'team-x'"),
                                   HasSubstr("; rules hang on something that is not stated")));
  EXPECT_THAT(answer.change, IsEmpty());
}

TEST(Query, ARuleChangesNothingWhereSomethingElseIsInTheWay) {
  World world(three_pods() + a_policy("no", "  action: DENY\n  rules: [{}]\n") +
              a_network_policy("np", "team-a", "  podSelector: {}\n"));
  const QueryAnswer answer = world.ask(kPlain, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::no);
  EXPECT_THAT(answer.change, IsEmpty());
}

// -- from outside the cluster

TEST(Query, NothingLeadsInFromOutside) {
  World world(three_pods() + dashboard_service());
  const QueryAnswer answer = world.ask(kOutside, "team-a/head", 8265);
  EXPECT_EQ(answer.allowed, Answer::no);
  EXPECT_EQ(answer.reason, "no LoadBalancer, node port or host port leads to port 8265");
  EXPECT_EQ(answer.transport, "plaintext");
}

TEST(Query, LoadBalancersAndNodePortsLeadInAsPlaintext) {
  for (const char* type : {"LoadBalancer", "NodePort"}) {
    World world(three_pods() +
                a_service(std::string("type: ") + type + ", ports: [{port: 80, targetPort: 8265}]"));
    const QueryAnswer answer = world.ask(kOutside, "team-a/head", 8265);
    EXPECT_EQ(answer.allowed, Answer::yes) << type << ": " << answer.reason;
    EXPECT_EQ(answer.transport, "plaintext");
    EXPECT_EQ(find_step(answer, Stage::exposure)->passes, Answer::yes);
    EXPECT_EQ(world.ask(kOutside, "team-a/head", 6379).allowed, Answer::no);
    World with_mtls(three_pods() + strict() +
                    a_service(std::string("type: ") + type + ", ports: [{port: 80, targetPort: 8265}]"));
    EXPECT_EQ(with_mtls.ask(kOutside, "team-a/head", 8265).allowed, Answer::no);
  }
}

TEST(Query, LoadBalancerThatAdmitsSomeAddresses) {
  World world(
      three_pods() +
      a_service("type: LoadBalancer, loadBalancerSourceRanges: [203.0.113.0/24], ports: [{port: 8265}]"));
  EXPECT_EQ(world.ask(kOutside, "team-a/head", 8265).allowed, Answer::unknown);
  EXPECT_EQ(world.ask(R"({"outside":true,"ip":"203.0.113.9"})", "team-a/head", 8265).allowed, Answer::yes);
  EXPECT_EQ(world.ask(R"({"outside":true,"ip":"198.51.100.1"})", "team-a/head", 8265).allowed,
            Answer::unknown);
}

// EXP-2: nodes put their own address in place of the client's.
TEST(Query, TheAddressFromOutsideIsSeenWithALocalTrafficPolicyOnly) {
  const std::string by_address =
      a_policy("ip", "  rules:\n  - from:\n    - source: {ipBlocks: [203.0.113.0/24]}\n");
  const std::string source = R"({"outside":true,"ip":"203.0.113.9"})";
  World cluster(three_pods() + a_service("type: LoadBalancer, ports: [{port: 8265}]") + by_address);
  EXPECT_EQ(cluster.ask(source, "team-a/head", 8265).allowed, Answer::unknown);
  World local(three_pods() +
              a_service("type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 8265}]") +
              by_address);
  EXPECT_EQ(local.ask(source, "team-a/head", 8265).allowed, Answer::yes);
}

// -- through a gateway

std::string a_gateway(const std::string& virtual_services) {
  return three_pods() + dashboard_service() + a_namespace("istio-system", "") + R"(---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress, namespace: istio-system}
spec:
  template:
    metadata: {labels: {istio: ingress, sidecar.istio.io/inject: "false"}}
    spec:
      serviceAccountName: gateway-sa
      containers: [{name: istio-proxy, args: [proxy, router]}]
---
apiVersion: v1
kind: Service
metadata: {name: ingress, namespace: istio-system}
spec: {type: LoadBalancer, selector: {istio: ingress}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gate, namespace: istio-system}
spec: {selector: {istio: ingress}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
)" + virtual_services;
}

std::string a_route(const std::string& prefix = "/", const std::string& more = "",
                    const std::string& host = "head.team-a.svc.cluster.local",
                    const std::string& name = "ray") {
  return "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " + name +
         ", namespace: team-a}\nspec:\n  hosts: [ray.example.org]\n  gateways: [istio-system/gate]\n  "
         "http:\n  - "
         "match: [{uri: {prefix: " +
         prefix + "}}]\n    route: [{destination: {host: " + host + ", port: {number: 8265}}}]\n" + more;
}

QueryAnswer through_gateway(World& world, const std::string& path = "/",
                            const std::string& host = "ray.example.org") {
  return world.ask(
      R"({"gateway":"istio-system/Deployment/ingress"})", "team-a/head", 8265,
      R"(},"protocol":"http","http":{"method":"GET","path":")" + path + R"(","host":")" + host + R"("})");
}

TEST(Query, GatewayShowsItsOwnIdentity) {
  const std::string only_gateway = a_policy(
      "gate",
      "  rules:\n  - from:\n    - source: {principals: [cluster.local/ns/istio-system/sa/gateway-sa]}\n");
  World world(a_gateway(a_route()) + only_gateway);
  const QueryAnswer answer = through_gateway(world);
  EXPECT_EQ(answer.allowed, Answer::yes) << answer.reason;
  EXPECT_EQ(answer.transport, "mtls");
  EXPECT_EQ(answer.principal, "spiffe://cluster.local/ns/istio-system/sa/gateway-sa");
  // The same pod without the gateway in between.
  EXPECT_EQ(world.ask(kOutside, "team-a/head", 8265).allowed, Answer::unknown);
  EXPECT_THAT(world.ask(kOutside, "team-a/head", 8265).reason,
              HasSubstr("ask with gateway:istio-system/Deployment/ingress"));
  // As a client of its own.
  const std::string itself = R"({"pod":"istio-system/Deployment/ingress"})";
  EXPECT_EQ(world.ask(itself, "team-a/head", 8265, kByService).principal,
            "spiffe://cluster.local/ns/istio-system/sa/gateway-sa");
}

// 6.2: gateways ignore Sidecar resources.
TEST(Query, SidecarResourcesDoNotBindAGateway) {
  const std::string sidecar =
      "---\napiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: default, namespace: "
      "istio-system}\nspec: {egress: [{hosts: ['./*']}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}}\n";
  World world(a_gateway(a_route()) + sidecar);
  EXPECT_EQ(through_gateway(world).transport, "mtls");
  EXPECT_EQ(world.ask(kWeb, "team-a/head", 8265, kByService).transport, "refused");
}

TEST(Query, DestinationRulesBindAGateway) {
  const std::string rule =
      "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: off, namespace: "
      "team-a}\nspec: {host: head.team-a.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}}\n";
  World world(a_gateway(a_route()) + rule + strict());
  const QueryAnswer answer = through_gateway(world);
  EXPECT_EQ(answer.transport, "plaintext");
  EXPECT_EQ(answer.allowed, Answer::no);
}

TEST(Query, GatewayRoutesByHostAndPath) {
  World world(a_gateway(a_route("/ray/")));
  EXPECT_EQ(through_gateway(world, "/ray/api").allowed, Answer::yes);
  EXPECT_EQ(through_gateway(world, "/ray/api", "ray.example.org:8443").allowed, Answer::yes);
  EXPECT_EQ(through_gateway(world, "/other").allowed, Answer::no);
  const QueryAnswer other_host = through_gateway(world, "/ray/", "other.example.org");
  EXPECT_EQ(other_host.allowed, Answer::no);
  EXPECT_THAT(other_host.reason, HasSubstr("no route of Deployment 'ingress' leads to port 8265"));
  // Host and path are not said.
  const QueryAnswer open = world.ask(R"({"gateway":"istio-system/Deployment/ingress"})", "team-a/head", 8265);
  EXPECT_EQ(open.allowed, Answer::unknown);
  EXPECT_THAT(open.reason, HasSubstr("a Gateway may lead there: its route has conditions"));
}

// GW-5: the first match wins, and a catch-all route comes last.
TEST(Query, AnotherRouteOfTheGatewayMayTakeTheRequest) {
  const std::string tool_service =
      "---\napiVersion: v1\nkind: Service\nmetadata: {name: tool, namespace: plain}\nspec: {selector: {app: "
      "tool}, "
      "ports: [{port: 8265}]}\n";
  const std::string to_tool = a_route("/api", "", "tool.plain.svc.cluster.local", "tool");
  World world(a_gateway(a_route("/") + to_tool) + tool_service);
  EXPECT_EQ(through_gateway(world, "/jobs").allowed, Answer::yes);
  const QueryAnswer elsewhere = through_gateway(world, "/api/x");
  EXPECT_EQ(elsewhere.allowed, Answer::no);
  EXPECT_EQ(elsewhere.reason, "VirtualService 'tool' takes the request elsewhere");
  // Two objects, neither a catch-all: which comes first is not in the input.
  World open(a_gateway(a_route("/a") + to_tool) + tool_service);
  EXPECT_EQ(through_gateway(open, "/api/x").allowed, Answer::unknown);
  EXPECT_THAT(through_gateway(open, "/api/x").reason,
              HasSubstr("VirtualService 'tool' may take the request"));
}

TEST(Query, RewrittenPathsAreNotGuessed) {
  const std::string by_path = a_policy("p", "  rules:\n  - to:\n    - operation: {paths: ['/ray/*']}\n");
  const std::string http =
      "---\napiVersion: v1\nkind: Service\nmetadata: {name: h, namespace: team-a}\nspec: "
      "{selector: {app: head}, ports: [{name: http, port: 8265}]}\n";
  const std::string service = "h.team-a.svc.cluster.local";
  World as_sent(a_gateway(a_route("/ray/", "", service)) + by_path + http);
  World rewritten(a_gateway(a_route("/ray/", "    rewrite: {uri: /}\n", service)) + by_path + http);
  // head's Service declares the port opaque; the older one does, so policies on paths match nothing there.
  EXPECT_NE(through_gateway(rewritten, "/ray/x").allowed, Answer::yes);
  EXPECT_NE(through_gateway(as_sent, "/ray/x").allowed, through_gateway(as_sent, "/x").allowed);
}

TEST(Query, PoliciesOfTheGatewayCount) {
  const std::string custom =
      a_policy("login",
               "  action: CUSTOM\n  provider: {name: oauth2}\n  rules: [{to: [{operation: {ports: "
               "['8080']}}]}]\n",
               "istio-system");
  const std::string provider =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata:\n  "
      "mesh: |\n    "
      "extensionProviders:\n    - name: oauth2\n      envoyExtAuthzHttp: {service: oauth.example.svc, port: "
      "80}\n";
  World world(a_gateway(a_route()) + custom + provider);
  const QueryAnswer answer = through_gateway(world);
  EXPECT_EQ(answer.allowed, Answer::unknown);
  EXPECT_THAT(answer.reason, AllOf(HasSubstr("at the gateway"), HasSubstr("asks an external authoriser")));
  World deny(
      a_gateway(a_route()) +
      a_policy("no", "  action: DENY\n  rules: [{to: [{operation: {ports: ['8080']}}]}]\n", "istio-system"));
  EXPECT_EQ(through_gateway(deny).allowed, Answer::no);
  EXPECT_THAT(through_gateway(deny).reason,
              HasSubstr("at the gateway, rules[0] of AuthorizationPolicy 'no'"));
}

// -- ambient mode

std::string ambient_pods(bool installed) {
  return (installed
              ? std::string(
                    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio-cni-config, namespace: "
                    "istio-system}\ndata: {AMBIENT_ENABLED: 'true'}\n")
              : std::string()) +
         a_namespace("team-a", "istio.io/dataplane-mode: ambient") +
         a_namespace("team-b", "istio.io/dataplane-mode: ambient") + a_namespace("plain", "") +
         a_pod("team-a", "head", "10.0.0.9") + a_pod("team-b", "web", "10.0.1.1") +
         a_pod("plain", "tool", "10.0.2.1");
}
constexpr const char* kAmbientWeb = R"({"pod":"team-b/web"})";

TEST(Query, ZtunnelAsksPolicies) {
  World world(ambient_pods(true) + only_team_b());
  const QueryAnswer web = world.ask(kAmbientWeb, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(web.allowed, Answer::yes) << web.reason;
  EXPECT_EQ(web.transport, "mtls");
  EXPECT_EQ(world.ask(kPlain, "team-a/head", 8265, kByPodIp).allowed, Answer::no);
  World deny(ambient_pods(true) +
             a_policy("no", "  action: DENY\n  rules:\n  - from:\n    - source: {namespaces: [team-b]}\n"));
  const QueryAnswer denied = deny.ask(kAmbientWeb, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(denied.allowed, Answer::no);
  EXPECT_EQ(denied.reason, "rules[0] of AuthorizationPolicy 'team-a/no' denies it at ztunnel");
}

TEST(Query, ZtunnelDemandsAnIdentityUnderStrict) {
  World world(ambient_pods(true) + strict());
  EXPECT_EQ(world.ask(kAmbientWeb, "team-a/head", 8265, kByPodIp).allowed, Answer::yes);
  const QueryAnswer plain = world.ask(kPlain, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(plain.allowed, Answer::no);
  EXPECT_THAT(plain.reason, HasSubstr("demands mTLS and the client shows no identity"));
}

TEST(Query, AmbientModeThatMayNotBeInstalled) {
  World open(ambient_pods(false));
  EXPECT_EQ(open.ask(kAmbientWeb, "team-a/head", 8265, kByPodIp).allowed, Answer::yes);
  World guarded(ambient_pods(false) + only_team_b());
  const QueryAnswer answer = guarded.ask(kPlain, "team-a/head", 8265, kByPodIp);
  EXPECT_EQ(answer.allowed, Answer::unknown);
  EXPECT_THAT(answer.reason, HasSubstr("whether the pod is in ambient mode is not known"));
}

// AMB-3: to a NetworkPolicy traffic between pods in ambient mode has port 15008.
TEST(Query, NetworkPoliciesSeeHbone) {
  const auto policy = [](const std::string& ports) {
    return a_network_policy("np", "team-a", "  podSelector: {}\n  ingress: [{ports: [" + ports + "]}]\n");
  };
  World plain_port(ambient_pods(true) + policy("{port: 8265}"));
  EXPECT_EQ(plain_port.ask(kAmbientWeb, "team-a/head", 8265, kByPodIp).allowed, Answer::no);
  EXPECT_EQ(plain_port.ask(kPlain, "team-a/head", 8265, kByPodIp).allowed, Answer::yes);
  World tunnel(ambient_pods(true) + policy("{port: 15008}"));
  EXPECT_EQ(tunnel.ask(kAmbientWeb, "team-a/head", 8265, kByPodIp).allowed, Answer::yes);
  EXPECT_EQ(tunnel.ask(kPlain, "team-a/head", 8265, kByPodIp).allowed, Answer::no);
  // Whether ambient mode is installed decides which port it is.
  World open(ambient_pods(false) + policy("{port: 8265}"));
  EXPECT_EQ(open.ask(kAmbientWeb, "team-a/head", 8265, kByPodIp).allowed, Answer::unknown);
  World both(ambient_pods(true) + policy("{port: 8265}, {port: 15008}"));
  EXPECT_EQ(both.ask(kAmbientWeb, "team-a/head", 8265, kByPodIp).allowed, Answer::yes);
  World neither(ambient_pods(true) + policy("{port: 1}"));
  EXPECT_EQ(neither.ask(kAmbientWeb, "team-a/head", 8265, kByPodIp).allowed, Answer::no);
}

}  // namespace
}  // namespace kray::test
