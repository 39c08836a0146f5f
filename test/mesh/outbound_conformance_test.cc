// Compares transport, arrival, cluster and listener with what Istio's generator configured for the client's
// sidecar, for every request of the shared conformance sets: not one line may differ.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "mesh/inbound_chain.h"
#include "mesh/outbound.h"
#include "mesh/outbound_fixture.h"
#include "support/shared_folder.h"

namespace kray {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using World = test::OutboundWorld;

const fs::path kSets = fs::path(KRAY_SOURCE_DIR) / ".." / "shared" / "conformance" / "identity";

std::vector<std::string> documents_of(const std::string& text) {
  std::vector<std::string> documents;
  size_t begin = 0;
  for (size_t end = 0; end != std::string::npos; begin = end + 5) {
    end = text.find("\n---\n", begin);
    documents.push_back(text.substr(begin, end == std::string::npos ? end : end + 1 - begin));
  }
  return documents;
}

// The generator got objects without a time as the oldest of all; in a manifest that would be an open
// question.
std::string dated(const std::string& text) {
  constexpr std::string_view kTime = "creationTimestamp: \"2024-12-31T00:00:00Z\"";
  std::string result;
  for (const std::string& document : documents_of(text)) {
    const size_t metadata = document.find("\nmetadata:") + 10;
    const bool is_flow = document.compare(metadata, 2, " {") == 0;
    std::string one = document;
    if (document.find("creationTimestamp:") == std::string::npos)
      one.insert(metadata + (is_flow ? 2 : 0),
                 is_flow ? fmt::format("{}, ", kTime) : fmt::format("\n  {}", kTime));
    result += "---\n" + one;
  }
  return result;
}

// "service:ns/name:port" or "podIP".
Call call_of(const World& world, const json& line) {
  Call call;
  call.client = &world.pod(line.at("source").at("pod"));
  call.target = &world.pod(line.at("destination").at("pod"));
  call.port = line.at("destination").at("port");
  call.bytes = line.at("protocol") == "http" ? CallBytes::http : CallBytes::tcp;
  const std::string via = line.at("destination").at("via");
  if (via == "podIP") return call;
  const size_t slash = via.find('/');
  const size_t colon = via.rfind(':');
  call.service =
      world.outbound.find_service(via.substr(8, slash - 8), via.substr(slash + 1, colon - slash - 1));
  call.port = std::stoll(via.substr(colon + 1));
  return call;
}

PodClass pod_class(const World& world, const MeshPod& pod) {
  for (PodClass& one : pod_classes(*world.inventory, {1, 6, 2})) {
    if (one.object->ns == pod.ns && one.object->name == pod.name) return std::move(one);
  }
  throw std::out_of_range("no pod class " + pod.name);
}

// What the target makes of the call before any AuthorizationPolicy, by the inbound half (PA-6).
std::string arrival(const World& world, const json& line, const OutboundDecision& sent) {
  if (sent.transport == ClientTransport::refused) return "refused";
  if (sent.transport == ClientTransport::tls_other) return "unknown";
  const MeshPod& target = world.pod(line.at("destination").at("pod"));
  const bool is_mtls = sent.transport == ClientTransport::mtls;
  if (target.has_sidecar == Answer::no) return is_mtls ? "opaque" : "anonymous";
  const uint16_t port = line.at("destination").at("port");
  const DeclaredPorts declared = declared_ports(pod_class(world, target), *world.inventory, world.config);
  const MtlsDecision mode = world.authentications.mode(target.ns, target.labels, port);
  const std::vector<PossibleProtocol> protocols = possible_protocols(declared, port);
  if (!mode.is_certain() || protocols.size() > 1) return "open";
  const ChainChoice choice = choose_chain({.mode = mode.mode,
                                           .protocol = protocols.front().protocol,
                                           .handshake = is_mtls ? Handshake::mtls : Handshake::plaintext,
                                           .is_http = line.at("protocol") == "http",
                                           .accepts_trust_domain = true,
                                           .inspects_tls = true});
  if (choice.refusal != ChainRefusal::none) return "refused";
  if (choice.has_identity) return "identity";
  return is_mtls ? "opaque" : "anonymous";
}

// One set of requests; numbers of those that agree and differ, by field and "tag …".
class Comparison {
 public:
  using Change = void (*)(std::string& text);

  // `change` alters every case's manifests.
  explicit Comparison(Change change, bool forgets_addresses = false)
      : change_(change), forgets_addresses_(forgets_addresses) {}

