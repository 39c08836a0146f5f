// The autoscaler's account and rights, the Ingress to the dashboard, the token Secret
// (specs/kuberay-kubeflow.md B.3, B.5; section 0, items 5, 14, 22, 23).
#include <fmt/format.h>

#include "derive/ray_build.h"
#include "derive/ray_names.h"
#include "derive/ray_versions.h"

namespace kray {
namespace {

constexpr int64_t kDashboardPort = 8265;

Labels owned_labels(const RayClusterInstance& cluster) {
  return {{"ray.io/cluster", cluster.name},
          {"app.kubernetes.io/name", "kuberay"},
          {"app.kubernetes.io/created-by", "kuberay-operator"}};
}

}  // namespace

void add_autoscaler_access(const RayClusterInstance& cluster, const Version& kuberay,
                           RayDerivation& derivation) {
  if (!cluster.fields.autoscaling) return;
  const Place from = cluster.fields.autoscaling.key_place();
  const std::string& named = cluster.fields.head.pod_template.service_account_name;
  const std::string account = ray_checked_name(named.empty() ? cluster.name : named);
  // An account that the template names must be there already.
  if (named.empty())
    derivation.service_accounts.push_back({account, cluster.ns, owned_labels(cluster), from});
  DerivedRole role;
  role.name = ray_checked_name(cluster.name);
  role.ns = cluster.ns;
  role.rules = {" pods get,list,watch", "ray.io rayclusters get,patch"};
  if (kuberay >= kPodResizeSince)
    role.rules = {" pods get,list,watch,patch", " pods/resize patch", "ray.io rayclusters get,patch"};
  role.service_account = account;
  role.labels = owned_labels(cluster);
  role.from = from;
  derivation.roles.push_back(std::move(role));
}

void add_ingress(const RayClusterInstance& cluster, const Version& kuberay, RayDerivation& derivation) {
  constexpr std::string_view kClass = "kubernetes.io/ingress.class";
  const RayGroup& head = cluster.fields.head;
  if (!head.enable_ingress) return;
  DerivedIngress ingress;
  ingress.name = ray_checked_name(fmt::format("{}-head-ingress", cluster.name));
  ingress.ns = cluster.ns;
  ingress.labels = owned_labels(cluster);
  const std::string identifier = fmt::format("{}-head", cluster.name);
  ingress.labels.emplace("ray.io/identifier",
                         kuberay >= kShortIngressLabelSince ? ray_checked_label(identifier) : identifier);
  ingress.annotations = cluster.annotations;
  if (const auto own = ingress.annotations.find(kClass); own != ingress.annotations.end()) {
    ingress.class_name = own->second;
    ingress.annotations.erase(own);
  }
  ingress.path = fmt::format("/{}/(.*)", cluster.name);
  ingress.path_type = "Exact";
  if (kuberay >= kIngressOptionsSince) {
    const RayIngressOptions& options = head.ingress_options;
    ingress.path = options.path.empty() ? "/" : options.path;
    ingress.path_type = options.path_type.empty() ? "Prefix" : options.path_type;
    ingress.host = options.host;
    ingress.tls = options.tls;
  }
  ingress.service = head_service_name(cluster, kuberay);
  const std::map<std::string, int64_t> ports = ray_service_ports(cluster.fields);
  const auto dashboard = ports.find("dashboard");
  ingress.port = dashboard == ports.end() ? kDashboardPort : dashboard->second;
  ingress.from = head.enable_ingress.key_place();
  derivation.ingresses.push_back(std::move(ingress));
}

void add_auth_secret(const RayClusterInstance& cluster, RayDerivation& derivation) {
  const RayClusterFields& fields = cluster.fields;
  if (!fields.auth || fields.auth_mode == "disabled" || fields.kubernetes_auth || !fields.auth_secret.empty())
    return;
  derivation.secrets.push_back(
      {ray_checked_name(cluster.name), cluster.ns, owned_labels(cluster), fields.auth.key_place()});
}

}  // namespace kray
