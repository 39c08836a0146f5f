// `kray-audit query` as a user runs it: the upstream example cell by cell (facts:
// ../shared/specs/kuberay-kubeflow.md E.5), conformance through the command line, and what it prints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "e2e/process.h"
#include "support/shared_folder.h"

namespace kray::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kScenario =
    "rendered/kubeflow.yaml rendered/kuberay-operator.yaml "
    "kubeflow-manifests/experimental/ray/raycluster_example.yaml -n kubeflow-user-example-com";

// Answers by id.
std::map<std::string, json> ask(const std::string& inputs, const std::vector<json>& questions) {
  const TempFolder folder;
  std::string lines;
  for (const json& question : questions) lines += question.dump() + "\n";
  const std::string file = folder.write("questions.jsonl", lines);
  const Outcome outcome =
      run_shell("kray-audit query " + inputs + " --requests " + file, shared_folder() / "corpus");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.exit_code, 0);
  std::map<std::string, json> answers;
  std::istringstream out(outcome.out);
  for (std::string line; std::getline(out, line);) {
    json answer = json::parse(line);
    answers[answer["id"]] = answer;
  }
  return answers;
}

// A column of the matrix: one request, dialled as Ray dials it.
struct Cell {
  const char* name;
  int port;
  const char* via;
  const char* protocol;
  const char* path;
  bool only_from_within;  // allowed only to those who present an identity of the namespace
};

constexpr const char* kHeadService = "service:kubeflow-user-example-com/kubeflow-raycluster-head-svc:";
constexpr const char* kHeadlessService = "service:kubeflow-user-example-com/raycluster-istio-headless-svc:";

constexpr Cell kCells[] = {
    {"gcs", 6379, kHeadService, "tcp", "", false},
    {"dashboard", 8265, kHeadService, "tcp", "", true},
    {"client", 10001, kHeadService, "tcp", "", true},
    {"serve", 8000, kHeadService, "tcp", "", true},
    {"metrics", 8080, kHeadlessService, "http", "/metrics", false},
    {"port 8080", 8080, kHeadlessService, "http", "/other", false},
    {"agent", 52365, kHeadlessService, "http", "/api/job_agent/jobs/", false},
    {"node-manager", 6380, kHeadlessService, "http", "/rpc", false},
    {"object-manager", 6381, kHeadlessService, "http", "/rpc", false},
    {"runtime-env-agent", 6382, kHeadlessService, "http", "/rpc", false},
    {"agent-grpc", 6383, kHeadlessService, "http", "/rpc", false},
    {"last worker port", 10012, kHeadlessService, "http", "/rpc", false},
};

json question(const std::string& id, const json& source, const Cell& cell) {
  json line = {{"id", id},
               {"source", source},
               {"destination",
                {{"pod", "kubeflow-user-example-com/RayCluster/kubeflow-raycluster/head"},
                 {"port", cell.port},
                 {"via", cell.via + std::to_string(cell.port)}}},
               {"protocol", cell.protocol}};
  if (*cell.path != '\0') {
    line["http"] = {{"method", "GET"},
                    {"path", cell.path},
                    {"host", "raycluster-istio-headless-svc.kubeflow-user-example-com.svc.cluster.local:" +
                                 std::to_string(cell.port)}};
  }
  return line;
}

struct Client {
  const char* name;
  json source;
  bool is_within;  // the namespace's own, and able to prove it
};

std::vector<Client> clients() {
  const std::string own = "kubeflow-user-example-com";
  return {
      {"notebook",
       {{"namespace", own},
        {"serviceAccount", "default-editor"},
        {"labels", json::object()},
        {"sidecar", true}},
       true},
      {"submitter", {{"namespace", own}, {"labels", json::object()}, {"sidecar", true}}, true},
      {"own pod without sidecar",
       {{"namespace", own}, {"labels", json::object()}, {"sidecar", false}},
       false},
      {"meshed pod of another team",
       {{"namespace", "team-b"}, {"labels", json::object()}, {"sidecar", true}},
       false},
      {"plain pod of another team",
       {{"namespace", "team-b"}, {"labels", json::object()}, {"sidecar", false}},
       false},
      {"operator", {{"pod", "kubeflow/Deployment/kuberay-operator"}, {"sidecar", true}}, false},
  };
}