  void run(const std::string& set) {
    std::ifstream file(kSets / set / "requests.jsonl");
    ASSERT_TRUE(file) << "no conformance set " << set;
    std::unique_ptr<World> world;
    std::string current;
    for (std::string text; std::getline(file, text);) {
      const json line = json::parse(text);
      const std::string name = line.at("case");
      if (name != current) {
        world = load(set, name);
        current = name;
      }
      compare(*world, line);
    }
    print();
  }

  int lines = 0;
  int open_arrivals = 0;  // the target's mode or protocol is not known
  std::map<std::string, std::pair<int, int>> counts;

 private:
  std::unique_ptr<World> load(const std::string& set, const std::string& name) const {
    std::string manifests = test::read_text(kSets / set / "cases" / (name + ".yaml"));
    change_(manifests);
    auto world = std::make_unique<World>(manifests);
    for (MeshPod& pod : world->pods) {
      if (forgets_addresses_) pod.ip = std::nullopt;
    }
    return world;
  }

  void compare(World& world, const json& line) {
    Call call = call_of(world, line);
    const std::string host = line.value("host", "");
    call.host = host;
    const OutboundDecision decision = world.outbound.decide(call);
    ++lines;
    bool agrees = count(line, "expected", std::string(to_string(decision.transport)), decision);
    if (decision.transport != ClientTransport::unknown && !forgets_addresses_) {
      const std::string arrives = arrival(world, line, decision);
      if (arrives == "open") ++open_arrivals;
      if (arrives != "open") agrees = count(line, "arrives", arrives, decision) && agrees;
      agrees = count(line, "cluster", decision.cluster, decision) && agrees;
      agrees = count(line, "listener", decision.listener, decision) && agrees;
    }
    for (const std::string tag : line.at("tags")) tally("tag " + tag, agrees);
  }

  void tally(const std::string& name, bool agrees) {
    auto& [yes, no] = counts[name];
    ++(agrees ? yes : no);
  }

  // What cannot be said is left open or empty, but counts as differing.
  bool count(const json& line, const std::string& field, const std::string& value,
             const OutboundDecision& decision) {
    const bool agrees = line.value(field, "") == value;
    tally(field, agrees);
    if (!agrees && !value.empty() && decision.transport != ClientTransport::unknown)
      ADD_FAILURE() << field << ": '" << value << "' (" << decision.reason << ")\n" << line;
    return agrees;
  }

  void print() const {
    std::cout << lines << " requests; agreeing and differing\n";
    for (const auto& [name, both] : counts)
      std::cout << "  " << name << ": " << both.first << ", " << both.second << "\n";
  }

  Change change_;
  bool forgets_addresses_;
};

void date_all(std::string& text) { text = dated(text); }
void undate(std::string& text) {
  RE2::GlobalReplace(&text, R"((?m)^  creationTimestamp: .*\n)", "");
  RE2::GlobalReplace(&text, R"(creationTimestamp: "[^"]*", )", "");
}

class OutboundConformance : public testing::TestWithParam<std::pair<const char*, int>> {
 protected:
  void SetUp() override { KRAY_NEEDS_SHARED(); }
};

TEST_P(OutboundConformance, EveryRequestAgrees) {
  Comparison comparison(date_all);
  comparison.run(GetParam().first);
  EXPECT_EQ(comparison.lines, GetParam().second);
  EXPECT_EQ(comparison.open_arrivals, 0);
  for (const auto& [name, both] : comparison.counts) EXPECT_EQ(both.second, 0) << name;
}

TEST_P(OutboundConformance, WithoutTimesNothingThatIsSaidIsWrong) {
  Comparison comparison(undate);
  comparison.run(GetParam().first);
  EXPECT_LT(comparison.counts["expected"].second, comparison.lines / 20) << "too much is left open";
}

TEST_P(OutboundConformance, WithoutAddressesNothingThatIsSaidIsWrong) {
  Comparison comparison(date_all, true);
  comparison.run(GetParam().first);
  EXPECT_LT(comparison.counts["expected"].second, comparison.lines / 100) << "too much is left open";
}

INSTANTIATE_TEST_SUITE_P(Sets, OutboundConformance,
                         testing::Values(std::pair("directed", 2370), std::pair("random", 4726)),
                         [](const auto& set) { return std::string(set.param.first); });

}  // namespace
}  // namespace kray
