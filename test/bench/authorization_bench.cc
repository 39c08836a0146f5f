// Decisions a second of a sidecar with many policies, and how long it takes to make policies ready: the time
// must grow with their number and no faster.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "derive/pod_class.h"
#include "manifest/document.h"
#include "manifest/kustomize.h"
#include "manifest/limits.h"
#include "mesh/inbound.h"
#include "mesh/mesh_text.h"

namespace kray {
namespace {

// What policies of a platform look like: by namespace, by account, by path, with wildcards.
std::string rule_text(int64_t i) {
  switch (i % 4) {
    case 0:
      return fmt::format(
          "{{from: [{{source: {{principals: [cluster.local/ns/ns-{}/sa/job]}}}}], "
          "to: [{{operation: {{ports: ['8265', '10001']}}}}]}}",
          i);
    case 1: return fmt::format("{{from: [{{source: {{namespaces: [ns-{}, other-{}]}}}}]}}", i, i);
    case 2: return fmt::format("{{to: [{{operation: {{methods: [GET], paths: [/a/{}, /b/{}]}}}}]}}", i, i);
    default:
      return fmt::format(
          "{{from: [{{source: {{namespaces: [ns-{}*], ipBlocks: [10.{}.0.0/16]}}}}], "
          "when: [{{key: 'request.headers[x-team]', values: [team-{}]}}]}}",
          i, i % 256, i);
  }
}

std::string policies_text(int64_t count) {
  std::string text;
  for (int64_t i = 0; i < count; ++i)
    text += fmt::format(
        "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
        "metadata: {{name: p{}, namespace: team-a}}\nspec: {{action: {}, rules: [{}]}}\n",
        i, i % 5 == 0 ? "DENY" : "ALLOW", rule_text(i));
  return text;
}

// A mesh of `count` policies, all of which select the one workload.
class Mesh {
 public:
  explicit Mesh(int64_t count) {
    const std::string text =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: team-a}\n" + policies_text(count);
    files_.push_back(parse_manifest(std::make_shared<const SourceFile>("mesh.yaml", text), Limits()));
    kustomizations_ = index_kustomizations({&files_.front()});
    inventory_ = std::make_unique<Inventory>(files_, kustomizations_, "");
  }
  const Inventory& inventory() const { return *inventory_; }
  const MeshConfig& config() const { return config_; }

 private:
  std::vector<ManifestFile> files_;
  KustomizeIndex kustomizations_;
  std::unique_ptr<Inventory> inventory_;
  MeshConfig config_;
};

std::vector<Request> requests(int64_t policies) {
  std::vector<Request> all;
  for (int64_t i = 0; i < 256; ++i) {
    const int64_t number = i * 37 % policies;
    Request request;
    request.connection = {
        .principal = Stated<std::string>::of(fmt::format("spiffe://cluster.local/ns/ns-{}/sa/job", number)),
        .tls = ClientTls::by_mode,
        .sni = Stated<std::string>::of("outbound_.8265_._.web.team-a.svc.cluster.local"),
        .source_ip = parse_ip(fmt::format("10.{}.0.7", i)),
        .destination_ip = parse_ip("10.1.0.1"),
        .port = 8265};
    request.payload = i % 4 == 0 ? Payload::bytes : Payload::http;
    request.http.method = "GET";
    request.http.path = fmt::format("/b/{}?x=1", number);
    request.http.host = "web";
    request.http.headers = {{.name = "x-team", .value = fmt::format("team-{}", number)}};
    all.push_back(std::move(request));
  }
  return all;
}

void decide(benchmark::State& state) {
  const Mesh mesh(state.range(0));
  InboundMesh inbound(mesh.inventory(), mesh.config());
  const InboundWorkload workload = inbound.workload("team-a", {}, {}, nullptr);
  const std::vector<Request> questions = requests(state.range(0));
  int64_t decisions = 0;
  for (auto _ : state) {
    for (const Request& question : questions) {
      const InboundVerdict verdict = decide_inbound(workload, question);
      benchmark::DoNotOptimize(verdict.verdict);
      ++decisions;
    }
  }
  state.SetItemsProcessed(decisions);
}
BENCHMARK(decide)->Arg(10)->Arg(100)->Arg(1000)->Arg(10000);

void compile(benchmark::State& state) {
  const Mesh mesh(state.range(0));
  for (auto _ : state) {
    InboundMesh inbound(mesh.inventory(), mesh.config());
    const InboundWorkload workload = inbound.workload("team-a", {}, {}, nullptr);
    benchmark::DoNotOptimize(workload.policies);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(compile)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kray
