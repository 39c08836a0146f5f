// Real manifests: what the audit must and must not say of the upstream example, and that nothing of
// whole repositories is passed over in silence. Facts: ../shared/specs/kuberay-kubeflow.md E.4 and G.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "e2e/process.h"
#include "support/shared_folder.h"

namespace kray::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kExample = "kubeflow-manifests/experimental/ray/raycluster_example.yaml";

struct Audit {
  Outcome outcome;
  json run;

  // "RULE:line" of every result, with how often it occurs.
  std::map<std::string, int> results() const {
    std::map<std::string, int> found;
    for (const json& result : run["results"]) {
      const json& region = result["locations"][0]["physicalLocation"]["region"];
      ++found[result["ruleId"].get<std::string>() + ":" + std::to_string(region["startLine"].get<int>())];
    }
    return found;
  }
  int count(const std::string& rule) const {
    const auto& all = run["results"];
    return static_cast<int>(
        std::count_if(all.begin(), all.end(), [&rule](const json& one) { return one["ruleId"] == rule; }));
  }
  const json& coverage() const { return run["properties"]["coverage"]; }
};

Audit audit_corpus(const std::string& arguments) {
  Audit audit;
  audit.outcome = run_shell("kray-audit " + arguments + " -f sarif", shared_folder() / "corpus");
  const json log = json::parse(audit.outcome.out, nullptr, false);
  EXPECT_FALSE(log.is_discarded()) << audit.outcome.out.substr(0, 500) << audit.outcome.err;
  if (!log.is_discarded()) audit.run = log["runs"][0];
  return audit;
}

uint64_t sum(const json& numbers) {
  uint64_t total = 0;
  for (const auto& [name, number] : numbers.items()) total += number.get<uint64_t>();
  return total;
}

TEST(Corpus, UpstreamScenario) {
  KRAY_NEEDS_SHARED();
  const Audit audit = audit_corpus(std::string("rendered/kubeflow.yaml rendered/kuberay-operator.yaml ") +
                                   kExample + " -n kubeflow-user-example-com");
  EXPECT_EQ(audit.outcome.exit_code, 1);
  const auto results = audit.results();
  EXPECT_EQ(results.count("KRAY401:14"), 1U);
  EXPECT_EQ(results.count("KRAY414:5"), 1U);
  EXPECT_EQ(audit.count("KRAY401"), 1);
  EXPECT_EQ(audit.count("KRAY414"), 1);
  for (const char* silent :
       {"KRAY101", "KRAY102", "KRAY103", "KRAY104", "KRAY105", "KRAY106", "KRAY201", "KRAY202", "KRAY203",
        "KRAY204", "KRAY205", "KRAY206", "KRAY207", "KRAY308", "KRAY601", "KRAY602", "KRAY901", "KRAY902"}) {
    EXPECT_EQ(audit.count(silent), 0) << silent;
  }
  for (const json& result : audit.run["results"]) {
    if (result["ruleId"] != "KRAY401") continue;
    EXPECT_EQ(result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 8);
    EXPECT_EQ(result["locations"][0]["physicalLocation"]["region"]["snippet"]["text"], "- to:");
  }
  // A ConfigMap of it carries template text, and it is analysed whole all the same.
  EXPECT_EQ(audit.coverage()["filesAnalysed"], 3);
  EXPECT_EQ(audit.coverage()["documentsWithObjects"], 637);
}

// Step 3 of the upstream guide makes a plain namespace; three names of the example stay behind.
TEST(Corpus, UpstreamScenarioInAPlainNamespace) {
  KRAY_NEEDS_SHARED();
  const Audit audit = audit_corpus(std::string("rendered/kubeflow.yaml rendered/kuberay-operator.yaml ") +
                                   kExample + " -n development");
  const auto results = audit.results();
  for (const char* line : {"KRAY105:13", "KRAY105:82", "KRAY105:132", "KRAY106:63"})
    EXPECT_EQ(results.count(line), 1U) << line;
  EXPECT_EQ(audit.count("KRAY105"), 3);
  EXPECT_EQ(audit.count("KRAY106"), 1);
}

