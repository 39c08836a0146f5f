// Compares the inbound verdict with Istio's own configuration in a real Envoy, for every request of the
// shared conformance sets: verdict, mTLS mode, filter chain, what AuthorizationPolicies say, and the rules
// that match. Not one line may differ.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>

#include "cluster/inventory_fixture.h"
#include "derive/pod_class.h"
#include "mesh/inbound.h"
#include "mesh/mesh_text.h"
#include "mesh/settings.h"
#include "support/shared_folder.h"

namespace kray {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::LoadedInventory;

// The sets' manifests leave out when some objects were made, and where the oldest of several counts so does
// the answer hang on that. These are the ages they had where the answers come from: PeerAuthentications in
// the order of the file, Services all at once, so that their names decide.
std::string with_ages(const std::string& text) {
  std::string aged;
  int made = 10;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find("\n---\n", begin), text.size());
    std::string document = text.substr(begin, std::min(end + 5, text.size()) - begin);
    begin += document.size();
    const auto holds = [&document](const char* words) { return document.find(words) != std::string::npos; };
    const bool is_service = holds("kind: Service\n") || holds("\"kind\": \"Service\"");
    const bool is_peer = holds("kind: PeerAuthentication\n") || holds("\"kind\": \"PeerAuthentication\"");
    if ((is_service || is_peer) && !holds("creationTimestamp")) {
      const std::string time = "\"2000-01-01T00:00:" + std::to_string(is_peer ? ++made : 10) + "Z\"";
      const size_t yaml = document.find("\nmetadata:\n");
      const size_t flow = document.find("\"metadata\": {");
      if (yaml != std::string::npos)
        document.insert(yaml + 11, "  creationTimestamp: " + time + "\n");
      else
        document.insert(flow + 13, "\"creationTimestamp\": " + time + ",");
    }
    aged += document;
  }
  return aged;
}

// One case: its manifests, and its pods made ready when they are first asked.
class Case {
 public:
  explicit Case(const std::string& manifests)
      : inventory_(manifests),
        settings_(read_mesh_settings(*inventory_)),
        mesh_(read_mesh_config(*inventory_, texts_)),
        pods_(pod_classes(*inventory_, {1, 6, 2})),
        inbound_(*inventory_, mesh_) {}

  const InboundWorkload& workload(const std::string& id) {
    const auto known = targets_.find(id);
    if (known != targets_.end()) return known->second->workload;
    for (const PodClass& pods : pods_) {
      if (pods.id() != id) continue;
      auto target = std::make_unique<Target>();
      target->injection = decide_injection(pods, *inventory_, settings_, {});
      target->workload = inbound_.workload(pods.object->ns, pods.labels,
                                           declared_ports(pods, *inventory_, mesh_), &target->injection);
      return targets_.emplace(id, std::move(target)).first->second->workload;
    }
    throw std::out_of_range("no pod " + id);
  }
  NodeRef parse(const json& value) { return texts_.parse(value.dump()).root; }

 private:
  struct Target {
    InjectionDecision injection;
    InboundWorkload workload;
  };
  LoadedInventory inventory_;
  MeshSettings settings_;
  MeshTexts texts_;
  MeshConfig mesh_;
  std::vector<PodClass> pods_;
  InboundMesh inbound_;
  std::map<std::string, std::unique_ptr<Target>> targets_;
};

Stated<std::string> stated(const json& object, const char* key) {
  return object.contains(key) ? Stated<std::string>::of(object.at(key)) : Stated<std::string>::none();
}

ClientTls tls_of(const json& source) {
  const std::string tls = source.value("tls", "");
  if (tls == "always") return ClientTls::mtls;
  if (tls == "no-alpn") return ClientTls::mtls_without_alpn;
  return tls == "no-cert" ? ClientTls::without_certificate : ClientTls::by_mode;
}

Request request_of(const json& line, Case& manifests) {
  const json& source = line.at("source");
  const json& destination = line.at("destination");
  Request request;
  request.connection = {.principal = stated(source, "principal"),
                        .tls = tls_of(source),
                        .sni = stated(source, "sni"),
                        .source_ip = parse_ip(source.at("ip").get<std::string>()),
                        .destination_ip = parse_ip(destination.at("ip").get<std::string>()),
                        .port = destination.at("port").get<uint16_t>()};
  request.payload = line.at("protocol") == "http" ? Payload::http : Payload::bytes;
  if (line.contains("http")) {
    const json& http = line.at("http");
    request.http.method = http.at("method").get<std::string>();
    request.http.path = http.at("path").get<std::string>();
    request.http.host = http.at("host").get<std::string>();
    for (const json& header : http.value("headers", json::array()))
      request.http.headers.push_back({.name = header.at(0), .value = header.at(1)});
  }
  if (line.contains("jwt")) {
    const json& jwt = line.at("jwt");
    request.http.jwt = Stated<JwtToken>::of({.issuer = jwt.at("iss"),
                                             .subject = jwt.value("sub", ""),
                                             .claims = manifests.parse(jwt.value("claims", json::object()))});
  }
  return request;
}

const char* words_of(FilterChain chain) {
  switch (chain) {
    case FilterChain::none: return "none";
    case FilterChain::http: return "http";
    case FilterChain::tcp: return "tcp";
  }
  return "";
}

