// Compares the pods derived for Ray objects with those that KubeRay's own reconcilers made, for every
// object of the shared conformance set and for both operator versions it covers.
//
// What is compared is what derive/ claims: which pod classes there are, and their labels.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "cluster/inventory_fixture.h"
#include "derive/kuberay.h"
#include "support/shared_folder.h"

namespace kray {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path kShared = fs::path(KRAY_SOURCE_DIR) / ".." / "shared";

// Labels that depend on the state of a running cluster or count replicas.
const std::set<std::string> kLeftOut = {"ray.io/serve", "ray.io/worker-group-replica-index",
                                        "ray.io/worker-group-replica-name", "ray.io/replica-host-index"};

// "head headgroup {a=b, …}" for each pod class, sorted.
using Pods = std::multiset<std::string>;

std::string describe(std::string_view role, std::string_view group,
                     const std::map<std::string, std::string>& labels) {
  std::ostringstream text;
  text << role << " " << group << " {";
  for (const auto& [key, value] : labels) {
    if (!kLeftOut.contains(key)) text << key << "=" << value << " ";
  }
  text << "}";
  return text.str();
}

Pods expected_pods(const json& line) {
  Pods pods;
  for (const json& pod : line.at("pods")) {
    pods.insert(describe(pod.at("role").get<std::string>(), pod.value("group", ""),
                         pod.at("labels").get<std::map<std::string, std::string>>()));
  }
  return pods;
}

Pods derived_pods(const Object& object, const Version& kuberay) {
  Pods pods;
  for (const PodClass& one : ray_pod_classes(object, kuberay)) {
    const std::map<std::string, std::string> labels(one.labels.begin(), one.labels.end());
    if (one.role == PodRole::ray_head) pods.insert(describe("head", "headgroup", labels));
    if (one.role == PodRole::ray_worker) pods.insert(describe("worker", one.group, labels));
    if (one.role == PodRole::ray_submitter) pods.insert(describe("submitter", "", labels));
    if (one.role == PodRole::ray_redis_cleanup) pods.insert(describe("redis-cleanup", "", labels));
  }
  return pods;
}

// Why the operator makes fewer pods of an object than its templates say; an audit looks at all of them.
std::string why_fewer(const json& line, const Object& object, const Version& kuberay) {
  if (line.contains("error")) return "operator error";
  const NodeRef cluster = ray_cluster_spec_of(object).spec;
  const NodeRef job = object.kind == "RayCronJob" ? object.spec()["jobTemplate"] : object.spec();
  for (const NodeRef spec : {object.spec(), job, cluster}) {
    if (spec["suspend"].is_true()) return "suspended";
    const std::string_view manager = spec["managedBy"].text();
    if (!manager.empty() && manager != "ray.io/kuberay-operator") return "managed by another operator";
  }
  std::set<std::string_view> names = {"headgroup"};
  for (const RayWorkerGroup& group : RayClusterSpec{cluster}.worker_groups()) {
    if (group.node["suspend"].is_true()) return "suspended";
    const std::string_view hosts = group.node["numOfHosts"].text();
    if (hosts == "0") return "no hosts";
    // Before 1.4 such a cluster is never complete, and a job waits for that.
    if (kuberay < Version{1, 4, 0} && !hosts.empty() && hosts != "1") return "several hosts";
    if (!names.insert(group.name()).second) return "two groups of one name";
  }
  return {};
}

std::string read(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(file.is_open()) << "cannot read " << path;
  return text.str();
}

// The object of a line, found in its file by kind and name.
const Object* find_object(const test::LoadedInventory& inventory, const std::string& id) {
  const std::string kind = id.substr(0, id.find('/'));
  const std::string name = id.substr(id.rfind('/') + 1);
  for (const Object& object : inventory->objects()) {
    const bool is_generated = object.metadata()["name"].text().empty();
    if (object.kind == kind && object.group == "ray.io" &&
        std::string(object.name) + (is_generated ? "xxxxx" : "") == name)
      return &object;
  }
  return nullptr;
}

struct Operator {
  const char* folder;
  Version version;
  int agreeing;  // lines whose pods are all as derived
  int fewer;     // lines for which the operator makes only some of them, see why_fewer()
  int rejected;  // lines without pods: nothing to compare
};

void PrintTo(const Operator& one, std::ostream* out) { *out << one.folder; }

class KubeRayConformanceTest : public testing::TestWithParam<Operator> {
 protected:
  void compare(const json& line) {
    if (line.contains("rejected")) {
      ++rejected_;
      return;
    }
    const std::string name = line.at("case");
    const fs::path input = line.contains("ref") ? kShared / "corpus" / line["ref"]["path"].get<std::string>()
                                                : folder() / "cases" / (name + ".yaml");
    const test::LoadedInventory inventory(read(input), "team-a");
    const Object* object = find_object(inventory, line.at("object"));
    ASSERT_NE(object, nullptr) << name << ": no " << line.at("object") << " in " << input;
    const Pods expected = expected_pods(line);
    const Pods derived = derived_pods(*object, GetParam().version);
    if (derived == expected) {
      ++agreeing_;
      return;
    }
    const std::string reason = why_fewer(line, *object, GetParam().version);
    ASSERT_FALSE(reason.empty()) << name << ": derived " << testing::PrintToString(derived)
                                 << "\nthe operator made " << testing::PrintToString(expected);
    EXPECT_TRUE(std::includes(derived.begin(), derived.end(), expected.begin(), expected.end()))
        << name << " (" << reason << "): derived " << testing::PrintToString(derived)
        << "\nthe operator made " << testing::PrintToString(expected);
    ++fewer_;
  }

  static fs::path folder() { return kShared / "conformance" / "kuberay" / GetParam().folder; }

  int agreeing_ = 0;
  int fewer_ = 0;
  int rejected_ = 0;
};

TEST_P(KubeRayConformanceTest, PodsAreThoseOfTheOperator) {
  KRAY_NEEDS_SHARED();
  std::ifstream lines(folder() / "expected.jsonl");
  ASSERT_TRUE(lines) << "no conformance set at " << folder();
  for (std::string text; std::getline(lines, text);) compare(json::parse(text));
  EXPECT_EQ(agreeing_, GetParam().agreeing);
  EXPECT_EQ(fewer_, GetParam().fewer);
  EXPECT_EQ(rejected_, GetParam().rejected);
}

INSTANTIATE_TEST_SUITE_P(Versions, KubeRayConformanceTest,
                         testing::Values(Operator{"1.3.2", {1, 3, 2}, 601, 55, 83},
                                         Operator{"1.6.2", {1, 6, 2}, 534, 52, 153}),
                         [](const testing::TestParamInfo<Operator>& one) {
                           return one.param.version.minor == 3 ? "KubeRay_1_3_2" : "KubeRay_1_6_2";
                         });

}  // namespace
}  // namespace kray
