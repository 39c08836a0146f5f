// Compares every field of the injection decision with Istio's real injector behind the API server's own
// webhook matchers, istio-iptables and the CNI plugin, for every pod of the shared conformance set: not
// one line may differ.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cluster/inventory_fixture.h"
#include "derive/pod_class.h"
#include "mesh/injection.h"
#include "support/shared_folder.h"

namespace kray {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::LoadedInventory;

const fs::path kCases = fs::path(KRAY_SOURCE_DIR) / ".." / "shared" / "conformance" / "injection";

constexpr std::array<const char*, 11> kFields = {"webhooks",
                                                 "injected",
                                                 "rejected",
                                                 "startFails",
                                                 "revision",
                                                 "proxy",
                                                 "native",
                                                 "tlsMode",
                                                 "interception",
                                                 "capturedInboundPorts",
                                                 "excludedInboundPorts"};

const char* words_of(ProxyKind proxy) {
  switch (proxy) {
    case ProxyKind::none: return "";
    case ProxyKind::sidecar: return "sidecar";
    case ProxyKind::router: return "router";
    case ProxyKind::grpc_agent: return "grpc-agent";
    case ProxyKind::unknown: return "unknown";
  }
  return "";
}

const char* words_of(Interception interception) {
  switch (interception) {
    case Interception::no_proxy: return "";
    case Interception::none: return "NONE";
    case Interception::redirect: return "REDIRECT";
    case Interception::tproxy: return "TPROXY";
  }
  return "";
}

json words_of(Answer answer) {
  return answer == Answer::unknown ? json("unknown") : json(answer == Answer::yes);
}

json words_of(const InboundPorts& ports) { return ports.all ? json("*") : json(ports.ports); }

json fields_of(const InjectionDecision& decision) {
  json fields = {{"webhooks", decision.webhooks},
                 {"injected", decision.by_injector},
                 {"rejected", words_of(decision.rejected)},
                 {"startFails", decision.start_fails},
                 {"revision", decision.revision},
                 {"proxy", words_of(decision.proxy)},
                 {"native", words_of(decision.is_native)},
                 {"tlsMode", decision.tls_mode},
                 {"interception", words_of(decision.interception)},
                 {"capturedInboundPorts", words_of(decision.captured_inbound_ports)},
                 {"excludedInboundPorts", decision.excluded_inbound_ports}};
  if (decision.injected == Answer::unknown) fields["injected"] = "unknown";
  return fields;
}

class InjectionConformance : public testing::Test {
 protected:
  void SetUp() override {
    KRAY_NEEDS_SHARED();
    std::ifstream lines(kCases / "expected.jsonl");
    ASSERT_TRUE(lines) << "no conformance set at " << kCases;
    for (std::string text; std::getline(lines, text);) {
      json line = json::parse(text);
      const std::string name = line.at("case");
      const std::string pod = line.at("pod");
      expected_[name].emplace(pod, std::move(line));
    }
  }

  void compare_case(const std::string& name, const std::map<std::string, json>& lines) {
    const LoadedInventory inventory(test::read_text(kCases / "cases" / (name + ".yaml")));
    const MeshSettings mesh = read_mesh_settings(*inventory);
    const std::vector<PodClass> pods = pod_classes(*inventory, {1, 3, 2});
    EXPECT_EQ(pods.size(), lines.size()) << name;
    for (const PodClass& one : pods) {
      const auto line = lines.find(one.id());
      ASSERT_NE(line, lines.end()) << name << " expects nothing of " << one.id();
      compare_pod(decide_injection(one, *inventory, mesh, {}), line->second);
    }
  }

  void compare_pod(const InjectionDecision& decision, const json& line) {
    ++pods_;
    const json fields = fields_of(decision);
    bool agrees = true;
    for (const char* field : kFields) {
      if (fields.at(field) == line.at(field)) {
        ++agreeing_[field];
        continue;
      }
      agrees = false;
      ++differing_[field];
      ADD_FAILURE() << field << ": " << fields.at(field) << " and not " << line.at(field) << "\n" << line;
    }
    for (const std::string tag : line.at("tags")) ++(agrees ? agreeing_ : differing_)["tag " + tag];
    // A pod is with or without a sidecar; what cannot be said must not be said.
    EXPECT_NE(has_intercepting_sidecar(decision), Answer::unknown) << line;
  }

  void print() const {
    std::cout << pods_ << " pods; agreeing and differing\n";
    for (const auto& [name, count] : agreeing_) {
      const auto differing = differing_.find(name);
      std::cout << "  " << name << ": " << count << ", "
                << (differing == differing_.end() ? 0 : differing->second) << "\n";
    }
  }

  std::map<std::string, std::map<std::string, json>> expected_;  // by case, then by pod
  int pods_ = 0;
  std::map<std::string, int> agreeing_;  // by field, and "tag …"
  std::map<std::string, int> differing_;
};

TEST_F(InjectionConformance, EveryFieldOfEveryPodAgrees) {
  for (const auto& [name, lines] : expected_) compare_case(name, lines);
  print();
  EXPECT_EQ(expected_.size(), 300U);
  EXPECT_EQ(pods_, 1800);
  EXPECT_TRUE(differing_.empty());
}

}  // namespace
}  // namespace kray
