// One test per rule of specs/networkpolicy.md, one per mistake that other evaluators make, and the answers
// that are unknown because a fact is missing.
#include "network/network_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network/network_fixture.h"

namespace kray {
namespace {

using test::a_namespace;
using test::a_pod;
using test::a_policy;
using test::at;
using test::NetworkWorld;
using test::two_pods;
using test::under;
using testing::HasSubstr;

const std::string kAll = "podSelector: {}, ";

TEST(NetworkPolicy, WithoutPoliciesEverythingPasses) {
  const NetworkVerdict verdict = NetworkWorld(two_pods()).ask("web/client", "ray/head", 8265);
  EXPECT_EQ(verdict.allowed, Answer::yes);
  EXPECT_TRUE(verdict.isolated_by.empty());
  EXPECT_EQ(verdict.reason, "no policy isolates egress; no policy isolates ingress");
}

// NP-1
TEST(NetworkPolicy, EgressRulesWithoutTypesIsolateIngressToo) {
  EXPECT_EQ(under(kAll + "egress: [{}]"), Answer::no);
  EXPECT_EQ(under(kAll + "policyTypes: [], egress: [{}]"), Answer::no);
  EXPECT_EQ(under(kAll + "policyTypes: [Egress], egress: [{}]"), Answer::yes);
}

TEST(NetworkPolicy, EmptyEgressAddsNothing) {
  const NetworkWorld world(two_pods() + a_policy("ray", "p", kAll + "ingress: [{}], egress: []"));
  EXPECT_EQ(world.ask("ray/head", "web/client", 80).allowed, Answer::yes);
}

TEST(NetworkPolicy, RulesOfATypeThatIsNotListedAreIgnored) {
  EXPECT_EQ(under(kAll + "policyTypes: [Egress], ingress: []"), Answer::yes);
}

// NP-2
TEST(NetworkPolicy, NoRulesDenyEverythingAndAnEmptyRuleAllowsEverything) {
  for (const char* none : {"policyTypes: [Ingress]", "ingress: null", "ingress: []"})
    EXPECT_EQ(under(kAll + none), Answer::no) << none;
  EXPECT_EQ(under(kAll + "ingress: [{}]"), Answer::yes);
  for (const char* any : {"from: []", "from: null", "ports: []", "ports: null"})
    EXPECT_EQ(under(kAll + "ingress: [{" + any + "}]"), Answer::yes) << any;
}

TEST(NetworkPolicy, AnAbsentSelectorSelectsEveryPodOfTheNamespace) {
  EXPECT_EQ(under("policyTypes: [Ingress]"), Answer::no);
  const NetworkWorld world(two_pods() + a_policy("ray", "p", "policyTypes: [Ingress]"));
  EXPECT_EQ(world.ask("ray/head", "web/client", 80).allowed, Answer::yes);
}

// NP-3
TEST(NetworkPolicy, NotInAndDoesNotExistSelectPodsWithoutTheKey) {
  for (const char* selecting :
       {"{key: tier, operator: NotIn, values: [a]}", "{key: tier, operator: DoesNotExist}",
        "{key: empty, operator: Exists}", "{key: app, operator: In, values: [x, ray]}"}) {
    EXPECT_EQ(
        under(std::string("policyTypes: [Ingress], podSelector: {matchExpressions: [") + selecting + "]}"),
        Answer::no)
        << selecting;
  }
  EXPECT_EQ(under("policyTypes: [Ingress], podSelector: {matchLabels: {tier: ''}}"), Answer::yes);
  EXPECT_EQ(under("policyTypes: [Ingress], podSelector: {matchLabels: {empty: ''}}"), Answer::no);
}

TEST(NetworkPolicy, AllRequirementsOfASelectorCount) {
  EXPECT_EQ(
      under("policyTypes: [Ingress], podSelector: {matchLabels: {app: ray}, matchExpressions: [{key: app, "
            "operator: DoesNotExist}]}"),
      Answer::yes);
}

// NP-4
TEST(NetworkPolicy, APodSelectorAloneMeansTheOwnNamespace) {
  EXPECT_EQ(under(kAll + "ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]"), Answer::no);
  const NetworkWorld world(
      two_pods() + a_pod("ray", "worker", "app: web") +
      a_policy("ray", "p", kAll + "ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]"));
  EXPECT_EQ(world.ask("ray/worker", "ray/head", 8265).allowed, Answer::yes);
}

TEST(NetworkPolicy, BothSelectorsOfAPeerCountTogether) {
  const std::string ui = "namespaceSelector: {matchLabels: {team: ui}}";
  EXPECT_EQ(under(kAll + "ingress: [{from: [{" + ui + ", podSelector: {matchLabels: {app: web}}}]}]"),
            Answer::yes);
  EXPECT_EQ(under(kAll + "ingress: [{from: [{" + ui + ", podSelector: {matchLabels: {app: x}}}]}]"),
            Answer::no);
  EXPECT_EQ(under(kAll + "ingress: [{from: [{" + ui + "}, {podSelector: {matchLabels: {app: x}}}]}]"),
            Answer::yes);
}

TEST(NetworkPolicy, AllNamespacesAreAllPodsAndNoAddresses) {
  const NetworkWorld world(two_pods() +
                           a_policy("ray", "p", kAll + "ingress: [{from: [{namespaceSelector: {}}]}]"));
  EXPECT_EQ(world.ask("web/client", "ray/head", 8265).allowed, Answer::yes);
  EXPECT_EQ(world.ask(at("203.0.113.7"), world.pod("ray/head"), 8265).allowed, Answer::no);
  EXPECT_EQ(world.ask(outside_end(), world.pod("ray/head"), 8265).allowed, Answer::no);
}

// NP-5
TEST(NetworkPolicy, TheNameLabelOfANamespaceNeedNotBeWritten) {
  const std::string named =
      "ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: web}}}]}]";
  EXPECT_EQ(under(kAll + named), Answer::yes);
  // Even where the namespace is not in the input.
  const NetworkWorld world(a_pod("web", "client") + a_pod("ops", "scraper") + a_pod("ray", "head") +
                           a_policy("ray", "p", kAll + named));
  EXPECT_EQ(world.ask("web/client", "ray/head", 8265).allowed, Answer::yes);
  EXPECT_EQ(world.ask("ops/scraper", "ray/head", 8265).allowed, Answer::no);
}

// NP-6
TEST(NetworkPolicy, AMissingProtocolMeansTcp) {
  EXPECT_EQ(under(kAll + "ingress: [{ports: [{port: 8265}]}]"), Answer::yes);
  EXPECT_EQ(under(kAll + "ingress: [{ports: [{port: 53}]}]", 53, Transport::udp), Answer::no);
  EXPECT_EQ(under(kAll + "ingress: [{ports: [{port: dns}]}]", 53, Transport::udp), Answer::no);
  EXPECT_EQ(under(kAll + "ingress: [{ports: [{port: dns, protocol: UDP}]}]", 53, Transport::udp),
            Answer::yes);
}

TEST(NetworkPolicy, APortEntryWithoutAPortMeansAllPortsOfItsProtocol) {
  EXPECT_EQ(under(kAll + "ingress: [{ports: [{}]}]", 1), Answer::yes);
  EXPECT_EQ(under(kAll + "ingress: [{ports: [{}]}]", 53, Transport::udp), Answer::no);
  EXPECT_EQ(under(kAll + "ingress: [{ports: [{protocol: UDP}]}]", 53, Transport::udp), Answer::yes);
  EXPECT_EQ(under(kAll + "ingress: [{ports: [{protocol: UDP}]}]", 8265), Answer::no);
}

TEST(NetworkPolicy, AnEndPortIsPartOfTheRange) {
  const std::string range = kAll + "ingress: [{ports: [{port: 8000, endPort: 8010}]}]";
  EXPECT_EQ(under(range, 7999), Answer::no);
  EXPECT_EQ(under(range, 8000), Answer::yes);
  EXPECT_EQ(under(range, 8010), Answer::yes);
  EXPECT_EQ(under(range, 8011), Answer::no);
}

// NP-7
TEST(NetworkPolicy, ANamedPortIsLookedUpOnTheDestination) {
  EXPECT_EQ(under(kAll + "ingress: [{ports: [{port: dash}]}]"), Answer::yes);
  EXPECT_EQ(under(kAll + "ingress: [{ports: [{port: dash}]}]", 8266), Answer::no);
  const NetworkWorld world(two_pods() + a_policy("web", "p", kAll + "egress: [{ports: [{port: dash}]}]"));
  EXPECT_EQ(world.ask("web/client", "ray/head", 8265).allowed, Answer::yes);
  EXPECT_EQ(world.ask("web/client", "ray/head", 53).allowed, Answer::no);
}

TEST(NetworkPolicy, ANamedPortNeverMatchesAnAddress) {
  const NetworkWorld world(
      two_pods() + a_policy("web", "p", kAll + "egress: [{ports: [{port: dash}]}, {ports: [{port: 443}]}]"));
  EXPECT_EQ(world.ask(world.pod("web/client"), at("203.0.113.7"), 8265).allowed, Answer::no);
  EXPECT_EQ(world.ask(world.pod("web/client"), at("203.0.113.7"), 443).allowed, Answer::yes);
}

// NP-8
TEST(NetworkPolicy, AnExceptionNarrowsItsOwnBlockOnly) {
  const NetworkWorld world(two_pods() +
                           a_policy("ray", "p",
                                    kAll + "ingress: [{from: [{ipBlock: {cidr: 203.0.113.77/24, except: "
                                           "[203.0.113.64/26]}}, {ipBlock: {cidr: 203.0.113.80/32}}]}]"));
  const NetworkEnd head = world.pod("ray/head");
  EXPECT_EQ(world.ask(at("203.0.113.1"), head, 8265).allowed, Answer::yes);  // host bits are masked
  EXPECT_EQ(world.ask(at("203.0.113.70"), head, 8265).allowed, Answer::no);
  EXPECT_EQ(world.ask(at("203.0.113.80"), head, 8265).allowed, Answer::yes);
}

TEST(NetworkPolicy, TheFamiliesOfAddressesNeverMix) {
  const auto from = [](const char* cidr, const char* address) {
    const NetworkWorld world(
        two_pods() + a_policy("ray", "p", kAll + "ingress: [{from: [{ipBlock: {cidr: '" + cidr + "'}}]}]"));
    return world.ask(at(address), world.pod("ray/head"), 8265).allowed;
  };
  EXPECT_EQ(from("::/0", "203.0.113.7"), Answer::no);
  EXPECT_EQ(from("::/0", "2001:db8::1"), Answer::yes);
  EXPECT_EQ(from("0.0.0.0/0", "2001:db8::1"), Answer::no);
}

// NP-9
TEST(NetworkPolicy, APodReachesItselfAndItsNodeReachesIt) {
  const NetworkWorld world(a_pod("ray", "head", "", "", ", nodeName: n1", "hostIP: 10.0.0.1") +
                           a_policy("ray", "p", kAll + "policyTypes: [Ingress, Egress]"));
  EXPECT_EQ(world.ask("ray/head", "ray/head", 8265).allowed, Answer::yes);
  const NetworkVerdict from_node = world.ask(at("10.0.0.1"), world.pod("ray/head"), 8265);
  EXPECT_EQ(from_node.allowed, Answer::yes);
  EXPECT_THAT(from_node.reason, HasSubstr("own node"));
  EXPECT_EQ(world.ask(at("10.0.0.2"), world.pod("ray/head"), 8265).allowed, Answer::no);
}

TEST(NetworkPolicy, ANodeThatMayBeTheOwnOneIsUnknown) {
  const NetworkWorld world(
      a_pod("ray", "head") + a_policy("ray", "p", kAll + "policyTypes: [Ingress]") +
      "---\napiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {addresses: [{type: "
      "InternalIP, address: 10.0.0.1}]}\n");
  EXPECT_EQ(world.ask(at("10.0.0.1"), world.pod("ray/head"), 8265).allowed, Answer::unknown);
  EXPECT_EQ(world.ask(at("10.0.0.2"), world.pod("ray/head"), 8265).allowed, Answer::no);
}

// NP-10
TEST(NetworkPolicy, PodsOnTheHostNetworkAreUnknownUnlessBothReadingsAgree) {
  const std::string host = ", hostNetwork: true";
  const NetworkWorld world(a_namespace("ray") + a_pod("ray", "head", "app: ray") +
                           a_pod("ray", "agent", "app: agent", "", host) +
                           a_policy("ray", "p",
                                    "podSelector: {matchLabels: {app: ray}}, ingress: [{from: "
                                    "[{podSelector: {matchLabels: {app: agent}}}]}]"));
  const NetworkVerdict verdict = world.ask("ray/agent", "ray/head", 8265);
  EXPECT_EQ(verdict.allowed, Answer::unknown);
  EXPECT_THAT(verdict.reason, HasSubstr("host network"));
  EXPECT_EQ(world.ask("ray/head", "ray/agent", 80).allowed, Answer::yes);
}

TEST(NetworkPolicy, EgressToTheOwnNodeIsUnknownWhereRulesDenyIt) {
  const NetworkWorld world(a_pod("ray", "head", "", "", ", nodeName: n1", "hostIP: 10.0.0.1") +
                           a_policy("ray", "p", kAll + "policyTypes: [Egress]"));
  EXPECT_EQ(world.ask(world.pod("ray/head"), at("10.0.0.1"), 10250).allowed, Answer::unknown);
  EXPECT_EQ(world.ask(world.pod("ray/head"), at("10.0.0.2"), 10250).allowed, Answer::no);
}

TEST(NetworkPolicy, ABlockOnThePodNetworkIsUnknown) {
  const auto ask = [](const std::string& status) {
    const NetworkWorld world(
        a_pod("ray", "head") + a_pod("web", "client", "", "", "", status) +
        a_policy("ray", "p", kAll + "ingress: [{from: [{ipBlock: {cidr: 10.244.0.0/16}}]}]"));
    return world.ask("web/client", "ray/head", 8265);
  };
  EXPECT_EQ(ask("podIP: 10.244.0.9").allowed, Answer::unknown);
  EXPECT_EQ(ask("podIP: 10.245.0.9").allowed, Answer::no);
  EXPECT_THAT(ask("").reason, HasSubstr("which is not known"));
}

TEST(NetworkPolicy, ASecondContainerWithTheNameAndInitContainersAreUnknown) {
  const std::string rule = kAll + "ingress: [{ports: [{port: http}]}]";
  const NetworkWorld world(a_pod("web", "client") +
                           a_pod("ray", "head", "",
                                 ", ports: [{name: http, containerPort: 80}]}, {name: side, ports: [{name: "
                                 "http, containerPort: 81}]",
                                 ", initContainers: [{name: i, restartPolicy: Always, ports: [{name: http, "
                                 "containerPort: 82}]}, {name: "
                                 "j, ports: [{name: http, containerPort: 83}]}]") +
                           a_policy("ray", "p", rule));
  EXPECT_EQ(world.ask("web/client", "ray/head", 80).allowed, Answer::yes);
  EXPECT_EQ(world.ask("web/client", "ray/head", 81).allowed, Answer::unknown);
  EXPECT_EQ(world.ask("web/client", "ray/head", 82).allowed, Answer::unknown);
  EXPECT_EQ(world.ask("web/client", "ray/head", 83).allowed, Answer::no);
}

// Missing facts
TEST(NetworkPolicy, UnknownNamespaceLabelsMakeItUnknownUnlessTheyDoNotMatter) {
  const auto ask = [](const std::string& rules) {
    const NetworkWorld world(a_pod("ray", "head") + a_pod("web", "client", "app: web") +
                             a_policy("ray", "p", kAll + rules));
    return world.ask("web/client", "ray/head", 8265);
  };
  const std::string by_team = "{namespaceSelector: {matchLabels: {team: ui}}}";
  EXPECT_EQ(ask("ingress: [{from: [" + by_team + "]}]").allowed, Answer::unknown);
  EXPECT_THAT(ask("ingress: [{from: [" + by_team + "]}]").reason,
              HasSubstr("not all labels of namespace 'web' are known"));
  EXPECT_EQ(ask("ingress: [{from: [" + by_team + "]}, {}]").allowed, Answer::yes);
  EXPECT_EQ(ask("ingress: [{from: [" + by_team + "], ports: [{port: 1}]}]").allowed, Answer::no);
  EXPECT_EQ(
      ask("ingress: [{from: [{namespaceSelector: {matchLabels: {team: ui}}, podSelector: {matchLabels: {app: "
          "x}}}]}]")
          .allowed,
      Answer::no);
}

TEST(NetworkPolicy, NamespacesDefinedDifferentlyAreKnownWhereTheyAgree) {
  const auto ask = [](const std::string& key) {
    const NetworkWorld world(
        a_namespace("web", "team: ui, env: prod") + a_namespace("web", "team: ui, env: dev") +
        a_pod("ray", "head") + a_pod("web", "client") +
        a_policy("ray", "p",
                 kAll + "ingress: [{from: [{namespaceSelector: {matchLabels: {" + key + "}}}]}]"));
    return world.ask("web/client", "ray/head", 8265).allowed;
  };
  EXPECT_EQ(ask("team: ui"), Answer::yes);
  EXPECT_EQ(ask("team: x"), Answer::no);
  EXPECT_EQ(ask("env: prod"), Answer::unknown);
}

TEST(NetworkPolicy, PodsOfWhichNotAllLabelsAreKnown) {
  const NetworkWorld world(two_pods() +
                           a_policy("ray", "p",
                                    kAll + "ingress: [{from: [{namespaceSelector: {}, podSelector: "
                                           "{matchLabels: {role: admin}}}]}]"));
  NetworkEnd some_pod = world.pod("web/client");
  some_pod.labels.complete = false;
  EXPECT_EQ(world.ask(some_pod, world.pod("ray/head"), 8265).allowed, Answer::unknown);
  some_pod.labels.known["role"] = "user";
  EXPECT_EQ(world.ask(some_pod, world.pod("ray/head"), 8265).allowed, Answer::no);
}

TEST(NetworkPolicy, SomebodyOutsideIsKnownOnlyToABlockOfAllAddresses) {
  const auto ask = [](const std::string& block) {
    const NetworkWorld world(two_pods() +
                             a_policy("ray", "p", kAll + "ingress: [{from: [{ipBlock: {" + block + "}}]}]"));
    return world.ask(outside_end(), world.pod("ray/head"), 8265).allowed;
  };
  EXPECT_EQ(ask("cidr: 0.0.0.0/0"), Answer::yes);
  EXPECT_EQ(ask("cidr: 0.0.0.0/0, except: [10.0.0.0/8]"), Answer::unknown);
  EXPECT_EQ(ask("cidr: 203.0.113.0/24"), Answer::unknown);
}

TEST(NetworkPolicy, APolicyWithoutANamespaceMaySelectThePod) {
  const NetworkWorld world(two_pods() +
                           "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n"
                           "spec: {podSelector: {matchLabels: {app: ray}}}\n");
  EXPECT_EQ(world.ask("web/client", "ray/head", 8265).allowed, Answer::unknown);
  EXPECT_EQ(world.ask("ray/head", "web/client", 80).allowed, Answer::yes);
}

TEST(NetworkPolicy, APolicyThatTheApiServerRefusesProtectsNobody) {
  for (const char* bad : {"{ipBlock: {cidr: 10.0.0.1}}", "{ipBlock: {cidr: nonsense/8}}", "{}",
                          "{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}"}) {
    EXPECT_NE(under(kAll + "ingress: [{from: [" + bad + "]}]"), Answer::no) << bad;
  }
  EXPECT_EQ(under(kAll + "ingress: [{ports: [{port: 9, endPort: 8}]}]"), Answer::unknown);
}

// Other APIs
TEST(NetworkPolicy, PoliciesOfOtherApisThatMaySelectAnEndMakeItUnknown) {
  const auto ask = [](const std::string& object) {
    return NetworkWorld(two_pods() + "---\n" + object).ask("web/client", "ray/head", 8265);
  };
  const NetworkVerdict cilium =
      ask("apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: lock, "
          "namespace: ray}\nspec: {endpointSelector: {matchLabels: {app: ray}}, ingress: [{}]}\n");
  EXPECT_EQ(cilium.allowed, Answer::unknown);
  EXPECT_EQ(cilium.reason, "CiliumNetworkPolicy 'lock' may select it and is not evaluated");
  EXPECT_EQ(ask("apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: lock, namespace: "
                "ray}\nspec: "
                "{endpointSelector: {matchLabels: {app: other}}, ingress: [{}]}\n")
                .allowed,
            Answer::yes);
  EXPECT_EQ(ask("apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: g}\nspec: "
                "{selector: "
                "app == 'x', types: [Ingress]}\n")
                .allowed,
            Answer::unknown);
  EXPECT_EQ(
      ask("apiVersion: crd.projectcalico.org/v1\nkind: NetworkPolicy\nmetadata: {name: g, namespace: ops}\n"
          "spec: {}\n")
          .allowed,
      Answer::yes);
  EXPECT_EQ(ask("apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: "
                "a}\nspec: "
                "{subject: {namespaces: {matchLabels: {team: ml}}}, ingress: [{action: Deny}]}\n")
                .allowed,
            Answer::unknown);
  EXPECT_EQ(ask("apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: "
                "a}\nspec: "
                "{subject: {namespaces: {matchLabels: {team: ml}}}, egress: [{action: Deny}]}\n")
                .allowed,
            Answer::yes);
}

TEST(NetworkPolicy, ABaselineCountsOnlyWhereNoPolicyIsolates) {
  const std::string baseline =
      "---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: BaselineAdminNetworkPolicy\nmetadata: "
      "{name: "
      "default}\nspec: {subject: {namespaces: {}}, ingress: [{action: Deny}]}\n";
  EXPECT_EQ(NetworkWorld(two_pods() + baseline).ask("web/client", "ray/head", 8265).allowed, Answer::unknown);
  const std::string isolating = a_policy("ray", "p", kAll + "ingress: [{}]");
  EXPECT_EQ(NetworkWorld(two_pods() + baseline + isolating).ask("web/client", "ray/head", 8265).allowed,
            Answer::yes);
}

// Explanation
TEST(NetworkPolicy, ARefusedPolicySaysWhyInItsStep) {
  const NetworkWorld world(two_pods() +
                           a_policy("ray", "p", kAll + "ingress: [{from: [{ipBlock: {cidr: 10.0.0.1}}]}]"));
  EXPECT_EQ(
      steps_of(world.ask("web/client", "ray/head", 8265)).at(0).text,
      "NetworkPolicy 'p' of namespace 'ray' may isolate the destination for ingress, if the API server took "
      "it: '10.0.0.1' is no CIDR");
}

TEST(NetworkPolicy, StepsNameThePoliciesAndRulesWithTheirPlaces) {
  const NetworkWorld world(
      two_pods() + a_policy("ray", "shut", kAll + "policyTypes: [Ingress]") +
      a_policy("ray", "open", kAll + "ingress: [{ports: [{port: 1}]}, {ports: [{port: 8265}]}]"));
  const NetworkVerdict verdict = world.ask("web/client", "ray/head", 8265);
  EXPECT_EQ(verdict.allowed, Answer::yes);
  const std::vector<NetworkStep> steps = steps_of(verdict);
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].text, "NetworkPolicy 'shut' of namespace 'ray' isolates the destination for ingress");
  EXPECT_EQ(test::text_of(steps[0].place), "podSelector: {}");
  EXPECT_EQ(steps[2].text, "ingress rule 1 of NetworkPolicy 'open' of namespace 'ray' allows it");
  EXPECT_EQ(test::text_of(steps[2].place), "{ports: [{port: 8265}]}");
}

}  // namespace
}  // namespace kray
