// Questions answered a second, as `kray-audit query --requests` does it: read a line, decide, write the
// answer.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "derive/pod_class.h"
#include "manifest/document.h"
#include "manifest/json_reader.h"
#include "manifest/kustomize.h"
#include "reach/query.h"
#include "report/query_json.h"

namespace kray {
namespace {

std::string policy_text(int64_t i) {
  const std::string source = i % 3 == 0   ? fmt::format("principals: [cluster.local/ns/team-{}/sa/job]", i)
                             : i % 3 == 1 ? fmt::format("namespaces: [team-{}]", i)
                                          : fmt::format("ipBlocks: [10.{}.0.0/16]", i % 256);
  const std::string operation =
      i % 2 == 0 ? "ports: ['8265', '6379']" : fmt::format("paths: [/jobs/{}/*]", i);
  return fmt::format(
      "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {{name: p{}, namespace: "
      "ray}}\n"
      "spec: {{action: {}, rules: [{{from: [{{source: {{{}}}}}], to: [{{operation: {{{}}}}}]}}]}}\n",
      i, i % 10 == 0 ? "DENY" : "ALLOW", source, operation);
}

// One head behind `policies` AuthorizationPolicies.
class World {
 public:
  explicit World(int64_t policies) {
    std::string text =
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: ray, labels: {istio-injection: enabled}}\n---\n"
        "apiVersion: v1\nkind: Pod\nmetadata: {name: head, namespace: ray}\nspec: {containers: [{name: "
        "ray}]}\n";
    for (int64_t i = 0; i < policies; ++i) text += policy_text(i);
    files_.push_back(parse_manifest(std::make_shared<const SourceFile>("ray.yaml", text), Limits()));
    kustomizations_ = index_kustomizations({&files_.front()});
    inventory_ = std::make_unique<Inventory>(files_, kustomizations_, "");
    mesh_ = read_mesh_settings(*inventory_);
    pods_ = pod_classes(*inventory_, {1, 3, 2});
    for (const PodClass& one : pods_) injection_.push_back(decide_injection(one, *inventory_, mesh_, {}));
    engine_ = std::make_unique<QueryEngine>(QueryWorld{*inventory_, pods_, injection_, mesh_});
  }
  QueryEngine& engine() { return *engine_; }

 private:
  std::vector<ManifestFile> files_;
  KustomizeIndex kustomizations_;
  std::unique_ptr<Inventory> inventory_;
  MeshSettings mesh_;
  std::vector<PodClass> pods_;
  std::vector<InjectionDecision> injection_;
  std::unique_ptr<QueryEngine> engine_;
};

struct Line {
  uint32_t begin = 0;
  uint32_t end = 0;
};

// Lines of a file, so that the reader works on it as on a real one.
std::string questions(int64_t policies, std::vector<Line>& lines) {
  std::string text;
  for (int64_t i = 0; i < 1000; ++i) {
    const auto begin = static_cast<uint32_t>(text.size());
    text += fmt::format(
        R"({{"id":"{}","source":{{"principal":"spiffe://cluster.local/ns/team-{}/sa/job","ip":"10.{}.0.7"}},)"
        R"("destination":{{"pod":"ray/head","port":8265}},"protocol":"http",)"
        R"("http":{{"method":"GET","path":"/jobs/{}/log","host":"head"}}}})",
        i, i * 37 % policies, i % 256, i * 37 % policies);
    lines.push_back({begin, static_cast<uint32_t>(text.size())});
    text += '\n';
  }
  return text;
}

void AnswerLines(benchmark::State& state) {
  World world(state.range(0));
  std::vector<Line> lines;
  const SourceFile file("questions.jsonl", questions(state.range(0), lines));
  std::string out;
  for (auto _ : state) {
    for (const Line& line : lines) {
      const ReadOutcome outcome = read_json(file, line.begin, line.end, Limits());
      Result<QueryRequest> request = read_query_request(NodeRef(outcome.trees.front().get(), 0));
      append_query_json(world.engine().answer(std::move(request.value()), false), "1", out);
    }
    benchmark::DoNotOptimize(out.data());
    out.clear();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(lines.size()));
}
BENCHMARK(AnswerLines)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kray
