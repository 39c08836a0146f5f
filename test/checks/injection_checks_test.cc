// What the four checks on sidecar injection say beyond the line: the reason, the fix, the places they
// refer to, and the questions they leave open, each with the fact that would settle it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "checks/check_run.h"

namespace kray {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::set<std::string> facts_of(const CheckOutcome& outcome) {
  std::set<std::string> facts;
  for (const Unknown& unknown : outcome.unknowns) facts.insert(unknown.fact);
  return facts;
}

constexpr const char* kHeadlessService =
    "apiVersion: v1\nkind: Service\nmetadata: {name: peers, namespace: team-a}\n"
    "spec:\n  clusterIP: None\n  selector: {ray.io/cluster: demo}\n---\n";

// A RayCluster whose head has the given template metadata and spec lines before its containers.
std::string head_text(const std::string& metadata, const std::string& spec_lines = "",
                      const std::string& ns = "team-a") {
  return "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata:\n  name: demo\n  namespace: " + ns +
         "\nspec:\n  headGroupSpec:\n    template:\n      metadata: " + metadata + "\n      spec:\n" +
         spec_lines + "        containers: [{name: head}]\n---\n";
}

struct Reason {
  const char* words;
  std::string manifests;
  const char* why;
  const char* fix;
  const char* place;
};

void PrintTo(const Reason& reason, std::ostream* out) { *out << reason.words; }

class RayPodWithoutSidecarReasons : public testing::TestWithParam<Reason> {};

TEST_P(RayPodWithoutSidecarReasons, AreSaidWithTheirFix) {
  CheckRun run;
  const CheckOutcome outcome = run.file("a.yaml", GetParam().manifests).run("ray-pod-without-sidecar");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_THAT(outcome.matches[0].values.at("why"), HasSubstr(GetParam().why));
  EXPECT_THAT(outcome.matches[0].fix, HasSubstr(GetParam().fix));
  EXPECT_EQ(text_at(outcome.matches[0].place), GetParam().place);
  EXPECT_EQ(outcome.matches[0].values.at("pods"), "head group of RayCluster 'demo'");
}

INSTANTIATE_TEST_SUITE_P(
    All, RayPodWithoutSidecarReasons,
    testing::Values(
        Reason{"host network", namespace_text("team-a") + head_text("{}", "        hostNetwork: true\n"),
               "it uses the host's network", "Remove 'hostNetwork: true'", "hostNetwork: true"},
        Reason{"ignored namespace", head_text("{}", "", "kube-public"),
               "never injects in namespace 'kube-public'", "namespace of its own", "namespace: kube-public"},
        Reason{"label",
               namespace_text("team-a") + head_text("{labels: {sidecar.istio.io/inject: \"false\"}}"),
               "its label 'sidecar.istio.io/inject' is 'false'", "\"true\", in quotes",
               "sidecar.istio.io/inject: \"false\""},
        Reason{"annotation",
               namespace_text("team-a") + head_text("{annotations: {sidecar.istio.io/inject: \"false\"}}"),
               "its annotation", "Remove the annotation", "sidecar.istio.io/inject: \"false\""},
        Reason{"opt-out",
               namespace_text("team-a", "{istio-injection: disabled}") +
                   head_text("{labels: {sidecar.istio.io/inject: \"true\"}}"),
               "namespace 'team-a' switches injection off, whatever the pod says",
               "of namespace 'team-a' to 'enabled'", "labels"},
        Reason{"no label", namespace_text("team-a", "{}") + head_text("{}"),
               "namespace 'team-a' does not inject and the pod does not opt in", "to the pod template",
               "metadata"}));

TEST(RayPodWithoutSidecar, RefersToTheNamespaceThatDecides) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", namespace_text("team-a", "{istio-injection: disabled}") + ray_cluster_text())
          .run("ray-pod-without-sidecar");
  ASSERT_THAT(outcome.matches, SizeIs(2));
  EXPECT_EQ(text_at(outcome.matches[0].related.at(0).place), "istio-injection: disabled");
  EXPECT_EQ(outcome.matches[1].values.at("pods"), "worker group 'small' of RayCluster 'demo'");
}

// An assumed namespace stands nowhere in the input.
TEST(RayPodWithoutSidecar, RefersToNothingWhereTheNamespaceIsAssumed) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", ray_cluster_text()).assume_injection("none").run("ray-pod-without-sidecar");
  ASSERT_THAT(outcome.matches, SizeIs(2));
  EXPECT_THAT(outcome.matches[0].related, IsEmpty());
}

// Refused by the API server, but shown all the same, and somewhere.
TEST(RayPodWithoutSidecar, OfAGroupWithoutTemplateHasAPlace) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", namespace_text("team-a", "{}") +
                             "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo, namespace: "
                             "team-a}\nspec: {headGroupSpec: {}}\n")
          .run("ray-pod-without-sidecar");
  EXPECT_EQ(text_at(outcome.matches.at(0).place), "headGroupSpec");
}

