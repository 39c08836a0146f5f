// Which DestinationRule a client's sidecar takes (specs/istio.md CL-1, 0.5-28).
#include "mesh/destination_rules.h"

#include <gtest/gtest.h>

#include "mesh/mesh_fixture.h"

namespace kray {
namespace {

using test::LoadedInventory;

// `more` begins with a comma.
std::string rule(const std::string& name, const std::string& ns, const std::string& host,
                 const std::string& more = ", trafficPolicy: {tls: {mode: DISABLE}}",
                 const std::string& metadata = "") {
  return "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: " + name +
         (ns.empty() ? "" : ", namespace: " + ns) + metadata + "}\nspec: {host: '" + host + "'" + more +
         "}\n";
}

const std::string kHost = "web.team-a.svc.cluster.local";

FoundRule find(const LoadedInventory& inventory, const DestinationRules& rules, const std::string& client,
               const Labels& labels = {}) {
  static_cast<void>(inventory);
  return rules.find(client, labels, "team-a", kHost);
}

// The name of the rule that a client of a namespace takes; "?" if it is not certain.
std::string taken(const std::string& text, const std::string& client = "team-b", const Labels& labels = {}) {
  const LoadedInventory inventory(text);
  MeshTexts texts;
  const DestinationRules rules(*inventory, read_mesh_config(*inventory, texts));
  const FoundRule found = find(inventory, rules, client, labels);
  if (!found.uncertain.empty()) return "?";
  return found.rule == nullptr ? "" : std::string(found.rule->object->name);
}

TEST(DestinationRules, TheClientsNamespaceThenTheServicesThenTheRoot) {
  const std::string root = rule("root", "istio-system", "*.local");
  const std::string service = rule("service", "team-a", "web");
  const std::string client = rule("client", "team-b", "*.team-a.svc.cluster.local");
  EXPECT_EQ(taken(root), "root");
  EXPECT_EQ(taken(root + service), "service");
  EXPECT_EQ(taken(root + service + client), "client");
  EXPECT_EQ(taken(root + service + client, "team-c"), "service");
}

TEST(DestinationRules, TheMostSpecialHostOfANamespace) {
  const std::string wide = rule("wide", "team-a", "*.svc.cluster.local");
  const std::string narrow = rule("narrow", "team-a", "*.team-a.svc.cluster.local");
  const std::string exact = rule("exact", "team-a", kHost);
  EXPECT_EQ(taken(narrow + wide), "narrow");
  EXPECT_EQ(taken(wide + exact + narrow), "exact");
  EXPECT_EQ(taken(rule("other", "team-a", "*.team-b.svc.cluster.local")), "");
}

TEST(DestinationRules, ShortNamesAreOfTheRulesNamespace) {
  EXPECT_EQ(taken(rule("d", "team-a", "web")), "d");
  EXPECT_EQ(taken(rule("d", "team-b", "web")), "");
  EXPECT_EQ(taken(rule("d", "team-a", "web.team-a")), "");
}

TEST(DestinationRules, ExportTo) {
  EXPECT_EQ(taken(rule("d", "team-a", "web", ", exportTo: ['.']")), "");
  EXPECT_EQ(taken(rule("d", "team-a", "web", ", exportTo: ['.']"), "team-a"), "d");
  EXPECT_EQ(taken(rule("d", "team-a", "web", ", exportTo: [team-b]")), "d");
  EXPECT_EQ(taken(rule("d", "team-a", "web", ", exportTo: [team-b]"), "team-c"), "");
  EXPECT_EQ(taken(test::a_mesh("defaultDestinationRuleExportTo: ['.']") + rule("d", "team-a", "web")), "");
  // What is not for the client hides what is less special.
  EXPECT_EQ(taken(rule("d", "team-a", "web", ", exportTo: [team-c]") +
                  rule("w", "team-a", "*.team-a.svc.cluster.local")),
            "");
}

TEST(DestinationRules, PrivateRulesOfTheRootNamespaceAreForItsOwnClients) {
  const std::string root = rule("root", "istio-system", "*.local", ", exportTo: ['.']");
  EXPECT_EQ(taken(root), "");
  EXPECT_EQ(taken(root, "istio-system"), "root");
  EXPECT_EQ(taken(rule("root", "istio-system", "*.local") + rule("s", "team-a", "web"), "istio-system"), "s");
}

TEST(DestinationRules, WorkloadSelectorsAreForClientsOfTheirNamespace) {
  const std::string selector = ", workloadSelector: {matchLabels: {app: c}}";
  EXPECT_EQ(taken(rule("d", "team-b", kHost, selector), "team-b", {{"app", "c"}}), "d");
  EXPECT_EQ(taken(rule("d", "team-b", kHost, selector), "team-b", {{"app", "x"}}), "");
  EXPECT_EQ(taken(rule("d", "team-a", kHost, selector), "team-b", {{"app", "c"}}), "");
  EXPECT_EQ(taken(rule("d", "team-b", kHost, selector + ", exportTo: ['*']"), "team-b", {{"app", "c"}}), "");
}

TEST(DestinationRules, OfTwoForOneHostTheFirstPolicyCounts) {
  const std::string old = ", creationTimestamp: '2025-01-01T00:00:00Z'";
  const std::string young = ", creationTimestamp: '2025-01-02T00:00:00Z'";
  const std::string mutual = ", trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}";
  const std::string disabled = ", trafficPolicy: {tls: {mode: DISABLE}}";
  EXPECT_EQ(taken(rule("b", "team-a", "web", mutual, old) + rule("a", "team-a", "web", disabled, young)),
            "b");
  EXPECT_EQ(taken(rule("b", "team-a", "web", "", old) + rule("a", "team-a", "web", disabled, young)), "a");
  EXPECT_EQ(taken(rule("b", "team-a", "web", mutual) + rule("a", "team-a", "web", disabled)), "?");
  EXPECT_EQ(taken(rule("b", "team-a", "web", mutual) + rule("a", "team-a", "web", mutual)), "a");
}

TEST(DestinationRules, OfAnotherRevisionOrWithoutANamespace) {
  EXPECT_EQ(taken(rule("d", "team-a", "web", "", ", labels: {istio.io/rev: canary}")), "");
  EXPECT_EQ(taken(rule("d", "", kHost)), "?");
  EXPECT_EQ(taken(rule("d", "", kHost), ""), "d");
}

}  // namespace
}  // namespace kray
