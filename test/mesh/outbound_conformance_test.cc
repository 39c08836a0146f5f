// Compares transport, cluster and listener with what Istio's generator configured for the client's
// sidecar, for every request of the shared conformance sets: not one line may differ.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "mesh/outbound.h"
#include "mesh/outbound_fixture.h"
#include "support/shared_folder.h"

namespace kray {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using World = test::OutboundWorld;

const fs::path kSets = fs::path(KRAY_SOURCE_DIR) / ".." / "shared" / "conformance" / "identity";

std::string read(const fs::path& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << "cannot read " << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

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

class OutboundConformance : public testing::Test {
 protected:
  void SetUp() override { KRAY_NEEDS_SHARED(); }

  void compare_set(const std::string& set) {
    std::ifstream lines(kSets / set / "requests.jsonl");
    ASSERT_TRUE(lines) << "no conformance set " << set;
    std::unique_ptr<World> world;
    std::string current;
    for (std::string text; std::getline(lines, text);) {
      const json line = json::parse(text);
      const std::string name = line.at("case");
      if (name != current) {
        world = std::make_unique<World>(dated(read(kSets / set / "cases" / (name + ".yaml"))));
        current = name;
      }
      compare(*world, line);
    }
  }

  void compare(World& world, const json& line) {
    Call call = call_of(world, line);
    const std::string host = line.value("host", "");
    call.host = host;
    const OutboundDecision decision = world.outbound.decide(call);
    const bool agrees = count(line, "expected", std::string(to_string(decision.transport)), decision) &
                        count(line, "cluster", decision.cluster, decision) &
                        count(line, "listener", decision.listener, decision);
    ++lines_;
    for (const std::string tag : line.at("tags")) ++(agrees ? agreeing_ : differing_)["tag " + tag];
  }

  bool count(const json& line, const std::string& field, const std::string& value,
             const OutboundDecision& decision) {
    const bool agrees = line.value(field, "") == value;
    ++(agrees ? agreeing_ : differing_)[field];
    if (!agrees) ADD_FAILURE() << field << ": '" << value << "' (" << decision.reason << ")\n" << line;
    return agrees;
  }

  void print() const {
    std::cout << lines_ << " requests; agreeing and differing\n";
    std::map<std::string, std::pair<int, int>> both;
    for (const auto& [name, number] : agreeing_) both[name].first = number;
    for (const auto& [name, number] : differing_) both[name].second = number;
    for (const auto& [name, numbers] : both)
      std::cout << "  " << name << ": " << numbers.first << ", " << numbers.second << "\n";
  }

  int lines_ = 0;
  std::map<std::string, int> agreeing_;  // by field, and "tag …"
  std::map<std::string, int> differing_;
};

TEST_F(OutboundConformance, DirectedRequests) {
  compare_set("directed");
  print();
  EXPECT_EQ(lines_, 2370);
  EXPECT_TRUE(differing_.empty());
}

TEST_F(OutboundConformance, RandomRequests) {
  compare_set("random");
  print();
  EXPECT_EQ(lines_, 4726);
  EXPECT_TRUE(differing_.empty());
}

}  // namespace
}  // namespace kray