TEST(Query, UpstreamScenarioCellByCell) {
  KRAY_NEEDS_SHARED();
  std::vector<json> questions;
  std::map<std::string, std::string> expected;
  for (const Client& client : clients()) {
    for (const Cell& cell : kCells) {
      const std::string id = std::string(client.name) + " to " + cell.name;
      questions.push_back(question(id, client.source, cell));
      expected[id] = cell.only_from_within && !client.is_within ? "deny" : "allow";
    }
    // Worker ports that no Service lists: nobody can show who they are.
    const std::string id = std::string(client.name) + " to a worker port";
    questions.push_back({{"id", id},
                         {"source", client.source},
                         {"destination",
                          {{"pod", "kubeflow-user-example-com/RayCluster/kubeflow-raycluster/head"},
                           {"port", 10005},
                           {"via", "podIP"}}},
                         {"protocol", "tcp"}});
    expected[id] = "deny";
  }
  const auto answers = ask(kScenario, questions);
  ASSERT_EQ(answers.size(), questions.size());
  for (const auto& [id, verdict] : expected)
    EXPECT_EQ(answers.at(id)["verdict"], verdict) << id << "\n" << answers.at(id).dump(1);
  EXPECT_GE(questions.size(), 60U);
  EXPECT_EQ(answers.at("notebook to dashboard")["transport"], "mtls");
  EXPECT_EQ(answers.at("notebook to dashboard")["principal"],
            "spiffe://cluster.local/ns/kubeflow-user-example-com/sa/default-editor");
  EXPECT_EQ(answers.at("notebook to a worker port")["transport"], "plaintext");
  // The mesh-wide Sidecar keeps the head Service from the operator's proxy: no identity.
  EXPECT_EQ(answers.at("operator to dashboard")["transport"], "plaintext");
}

TEST(Query, OperatorWithASidecarExceptionIsStillInNoRule) {
  KRAY_NEEDS_SHARED();
  const TempFolder folder;
  const std::string exception = folder.write("sidecar.yaml", R"(apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: kuberay-operator, namespace: kubeflow}
spec:
  workloadSelector: {labels: {app.kubernetes.io/name: kuberay-operator}}
  egress: [{hosts: ["*/*"]}]
)");
  const json source = {{"pod", "kubeflow/Deployment/kuberay-operator"}, {"sidecar", true}};
  const auto answers = ask(kScenario + (" " + exception), {question("dashboard", source, kCells[1])});
  EXPECT_EQ(answers.at("dashboard")["transport"], "mtls");
  EXPECT_EQ(answers.at("dashboard")["principal"], "spiffe://cluster.local/ns/kubeflow/sa/kuberay-operator");
  EXPECT_EQ(answers.at("dashboard")["verdict"], "deny");
}

TEST(Query, OwnerThroughTheIngressGateway) {
  KRAY_NEEDS_SHARED();
  const json source = {
      {"principal", "spiffe://cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"},
      {"namespace", "istio-system"}};
  std::vector<json> questions;
  for (const Cell& cell : kCells) {
    json line = question(cell.name, source, cell);
    line["protocol"] = "http";
    if (!line.contains("http")) line["http"] = {{"method", "GET"}, {"path", "/"}, {"host", "h"}};
    line["http"]["headers"] = json::array({json::array({"kubeflow-userid", "user@example.com"})});
    questions.push_back(line);
  }
  const auto answers = ask(kScenario, questions);
  // On a TCP port no header counts.
  for (const Cell& cell : kCells)
    EXPECT_EQ(answers.at(cell.name)["verdict"], cell.only_from_within ? "deny" : "allow") << cell.name;
}

// An AuthorizationPolicy that lets everybody in, behind a NetworkPolicy that does not.
TEST(Query, SeaweedfsIsFencedByItsNetworkPolicy) {
  KRAY_NEEDS_SHARED();
  const auto line = [](const std::string& ns, int port) -> json {
    return {{"id", ns + ":" + std::to_string(port)},
            {"source", {{"namespace", ns}, {"labels", json::object()}, {"sidecar", true}}},
            {"destination", {{"pod", "kubeflow/Deployment/seaweedfs"}, {"port", port}, {"via", "podIP"}}},
            {"protocol", "http"},
            {"http", {{"method", "GET"}, {"path", "/"}, {"host", "seaweedfs.kubeflow:8333"}}}};
  };
  const std::string profile = "kubeflow-user-example-com";
  const auto answers =
      ask("rendered/kubeflow.yaml", {line("auth", 8333), line("kubeflow", 8333), line(profile, 8333),
                                     line(profile, 8888), line("team-b", 8333)});
  EXPECT_EQ(answers.at("auth:8333")["verdict"], "deny");
  EXPECT_THAT(answers.at("auth:8333")["reason"].get<std::string>(), HasSubstr("NetworkPolicy"));
  EXPECT_EQ(answers.at("kubeflow:8333")["verdict"], "allow");
  EXPECT_EQ(answers.at(profile + ":8333")["verdict"], "allow");
  EXPECT_EQ(answers.at(profile + ":8888")["verdict"], "deny");
  // A namespace that is not in the input: its labels decide, and nobody says them.
  EXPECT_EQ(answers.at("team-b:8333")["verdict"], "unknown");
}

