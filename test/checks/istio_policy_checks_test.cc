// What the checks on HTTP fields, selectors, principals and ignored policies say beyond the line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/check_run.h"

namespace kray {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Parameters kRoot = {{"root-namespace", {"istio-system"}}};

// `spec` in flow style.
std::string policy_text(const std::string& spec, const std::string& ns = "team-a",
                        const std::string& kind = "AuthorizationPolicy") {
  return "apiVersion: security.istio.io/v1\nkind: " + kind + "\nmetadata: {name: ray, namespace: " + ns +
         "}\nspec: " + spec + "\n";
}

std::string ray_policy(const std::string& action, const std::string& rule,
                       const std::string& labels = "ray.io/node-type: head") {
  return policy_text("{action: " + action + ", selector: {matchLabels: {" + labels + "}}, rules: [" + rule +
                     "]}");
}

CheckOutcome http_fields(const std::string& policy, const std::string& more = "") {
  CheckRun run;
  return run.file("a.yaml", namespace_text("team-a") + ray_cluster_text() + more + policy)
      .run("http-field-on-tcp-port", kRoot);
}

TEST(HttpFieldOnTcpPort, SaysWhatBecomesOfTheRule) {
  CheckOutcome outcome =
      http_fields(ray_policy("ALLOW", "{to: [{operation: {ports: ['8265', '52365'], paths: [/api]}}]}"));
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(outcome.matches[0].values.at("ports"), "port 8265");
  EXPECT_EQ(outcome.matches[0].values.at("field"), "paths");
  EXPECT_THAT(outcome.matches[0].values.at("effect"), HasSubstr("never matches"));
  EXPECT_THAT(outcome.matches[0].related.at(0).message,
              HasSubstr("By the head Service that KubeRay makes, port 8265 is TCP."));

  outcome = http_fields(ray_policy("DENY", "{to: [{operation: {methods: [GET]}}]}"));
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(outcome.matches[0].values.at("ports"), "ports 10001, 6379, 8265, 8000 and 8080");
  EXPECT_THAT(outcome.matches[0].values.at("effect"), HasSubstr("more is denied"));
}

TEST(HttpFieldOnTcpPort, LeavesActionsWhoseEffectIsOpen) {
  for (const char* action : {"AUDIT", "CUSTOM"})
    EXPECT_THAT(http_fields(ray_policy(action, "{to: [{operation: {paths: [/api]}}]}")).matches, IsEmpty())
        << action;
}

// A Service that says otherwise may be the older one.
TEST(HttpFieldOnTcpPort, NeedsServicesThatAgree) {
  const std::string rule = "{to: [{operation: {ports: ['8265'], paths: [/api]}}]}";
  const auto service = [](const std::string& port) {
    return "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: team-a}\nspec: {selector: "
           "{ray.io/node-type: head}, ports: [" +
           port + "]}\n---\n";
  };
  EXPECT_THAT(
      http_fields(ray_policy("ALLOW", rule), service("{port: 80, targetPort: 8265, appProtocol: http}"))
          .matches,
      IsEmpty());
  EXPECT_THAT(http_fields(ray_policy("ALLOW", rule), service("{port: 8265, name: dashboard}")).matches,
              IsEmpty());
  EXPECT_THAT(http_fields(ray_policy("ALLOW", rule), service("{port: 8265, name: tls}")).matches, SizeIs(1));
  EXPECT_THAT(http_fields(ray_policy("ALLOW", rule), service("{port: 8265, protocol: UDP}")).matches,
              SizeIs(1));
}

TEST(HttpFieldOnTcpPort, NeedsASidecar) {
  CheckRun run;
  run.file("a.yaml", namespace_text("team-a", "{istio-injection: disabled}") + ray_cluster_text() +
                         ray_policy("ALLOW", "{to: [{operation: {ports: ['8265'], paths: [/api]}}]}"));
  EXPECT_THAT(run.run("http-field-on-tcp-port", kRoot).matches, IsEmpty());
}

CheckOutcome selected(const std::string& labels, const std::string& more = "") {
  CheckRun run;
  return run.file("a.yaml", ray_cluster_text() + more + ray_policy("ALLOW", "{}", labels))
      .run("policy-selects-nothing", kRoot);
}

TEST(PolicySelectsNothing, SuggestsWhatWasMeant) {
  EXPECT_EQ(selected("ray.io/cluster: dmeo").matches.at(0).fix, "Did you mean 'demo'?");
  EXPECT_EQ(selected("ray.io/clustr: demo").matches.at(0).fix, "Did you mean 'ray.io/cluster'?");
  EXPECT_EQ(selected("ray.io/node-type: driver").matches.at(0).fix,
            "Ray pods here have 'head' and 'worker'.");
  CheckRun run;  // a place is read from the run's documents
  run.file("a.yaml",
           ray_cluster_text() + ray_policy("ALLOW", "{}", "ray.io/node-type: head, ray.io/cluster: dmeo"));
  EXPECT_EQ(text_at(run.run("policy-selects-nothing", kRoot).matches.at(0).place), "ray.io/cluster: dmeo");
  EXPECT_THAT(selected("app: web").matches, IsEmpty());
  EXPECT_THAT(selected("ray.io/is-ray-node: yes").matches, IsEmpty());  // a boolean: refused
}

TEST(PolicySelectsNothing, KnowsThatClustersOfJobsHaveRandomNames) {
  const std::string job =
      "apiVersion: ray.io/v1\nkind: RayJob\nmetadata: {name: train, namespace: team-a}\nspec: "
      "{rayClusterSpec: {headGroupSpec: {template: {spec: {containers: [{name: a}]}}}}}\n---\n";
  EXPECT_THAT(selected("ray.io/cluster: train", job).matches.at(0).values.at("why"),
              HasSubstr("the cluster of RayJob 'train' gets a new random name"));
  EXPECT_THAT(selected("ray.io/cluster: train-x7k2p", job).matches, SizeIs(1));
  EXPECT_THAT(selected("ray.io/cluster: trainer", job).matches.at(0).values.at("why"),
              HasSubstr("no Ray pod has the label"));
}

// Pods of an unknown controller may have labels that their template does not show, but none of KubeRay's.
TEST(PolicySelectsNothing, LeavesPoliciesThatMayBeForUnknownPods) {
  const std::string rollout =
      "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web, namespace: team-a}\nspec: "
      "{template: "
      "{spec: {containers: [{name: a, image: b}]}}}\n---\n";
  const std::string cluster = ray_cluster_text("{labels: {component: ray-head}}");
  EXPECT_THAT(selected("component: ray-haed", cluster).matches, SizeIs(1));
  EXPECT_THAT(selected("component: ray-haed", cluster + rollout).matches, IsEmpty());
  EXPECT_THAT(selected("ray.io/cluster: dmeo", cluster + rollout).matches, SizeIs(1));
}

CheckOutcome principals(const std::string& value, const std::string& more) {
  CheckRun run;
  return run
      .file("a.yaml", more + policy_text("{rules: [{from: [{source: {principals: [" + value + "]}}]}]}"))
      .run("unknown-principal");
}

TEST(UnknownPrincipal, NeedsNamespaceAndAccounts) {
  const std::string profile = "apiVersion: kubeflow.org/v1\nkind: Profile\nmetadata: {name: team-b}\n---\n";
  const std::string account =
      "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web-server, namespace: team-b}\n---\n";
  const std::string wrong = "cluster.local/ns/team-b/sa/web-sever";
  EXPECT_THAT(principals(wrong, namespace_text("team-b")).matches, IsEmpty());
  EXPECT_THAT(principals(wrong, account).matches, IsEmpty());
  EXPECT_EQ(principals(wrong, namespace_text("team-b") + account).matches.at(0).fix,
            "Did you mean 'web-server'?");
  EXPECT_EQ(principals(wrong, profile).matches.at(0).values.at("why"),
            "namespace 'team-b' has no service account 'web-sever'");
  EXPECT_THAT(principals("'*/ns/team-b/sa/web-sever'", profile).matches,
              SizeIs(1));  // any trust domain, one account
  EXPECT_THAT(principals("cluster.local/ns/team-b/sa/w*", profile).matches, IsEmpty());
  EXPECT_THAT(principals("cluster.local/ns/team-b/sa/$(ACCOUNT)", profile).matches, IsEmpty());
  EXPECT_THAT(principals("spiffe", profile).matches, IsEmpty());
}

TEST(PolicyIgnored, SaysWhy) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", policy_text("{selector: {matchLabels: {a: b}}, mtls: {mode: STRICT}}",
                                     "istio-system", "PeerAuthentication"))
          .run("policy-ignored", kRoot);
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_THAT(outcome.matches[0].values.at("why"), HasSubstr("counts for no pod"));
  EXPECT_THAT(run.run("policy-ignored", {{"root-namespace", {"mesh-root"}}}).matches, IsEmpty());
}

}  // namespace
}  // namespace kray
