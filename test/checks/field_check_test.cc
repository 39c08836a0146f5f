// Checks written in rule files: which things each `for` looks at, what `where` leaves out, and what a
// match says and points at.
#include "checks/field_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/check_run.h"

namespace kray {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kManifests = R"(apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: demo, namespace: team-a}
spec:
  autoscalerOptions: {image: autoscaler-image}
  headGroupSpec:
    template:
      spec:
        initContainers: [{name: fetch, image: fetch-image}]
        containers: [{name: head, image: head-image}]
  workerGroupSpecs:
  - groupName: small
    template:
      spec:
        containers: [{name: worker, image: worker-image}, {name: log}]
---
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: job, namespace: team-a}
spec:
  submitterPodTemplate:
    spec:
      containers: [{name: submit, image: submit-image}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: team-a}
spec:
  template:
    spec:
      containers: [{name: web, image: web-image}]
---
apiVersion: v1
kind: Pod
metadata: {name: shell, namespace: team-a}
spec:
  containers: [{name: shell, image: shell-image}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: policy, namespace: team-a}
)";

// The words for every subject that `for` visits: a condition that nothing meets makes each a match.
std::vector<std::string> subjects_of(const std::string& subject) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", kManifests).run_fields("for: " + subject + "\nrequire: {path: never, exists: true}");
  std::vector<std::string> words;
  for (const Match& match : outcome.matches) words.push_back(match.values.at("subject"));
  return words;
}

TEST(FieldCheckSubjects, Objects) {
  EXPECT_THAT(subjects_of("object"), ElementsAre("RayCluster 'demo'", "RayJob 'job'", "Deployment 'web'",
                                                 "Pod 'shell'", "AuthorizationPolicy 'policy'"));
  EXPECT_THAT(subjects_of("Deployment"), ElementsAre("Deployment 'web'"));
  EXPECT_THAT(subjects_of("AuthorizationPolicy.security.istio.io"),
              ElementsAre("AuthorizationPolicy 'policy'"));
  EXPECT_THAT(subjects_of("AuthorizationPolicy.example.com"), IsEmpty());
}

TEST(FieldCheckSubjects, Pods) {
  EXPECT_THAT(subjects_of("pod"),
              ElementsAre("head group of RayCluster 'demo'", "worker group 'small' of RayCluster 'demo'",
                          "submitter of RayJob 'job'", "Deployment 'web'", "Pod 'shell'"));
  EXPECT_THAT(subjects_of("ray-pod"),
              ElementsAre("head group of RayCluster 'demo'", "worker group 'small' of RayCluster 'demo'"));
}

TEST(FieldCheckSubjects, Containers) {
  EXPECT_THAT(subjects_of("container"),
              ElementsAre("container 'fetch' of head group of RayCluster 'demo'",
                          "container 'head' of head group of RayCluster 'demo'",
                          "container 'worker' of worker group 'small' of RayCluster 'demo'",
                          "container 'log' of worker group 'small' of RayCluster 'demo'",
                          "container 'submit' of submitter of RayJob 'job'",
                          "container 'web' of Deployment 'web'", "container 'shell' of Pod 'shell'"));
  EXPECT_THAT(subjects_of("ray-container"), SizeIs(4));
}

TEST(FieldCheckSubjects, RayClustersAndGroups) {
  // The RayJob has no cluster of its own.
  EXPECT_THAT(subjects_of("ray-cluster"), ElementsAre("RayCluster 'demo'"));
  EXPECT_THAT(subjects_of("worker-group"), ElementsAre("worker group 'small' of RayCluster 'demo'"));
}

TEST(FieldCheckSubjects, Images) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", kManifests).run_fields("for: image\nrequire: {path: ., equals: none}");
  std::vector<std::string> images;
  for (const Match& match : outcome.matches) images.push_back(text_at(match.place));
  // In the order of the pods; a container without an image has none to look at.
  EXPECT_THAT(images, ElementsAre("fetch-image", "head-image", "autoscaler-image", "worker-image",
                                  "submit-image", "web-image", "shell-image"));
  EXPECT_EQ(outcome.matches.at(2).values.at("subject"), "autoscaler of RayCluster 'demo'");
}

TEST(FieldCheckSubjects, RayClustersOfAllFourKinds) {
  const std::string cluster =
      "{rayVersion: 2.44.1, headGroupSpec: {}, workerGroupSpecs: [{groupName: g}]}\n---\n";
  const auto object = [](const std::string& kind, const std::string& spec) {
    return "apiVersion: ray.io/v1\nkind: " + kind + "\nmetadata: {name: x}\nspec: " + spec;
  };
  CheckRun run;
  run.file("a.yaml", object("RayCluster", cluster) + object("RayJob", "\n  rayClusterSpec: " + cluster) +
                         object("RayService", "\n  rayClusterConfig: " + cluster) +
                         object("RayCronJob", "\n  jobTemplate:\n    rayClusterSpec: " + cluster));
  EXPECT_THAT(run.run_fields("for: ray-cluster\nrequire: {path: rayVersion, absent: true}").matches,
              SizeIs(4));
  EXPECT_THAT(run.run_fields("for: worker-group\nrequire: {path: groupName, absent: true}").matches,
              SizeIs(4));
}