struct Question {
  const char* words;
  std::string manifests;
  const char* fact;
  const char* advice;
  const char* place;
};

void PrintTo(const Question& question, std::ostream* out) { *out << question.words; }

class InjectionQuestions : public testing::TestWithParam<Question> {};

// Each check needs the same fact, so each asks for it by the same key, and none reports a guess.
TEST_P(InjectionQuestions, AreAskedByEveryCheck) {
  for (const char* check : {"ray-pod-without-sidecar", "namespace-without-injection", "mixed-injection"}) {
    CheckRun run;
    const CheckOutcome outcome = run.file("a.yaml", GetParam().manifests).run(check);
    EXPECT_THAT(outcome.matches, IsEmpty()) << check;
    EXPECT_THAT(facts_of(outcome), ElementsAre(GetParam().fact)) << check;
    ASSERT_FALSE(outcome.unknowns.empty()) << check;
    EXPECT_THAT(outcome.unknowns[0].advice, HasSubstr(GetParam().advice)) << check;
    EXPECT_EQ(text_at(outcome.unknowns[0].place), GetParam().place) << check;
  }
}

std::string without_namespace(std::string text) {
  for (const std::string line : {"  namespace: team-a\n", ", namespace: team-a"}) {
    for (size_t at = text.find(line); at != std::string::npos; at = text.find(line))
      text.erase(at, line.size());
  }
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    All, InjectionQuestions,
    testing::Values(
        Question{"labels of the namespace", kHeadlessService + ray_cluster_text(), "namespace-labels:team-a",
                 "--assume istio-injection", "demo"},
        Question{"the namespace itself", without_namespace(kHeadlessService + ray_cluster_text()),
                 "namespace-not-set", "-n NAMESPACE", "demo"},
        Question{
            "two definitions",
            namespace_text("team-a") + namespace_text("team-a", "{}") + kHeadlessService + ray_cluster_text(),
            "namespace-labels-differ:team-a", "one overlay", "istio-injection: enabled"},
        Question{"a revision",
                 namespace_text("team-a", "{istio.io/rev: canary}") + kHeadlessService + ray_cluster_text(),
                 "istio-revision", "revision", "istio.io/rev: canary"},
        Question{"a label that is no string",
                 namespace_text("team-a", "{istio-injection: true}") + kHeadlessService + ray_cluster_text(),
                 "namespace-label-not-a-string:team-a", "in quotes", "istio-injection: true"}));

// It is a finding of ineffective-injection-setting, and no question about the namespace.
TEST(InjectionChecks, AskNothingWhereTheApiServerRefusesThePod) {
  const std::string manifests = namespace_text("team-a", "{}") + kHeadlessService +
                                ray_cluster_text("{labels: {sidecar.istio.io/inject: true}}",
                                                 "{labels: {sidecar.istio.io/inject: yes}}");
  for (const char* check : {"ray-pod-without-sidecar", "namespace-without-injection", "mixed-injection"}) {
    CheckRun run;
    const CheckOutcome outcome = run.file("a.yaml", manifests).run(check);
    EXPECT_THAT(outcome.matches, IsEmpty()) << check;
    EXPECT_THAT(outcome.unknowns, IsEmpty()) << check;
  }
  CheckRun run;
  const CheckOutcome outcome = run.file("a.yaml", manifests).run("ineffective-injection-setting");
  ASSERT_THAT(outcome.matches, SizeIs(2));
  EXPECT_THAT(outcome.matches[0].values.at("why"), HasSubstr("this is a boolean"));
  EXPECT_EQ(outcome.matches[1].values.at("setting"),
            "label 'sidecar.istio.io/inject: yes' of worker group 'small' of RayCluster 'demo'");
}

TEST(NamespaceWithoutInjection, NamesAllPodsAndShowsTheFirst) {
  CheckRun run;
  const CheckOutcome outcome = run.file("a.yaml", namespace_text("team-a", "{}") + ray_cluster_text())
                                   .run("namespace-without-injection");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  const Match& match = outcome.matches[0];
  EXPECT_EQ(text_at(match.place), "team-a");
  EXPECT_EQ(match.values.at("pods"),
            "head group of RayCluster 'demo' and worker group 'small' of RayCluster 'demo'");
  EXPECT_EQ(match.values.at("why"), "it has no label 'istio-injection: enabled'");
  EXPECT_THAT(match.related.at(0).message, HasSubstr("head group of RayCluster 'demo'"));
  EXPECT_EQ(match.subject.qualified(), "-/Namespace/team-a/metadata/labels");
}

TEST(NamespaceWithoutInjection, TellsAWrongValueFromNone) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", namespace_text("team-a", "{istio-injection: \"true\"}") + ray_cluster_text())
          .run("namespace-without-injection");
  EXPECT_EQ(outcome.matches.at(0).values.at("why"),
            "its label 'istio-injection' has a value other than 'enabled'");
  EXPECT_THAT(outcome.matches.at(0).fix, HasSubstr("Set the label"));
}

