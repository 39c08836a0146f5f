// Compares everything derived for a Ray object with what KubeRay's own reconcilers made of it: every
// line of the shared conformance set, for both operator versions it covers, field by field.
//
// Not compared, because nothing depends on it: the words of rejections and errors, resources read into
// `ray start`, the text of commands. Two kinds of refusals are ours alone, see is_not_in_the_set().
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "cluster/inventory_fixture.h"
#include "derive/ray_objects.h"
#include "manifest/scalar.h"
#include "support/shared_folder.h"

namespace kray {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path kShared = fs::path(KRAY_SOURCE_DIR) / ".." / "shared";

// Refusals that the set does not know of (its README: "for the rest only what is said there"), though
// the API server refuses them: labels of Roles and their bindings, ExternalName without a name.
bool is_not_in_the_set(const RefusedObject& refused) {
  return refused.object.starts_with("Role/") || refused.object.starts_with("RoleBinding/") ||
         refused.text == "type ExternalName without externalName";
}

std::string read(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(file.is_open()) << "cannot read " << path;
  return text.str();
}

json labels_json(const Labels& labels) {
  json out = json::object();
  for (const auto& [key, value] : labels) out[key] = value;
  return out;
}

json labels_or_nothing(const Labels& labels) { return labels.empty() ? json() : labels_json(labels); }

json containers_json(const std::vector<RayContainer>& containers) {
  json out = json::array();
  for (const RayContainer& container : containers) {
    json ports = json::array();
    for (const RayContainerPort& port : container.ports) {
      json one = {{"port", port.number}};
      if (!port.name.empty()) one["name"] = port.name;
      if (port.protocol != "TCP") one["protocol"] = port.protocol;
      if (port.host_port != 0) one["hostPort"] = port.host_port;
      ports.push_back(one);
    }
    json one = {{"name", container.name}, {"ports", ports}};
    if (!container.image.empty()) one["image"] = container.image;
    out.push_back(one);
  }
  return out;
}

std::string squeezed(const std::string& text) {
  static const std::regex blanks("\\s+");
  return std::regex_replace(text, blanks, " ");
}

bool is_resource(const std::string& flag) {
  for (const std::string name : {"num-cpus", "num-gpus", "memory", "resources"}) {
    if (flag == name || flag.starts_with(name + "=")) return true;
  }
  return false;
}

// The flags of a `ray start` command, without those for resources.
json flags_of(const std::string& command) {
  json flags = json::array();
  for (size_t begin = command.find(" --"); begin != std::string::npos;) {
    const size_t end = command.find(" --", begin + 3);
    std::string flag = command.substr(begin + 3, end == std::string::npos ? end : end - begin - 3);
    while (flag.ends_with(' ')) flag.pop_back();
    if (!is_resource(flag) && flag != "head") flags.push_back(flag);
    begin = end;
  }
  return flags;
}

json flags_of(const StringMap& params) {
  json flags = json::array();
  for (const auto& [key, value] : params) {
    std::string lower = value;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool is_switch =
        (lower == "true" || lower == "false") && key != "log-color" && key != "include-dashboard";
    if (is_resource(key) || (is_switch && lower == "false")) continue;
    std::string flag = squeezed(is_switch ? key : key + "=" + value);
    while (flag.ends_with(' ')) flag.pop_back();
    flags.push_back(flag);
  }
  return flags;
}

std::string probe_text(const RayProbe& probe) {
  std::string text;
  for (const RayProbe::Request& one : probe.requests) text += std::to_string(one.port) + "/" + one.path + " ";
  switch (probe.kind) {
    case RayProbe::Kind::none: return "none";
    case RayProbe::Kind::http: return "http " + text;
    case RayProbe::Kind::exec: return "exec " + text;
    case RayProbe::Kind::user: return "user";
  }
  return text;
}

std::string probe_text(const json& pod, const char* key, const RayProbe& derived) {
  if (!pod.contains(key)) return "none";
  const std::string text = pod.at(key);
  const bool of_operator = text.starts_with("exec bash -c wget") || text.ends_with("/api/healthz");
  if (derived.kind == RayProbe::Kind::user && !of_operator) return "user";
  if (text.starts_with("httpGet ")) return "http " + text.substr(8) + " ";
  static const std::regex request("http://localhost:(\\d+)/(\\S+)");
  std::string out = "exec ";
  for (std::sregex_iterator one(text.begin(), text.end(), request), end; one != end; ++one)
    out += (*one)[1].str() + "/" + (*one)[2].str() + " ";
  return out;
}

// Counts of agreement by field, and the first disagreements in words.
class Tally {
 public:
  void compare(const std::string& field, const std::string& where, const json& expected,
               const json& derived) {
    ++total_[field];
    if (expected == derived) return;
    ++wrong_[field];
    constexpr int kShown = 8;
    if (wrong_[field] <= kShown)
      text_ << field << " of " << where << "\n  operator: " << expected.dump()
            << "\n  derived:  " << derived.dump() << "\n";
  }
  int disagreements() const {
    int sum = 0;
    for (const auto& [field, count] : wrong_) sum += count;
    return sum;
  }
  std::string counts() const {
    std::ostringstream out;
    for (const auto& [field, count] : total_) {
      const auto wrong = wrong_.find(field);
      out << "  " << field << ": " << count - (wrong == wrong_.end() ? 0 : wrong->second) << " of " << count
          << "\n";
    }
    return out.str();
  }
  std::string disagreements_text() const { return text_.str(); }

