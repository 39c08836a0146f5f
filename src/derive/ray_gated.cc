// What the operator makes only with a feature gate: NetworkPolicies (off by default) and the Gateway of an
// incremental upgrade (specs/kuberay-kubeflow.md B.3, B.4, C.1; section 0, item 23).
#include <fmt/format.h>

#include <limits>
#include <set>

#include "derive/ray_build.h"
#include "manifest/scalar.h"

namespace kray {
namespace {

constexpr int64_t kDashboardPort = 8265;

// Labels of what a RayJob makes; nothing for a cluster that no RayJob made.
Labels submitter_labels(const RayClusterInstance& cluster) {
  constexpr std::string_view kName = "ray.io/originated-from-cr-name";
  constexpr std::string_view kKind = "ray.io/originated-from-crd";
  const auto mode = cluster.labels.find("ray.io/job-submission-mode");
  const auto name = cluster.labels.find(kName);
  const bool has_submitter = cluster.owner_kind == "RayJob" && name != cluster.labels.end() &&
                             mode != cluster.labels.end() && mode->second == "K8sJobMode";
  if (!has_submitter) return {};
  return {{std::string(kName), name->second}, {std::string(kKind), "RayJob"}};
}

// What is no number of 32 bits is the default, as everywhere in the operator.
int64_t dashboard_port_of(const RayClusterInstance& cluster) {
  const StringMap& params = cluster.fields.head.start_params;
  const auto own = params.find("dashboard-port");
  const std::optional<int64_t> port = own == params.end() ? std::nullopt : integer_value(own->second);
  return port && *port <= std::numeric_limits<int32_t>::max() ? *port : kDashboardPort;
}

DerivedNetworkPolicy start_policy(const RayClusterInstance& cluster, const KubeRaySettings& settings) {
  const RayNetworkPolicy& source = *cluster.fields.network_policy;
  DerivedNetworkPolicy policy;
  policy.ns = cluster.ns;
  policy.cluster = cluster.name;
  policy.labels = {{"ray.io/cluster", cluster.name},
                   {"app.kubernetes.io/name", "kuberay"},
                   {"app.kubernetes.io/created-by", "kuberay-operator"}};
  policy.pod_selector = {{"ray.io/cluster", cluster.name}};
  policy.limits_ingress = source.limits_ingress();
  policy.limits_egress = source.limits_egress();
  policy.is_gated = !settings.has_feature(kNetworkPolicyGate);
  policy.from = source.from.key_place();
  return policy;
}

DerivedNetworkPolicy head_policy(const RayClusterInstance& cluster, const KubeRaySettings& settings) {
  DerivedNetworkPolicy policy = start_policy(cluster, settings);
  policy.name = fmt::format("{}-head", cluster.name);
  policy.pod_selector.emplace("ray.io/node-type", "head");
  policy.rules = cluster.fields.network_policy->head;
  policy.submitter = submitter_labels(cluster);
  policy.dashboard_port = dashboard_port_of(cluster);
  if (policy.rules.from) policy.from = policy.rules.from.key_place();
  return policy;
}

// An entry for the group replaces the rules for all workers.
DerivedNetworkPolicy group_policy(const RayClusterInstance& cluster, const std::string& group,
                                  const KubeRaySettings& settings) {
  const RayNetworkPolicy& source = *cluster.fields.network_policy;
  DerivedNetworkPolicy policy = start_policy(cluster, settings);
  policy.name = fmt::format("{}-workers-{}", cluster.name, group);
  policy.pod_selector.emplace("ray.io/node-type", "worker");
  policy.pod_selector.emplace("ray.io/group", group);
  const auto own = source.worker_groups.find(group);
  policy.rules = own == source.worker_groups.end() ? source.worker : own->second;
  if (policy.rules.from) policy.from = policy.rules.from.key_place();
  return policy;
}

}  // namespace

void add_network_policies(const RayClusterInstance& cluster, const KubeRaySettings& settings,
                          RayDerivation& derivation) {
  if (!cluster.fields.network_policy) return;
  derivation.network_policies.push_back(head_policy(cluster, settings));
  std::set<std::string_view> groups;  // two of one name have one policy
  for (const RayGroup& group : cluster.fields.workers) {
    if (groups.insert(group.name).second)
      derivation.network_policies.push_back(group_policy(cluster, group.name, settings));
  }
}

bool is_upgraded_in_steps(const RayServiceFields& service, const KubeRaySettings& settings) {
  return service.upgrade_type == "NewClusterWithIncrementalUpgrade" &&
         settings.has_feature(kIncrementalUpgradeGate);
}

DerivedGateway build_gateway(const RayServiceFields& service, const RayOwner& owner,
                             const DerivedService& serve) {
  DerivedGateway gateway;
  gateway.name = fmt::format("{}-gateway", owner.name);
  gateway.route_name = fmt::format("{}-httproute", owner.name);
  gateway.ns = serve.ns;
  gateway.class_name = service.upgrade_options["gatewayClassName"].text();
  gateway.service = serve.name;
  for (const RayServicePort& port : serve.ports) {
    if (gateway.port == 0 || port.name == "serve") gateway.port = port.port;
  }
  gateway.from = service.from["upgradeStrategy"]["type"].key_place();
  return gateway;
}

}  // namespace kray
