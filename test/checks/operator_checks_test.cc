// What the input says of the operator, and the checks that depend on it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/check_run.h"

namespace kray {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string cluster_with(const std::string& field) {
  return "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo, namespace: team-a}\nspec:\n  " +
         field + "\n  headGroupSpec: {rayStartParams: {}, template: {spec: {containers: [{name: head}]}}}\n";
}

TEST(PrunedField, SaysWhichVersionItNeeds) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", cluster_with("authOptions: {mode: token}")).kuberay({1, 3, 2}).run("pruned-field");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(outcome.matches[0].values.at("needs"), "needs KubeRay 1.5");
  EXPECT_EQ(outcome.matches[0].values.at("path"), "spec.authOptions");
  EXPECT_EQ(text_at(outcome.matches[0].place), "authOptions");
}

TEST(PrunedField, AsksWhereTheVersionIsOnlyAssumed) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", cluster_with("authOptions: {mode: token}")).run("pruned-field");
  EXPECT_THAT(outcome.matches, IsEmpty());
  ASSERT_THAT(outcome.unknowns, SizeIs(1));
  EXPECT_EQ(outcome.unknowns[0].fact, "kuberay-version");
}

TEST(PrunedField, KnowsTheFirstVersionOfEachField) {
  const struct {
    const char* field;
    Version since;
  } fields[] = {
      {"autoscalerOptions: {version: v2}", {1, 4, 0}},    {"authOptions: {mode: token}", {1, 5, 0}},
      {"networkPolicy: {mode: DenyAll}", {1, 7, 0}},      {"tlsOptions: {enabled: true}", {1, 7, 0}},
      {"autoscalerOptions: {command: [ray]}", {1, 7, 0}}, {"upgradeStrategy: {type: Recreate}", {1, 6, 0}}};
  for (const auto& [field, since] : fields) {
    CheckRun before;
    EXPECT_THAT(before.file("a.yaml", cluster_with(field))
                    .kuberay({1, since.minor - 1, 9})
                    .run("pruned-field")
                    .matches,
                SizeIs(1))
        << field;
    CheckRun at;
    EXPECT_THAT(at.file("a.yaml", cluster_with(field)).kuberay(since).run("pruned-field").matches, IsEmpty())
        << field;
  }
}

TEST(OperatorTooPowerful, TellsEverythingFromSecrets) {
  for (const auto& [resources, what] :
       {std::pair{"[secrets]", "read all Secrets"}, {"['*']", "do everything to every object"}}) {
    CheckRun run;
    const CheckOutcome outcome =
        run.file("a.yaml",
                 std::string(
                     "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: kuberay-operator, namespace: "
                     "ray}\n"
                     "spec: {template: {spec: {serviceAccountName: op, containers: [{name: m, image: "
                     "kuberay/operator}]}}}\n---\n"
                     "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: "
                     "op}\n"
                     "roleRef: {kind: ClusterRole, name: op}\nsubjects: [{kind: ServiceAccount, name: op, "
                     "namespace: ray}]\n---\n"
                     "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: op}\n"
                     "rules: [{apiGroups: [''], resources: ") +
                     resources + ", verbs: [list]}]\n")
            .run("operator-too-powerful");
    ASSERT_THAT(outcome.matches, SizeIs(1)) << resources;
    EXPECT_EQ(outcome.matches[0].values.at("what"), what);
  }
}

}  // namespace
}  // namespace kray
