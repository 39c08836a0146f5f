// The checks on where things run: what they say, which line they show, and what stays a question.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/check_run.h"

namespace kray {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Parameters kOperatorNamespaces = {{"namespaces", {"kubeflow"}}};
const Parameters kForeign = {{"root-namespace", {"istio-system"}}, {"platform-namespaces", {"kubeflow"}}};

std::string operator_text(const std::string& ns, const std::string& more = "") {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: kuberay-operator, namespace: " + ns +
         "}\nspec: {template: {spec: {containers: [{name: manager, image: 'quay.io/kuberay/operator:v1.3.2'" +
         more + "}]}}}\n---\n";
}

std::string deployment_text(const std::string& name, const std::string& ns) {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name + ", namespace: " + ns +
         "}\nspec: {template: {spec: {containers: [{name: main, image: 'nginx:1.27'}]}}}\n---\n";
}

std::string profile_text(const std::string& name) {
  return "apiVersion: kubeflow.org/v1\nkind: Profile\nmetadata: {name: " + name +
         "}\nspec: {owner: {kind: User, name: a}}\n---\n";
}

TEST(OperatorNamespace, SaysWhoElseIsThere) {
  CheckRun run;
  const CheckOutcome outcome = run.file("a.yaml", operator_text("ray") + deployment_text("web", "ray"))
                                   .run("operator-namespace", kOperatorNamespaces);
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(outcome.matches[0].values.at("why"), "beside the Deployment 'web'");
  EXPECT_EQ(text_at(outcome.matches[0].place), "namespace: ray");
}

TEST(OperatorNamespace, AsksWhereItGoes) {
  CheckRun run;
  const CheckOutcome outcome = run.file("a.yaml",
                                        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: "
                                        "kuberay-operator}\nspec: {template: {spec: "
                                        "{containers: [{name: manager, image: 'kuberay/operator'}]}}}\n")
                                   .run("operator-namespace", kOperatorNamespaces);
  EXPECT_THAT(outcome.matches, IsEmpty());
  ASSERT_THAT(outcome.unknowns, SizeIs(1));
  EXPECT_EQ(outcome.unknowns[0].fact, "namespace-not-set");
}

TEST(RayInNamespace, ShowsTheObjectThatAnOptionMoves) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo}\nspec: {}\n")
          .option_namespace("kubeflow")
          .run("ray-in-namespace", kOperatorNamespaces);
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(text_at(outcome.matches[0].place), "demo");
}

TEST(NotAProfileNamespace, NamesTheAccountThatIsMissing) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml",
               profile_text("team-b") +
                   "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo, namespace: "
                   "team-a}\nspec: {headGroupSpec: "
                   "{template: {spec: {serviceAccountName: default-editor, containers: [{name: head}]}}}}\n")
          .run("not-a-profile-namespace");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(outcome.matches[0].values.at("missing"),
            "pods that run as service account 'default-editor' are not created");
  EXPECT_EQ(text_at(outcome.matches[0].related.at(0).place), "serviceAccountName: default-editor");
}

TEST(NotAProfileNamespace, AsksOnceForEachNamespace) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file(
             "a.yaml",
             "apiVersion: kubeflow.org/v1\nkind: Notebook\nmetadata: {name: lab, namespace: team-a}\n---\n" +
                 ray_cluster_text())
          .run("not-a-profile-namespace");
  EXPECT_THAT(outcome.matches, IsEmpty());
  ASSERT_THAT(outcome.unknowns, SizeIs(1));
  EXPECT_EQ(outcome.unknowns[0].fact, "profile:team-a");
}

std::string policy_text(const std::string& principal) {
  return "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: ray, namespace: "
         "team-a}\n"
         "spec: {action: ALLOW, rules: [{from: [{source: {principals: ['" +
         principal + "']}}]}]}\n---\n";
}

size_t foreign_principals(const std::string& principal, const std::string& more = "") {
  CheckRun run;
  return run.file("a.yaml", policy_text(principal) + more + ray_cluster_text())
      .run("foreign-namespace-reference", kForeign)
      .matches.size();
}

TEST(ForeignNamespaceReference, ReportsTwinsOnly) {
  EXPECT_EQ(foreign_principals("cluster.local/ns/other/sa/default-editor"), 1U);
  EXPECT_EQ(foreign_principals("ns/other/sa/default"), 1U);
  EXPECT_EQ(foreign_principals("cluster.local/ns/team-a/sa/default-editor"), 0U);
  EXPECT_EQ(foreign_principals("cluster.local/ns/kubeflow/sa/default"), 0U);
  EXPECT_EQ(foreign_principals("cluster.local/ns/other/sa/prometheus"), 0U);
  EXPECT_EQ(foreign_principals("*/ns/other/sa/default"), 0U);
  EXPECT_EQ(foreign_principals("cluster.local/ns/other/sa/default", deployment_text("web", "other")), 0U);
}

TEST(ForeignNamespaceReference, SaysWhatToWrite) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", policy_text("cluster.local/ns/other/sa/default-editor") + ray_cluster_text())
          .run("foreign-namespace-reference", kForeign);
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(outcome.matches[0].fix, "Write 'team-a' instead of 'other'.");
  EXPECT_EQ(outcome.matches[0].values.at("twin"), "service account 'default-editor'");
}

}  // namespace
}  // namespace kray
