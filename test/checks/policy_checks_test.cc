// What the two checks on AuthorizationPolicies say beyond the line: ports, scope, the rule next door,
// the fix; and that their parameters count.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/check_run.h"

namespace kray {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Parameters kOpenRules = {{"root-namespace", {"istio-system"}}, {"harmless-paths", {"/healthz"}}};
const Parameters kNoSelector = {{"root-namespace", {"istio-system"}}};

// `spec` is indented by two.
std::string policy_text(const std::string& spec, const std::string& ns = "team-a") {
  return "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata:\n  name: ray\n" +
         (ns.empty() ? std::string() : "  namespace: " + ns + "\n") + "spec:\n" + spec;
}

constexpr const char* kSelector = "  selector: {matchLabels: {ray.io/cluster: demo}}\n";

CheckOutcome open_rules_of(CheckRun& run, const std::string& spec, const std::string& ns = "team-a") {
  return run.file("policy.yaml", policy_text(spec, ns)).run("allow-rule-without-source", kOpenRules);
}

TEST(AllowRuleWithoutSource, NamesTheRuleItWasSplitFrom) {
  CheckRun run;
  run.file("cluster.yaml", ray_cluster_text());
  const CheckOutcome outcome =
      open_rules_of(run, std::string(kSelector) +
                             "  rules:\n"
                             "  - from:\n    - source: {namespaces: [team-a]}\n"
                             "  - to:\n    - operation: {ports: [\"6379\", \"8265\"]}\n");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  const Match& match = outcome.matches[0];
  EXPECT_EQ(text_at(match.place), "- to:");
  ASSERT_THAT(match.related, SizeIs(1));
  EXPECT_EQ(text_at(match.related[0].place), "- from:");
  EXPECT_THAT(match.related[0].message, HasSubstr("OR-ed"));
  EXPECT_THAT(match.fix, HasSubstr("take away the dash before 'to'"));
  EXPECT_THAT(match.fix, HasSubstr("line 9;"));
  EXPECT_EQ(match.values.at("rule"), "rules[1]");
  EXPECT_EQ(match.values.at("ports"), "ports 6379 and 8265");
  EXPECT_EQ(match.values.at("scope"),
            "the head group of RayCluster 'demo' and worker group 'small' of RayCluster 'demo'");
  EXPECT_EQ(match.subject.qualified(), "team-a/AuthorizationPolicy.security.istio.io/ray/spec/rules[1]");
}

TEST(AllowRuleWithoutSource, SaysNothingOfNeighboursThatAreWholeRules) {
  CheckRun run;
  const CheckOutcome outcome = open_rules_of(run, std::string(kSelector) +
                                                      "  rules:\n"
                                                      "  - from:\n    - source: {namespaces: [team-a]}\n"
                                                      "    to:\n    - operation: {ports: [\"8000\"]}\n"
                                                      "  - to:\n    - operation: {ports: [\"8265\"]}\n");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_THAT(outcome.matches[0].related, IsEmpty());
  EXPECT_THAT(outcome.matches[0].fix, HasSubstr("namespaces: [\"team-a\"]"));
  EXPECT_EQ(outcome.matches[0].values.at("ports"), "port 8265");
  EXPECT_EQ(outcome.matches[0].values.at("scope"), "the Ray pods it selects");
}

TEST(AllowRuleWithoutSource, OfAnEmptyRuleIsEveryPort) {
  CheckRun run;
  const CheckOutcome outcome = open_rules_of(run, std::string(kSelector) + "  rules:\n  - {}\n", "");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(text_at(outcome.matches[0].place), "- {}");
  EXPECT_EQ(outcome.matches[0].values.at("ports"), "every port");
  EXPECT_EQ(outcome.matches[0].values.at("namespace"), "(not set)");
  EXPECT_THAT(outcome.matches[0].fix, HasSubstr("NAMESPACE"));
}

TEST(AllowRuleWithoutSource, ShortensLongListsOfPorts) {
  std::string ports;
  for (int port = 10001; port <= 10015; ++port) ports += "\"" + std::to_string(port) + "\", ";
  CheckRun run;
  const CheckOutcome outcome =
      open_rules_of(run, std::string(kSelector) + "  rules:\n  - to:\n    - operation: {ports: [" + ports +
                             "\"10001\"]}\n");
  EXPECT_THAT(outcome.matches.at(0).values.at("ports"), HasSubstr("10012 and 3 more"));
}

TEST(AllowRuleWithoutSource, NamesTheScopeOfPoliciesWithoutSelector) {
  const std::string rules = "  rules:\n  - to:\n    - operation: {ports: [\"8265\"]}\n";
  for (const auto& [ns, scope] : {std::pair{"team-a", "every workload in namespace 'team-a'"},
                                  {"istio-system", "every workload of the mesh"},
                                  {"", "every workload of its namespace"}}) {
    CheckRun run;
    EXPECT_EQ(open_rules_of(run, rules, ns).matches.at(0).values.at("scope"), scope);
  }
}

TEST(AllowRuleWithoutSource, TakesItsParametersFromTheRule) {
  const std::string rules =
      std::string(kSelector) + "  rules:\n  - to:\n    - operation: {paths: [/healthz]}\n";
  CheckRun run;
  run.file("cluster.yaml", ray_cluster_text()).file("policy.yaml", policy_text(rules, "mesh-root"));
  EXPECT_THAT(run.run("allow-rule-without-source",
                      {{"root-namespace", {"mesh-root"}}, {"harmless-paths", {"/healthz"}}})
                  .matches,
              IsEmpty());
  const CheckOutcome outcome = run.run("allow-rule-without-source", {{"root-namespace", {"mesh-root"}}});
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_THAT(outcome.matches[0].values.at("scope"), HasSubstr("RayCluster 'demo'"));
}

TEST(PolicyWithoutSelector, NamesPortsAndScope) {
  CheckRun run;
  run.file("cluster.yaml", ray_cluster_text())
      .file("policy.yaml", policy_text("  rules:\n  - from:\n    - source: {namespaces: [team-b]}\n    to:\n"
                                       "    - operation: {ports: [\"8265\", \"8080\"]}\n    - operation: "
                                       "{ports: [\"8265\", \"6379\"]}\n"));
  const CheckOutcome outcome = run.run("policy-without-selector", kNoSelector);
  ASSERT_THAT(outcome.matches, SizeIs(1));
  const Match& match = outcome.matches[0];
  EXPECT_EQ(text_at(match.place), "spec");
  EXPECT_EQ(match.values.at("ports"), "8265, 8080 and 6379");
  EXPECT_EQ(match.values.at("scope"), "every workload in namespace 'team-a'");
  EXPECT_EQ(text_at(match.related.at(0).place), "ports");
  EXPECT_EQ(match.subject.path, "spec");
}

// What "own" means is not known, so only a rule for any client at all is held against the policy.
TEST(PolicyWithoutSelector, WithoutANamespaceGivesTheBenefitOfTheDoubt) {
  const std::string to = "    to:\n    - operation: {ports: [\"8265\"]}\n";
  CheckRun named;
  named.file("policy.yaml",
             policy_text("  rules:\n  - from:\n    - source: {namespaces: [team-b]}\n" + to, ""));
  EXPECT_THAT(named.run("policy-without-selector", kNoSelector).matches, IsEmpty());
  CheckRun open;
  open.file("policy.yaml", policy_text("  rules:\n  - from: []\n" + to, ""));
  EXPECT_THAT(open.run("policy-without-selector", kNoSelector).matches, SizeIs(1));
}

}  // namespace
}  // namespace kray
