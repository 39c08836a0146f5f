// Decisions per second under 1,000 NetworkPolicies: the questions of a reachability matrix.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "network/network_policy.h"

namespace kray {
namespace {

constexpr int kNamespaces = 50;
constexpr int kPoliciesPerNamespace = 20;
constexpr int kPodsPerNamespace = 20;

std::string manifests() {
  std::string text;
  for (int ns = 0; ns < kNamespaces; ++ns) {
    text += fmt::format(
        "---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: ns-{}, labels: {{team: t{}}}}}\n", ns,
        ns % 5);
    for (int pod = 0; pod < kPodsPerNamespace; ++pod) {
      text += fmt::format(
          "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p{1}, namespace: ns-{0}, labels: {{app: a{2}, "
          "tier: "
          "t{3}}}}}\nspec: {{containers: [{{name: c, ports: [{{name: http, containerPort: 8080}}]}}]}}\n",
          ns, pod, pod % 10, pod % 3);
    }
    for (int policy = 0; policy < kPoliciesPerNamespace; ++policy) {
      text += fmt::format(
          "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: np{1}, namespace: "
          "ns-{0}}}\n"
          "spec:\n  podSelector: {{matchLabels: {{app: a{2}}}}}\n  policyTypes: [Ingress, Egress]\n"
          "  ingress:\n  - from:\n    - namespaceSelector: {{matchLabels: {{team: t{3}}}}}\n"
          "      podSelector: {{matchExpressions: [{{key: tier, operator: NotIn, values: [t9]}}]}}\n"
          "    - ipBlock: {{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}\n"
          "    ports: [{{port: http}}, {{port: 9000, endPort: 9100}}]\n  egress:\n  - to: "
          "[{{namespaceSelector: {{}}}}]\n",
          ns, policy, policy % 10, policy % 5);
    }
  }
  return text;
}

struct World {
  std::vector<ManifestFile> files;
  KustomizeIndex kustomizations;
  std::unique_ptr<Inventory> inventory;
  std::vector<PodClass> pods;

  World() {
    files.push_back(parse_manifest(std::make_shared<const SourceFile>("bench.yaml", manifests()), Limits{}));
    inventory = std::make_unique<Inventory>(files, kustomizations, "");
    pods = pod_classes(*inventory, {1, 6, 2});
  }
};

const World& world() {
  static const World one;
  return one;
}

void compile_and_prepare(benchmark::State& state) {
  for (auto unused : state) {
    const NetworkPolicies policies(*world().inventory);
    for (const PodClass& pods : world().pods)
      benchmark::DoNotOptimize(policies.prepare(network_end_of(pods, *world().inventory, policies.nodes())));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(world().pods.size()));
}

void decide(benchmark::State& state) {
  const NetworkPolicies policies(*world().inventory);
  std::vector<PreparedEnd> ends;
  for (const PodClass& pods : world().pods)
    ends.push_back(policies.prepare(network_end_of(pods, *world().inventory, policies.nodes())));
  size_t source = 0;
  size_t destination = 7;
  for (auto unused : state) {
    source = (source + 1) % ends.size();
    destination = (destination + 13) % ends.size();
    benchmark::DoNotOptimize(policies.decide(ends[source], ends[destination], Transport::tcp, 8080));
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(compile_and_prepare)->Unit(benchmark::kMillisecond);
BENCHMARK(decide);

}  // namespace
}  // namespace kray