// -- the command line

constexpr const char* kInsecure = "kray-audit query fixtures/scenarios/insecure ";
constexpr const char* kHead = "team-a/RayCluster/demo/head";
constexpr const char* kPlainToGcs =
    "--from namespace:team-b --no-sidecar --to team-a/RayCluster/demo/head:6379 ";
constexpr const char* kPlainToMetrics =
    "--from namespace:team-b --no-sidecar --to team-a/RayCluster/demo/head:8080 ";

std::string line_to(const std::string& id, int port) {
  return json({{"id", id},
               {"source", {{"namespace", "team-b"}, {"sidecar", false}}},
               {"destination", {{"pod", kHead}, {"port", port}, {"via", "podIP"}}},
               {"protocol", "tcp"}})
      .dump();
}

TEST(QueryCommand, ExitCodesFollowExpectation) {
  const auto code = [](const std::string& arguments) { return run_shell(kInsecure + arguments).exit_code; };
  const std::string gcs = kPlainToGcs;
  const std::string metrics = kPlainToMetrics;
  EXPECT_EQ(code(gcs), 0);
  EXPECT_EQ(code(metrics), 0);
  EXPECT_EQ(code(gcs + "--expect allow"), 0);
  EXPECT_EQ(code(gcs + "--expect deny"), 1);
  EXPECT_EQ(code(metrics + "--expect allow"), 1);
  EXPECT_EQ(code(metrics + "--expect deny"), 0);
  const std::string unknown = "--from team-a/none --to team-a/RayCluster/demo/head:6379 ";
  EXPECT_EQ(code(unknown), 0);
  EXPECT_EQ(code(unknown + "--require-complete"), 4);
  EXPECT_EQ(code(unknown + "--expect allow"), 1);
  EXPECT_EQ(code(unknown + "--expect deny"), 1);
  EXPECT_EQ(code(gcs + "--require-complete"), 0);
}

TEST(QueryCommand, UsageErrorsSayWhatIsWrong) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "ask one question with --from and --to, or many with --requests"},
      {std::string("--from outside"), "a question needs both --from and --to"},
      {std::string(kPlainToGcs) + "--requests x.jsonl", "ask one question with --from and --to, or many"},
      {"--from outside --to team-a/RayCluster/demo/head", "does not end in :PORT"},
      {"--from outside --to team-a/RayCluster/demo/head:99999", "'99999' is no port number"},
      {"--from namespace:team-b --to team-a/RayCluster/demo/head:1", "say --sidecar or --no-sidecar"},
      {std::string(kPlainToGcs) + "--label app", "'app' is not KEY=VALUE"},
      {std::string(kPlainToGcs) + "--http GET", "'GET' is not 'METHOD /path'"},
      {std::string(kPlainToGcs) + "--host a.example",
       "--host and --header describe a request: say --http too"},
      {std::string(kPlainToGcs) + "--http 'GET /' --header x", "'x' is not 'NAME: VALUE'"},
      {std::string(kPlainToGcs) + "--via somehow", "neither podIP nor service:NAMESPACE/NAME:PORT"},
      {std::string(kPlainToGcs) + "--protocol quic", "'quic' is none of tcp, http, udp, sctp"},
      {"--from ip:10.0 --to team-a/RayCluster/demo/head:1", "'10.0' is no IP address"},
      {std::string(kPlainToGcs) + "--sidecar", "excludes"},
      {std::string(kPlainToGcs) + "--expect maybe", "--expect"},
  };
  for (const auto& [arguments, message] : cases) {
    const Outcome outcome = run_shell(kInsecure + arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr(message)) << arguments;
    EXPECT_EQ(outcome.out, "") << arguments;
  }
}

TEST(QueryCommand, AnswersStayInOrderAndABadLineHidesNoOther) {
  const TempFolder folder;
  const std::string file = folder.write(
      "q.jsonl", line_to("a", 6379) + "\n\n{\"id\":\"b\"\n" + line_to("c", 8080) + "\n{\"id\":\"d\"}\n");
  const Outcome outcome = run_shell(kInsecure + ("--requests " + file));
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr(file + ":3: "));
  EXPECT_THAT(outcome.err, HasSubstr(file + ":5: source: is missing"));
  std::vector<std::string> verdicts;
  std::istringstream out(outcome.out);
  for (std::string line; std::getline(out, line);) {
    const json answer = json::parse(line);
    verdicts.push_back(answer["id"].get<std::string>() + " " + answer["verdict"].get<std::string>());
  }
  EXPECT_THAT(verdicts, testing::ElementsAre("a allow", " unknown", "c deny", " unknown"));
}