 private:
  std::map<std::string, int> total_;
  std::map<std::string, int> wrong_;
  std::ostringstream text_;
};

std::string rejected_by(const json& line) {
  const std::string text = line.value("rejected", "");
  for (const std::string who : {"api server", "operator panics", "operator", "cannot be decoded"}) {
    if (text.starts_with(who)) return who;
  }
  return text;
}

std::string rejected_by(const RayRejection& rejection) {
  switch (rejection.by) {
    case RejectedBy::nobody: return "";
    case RejectedBy::api_server: return "api server";
    case RejectedBy::ray_operator: return "operator";
    case RejectedBy::panic: return "operator panics";
    case RejectedBy::decoding: return "cannot be decoded";
  }
  return "";
}

class Comparison {
 public:
  Comparison(Tally& tally, const Version& kuberay) : tally_(tally), kuberay_(kuberay) {}

  void compare(const json& line, const RayDerivation& derived) {
    name_ = line.at("case").get<std::string>() + " " + line.at("object").get<std::string>();
    check("rejected", rejected_by(line), rejected_by(derived.rejected));
    check("error", line.contains("error"), derived.error.has_value());
    std::set<std::string> pruned;
    for (const PrunedField& one : derived.pruned) pruned.insert(one.path);
    check("pruned", set_of(line, "pruned"), pruned);
    compare_refused(line, derived);
    compare_clusters(line, derived);
    compare_pods(line, derived);
    compare_services(line, derived);
    compare_access(line, derived);
  }

 private:
  void check(const std::string& field, const json& expected, const json& derived) {
    tally_.compare(field, name_, expected, derived);
  }

  static std::set<std::string> set_of(const json& line, const char* key) {
    return line.contains(key) ? line.at(key).get<std::set<std::string>>() : std::set<std::string>();
  }

  void compare_refused(const json& line, const RayDerivation& derived) {
    std::set<std::string> expected;
    for (const std::string& text : set_of(line, "refusedByAPIServer"))
      expected.insert(text.substr(0, text.find(": ")));
    std::set<std::string> ours;
    for (const RefusedObject& one : derived.refused) {
      if (!is_not_in_the_set(one)) ours.insert(one.object);
    }
    check("refused", expected, ours);
  }

