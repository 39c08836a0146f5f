// `kray-audit inventory`: its output, and its JSON against what KubeRay and Istio really made of the shared
// conformance sets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "e2e/process.h"
#include "report/json_schema.h"
#include "support/shared_folder.h"

namespace kray::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

json inventory_of(const std::string& arguments) {
  const Outcome outcome = run_shell("kray-audit inventory -f json " + arguments);
  EXPECT_THAT(testing::json_schema_errors("inventory-1.schema.json", outcome.out), IsEmpty()) << arguments;
  return json::parse(outcome.out);
}

std::map<std::string, std::vector<json>> lines_by_case(const fs::path& file) {
  std::map<std::string, std::vector<json>> lines;
  std::ifstream in(file);
  for (std::string text; std::getline(in, text);) {
    json line = json::parse(text);
    lines[line.at("case")].push_back(std::move(line));
  }
  return lines;
}

TEST(Inventory, TextNamesPodsAndSidecars) {
  const Outcome outcome = run_shell("kray-audit inventory fixtures/scenarios/insecure");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_THAT(outcome.out, HasSubstr("  team-a/RayCluster/demo/small\n"));
  EXPECT_THAT(outcome.out, HasSubstr("sidecar          no: the pod's label opts out "
                                     "(fixtures/scenarios/insecure/raycluster.yaml:28)\n"));
}

TEST(Inventory, ExitCodes) {
  EXPECT_EQ(run_shell("kray-audit inventory no/such.yaml").exit_code, 3);
  EXPECT_EQ(run_shell("kray-audit inventory x -f sarif").exit_code, 2);
  EXPECT_EQ(run_shell("kray-audit inventory docs/schema").exit_code, 3) << "no object";
}

TEST(Inventory, JsonOfTheScenarios) {
  for (const char* scenario : {"insecure", "secure", "suppressed"}) {
    const json inventory = inventory_of(std::string("fixtures/scenarios/") + scenario);
    EXPECT_GE(inventory["pods"].size(), 2U) << scenario;
  }
}

TEST(Inventory, InjectionIsWhatIstioDoes) {
  KRAY_NEEDS_SHARED();
  const fs::path folder = shared_folder() / "conformance/injection";
  int pods = 0;
  for (const auto& [name, lines] : lines_by_case(folder / "expected.jsonl")) {
    const json inventory = inventory_of((folder / "cases" / (name + ".yaml")).string());
    std::map<std::string, json> injection;
    for (const json& pod : inventory["pods"]) injection[pod["id"]] = pod["injection"];
    for (const json& line : lines) {
      const json& ours = injection[line["pod"]];
      ++pods;
      for (const char* field :
           {"webhooks", "injected", "rejected", "startFails", "revision", "proxy", "native", "tlsMode",
            "interception", "capturedInboundPorts", "excludedInboundPorts"})
        EXPECT_EQ(ours.value(field, json("missing")), line[field])
            << name << " " << line["pod"] << " " << field;
    }
  }
  EXPECT_EQ(pods, 1800);
}

// Of a pod and a Service what is compared as it stands; the rest is compared in test/derive.
json comparable_pod(const json& pod) {
  json one;
  for (const char* field : {"role", "group", "cluster", "namespace", "generateName", "job", "labels",
                            "serviceAccountName", "hostNetwork", "containers", "initContainers"}) {
    if (pod.contains(field)) one[field] = pod[field];
  }
  return one;
}

json comparable_service(const json& service) {
  json one;
  for (const char* field :
       {"name", "namespace", "owner", "type", "headless", "publishNotReadyAddresses", "selects"})
    one[field] = service.value(field, json());
  one["selects"] = service.value("selects", json::array());
  for (const char* flag : {"headless", "publishNotReadyAddresses"}) one[flag] = service.value(flag, false);
  return one;
}

std::multiset<std::string> comparable(const json& list, json (*reduce)(const json&)) {
  std::multiset<std::string> texts;
  for (const json& item : list) texts.insert(reduce(item).dump());
  return texts;
}

json entries_for(const json& list, const std::string& object) {
  json entries = json::array();
  for (const json& item : list) {
    if (item["object"] == object) entries.push_back(item);
  }
  return entries;
}

// The image of a RayCluster that a RayJob selects and the case does not hold: the set takes one for granted.
void forget_assumed_image(json& line) {
  const std::string assumed = line.value("assumed", json::array()).dump();
  if (assumed.find("RayCluster ") == std::string::npos) return;
  for (json& pod : line["pods"]) {
    for (json& container : pod["containers"]) container.erase("image");
  }
}

void compare_ray_objects(const std::string& version) {
  const fs::path folder = shared_folder() / "conformance/kuberay" / version;
  int compared = 0;
  for (const auto& [name, lines] : lines_by_case(folder / "expected.jsonl")) {
    const fs::path input = folder / "cases" / (name + ".yaml");
    if (!fs::exists(input)) continue;  // of the corpus, where one file holds many
    const json inventory = inventory_of(input.string() + " -n team-a --assume kuberay=" + version);
    for (json line : lines) {
      const std::string object = line["object"];
      forget_assumed_image(line);
      if (object.ends_with("xxxxx")) continue;  // made by generateName: the input has another name
      ++compared;
      EXPECT_EQ(comparable(entries_for(inventory["pods"], object), comparable_pod),
                comparable(line["pods"], comparable_pod))
          << version << " " << name;
      EXPECT_EQ(comparable(entries_for(inventory["services"], object), comparable_service),
                comparable(line["services"], comparable_service))
          << version << " " << name;
      EXPECT_EQ(entries_for(inventory["rejected"], object).empty(),
                !line.contains("rejected") && !line.contains("error"))
          << version << " " << name;
    }
  }
  EXPECT_GT(compared, 100);
}

TEST(Inventory, RayObjectsAreWhatKubeRay132Makes) {
  KRAY_NEEDS_SHARED();
  compare_ray_objects("1.3.2");
}

TEST(Inventory, RayObjectsAreWhatKubeRay162Makes) {
  KRAY_NEEDS_SHARED();
  compare_ray_objects("1.6.2");
}

}  // namespace
}  // namespace kray::test