// Facts: ../shared/specs/kuberay-kubeflow.md D.4.
TEST(Corpus, SamplesOfKubeRay) {
  KRAY_NEEDS_SHARED();
  const Audit audit = audit_corpus("kuberay/ray-operator/config/samples");
  for (const char* silent : {"KRAY102", "KRAY104", "KRAY105", "KRAY106", "KRAY204", "KRAY205", "KRAY206",
                             "KRAY207", "KRAY601", "KRAY602", "KRAY604"}) {
    EXPECT_EQ(audit.count(silent), 0) << silent;
  }
  std::set<std::string> added_capability;
  std::set<std::string> unconfined;
  for (const json& result : audit.run["results"]) {
    if (result["ruleId"] != "KRAY803") continue;
    const std::string text = result["message"]["text"];
    const std::string file = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    if (text.find("SYS_PTRACE") != std::string::npos) added_capability.insert(file);
    if (text.find("Unconfined") != std::string::npos) unconfined.insert(file);
  }
  EXPECT_EQ(added_capability.size(), 1U);
  EXPECT_EQ(unconfined.size(), 2U);
  EXPECT_EQ(audit.count("KRAY308"), 2) << "a head on LoadBalancer and one on NodePort";
  // Documents with secrets written out; one of them holds the private key of a CA.
  EXPECT_EQ(audit.count("KRAY802"), 8);
  int private_keys = 0;
  for (const json& result : audit.run["results"]) {
    const std::string uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    if (result["ruleId"] == "KRAY802" && uri.ends_with("ray-cluster.tls.yaml")) ++private_keys;
  }
  EXPECT_EQ(private_keys, 1);
}

// Counted by user rules that find what is there (facts: ../shared/specs/kuberay-kubeflow.md D.4): the
// samples are read whole, and what a path means is what the specification counted.
struct SampleCount {
  const char* what;
  const char* of;       // `for`
  const char* require;  // holds where there is nothing to count
  size_t findings;
  size_t files;
};

constexpr SampleCount kSampleCounts[] = {
    {"cluster specs", "ray-cluster", "{path: headGroupSpec, absent: true}", 88, 88},
    {"pod templates", "ray-pod", "{path: 'spec.containers[*].name', absent: true}", 167, 88},
    {"templates without the sidecar label", "ray-pod",
     "{path: 'metadata.labels[\"sidecar.istio.io/inject\"]', exists: true}", 167, 88},
    {"templates with the sidecar annotation", "ray-pod",
     "{path: 'metadata.annotations[\"sidecar.istio.io/inject\"]', absent: true}", 0, 0},
    {"host network", "ray-pod", "{path: spec.hostNetwork, absent: true}", 0, 0},
    {"clusters without rayVersion", "ray-cluster", "{path: rayVersion, exists: true}", 8, 8},
    {"heads that set dashboard-host", "ray-cluster",
     "{path: 'headGroupSpec.rayStartParams[\"dashboard-host\"]', absent: true}", 11, 11},
    {"authOptions", "ray-cluster", "{path: authOptions, absent: true}", 3, 3},
    {"networkPolicy", "ray-cluster", "{path: networkPolicy, absent: true}", 1, 1},
    {"tlsOptions", "ray-cluster", "{path: tlsOptions, absent: true}", 1, 1},
    {"gcsFaultToleranceOptions", "ray-cluster", "{path: gcsFaultToleranceOptions, absent: true}", 6, 6},
    {"managedBy or suspend", "ray-cluster",
     "{all-of: [{path: managedBy, absent: true}, {path: suspend, absent: true}]}", 0, 0},
    {"enableIngress", "ray-cluster", "{path: headGroupSpec.enableIngress, absent: true}", 0, 0},
    {"headService with a type", "ray-cluster", "{path: headGroupSpec.headService.spec.type, absent: true}", 1,
     1},
    {"serviceType NodePort", "ray-cluster", "{path: headGroupSpec.serviceType, not-in: [NodePort]}", 1, 1},
    {"serveService LoadBalancer", "RayService", "{path: spec.serveService.spec.type, not-in: [LoadBalancer]}",
     1, 1},
    {"RayJobs with another submission mode", "RayJob", "{path: spec.submissionMode, absent: true}", 2, 2},
    {"RayJobs with a clusterSelector", "RayJob", "{path: spec.clusterSelector, absent: true}", 1, 1},
    {"objects with a namespace of their own", "object", "{path: metadata.namespace, absent: true}", 0, 0},
    {"subjects in the namespace default", "RoleBinding.rbac.authorization.k8s.io",
     "{path: 'subjects[*].namespace', not-in: [default]}", 4, 4},
};