  void compare_clusters(const json& line, const RayDerivation& derived) {
    json expected = line.value("rayClusters", json::array());
    for (json& one : expected) {
      if (one.contains("annotations") && one["annotations"].contains("ray.io/cronjob-scheduled-timestamp"))
        one["annotations"]["ray.io/cronjob-scheduled-timestamp"] = "*";
    }
    json ours = json::array();
    for (const DerivedCluster& one : derived.ray_clusters) {
      json cluster = {{"name", one.name}, {"namespace", one.ns}};
      if (!one.labels.empty()) cluster["labels"] = labels_json(one.labels);
      if (!one.annotations.empty()) cluster["annotations"] = labels_json(one.annotations);
      ours.push_back(cluster);
    }
    check("rayClusters", expected, ours);
  }

  static std::string key_of(const json& pod) {
    return pod.value("role", "") + "/" + pod.value("group", "") + "/" + pod.value("cluster", "") + "/" +
           pod.value("job", "");
  }
  static std::string key_of(const DerivedPod& pod) {
    return std::string(to_string(pod.role)) + "/" + pod.group + "/" + pod.cluster + "/" + pod.job;
  }

  void compare_pods(const json& line, const RayDerivation& derived) {
    std::map<std::string, const DerivedPod*> ours;
    for (const DerivedPod& pod : derived.pods) ours.emplace(key_of(pod), &pod);
    std::set<std::string> expected_keys;
    std::set<std::string> our_keys;
    for (const auto& [key, pod] : ours) our_keys.insert(key);
    for (const json& pod : line.at("pods")) {
      expected_keys.insert(key_of(pod));
      const auto found = ours.find(key_of(pod));
      if (found != ours.end()) compare_pod(pod, *found->second, derived);
    }
    check("pods", expected_keys, our_keys);
  }

  // For 1.3.2 the set counts replicas: GetWorkerGroupDesiredReplicas leaves out the hosts there. The
  // operator multiplies by them itself, max(1, numOfHosts), in reconcilePods.
  json expected_count(const json& pod, const DerivedPod& ours, const RayDerivation& derived) const {
    const int64_t count = pod.at("count");
    const NodeRef hosts = ours.group_spec["numOfHosts"];
    const bool is_pruned = std::any_of(derived.pruned.begin(), derived.pruned.end(),
                                       [hosts](const PrunedField& one) { return one.node == hosts; });
    if (kuberay_ >= Version{1, 4, 0} || is_pruned) return count;
    return count * std::max(integer_value(hosts.text()).value_or(1), int64_t{1});
  }

  void compare_pod(const json& pod, const DerivedPod& ours, const RayDerivation& derived) {
    check("pod.namespace", pod.at("namespace"), ours.ns);
    check("pod.generateName", pod.at("generateName"), ours.generate_name);
    check("pod.name", pod.value("name", ""), ours.name);
    if (pod.contains("count")) check("pod.count", expected_count(pod, ours, derived), ours.count);
    check("pod.labels", pod.at("labels"), labels_json(ours.labels));
    check("pod.annotations", pod.value("annotations", json()), labels_or_nothing(ours.annotations));
    check("pod.serviceAccountName", pod.at("serviceAccountName"), ours.service_account_name);
    check("pod.automountServiceAccountToken", pod.value("automountServiceAccountToken", json()),
          ours.automount_token ? json(*ours.automount_token) : json());
    check("pod.hostNetwork", pod.at("hostNetwork"), ours.host_network);
    check("pod.restartPolicy", pod.value("restartPolicy", ""), ours.restart_policy);
    check("pod.containers", pod.at("containers"), containers_json(ours.containers));
    json init = json::array();
    for (const RayContainer& one : ours.init_containers) init.push_back(one.name);
    check("pod.initContainers", pod.at("initContainers"), init);
    if (ours.role == RayPodRole::submitter) {
      check("pod.dashboard", pod.at("env").value("RAY_DASHBOARD_ADDRESS", ""), ours.head_address);
      return;
    }
    check("pod.rayStartCommand", flags_of(pod.at("rayStartCommand").get<std::string>()),
          flags_of(ours.start_params));
    if (ours.role == RayPodRole::redis_cleanup) return;
    const std::string args = pod.value("args", json::array()).dump();
    check("pod.args", args.find("ulimit -n 65536; ray start") != std::string::npos, ours.runs_start_params);
    check("pod.livenessProbe", probe_text(pod, "livenessProbe", ours.liveness), probe_text(ours.liveness));
    check("pod.readinessProbe", probe_text(pod, "readinessProbe", ours.readiness),
          probe_text(ours.readiness));
  }