TEST(FieldCheck, WhereLeavesOthersOut) {
  CheckRun run;
  const CheckOutcome outcome = run.file("a.yaml", kManifests)
                                   .run_fields(
                                       "for: container\nwhere: {path: image, exists: true}\nrequire: {path: "
                                       "image, matches: '^(head|web)'}");
  EXPECT_THAT(outcome.matches, SizeIs(4));
}

TEST(FieldCheckMatches, PointAtTheValueAndNameIt) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", kManifests)
          .run_fields(
              "for: Deployment\nrequire: {path: 'spec.template.spec.containers[*].image', equals: other}");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  const Match& match = outcome.matches[0];
  EXPECT_EQ(text_at(match.place), "web-image");
  EXPECT_EQ(match.values.at("value"), "web-image");
  EXPECT_EQ(match.values.at("path"), "spec.template.spec.containers[*].image");
  EXPECT_EQ(match.values.at("kind"), "Deployment");
  EXPECT_EQ(match.values.at("name"), "web");
  EXPECT_EQ(match.values.at("namespace"), "team-a");
  EXPECT_EQ(match.subject.qualified(), "team-a/Deployment.apps/web/spec/template/spec/containers[0]/image");
}

TEST(FieldCheckMatches, PointAtTheParentOfWhatIsMissing) {
  CheckRun run;
  run.file("a.yaml",
           "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector:\n    app: web\n");
  CheckOutcome outcome = run.run_fields("for: Service\nrequire: {path: spec.selector.team, exists: true}");
  EXPECT_EQ(text_at(outcome.matches.at(0).place), "selector");
  EXPECT_EQ(outcome.matches.at(0).values.at("value"), "(not set)");
  EXPECT_EQ(outcome.matches.at(0).values.at("namespace"), "(not set)");
  // The object itself is shown by its name, not from its first line to its last.
  outcome = run.run_fields("for: Service\nrequire: {path: status, exists: true}");
  EXPECT_EQ(text_at(outcome.matches.at(0).place), "web");
}

// Invalid, but it must not vanish: the group has no template that could be pointed at.
TEST(FieldCheckMatches, OfAGroupWithoutATemplateHaveAPlace) {
  CheckRun run;
  run.file("a.yaml",
           "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo}\nspec: {headGroupSpec: "
           "{rayStartParams: {}}}\n");
  const CheckOutcome outcome = run.run_fields("for: ray-pod\nrequire: {path: spec, exists: true}");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(text_at(outcome.matches[0].place), "demo");
}

TEST(FieldCheckMatches, DoNotRevealSecrets) {
  CheckRun run;
  run.file("a.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2}\n");
  const CheckOutcome outcome = run.run_fields("for: Secret\nrequire: {path: stringData.password, equals: x}");
  EXPECT_EQ(outcome.matches.at(0).values.at("value"), "(hidden)");
}

struct BadCheck {
  const char* check;
  const char* where;
  const char* what;
};

void PrintTo(const BadCheck& one, std::ostream* out) { *out << one.check; }

class BadChecks : public testing::TestWithParam<BadCheck> {};

TEST_P(BadChecks, AreRefusedWithTheirLine) {
  const Yaml check(GetParam().check);
  const Result<FieldCheck> compiled = compile_field_check(check.root());
  ASSERT_FALSE(compiled.ok());
  EXPECT_EQ(compiled.error().where, GetParam().where);
  EXPECT_THAT(compiled.error().what, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadChecks,
    testing::Values(
        BadCheck{"require: {path: a, exists: true}", "rule.yaml:1", "names nothing to look at"},
        BadCheck{"id: X\nfor: containers\nrequire: {path: a, exists: true}", "rule.yaml:2",
                 "'for: containers' names nothing"},
        BadCheck{"for: pod", "rule.yaml:1", "needs 'require'"},
        BadCheck{"for: pod\nwhere: {path: a}\nrequire: {path: a, exists: true}", "rule.yaml:2",
                 "needs an operator"},
        BadCheck{"for: pod\nwhere:\nrequire: {path: a, exists: true}", "rule.yaml:2", "expected a condition"},
        BadCheck{"for: pod\nrequire:\n  path: a\n  like: b", "rule.yaml:4", "'like' is not an operator"}));

}  // namespace
}  // namespace kray