TEST(Corpus, SamplesOfKubeRayCountByCount) {
  KRAY_NEEDS_SHARED();
  const TempFolder rules;
  std::string ids;
  for (size_t i = 0; i < std::size(kSampleCounts); ++i) {
    const std::string id = "COUNT" + std::to_string(100 + i);
    rules.write(id + ".yaml", "id: " + id + "\nname: count-" + std::to_string(i) +
                                  "\ntitle: Counted\nseverity: low\nfor: " + kSampleCounts[i].of +
                                  "\nrequire: " + kSampleCounts[i].require +
                                  "\nmessage: Counted.\ndescription: Counts.\nremediation: None.\n");
    ids += (i == 0 ? "" : ",") + id;
  }
  const Audit audit = audit_corpus("kuberay/ray-operator/config/samples -n team-a --rules " +
                                   rules.path().string() + " --only " + ids);
  EXPECT_EQ(audit.coverage()["files"], 94);
  EXPECT_EQ(audit.coverage()["filesAnalysed"], 94);
  EXPECT_EQ(audit.coverage()["documentsWithObjects"], 171);
  for (size_t i = 0; i < std::size(kSampleCounts); ++i) {
    const std::string id = "COUNT" + std::to_string(100 + i);
    std::set<std::string> files;
    for (const json& result : audit.run["results"]) {
      if (result["ruleId"] == id)
        files.insert(
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].get<std::string>());
    }
    EXPECT_EQ(audit.count(id), kSampleCounts[i].findings) << kSampleCounts[i].what;
    EXPECT_EQ(files.size(), kSampleCounts[i].files) << kSampleCounts[i].what;
  }
}

TEST(Corpus, SamplesOfKubeRayByKind) {
  KRAY_NEEDS_SHARED();
  const Outcome outcome =
      run_shell("kray-audit inventory kuberay/ray-operator/config/samples -n team-a -f json",
                shared_folder() / "corpus");
  const json inventory = json::parse(outcome.out, nullptr, false);
  ASSERT_FALSE(inventory.is_discarded()) << outcome.err;
  const std::map<std::string, int> expected = {{"RayCluster.ray.io", 46},
                                               {"RayJob.ray.io", 25},
                                               {"RayService.ray.io", 16},
                                               {"RayCronJob.ray.io", 2},
                                               {"ConfigMap", 30},
                                               {"Secret", 8},
                                               {"Service", 5},
                                               {"Deployment.apps", 4},
                                               {"ServiceAccount", 4},
                                               {"ClusterRole.rbac.authorization.k8s.io", 4},
                                               {"RoleBinding.rbac.authorization.k8s.io", 4},
                                               {"Ingress.networking.k8s.io", 3},
                                               {"Role.rbac.authorization.k8s.io", 2},
                                               {"ClusterRoleBinding.rbac.authorization.k8s.io", 2},
                                               {"PersistentVolumeClaim", 2},
                                               {"Gateway.gateway.networking.k8s.io", 1},
                                               {"HTTPRoute.gateway.networking.k8s.io", 1},
                                               {"GatewayClass.gateway.networking.k8s.io", 1},
                                               {"StatefulSet.apps", 1},
                                               {"Pod", 1},
                                               {"NetworkPolicy.networking.k8s.io", 1},
                                               {"Queue.scheduling.run.ai", 4},
                                               {"Queue.scheduling.volcano.sh", 2},
                                               {"SandboxTemplate.extensions.agents.x-k8s.io", 1},
                                               {"SandboxWarmPool.extensions.agents.x-k8s.io", 1}};
  EXPECT_EQ((inventory["kinds"].get<std::map<std::string, int>>()), expected);
}