TEST(QueryCommand, InputThatCannotBeRead) {
  EXPECT_EQ(run_shell(kInsecure + std::string("--requests none.jsonl")).exit_code, 3);
  EXPECT_EQ(run_shell("kray-audit query none.yaml " + std::string(kPlainToGcs)).exit_code, 3);
  // A policy in what could not be read may decide.
  const TempFolder folder;
  const std::string broken = folder.write("broken.yaml", "kind: [\n");
  const Outcome outcome = run_shell(kInsecure + broken + " " + kPlainToGcs);
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_EQ(outcome.out, "");
}

TEST(QueryCommand, ReadsQuestionsFromStandardInput) {
  const Outcome outcome = run_shell("echo '" + line_to("a", 6379) + "' | " + kInsecure + "--requests -");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(json::parse(outcome.out)["verdict"], "allow");
  EXPECT_EQ(
      run_shell("echo '" + line_to("a", 6379) + "' | " + kInsecure + "--requests - --expect deny").exit_code,
      1);
}

TEST(QueryCommand, OneQuestionInJson) {
  const json answer = json::parse(run_shell(kInsecure + std::string(kPlainToGcs) + "--json").out);
  EXPECT_EQ(answer["verdict"], "allow");
  EXPECT_EQ(answer["transport"], "plaintext");
  EXPECT_EQ(answer["decidedBy"].at(0)["file"], "fixtures/scenarios/insecure/policy.yaml");
  EXPECT_EQ(answer["decidedBy"].at(0)["line"], 12);
}

TEST(QueryCommand, ColourOnlyWhereItIsAskedFor) {
  const std::string command = kInsecure + std::string(kPlainToGcs);
  const std::string plain = run_shell(command).out;
  EXPECT_THAT(plain, testing::Not(HasSubstr("\x1b")));
  EXPECT_EQ(run_shell("NO_COLOR=1 " + command).out, plain);
  EXPECT_EQ(run_shell(command + "--color never").out, plain);
  EXPECT_THAT(run_shell(command + "--color always").out, HasSubstr("\x1b["));
}

// -- conformance

struct Agreement {
  size_t agree = 0;
  size_t total = 0;
  size_t open = 0;  // lines without a firm answer
};

// Every line of a set, each case in a run of its own, as a user would.
Agreement compare(const std::string& set) {
  const std::filesystem::path folder = shared_folder() / "conformance" / set;
  std::map<std::string, std::string> lines;
  std::map<std::string, json> questions;
  std::ifstream in(folder / "requests.jsonl");
  for (std::string line; std::getline(in, line);) {
    const json question = json::parse(line);
    lines[question["case"]] += line + "\n";
    questions[question["id"]] = question;
  }
  Agreement agreement;
  const TempFolder scratch;
  for (const auto& [name, text] : lines) {
    const std::string file = scratch.write(name + ".jsonl", text);
    const Outcome outcome = run_shell("kray-audit query '" + (folder / "cases" / (name + ".yaml")).string() +
                                      "' --requests " + file);
    EXPECT_EQ(outcome.exit_code, 0) << name << ": " << outcome.err;
    std::istringstream out(outcome.out);
    for (std::string line; std::getline(out, line);) {
      const json answer = json::parse(line);
      const json& expected = questions.at(answer["id"])["expected"];
      if (expected == "implementation-defined") {
        ++agreement.open;
        continue;
      }
      ++agreement.total;
      if (answer["verdict"] == expected)
        ++agreement.agree;
      else
        ADD_FAILURE() << questions.at(answer["id"]).dump() << "\n" << line;
    }
  }
  std::cout << set << ": " << agreement.agree << " of " << agreement.total << " lines agree, "
            << agreement.open << " without a firm answer\n";
  EXPECT_EQ(agreement.total + agreement.open, questions.size());
  return agreement;
}

TEST(QueryConformance, Upstream) {
  KRAY_NEEDS_SHARED();
  EXPECT_EQ(compare("upstream").total, 182U);
}

TEST(QueryConformance, Network) {
  KRAY_NEEDS_SHARED();
  const Agreement agreement = compare("network");
  EXPECT_EQ(agreement.total + agreement.open, 12000U);
}

}  // namespace
}  // namespace kray::test
