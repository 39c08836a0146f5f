// Compares verdict, isolating policies and allowing rules with the shared conformance set: not one firm line
// may differ. Lines without a firm verdict (NP-10) should be unknown; how many are is printed.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "cluster/inventory_fixture.h"
#include "network/network_policy.h"
#include "support/shared_folder.h"

namespace kray {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::LoadedInventory;

struct Count {
  int agree = 0;
  int total = 0;
};

struct Named {
  std::set<std::string> certain;
  std::set<std::string> possible;

  void add(Answer answer, const std::string& name) {
    possible.insert(name);
    if (answer == Answer::yes) certain.insert(name);
  }
  bool agrees_with(const std::set<std::string>& expected) const {
    return std::includes(expected.begin(), expected.end(), certain.begin(), certain.end()) &&
           std::includes(possible.begin(), possible.end(), expected.begin(), expected.end());
  }
};

class NetworkPolicyConformance : public testing::Test {
 protected:
  void SetUp() override {
    KRAY_NEEDS_SHARED();
    folder_ = test::shared_folder() / "conformance" / "network";
    std::ifstream lines(folder_ / "requests.jsonl");
    ASSERT_TRUE(lines) << "no conformance set at " << folder_;
    for (std::string text; std::getline(lines, text);) {
      json line = json::parse(text);
      requests_[line.at("case")].push_back(std::move(line));
    }
  }

  static PreparedEnd end_of(const json& end, const std::map<std::string, PreparedEnd>& pods,
                            const NetworkPolicies& policies) {
    const IpAddress address = parse_ip(end.at("ip").get<std::string>()).value();
    if (!end.contains("pod")) return policies.prepare(address_end(address));
    PreparedEnd pod = pods.at(end.at("pod"));
    pod.end.addresses = {address};  // a pod of two families is reached by one
    return pod;
  }

  void compare_case(const std::string& name, const std::vector<json>& lines) {
    const LoadedInventory inventory(test::read_text(folder_ / "cases" / (name + ".yaml")));
    const NetworkPolicies policies(*inventory);
    std::map<std::string, PreparedEnd> pods;
    for (const PodClass& one : pod_classes(*inventory, {1, 3, 2}))
      pods.emplace(one.id(), policies.prepare(network_end_of(one, *inventory, policies.nodes())));
    for (const json& line : lines) {
      const json& destination = line.at("destination");
      const std::string protocol = line.at("protocol");
      const Transport transport = protocol == "tcp"   ? Transport::tcp
                                  : protocol == "udp" ? Transport::udp
                                                      : Transport::sctp;
      compare(policies.decide(end_of(line.at("source"), pods, policies), end_of(destination, pods, policies),
                              transport, destination.at("port")),
              line);
    }
  }

  void compare(const NetworkVerdict& verdict, const json& line) {
    const std::string expected = line.at("expected");
    const bool firm = expected != "implementation-defined";
    const Answer answer = !firm ? Answer::unknown : expected == "allow" ? Answer::yes : Answer::no;
    const bool agrees = verdict.allowed == answer;
    EXPECT_TRUE(agrees || !firm) << verdict.reason << "\n" << line;
    EXPECT_FALSE(verdict.reason.empty()) << line;
    count(firm ? "firm" : "implementation-defined", agrees);
    for (const std::string tag : line.at("tags")) count((firm ? "tag " : "undefined tag ") + tag, agrees);
    if (firm) compare_policies(verdict, line);
  }

  // What is certain must be in the set, and what is in the set at least possible.
  void compare_policies(const NetworkVerdict& verdict, const json& line) {
    Named isolating;
    for (const IsolatingPolicy& one : verdict.isolated_by)
      isolating.add(one.selects, words_of(*one.policy, one.direction));
    const bool isolated = isolating.agrees_with(line.at("isolatedBy"));
    EXPECT_TRUE(isolated) << json(isolating.certain) << "\n" << line;
    count("isolatedBy", isolated);
    Named allowing;
    for (const AllowingRule& one : verdict.allowed_by)
      allowing.add(one.matches, words_of(*one.policy, one.direction) + "[" + std::to_string(one.rule) + "]");
    const bool allowed = allowing.agrees_with(line.at("allowedBy"));
    EXPECT_TRUE(allowed) << json(allowing.certain) << "\n" << line;
    count("allowedBy", allowed);
  }

  static std::string words_of(const Object& policy, Direction direction) {
    return policy.ns + "/" + std::string(policy.name) + "#" + std::string(to_string(direction));
  }

  void count(const std::string& what, bool agrees) {
    ++counts_[what].total;
    if (agrees) ++counts_[what].agree;
  }

  fs::path folder_;
  std::map<std::string, std::vector<json>> requests_;
  std::map<std::string, Count> counts_;
};

TEST_F(NetworkPolicyConformance, EveryFirmVerdictAgrees) {
  for (const auto& [name, lines] : requests_) compare_case(name, lines);
  for (const auto& [what, count] : counts_)
    std::cout << "  " << what << ": " << count.agree << "/" << count.total << "\n";
  EXPECT_EQ(requests_.size(), 300U);
  EXPECT_EQ(counts_["firm"].total, 11694);
  EXPECT_GE(counts_["implementation-defined"].agree, 305);
}

}  // namespace
}  // namespace kray
