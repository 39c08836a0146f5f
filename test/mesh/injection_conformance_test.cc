// Compares the injection decision with that of Istio's real injector behind the API server's own webhook
// matchers, for every pod of the shared conformance set.
//
// Cases that install Istio as mesh/ takes it for granted must all agree. In the others, where the input
// holds other webhooks, policies or selector lists than the decision knows of, wrong answers are counted
// exactly: the counts may only be changed by work that reads those objects.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "cluster/inventory_fixture.h"
#include "derive/pod_class.h"
#include "mesh/injection.h"

namespace kray {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::LoadedInventory;

const fs::path kCases = fs::path(KRAY_SOURCE_DIR) / ".." / "shared" / "conformance" / "injection";

std::string read(const fs::path& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << "cannot read " << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Whether the case installs what mesh/injection takes for granted: one unrevisioned injector whose
// webhooks are those of the default install, policy "enabled", no selector lists, no namespaces by
// default. The CNI plugin is no matter: it changes where traffic goes, not who is injected.
bool has_default_install(const Inventory& inventory) {
  std::vector<NodeRef> injectors;
  for (const Object* map : inventory.of_kind("", "ConfigMap")) {
    if (map->name.starts_with("istio-sidecar-injector")) injectors.push_back(map->node["data"]);
  }
  if (injectors.size() != 1) return false;
  const std::string_view config = injectors[0]["config"].text();
  for (const char* line : {"\npolicy: enabled\n", "\nalwaysInjectSelector:\n  []\n",
                           "\nneverInjectSelector:\n  []\n", "\ndefaultTemplates: [sidecar]\n"}) {
    if (config.find(line) == std::string_view::npos) return false;
  }
  const json values = json::parse(injectors[0]["values"].text());
  if (values["revision"] != "" || values["sidecarInjectorWebhook"]["enableNamespacesByDefault"] != false)
    return false;
  std::multiset<std::string_view> webhooks;
  for (const Object* configuration :
       inventory.of_kind("admissionregistration.k8s.io", "MutatingWebhookConfiguration")) {
    for (const NodeRef webhook : configuration->node["webhooks"].items()) {
      const std::string_view name = webhook["name"].text();
      if (name.find(".sidecar-injector.istio.io") == std::string_view::npos) continue;
      webhooks.insert(name.substr(0, name.find(".sidecar-injector.istio.io")));
      for (const NodeRef expression : webhook["namespaceSelector"]["matchExpressions"].items()) {
        if (expression["key"].text() == "istio.io/deactivated") return false;
      }
    }
  }
  return webhooks == std::multiset<std::string_view>{"namespace", "object", "rev.namespace", "rev.object"};
}

// What makes an install another one: every wrong answer must carry one of these.
constexpr std::array<std::string_view, 6> kOtherInstalls = {
    "revisioned", "policy-disabled",       "policy-illegal",
    "selectors",  "namespaces-by-default", "deactivated-webhooks"};

struct Tally {
  int cases = 0;
  int pods = 0;
  int refused = 0;  // by the injector or the API server: no answer to compare
  int right = 0;
  int unknown = 0;
  int wrong_yes = 0;  // we say injected
  int wrong_no = 0;
  int not_a_sidecar = 0;  // of the right ones: injected, but with a proxy that captures nothing (INJ-11)
};

class InjectionConformance : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream lines(kCases / "expected.jsonl");
    if (!lines) {
      const char* required = std::getenv("KRAY_REQUIRE_SHARED");
      if (required != nullptr && std::string_view(required) == "1")
        FAIL() << "no conformance set at " << kCases;
      GTEST_SKIP() << "skipped: no conformance set at " << kCases;
    }
    for (std::string text; std::getline(lines, text);) {
      json line = json::parse(text);
      const std::string name = line.at("case");
      const std::string pod = line.at("pod");
      expected_[name].emplace(pod, std::move(line));
    }
    for (const auto& [name, pods] : expected_) compare_case(name, pods);
  }

  void compare_case(const std::string& name, const std::map<std::string, json>& pods) {
    const LoadedInventory inventory(read(kCases / "cases" / (name + ".yaml")));
    const bool is_default = has_default_install(*inventory);
    Tally& tally = is_default ? default_ : other_;
    ++tally.cases;
    for (const PodClass& one : pod_classes(*inventory, {1, 3, 2})) {
      const auto line = pods.find(one.id());
      ASSERT_NE(line, pods.end()) << name << " expects nothing of " << one.id();
      compare_pod(decide_injection(one, *inventory, {}), line->second, is_default, tally);
    }
  }

  void compare_pod(const InjectionDecision& decision, const json& line, bool is_default, Tally& tally) {
    ++tally.pods;
    if (line.at("rejected").get<bool>()) {
      ++tally.refused;
      return;
    }
    if (decision.injected == Answer::unknown) {
      ++tally.unknown;
      EXPECT_EQ(decision.reason, InjectionReason::revision_unknown) << line;
      return;
    }
    // A proxy that the pod brought itself counts for us, for the injector it does not.
    const bool has_proxy = line.at("injected").get<bool>() ||
                           line.at("reason").get<std::string>().ends_with("already has a proxy");
    if ((decision.injected == Answer::yes) == has_proxy) {
      ++tally.right;
      if (has_proxy && line.at("proxy") != "sidecar") ++tally.not_a_sidecar;
      return;
    }
    ++(has_proxy ? tally.wrong_no : tally.wrong_yes);
    EXPECT_FALSE(is_default) << line;
    const auto tags = line.at("tags").get<std::set<std::string>>();
    bool explained = false;
    for (const std::string_view tag : kOtherInstalls) {
      if (!tags.contains(std::string(tag))) continue;
      ++wrong_by_tag_[std::string(tag)];
      explained = true;
    }
    EXPECT_TRUE(explained) << line;
  }

  std::map<std::string, std::map<std::string, json>> expected_;  // by case, then by pod
  Tally default_;
  Tally other_;
  std::map<std::string, int> wrong_by_tag_;
};

TEST_F(InjectionConformance, DefaultInstallsAllAgree) {
  EXPECT_EQ(default_.cases, 125);
  EXPECT_EQ(default_.pods, 750);
  EXPECT_EQ(default_.refused, 114);
  EXPECT_EQ(default_.right, 624);
  EXPECT_EQ(default_.unknown, 12);
  EXPECT_EQ(default_.wrong_yes, 0);
  EXPECT_EQ(default_.wrong_no, 0);
  EXPECT_EQ(default_.not_a_sidecar, 13);
}

TEST_F(InjectionConformance, WrongAnswersOnOtherInstallsDoNotGrow) {
  EXPECT_EQ(other_.cases, 175);
  EXPECT_EQ(other_.pods, 1050);
  EXPECT_EQ(other_.refused, 39);
  EXPECT_EQ(other_.right, 690);
  EXPECT_EQ(other_.unknown, 87);
  EXPECT_EQ(other_.wrong_yes, 219);
  EXPECT_EQ(other_.wrong_no, 15);
  // A pod may carry several of them.
  EXPECT_THAT(wrong_by_tag_,
              testing::ElementsAre(testing::Pair("deactivated-webhooks", 4),
                                   testing::Pair("namespaces-by-default", 28),
                                   testing::Pair("policy-disabled", 52), testing::Pair("policy-illegal", 36),
                                   testing::Pair("revisioned", 166), testing::Pair("selectors", 74)));
}

}  // namespace
}  // namespace kray