TEST(MixedInjection, NamesTheServiceAndBothSides) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", namespace_text("team-a") + kHeadlessService +
                             ray_cluster_text("{}", "{labels: {sidecar.istio.io/inject: \"false\"}}"))
          .run("mixed-injection");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  const Match& match = outcome.matches[0];
  EXPECT_EQ(match.values.at("service"), "peers");
  EXPECT_EQ(match.values.at("without"), "worker group 'small' of RayCluster 'demo'");
  EXPECT_EQ(match.values.at("with"), "head group of RayCluster 'demo'");
  EXPECT_EQ(text_at(match.related.at(0).place), "clusterIP: None");
}

// A selector may not reach pods of an unknown controller at all.
TEST(MixedInjection, LeavesOutPodsWhoseLabelsAreNotKnown) {
  const std::string rollout =
      "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web, namespace: team-a}\nspec: "
      "{template: "
      "{metadata: {labels: {ray.io/cluster: demo, sidecar.istio.io/inject: \"false\"}}, spec: {containers: "
      "[{name: a, "
      "image: b}]}}}\n---\n";
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", namespace_text("team-a") + kHeadlessService + rollout + ray_cluster_text("{}", "{}"))
          .run("mixed-injection");
  EXPECT_THAT(outcome.matches, IsEmpty());
}

// One side is known to be without; whether the other makes it a mixture is not known.
TEST(MixedInjection, AsksWhereOnlyOneSideIsKnown) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml",
               kHeadlessService + ray_cluster_text("{}", "{labels: {sidecar.istio.io/inject: \"false\"}}"))
          .run("mixed-injection");
  EXPECT_THAT(outcome.matches, IsEmpty());
  EXPECT_THAT(facts_of(outcome), ElementsAre("namespace-labels:team-a"));
}

TEST(IneffectiveInjectionSetting, NamesSettingReasonAndFix) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", namespace_text("team-a", "{}") +
                             ray_cluster_text("{labels: {sidecar.istio.io/inject: \"True\"}}",
                                              "{annotations: {sidecar.istio.io/inject: \"true\"}}"))
          .run("ineffective-injection-setting");
  ASSERT_THAT(outcome.matches, SizeIs(2));
  EXPECT_EQ(outcome.matches[0].values.at("setting"),
            "label 'sidecar.istio.io/inject: True' of head group of RayCluster 'demo'");
  EXPECT_THAT(outcome.matches[0].values.at("why"), HasSubstr("exact values 'true' and 'false'"));
  EXPECT_THAT(outcome.matches[0].fix, HasSubstr("lower case"));
  EXPECT_EQ(text_at(outcome.matches[0].place), "sidecar.istio.io/inject: \"True\"");
  EXPECT_THAT(outcome.matches[1].values.at("why"), HasSubstr("an annotation cannot opt in"));
  EXPECT_THAT(outcome.matches[1].fix, HasSubstr("Use the label"));
}

// The value means nothing to Istio, whatever the namespace does.
TEST(IneffectiveInjectionSetting, ReportsANonsenseValueWithoutKnowingTheNamespace) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", ray_cluster_text("{labels: {sidecar.istio.io/inject: \"True\"}}"))
          .run("ineffective-injection-setting");
  EXPECT_THAT(outcome.matches, SizeIs(1));
}

TEST(IneffectiveInjectionSetting, AsksForTheNamespaceWhereThatDecides) {
  for (const std::string& text : {ray_cluster_text("{annotations: {sidecar.istio.io/inject: \"true\"}}"),
                                  "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: "
                                  "team-a, labels: {sidecar.istio.io/inject: \"true\"}}\n"
                                  "spec: {template: {spec: {containers: [{name: web}]}}}\n" +
                                      std::string()}) {
    CheckRun run;
    const CheckOutcome outcome = run.file("a.yaml", text).run("ineffective-injection-setting");
    EXPECT_THAT(outcome.matches, IsEmpty());
    EXPECT_THAT(facts_of(outcome), ElementsAre("namespace-labels:team-a"));
  }
}

TEST(IneffectiveInjectionSetting, ExplainsLabelsOfRayGroupsByTheOperatorsVersion) {
  const std::string cluster =
      namespace_text("team-a", "{}") +
      "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo, namespace: team-a}\nspec:\n  "
      "headGroupSpec:\n"
      "    labels: {sidecar.istio.io/inject: \"true\"}\n    template: {spec: {containers: [{name: head}]}}\n";
  CheckRun old;
  const CheckOutcome dropped =
      old.file("a.yaml", cluster).kuberay({1, 4, 2}).run("ineffective-injection-setting");
  EXPECT_THAT(dropped.matches.at(0).values.at("why"), HasSubstr("KubeRay before 1.5"));
  CheckRun current;
  EXPECT_THAT(current.file("a.yaml", cluster).kuberay({1, 5, 0}).run("ineffective-injection-setting").matches,
              IsEmpty());
}

}  // namespace
}  // namespace kray