TEST(Corpus, ExampleInTheDefaultNamespace) {
  KRAY_NEEDS_SHARED();
  const Audit audit = audit_corpus(std::string(kExample) + " -n default");
  const auto results = audit.results();
  EXPECT_EQ(audit.count("KRAY101"), 3) << "once for each of the three objects";
  for (const char* line : {"KRAY101:4", "KRAY101:31", "KRAY101:63"})
    EXPECT_EQ(results.count(line), 1U) << line;
}

TEST(Corpus, ExampleWithoutANamespaceIsOneQuestion) {
  KRAY_NEEDS_SHARED();
  const Audit audit = audit_corpus(kExample);
  EXPECT_EQ(audit.count("KRAY101"), 0);
  const json& notes = audit.run["invocations"][0]["toolExecutionNotifications"];
  ASSERT_EQ(notes.size(), 1U) << notes.dump(1);
  EXPECT_THAT(notes[0]["message"]["text"].get<std::string>(), HasSubstr("name no namespace"));
}

// Kubernetes itself decides what a file is; the report has to account for each of them.
TEST(Corpus, WholeRepositoriesAddUp) {
  KRAY_NEEDS_SHARED();
  const struct {
    const char* folder;
    int files, helm, documents_outside_helm;
  } repositories[] = {{"kubeflow-manifests", 1120, 95, 1631}, {"kuberay", 297, 28, 399}};
  for (const auto& repository : repositories) {
    const Audit audit = audit_corpus(repository.folder);
    const json& coverage = audit.coverage();
    EXPECT_EQ(coverage["files"], repository.files) << repository.folder;
    EXPECT_EQ(coverage["filesRecognised"]["Helm template"], repository.helm) << repository.folder;
    EXPECT_EQ(coverage["filesFailed"], 0) << repository.folder;
    EXPECT_EQ(coverage["filesAnalysed"].get<uint64_t>() + sum(coverage["filesRecognised"]),
              coverage["files"].get<uint64_t>());
    EXPECT_EQ(coverage["documentsFailed"], 0);
    EXPECT_EQ(coverage["documentsWithObjects"].get<uint64_t>() + sum(coverage["documentsRecognised"]),
              coverage["documents"].get<uint64_t>());
    EXPECT_EQ(coverage["documents"].get<int>() - coverage["documentsRecognised"]["Helm template"].get<int>(),
              repository.documents_outside_helm);
  }
}

// Every finding of severity high or critical on the two repositories has been read and is true. A new
// one is either true too, and belongs here, or a false alarm. Secrets written out in samples and tests
// are many; each was looked up, and they are counted.
TEST(Corpus, SevereFindingsAreTheKnownTrueOnes) {
  KRAY_NEEDS_SHARED();
  std::set<std::string> severe;
  std::map<std::string, int> inline_secrets;
  for (const char* folder : {"kubeflow-manifests", "kuberay"}) {
    const Audit audit = audit_corpus(folder);
    for (const json& result : audit.run["results"]) {
      if (result["level"] != "error") continue;
      const json& place = result["locations"][0]["physicalLocation"];
      if (result["ruleId"] == "KRAY802") {
        ++inline_secrets[folder];
        continue;
      }
      severe.insert(result["ruleId"].get<std::string>() + " " +
                    place["artifactLocation"]["uri"].get<std::string>() + ":" +
                    std::to_string(place["region"]["startLine"].get<int>()));
    }
  }
  EXPECT_THAT(severe,
              testing::ElementsAre(
                  "KRAY101 kuberay/historyserver/test/testdata/raycluster-azureblob.yaml:7",
                  "KRAY101 kuberay/historyserver/test/testdata/raycluster.yaml:7",
                  "KRAY101 kuberay/ray-operator/config/default/kustomization.yaml:2",
                  "KRAY308 kuberay/ray-operator/config/samples/ray-cluster.custom-head-service.yaml:25",
                  "KRAY308 kuberay/ray-operator/config/samples/ray-cluster.separate-ingress.yaml:12",
                  "KRAY401 kubeflow-manifests/experimental/ray/raycluster_example.yaml:14",
                  "KRAY414 kubeflow-manifests/experimental/ray/raycluster_example.yaml:5"));
  EXPECT_EQ(inline_secrets["kubeflow-manifests"], 7);
  EXPECT_EQ(inline_secrets["kuberay"], 27);
}

}  // namespace
}  // namespace kray::test