  // Ports of one name are in no order.
  static std::multiset<std::string> ports_of(const json& service) {
    std::multiset<std::string> ports;
    for (json port : service.at("ports")) {
      if (port.contains("targetPort") && port["targetPort"].is_number())
        port["targetPort"] = std::to_string(port["targetPort"].get<int64_t>());
      ports.insert(port.dump());
    }
    return ports;
  }
  static std::multiset<std::string> ports_of(const DerivedService& service) {
    std::multiset<std::string> ports;
    for (const RayServicePort& port : service.ports) {
      json one = {{"port", port.port}};
      if (!port.name.empty()) one["name"] = port.name;
      if (!port.target_port.empty()) one["targetPort"] = port.target_port;
      if (!port.app_protocol.empty()) one["appProtocol"] = port.app_protocol;
      if (!port.protocol.empty()) one["protocol"] = port.protocol;
      ports.insert(one.dump());
    }
    return ports;
  }

  void compare_services(const json& line, const RayDerivation& derived) {
    std::map<std::string, const DerivedService*> ours;
    std::set<std::string> our_keys;
    std::set<std::string> expected_keys;
    for (const DerivedService& one : derived.services) {
      ours.emplace(one.owner + " " + one.name, &one);
      our_keys.insert(one.owner + " " + one.name);
    }
    for (const json& service : line.at("services")) {
      const std::string key =
          service.at("owner").get<std::string>() + " " + service.at("name").get<std::string>();
      expected_keys.insert(key);
      if (const auto found = ours.find(key); found != ours.end())
        compare_service(service, *found->second, derived);
    }
    check("services", expected_keys, our_keys);
  }

  void compare_service(const json& service, const DerivedService& ours, const RayDerivation& derived) {
    check("service.namespace", service.at("namespace"), ours.ns);
    check("service.type", service.at("type"), ours.type);
    check("service.headless", service.at("headless"), ours.headless);
    check("service.publishNotReadyAddresses", service.at("publishNotReadyAddresses"), ours.publish_not_ready);
    check("service.labels", service.at("labels"), labels_json(ours.labels));
    check("service.annotations", service.value("annotations", json()), labels_or_nothing(ours.annotations));
    check("service.selector", service.at("selector"), labels_json(ours.selector));
    check("service.ports", ports_of(service), ports_of(ours));
    std::set<std::string> selects;
    for (const DerivedPod* pod : selected_pods(derived, ours))
      selects.insert(std::string(to_string(pod->role)) + (pod->group.empty() ? "" : "/" + pod->group));
    check("service.selects", service.at("selects").get<std::set<std::string>>(), selects);
  }

  void compare_access(const json& line, const RayDerivation& derived) {
    json ingresses = json::array();
    for (const DerivedIngress& one : derived.ingresses) {
      json rule = {
          {"path", one.path}, {"pathType", one.path_type}, {"service", one.service}, {"port", one.port}};
      json ingress = {{"name", one.name},
                      {"namespace", one.ns},
                      {"labels", labels_json(one.labels)},
                      {"tls", false},
                      {"rules", json::array({rule})}};
      if (!one.annotations.empty()) ingress["annotations"] = labels_json(one.annotations);
      if (one.class_name) ingress["ingressClassName"] = *one.class_name;
      ingresses.push_back(ingress);
    }
    check("ingress", line.value("ingress", json::array()), ingresses);
    check("serviceAccounts", set_of(line, "serviceAccounts"), names_of(derived.service_accounts));
    check("secrets", set_of(line, "secrets"), names_of(derived.secrets));
    json roles = json::array();
    json bindings = json::array();
    for (const DerivedRole& one : derived.roles) {
      roles.push_back({{"name", one.name}, {"namespace", one.ns}, {"rules", one.rules}});
      bindings.push_back({{"name", one.name},
                          {"namespace", one.ns},
                          {"role", "Role/" + one.name},
                          {"subjects", {"ServiceAccount/" + one.ns + "/" + one.service_account}}});
    }
    check("roles", line.value("roles", json::array()), roles);
    check("roleBindings", line.value("roleBindings", json::array()), bindings);
  }

