// The promise that what is wrong with a pod is seen inside a Ray object wherever it is seen in a
// Deployment: one pod spec, the same rules, every place where a Ray object keeps one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "audit/audit.h"
#include "support/temp_folder.h"

namespace kray {
namespace {

using testing::UnorderedElementsAre;

std::string user_rule(const std::string& id, const std::string& check) {
  return "id: " + id + "\nname: " + id + "-rule\ntitle: A pod is too powerful\nseverity: high\n" + check +
         "message: \"{subject} is too powerful.\"\ndescription: Why.\nremediation: How.\n";
}

constexpr const char* kPodSpec = R"(hostNetwork: true
securityContext: {runAsUser: 0}
containers:
- name: main
  image: rayproject/ray:latest
  securityContext: {privileged: true}
)";

constexpr const char* kGoodPodSpec = R"(securityContext: {runAsUser: 1000}
containers:
- name: main
  image: rayproject/ray:2.44.1-py311-cpu
  securityContext: {privileged: false}
)";

std::string indented(std::string_view text, size_t by) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    result += std::string(by, ' ') + std::string(text.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  return result;
}

std::string object_text(const std::string& api_version, const std::string& kind, const std::string& spec) {
  return "apiVersion: " + api_version + "\nkind: " + kind +
         "\nmetadata: {name: x, namespace: team-a}\nspec:\n" + indented(spec, 2);
}

std::string pod_template(std::string_view spec) { return "template:\n  spec:\n" + indented(spec, 4); }

std::string cluster(std::string_view head, std::string_view worker) {
  return "headGroupSpec:\n  rayStartParams: {}\n" + indented(pod_template(head), 2) +
         "workerGroupSpecs:\n- groupName: g\n  rayStartParams: {}\n" + indented(pod_template(worker), 2);
}

struct Form {
  const char* name;
  std::string manifest;
};

void PrintTo(const Form& form, std::ostream* out) { *out << form.name; }

class PodSpecs : public testing::TestWithParam<Form> {
 protected:
  // Rules that report something of the manifest, KRAY603 and those of the user.
  static std::multiset<std::string> rules_that_fire(const std::string& manifest) {
    const test::TempFolder folder;
    folder.write("rules/1.yaml",
                 user_rule("PRIVILEGED",
                           "for: container\nrequire: {path: securityContext.privileged, not-in: [true]}\n"));
    folder.write(
        "rules/2.yaml",
        user_rule("HOSTNETWORK", "for: pod\nrequire: {not: {path: spec.hostNetwork, equals: true}}\n"));
    folder.write(
        "rules/3.yaml",
        user_rule("ROOT",
                  "for: pod\nrequire: {path: spec.securityContext.runAsUser, exists: true, not-in: [0]}\n"));
    const LoadedRules loaded = load_rules({folder.path().string() + "/rules"});
    for (const Error& error : loaded.errors) ADD_FAILURE() << error.to_string();
    AuditSettings settings;
    settings.inputs.paths = {folder.write("manifest.yaml", manifest)};
    const AuditReport report = run_audit(
        settings, select_rules(loaded.set, {.only = {"PRIVILEGED", "HOSTNETWORK", "ROOT", "KRAY603"},
                                            .skip = {},
                                            .strict = false}));
    for (const Error& error : report.errors) ADD_FAILURE() << error.to_string();
    std::multiset<std::string> rules;
    for (const Finding& finding : report.findings) rules.insert(finding.rule->id);
    return rules;
  }
};

TEST_P(PodSpecs, AreSeenAsInADeployment) {
  EXPECT_THAT(rules_that_fire(object_text("apps/v1", "Deployment", pod_template(kPodSpec))),
              UnorderedElementsAre("PRIVILEGED", "HOSTNETWORK", "ROOT", "KRAY603"));
  EXPECT_THAT(rules_that_fire(GetParam().manifest),
              UnorderedElementsAre("PRIVILEGED", "HOSTNETWORK", "ROOT", "KRAY603"));
}

std::vector<Form> forms() {
  std::vector<Form> forms;
  const auto add = [&forms](const char* name, const std::string& kind, const std::string& before,
                            size_t indent, bool head) {
    const std::string spec = head ? cluster(kPodSpec, kGoodPodSpec) : cluster(kGoodPodSpec, kPodSpec);
    forms.push_back({name, object_text("ray.io/v1", kind, before + indented(spec, indent))});
  };
  for (const bool head : {true, false}) {
    add(head ? "RayClusterHead" : "RayClusterWorker", "RayCluster", "", 0, head);
    add(head ? "RayJobHead" : "RayJobWorker", "RayJob", "rayClusterSpec:\n", 2, head);
    add(head ? "RayServiceHead" : "RayServiceWorker", "RayService", "rayClusterConfig:\n", 2, head);
    add(head ? "RayCronJobHead" : "RayCronJobWorker", "RayCronJob", "jobTemplate:\n  rayClusterSpec:\n", 4,
        head);
  }
  forms.push_back({"RayJobSubmitter",
                   object_text("ray.io/v1", "RayJob",
                               "submitterPodTemplate:\n  spec:\n" + indented(kPodSpec, 4) +
                                   "rayClusterSpec:\n" + indented(cluster(kGoodPodSpec, kGoodPodSpec), 2))});
  forms.push_back(
      {"OldVersion", object_text("ray.io/v1alpha1", "RayCluster", cluster(kPodSpec, kGoodPodSpec))});
  return forms;
}

std::string form_name(const testing::TestParamInfo<Form>& parameter) { return parameter.param.name; }

INSTANTIATE_TEST_SUITE_P(All, PodSpecs, testing::ValuesIn(forms()), form_name);

TEST_P(PodSpecs, ThatAreFineAreNotReported) {
  EXPECT_THAT(rules_that_fire(object_text("ray.io/v1", "RayCluster", cluster(kGoodPodSpec, kGoodPodSpec))),
              testing::IsEmpty());
}

}  // namespace
}  // namespace kray