using Names = std::set<std::string>;

Names names_of(const std::vector<RuleMatch>& matches) {
  Names names;
  for (const RuleMatch& match : matches)
    names.insert(match.policy->ns + "/" + std::string(match.policy->name) + "#" + std::to_string(match.rule));
  return names;
}

class AuthorizationConformance : public testing::Test {
 protected:
  void compare(const std::string& set, int requests) {
    KRAY_NEEDS_SHARED();
    const fs::path folder = test::shared_folder() / "conformance" / set;
    std::ifstream lines(folder / "requests.jsonl");
    ASSERT_TRUE(lines) << "no conformance set at " << folder;
    std::string name;
    std::unique_ptr<Case> manifests;
    std::unique_ptr<Case> as_written;
    for (std::string text; std::getline(lines, text);) {
      const json line = json::parse(text);
      if (!manifests || line.at("case") != name) {
        name = line.at("case");
        const std::string written = test::read_text(folder / "cases" / (name + ".yaml"));
        const std::string aged = with_ages(written);
        manifests = std::make_unique<Case>(aged);
        as_written = written == aged ? nullptr : std::make_unique<Case>(written);
      }
      compare_line(line, *manifests);
      if (as_written) compare_without_ages(line, *as_written);
    }
    print(set);
    EXPECT_EQ(requests_, requests);
    EXPECT_TRUE(differing_.empty());
  }

  void compare_line(const json& line, Case& manifests) {
    ++requests_;
    const Request request = request_of(line, manifests);
    const InboundVerdict verdict =
        decide_inbound(manifests.workload(line.at("destination").at("pod")), request);
    const InboundCase& one = verdict.cases.front();
    EXPECT_EQ(verdict.cases.size(), 1U) << line;
    agrees_ = true;
    note("expected", to_string(verdict.verdict), line.at("expected").get<std::string>(), line);
    note("mtls", to_string(one.mode), line.at("mtls").get<std::string>(), line);
    note("chain", words_of(one.chain), line.at("chain").get<std::string>(), line);
    const bool was_refused = !one.asks_policies && one.custom.denies != Answer::yes;
    note("rbac", was_refused ? "n/a" : to_string(one.policy_verdict()), line.at("rbac").get<std::string>(),
         line);
    if (!was_refused) {
      note("allowRules", names_of(one.rbac.allow), line.value("allowRules", Names()), line);
      // A CUSTOM rule without a provider is a DENY rule of Envoy's.
      Names denying = names_of(one.rbac.deny);
      denying.merge(names_of(one.custom.matches));
      note("denyRules", denying, line.value("denyRules", Names()), line);
    }
    for (const std::string tag : line.value("tags", json::array()))
      ++(agrees_ ? agreeing_ : differing_)["tag " + tag];
  }

  // Without the ages the answer may be that they decide, and never the opposite one.
  void compare_without_ages(const json& line, Case& manifests) {
    const Request request = request_of(line, manifests);
    const InboundVerdict verdict =
        decide_inbound(manifests.workload(line.at("destination").at("pod")), request);
    const std::string expected = line.at("expected");
    if (to_string(verdict.verdict) == expected) return;
    ++agreeing_["(without ages: unknown)"];
    EXPECT_EQ(verdict.reason, InboundReason::cases_differ) << line;
    EXPECT_TRUE(std::any_of(verdict.cases.begin(), verdict.cases.end(), [&](const InboundCase& one) {
      return to_string(one.verdict) == expected;
    })) << line;
  }

  template <typename Value>
  void note(const char* field, const Value& ours, const Value& theirs, const json& line) {
    if (ours == theirs) {
      ++agreeing_[field];
      return;
    }
    agrees_ = false;
    ++differing_[field];
    ADD_FAILURE() << field << ": " << testing::PrintToString(ours) << " and not "
                  << testing::PrintToString(theirs) << "\n"
                  << line;
  }
  void note(const char* field, std::string_view ours, const std::string& theirs, const json& line) {
    note<std::string>(field, std::string(ours), theirs, line);
  }

  void print(const std::string& set) const {
    std::cout << set << ": " << requests_ << " requests; agreeing and differing\n";
    std::set<std::string> fields;
    for (const auto& [name, count] : agreeing_) fields.insert(name);
    for (const auto& [name, count] : differing_) fields.insert(name);
    const auto count_of = [](const std::map<std::string, int>& counts, const std::string& name) {
      const auto found = counts.find(name);
      return found == counts.end() ? 0 : found->second;
    };
    for (const std::string& name : fields)
      std::cout << "  " << name << ": " << count_of(agreeing_, name) << ", " << count_of(differing_, name)
                << "\n";
  }

  int requests_ = 0;
  bool agrees_ = true;
  std::map<std::string, int> agreeing_;  // by field, and "tag …"
  std::map<std::string, int> differing_;
};

TEST_F(AuthorizationConformance, DirectedRequestsAgree) { compare("directed", 1412); }

TEST_F(AuthorizationConformance, RandomRequestsAgree) { compare("random", 20000); }

TEST_F(AuthorizationConformance, UpstreamRequestsAgree) { compare("upstream", 182); }

}  // namespace
}  // namespace kray