  static std::set<std::string> names_of(const std::vector<DerivedName>& objects) {
    std::set<std::string> names;
    for (const DerivedName& one : objects) names.insert(one.ns + "/" + one.name);
    return names;
  }

  Tally& tally_;
  Version kuberay_;
  std::string name_;
};

// An object found in its file by kind and name; one without a name of its own gets a random ending.
const Object* find_object(const test::LoadedInventory& inventory, std::string_view kind,
                          std::string_view name) {
  for (const Object& object : inventory->objects()) {
    const bool is_generated = object.metadata()["name"].text().empty();
    if (object.kind == kind && object.group == "ray.io" &&
        std::string(object.name) + (is_generated ? "xxxxx" : "") == name)
      return &object;
  }
  return nullptr;
}

// What the set takes for the RayCluster of a clusterSelector that is in no file.
std::string assumed_cluster(std::string_view name) {
  return "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: " +
         std::string(name.empty() ? "unnamed" : name) + R"(}
spec:
  headGroupSpec:
    rayStartParams: {}
    template: {spec: {containers: [{name: ray, image: "rayproject/ray:2.46.0"}]}}
)";
}

struct Operator {
  const char* folder;
  Version version;
};

void PrintTo(const Operator& one, std::ostream* out) { *out << one.folder; }

class KubeRayObjectsConformanceTest : public testing::TestWithParam<Operator> {
 protected:
  static fs::path folder() { return kShared / "conformance" / "kuberay" / GetParam().folder; }

  void compare(const json& line) {
    const std::string name = line.at("case");
    const std::string id = line.at("object");
    const fs::path input = line.contains("ref") ? kShared / "corpus" / line["ref"]["path"].get<std::string>()
                                                : folder() / "cases" / (name + ".yaml");
    const test::LoadedInventory inventory(read(input), "team-a");
    const Object* object = find_object(inventory, id.substr(0, id.find('/')), id.substr(id.rfind('/') + 1));
    ASSERT_NE(object, nullptr) << name << ": no " << id << " in " << input;
    const std::string_view selector = object->spec()["clusterSelector"]["ray.io/cluster"].text();
    const test::LoadedInventory assumed(assumed_cluster(selector), object->ns);
    const Object* selected = find_object(inventory, "RayCluster", selector);
    KubeRaySettings settings;
    settings.version = GetParam().version;
    const RayDerivation derived =
        derive_ray(*object, settings, selected == nullptr ? &assumed->objects().front() : selected);
    Comparison(tally_, settings.version).compare(line, derived);
    ++lines_;
  }

  Tally tally_;
  int lines_ = 0;
};

TEST_P(KubeRayObjectsConformanceTest, EverythingIsAsTheOperatorMakesIt) {
  KRAY_NEEDS_SHARED();
  std::ifstream lines(folder() / "expected.jsonl");
  ASSERT_TRUE(lines) << "no conformance set at " << folder();
  for (std::string text; std::getline(lines, text);) compare(json::parse(text));
  std::cout << "KubeRay " << GetParam().folder << ", " << lines_ << " lines, agreeing by field:\n"
            << tally_.counts();
  EXPECT_EQ(lines_, 739);
  EXPECT_EQ(tally_.disagreements(), 0) << tally_.disagreements_text();
}

INSTANTIATE_TEST_SUITE_P(Versions, KubeRayObjectsConformanceTest,
                         testing::Values(Operator{"1.3.2", {1, 3, 2}}, Operator{"1.6.2", {1, 6, 2}}),
                         [](const testing::TestParamInfo<Operator>& one) {
                           return one.param.version.minor == 3 ? "KubeRay_1_3_2" : "KubeRay_1_6_2";
                         });

}  // namespace
}  // namespace kray
