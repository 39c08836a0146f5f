// Head, Serve and headless Services (specs/kuberay-kubeflow.md B.2; section 0, items 15 to 21).
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "derive/ray_build.h"
#include "derive/ray_names.h"
#include "derive/ray_versions.h"

namespace kray {
namespace {

constexpr std::string_view kHeadless = "None";

bool cuts_names(const Version& kuberay) { return kuberay < kNamesCheckedSince; }

std::string service_name(std::string name, const Version& kuberay) {
  return cuts_names(kuberay) ? ray_checked_name(std::move(name)) : name;
}

void sort_by_name(std::vector<RayServicePort>& ports) {
  std::stable_sort(ports.begin(), ports.end(),
                   [](const RayServicePort& a, const RayServicePort& b) { return a.name < b.name; });
}

// The Service's own type wins over serviceType.
void set_type(const RayGroup& head, DerivedService& service) {
  if (!service.type.empty()) return;
  service.type = head.service_type.empty() ? "ClusterIP" : head.service_type;
  if (!head.service_type.empty()) service.type_from = head.from["serviceType"].key_place();
}

// Only the template's own label counts, not that of the group, and only for the application's name.
Labels head_selector(const RayClusterInstance& cluster, bool follows_template) {
  Labels selector = {{"ray.io/cluster", cluster.name},
                     {"ray.io/node-type", "head"},
                     {"ray.io/identifier", ray_checked_label(fmt::format("{}-head", cluster.name))},
                     {"app.kubernetes.io/name", "kuberay"},
                     {"app.kubernetes.io/created-by", "kuberay-operator"}};
  const Labels& own = cluster.fields.head.pod_template.labels;
  const auto name = own.find("app.kubernetes.io/name");
  if (follows_template && name != own.end()) selector.insert_or_assign(name->first, name->second);
  return selector;
}

// A Service as the user wrote it; TCP, which is the default, is not kept as a port's protocol.
DerivedService from_template(const RayServiceTemplate& source) {
  DerivedService service;
  service.name = source.name;
  service.labels = source.labels;
  service.annotations = source.annotations;
  service.type = source.type;
  service.headless = source.cluster_ip == kHeadless;
  service.publish_not_ready = source.publish_not_ready;
  service.has_external_name = source.has_external_name;
  service.ports = source.ports;
  for (RayServicePort& port : service.ports) {
    if (port.protocol == "TCP") port.protocol.clear();
  }
  service.own_spec = source.from["spec"];
  service.from = source.from.key_place();
  if (!source.type.empty()) service.type_from = service.own_spec["type"].key_place();
  return service;
}

Place head_service_place(const RayGroup& head) {
  const NodeRef type = head.from["serviceType"];
  return type.is_null() ? head.from.key_place() : type.key_place();
}

DerivedService head_service(const RayClusterInstance& cluster, const KubeRaySettings& settings,
                            bool follows_template, const Labels& annotations) {
  const RayGroup& head = cluster.fields.head;
  DerivedService service;
  if (head.head_service) {
    service = from_template(*head.head_service);
  } else {
    service.headless =
        !settings.head_cluster_ip_service && (head.service_type.empty() || head.service_type == "ClusterIP");
    service.publish_not_ready = service.headless;
    service.from = head_service_place(head);
  }
  service.ns = cluster.ns;
  set_type(head, service);
  service.selector = head_selector(cluster, follows_template);
  for (const auto& [key, value] : service.selector) service.labels.insert_or_assign(key, value);
  for (const auto& [key, value] : annotations) service.annotations.insert_or_assign(key, value);
  for (const auto& [name, port] : ray_service_ports(cluster.fields))
    service.ports.push_back(
        {.name = name, .port = port, .target_port = {}, .app_protocol = "tcp", .protocol = {}});
  sort_by_name(service.ports);
  return service;
}

bool is_serve_port(std::string_view name, const Version& kuberay) {
  return name == "serve" || (kuberay >= kServePrefixSince && name.starts_with("serve-"));
}

std::vector<RayServicePort> serve_ports(const RayClusterInstance& cluster, const Version& kuberay) {
  std::vector<RayServicePort> ports;
  for (const auto& [name, port] : ray_service_ports(cluster.fields)) {
    if (is_serve_port(name, kuberay))
      ports.push_back({.name = name, .port = port, .target_port = {}, .app_protocol = {}, .protocol = {}});
  }
  return ports;
}

// Ports of the user's serveService beside those of the head: section 0, item 17.
std::vector<RayServicePort> merged_serve_ports(const std::vector<RayServicePort>& own,
                                               std::vector<RayServicePort> of_head, const Version& kuberay) {
  const bool keeps_own = kuberay >= kServePrefixSince;
  if (of_head.empty()) {
    if (keeps_own) return own;
    const auto serve =
        std::find_if(own.begin(), own.end(), [](const RayServicePort& one) { return one.name == "serve"; });
    if (serve != own.end())
      of_head.push_back(
          {.name = serve->name, .port = serve->port, .target_port = {}, .app_protocol = {}, .protocol = {}});
    return of_head;
  }
  if (!keeps_own) return of_head;
  for (RayServicePort& port : of_head) {
    const auto same = std::find_if(own.rbegin(), own.rend(),
                                   [&port](const RayServicePort& one) { return one.name == port.name; });
    if (same != own.rend()) port = *same;
  }
  return of_head;
}

}  // namespace

std::map<std::string, int64_t> ray_service_ports(const RayClusterFields& cluster) {
  std::map<std::string, int64_t> ports;
  for (const RayContainerPort& port : cluster.head.pod_template.containers.front().ports)
    ports.insert_or_assign(port.name.empty() ? fmt::format("{}-port", port.number) : std::string(port.name),
                           port.number);
  if (ports.empty()) ports = {{"client", 10001}, {"gcs-server", 6379}, {"dashboard", 8265}, {"serve", 8000}};
  ports.try_emplace("metrics", 8080);
  return ports;
}

std::string head_service_name(const RayClusterInstance& cluster, const Version& kuberay) {
  const auto& own = cluster.fields.head.head_service;
  if (own && !own->name.empty()) return own->name;
  return service_name(fmt::format("{}-head-svc", cluster.name), kuberay);
}

std::string head_service_address(const RayClusterInstance& cluster, const KubeRaySettings& settings) {
  return fmt::format("{}.{}.svc.{}", head_service_name(cluster, settings.version), cluster.ns,
                     settings.cluster_domain);
}

DerivedService build_head_service(const RayClusterInstance& cluster, const KubeRaySettings& settings) {
  DerivedService service = head_service(cluster, settings, true, cluster.fields.head_service_annotations);
  service.name = service_name(head_service_name(cluster, settings.version), settings.version);
  service.owner = fmt::format("RayCluster/{}", cluster.name);
  return service;
}

DerivedService build_owner_head_service(const RayClusterInstance& cluster, const RayOwner& owner,
                                        const KubeRaySettings& settings) {
  DerivedService service = head_service(cluster, settings, false, {});
  service.name = service_name(fmt::format("{}-head-svc", owner.name), settings.version);
  service.owner = fmt::format("{}/{}", owner.kind, owner.name);
  service.labels = {{"ray.io/originated-from-cr-name", owner.name},
                    {"ray.io/originated-from-crd", owner.kind},
                    {"ray.io/node-type", "head"},
                    {"ray.io/identifier", ray_checked_label(fmt::format("{}-head", owner.name))}};
  return service;
}

std::optional<DerivedService> build_serve_service(const RayClusterInstance& cluster, const RayOwner& owner,
                                                  const std::optional<RayServiceTemplate>& serve,
                                                  const KubeRaySettings& settings) {
  std::vector<RayServicePort> ports = serve_ports(cluster, settings.version);
  if (ports.empty() && !serve) return std::nullopt;
  DerivedService service;
  service.from = head_service_place(cluster.fields.head);
  if (serve) {
    service = from_template(*serve);
    ports = merged_serve_ports(service.ports, std::move(ports), settings.version);
  }
  service.ns = cluster.ns;
  service.owner = fmt::format("{}/{}", owner.kind, owner.name);
  if (service.name.empty())
    service.name = service_name(fmt::format("{}-serve-svc", owner.name), settings.version);
  set_type(cluster.fields.head, service);
  service.labels.insert_or_assign("ray.io/originated-from-cr-name", owner.name);
  service.labels.insert_or_assign("ray.io/originated-from-crd", owner.kind);
  service.labels.insert_or_assign("ray.io/serve", fmt::format("{}-serve", owner.name));
  service.selector = {{"ray.io/cluster", cluster.name}};
  if (owner.kind == "RayService") service.selector.emplace("ray.io/serve", "true");
  service.ports = std::move(ports);
  sort_by_name(service.ports);
  return service;
}

std::optional<DerivedService> build_headless_service(const RayClusterInstance& cluster,
                                                     const Version& kuberay) {
  const auto& workers = cluster.fields.workers;
  const auto group =
      std::find_if(workers.begin(), workers.end(), [](const RayGroup& one) { return one.hosts > 1; });
  if (group == workers.end()) return std::nullopt;
  DerivedService service;
  service.name = service_name(
      fmt::format("{}-{}", cluster.name, cuts_names(kuberay) ? "headless-worker-svc" : "headless"), kuberay);
  service.ns = cluster.ns;
  service.owner = fmt::format("RayCluster/{}", cluster.name);
  service.type = "ClusterIP";
  service.headless = true;
  service.publish_not_ready = true;
  service.labels = {{"ray.io/headless-worker-svc", cluster.name}};
  service.selector = {{"ray.io/cluster", cluster.name}, {"ray.io/node-type", "worker"}};
  service.from = group->from["numOfHosts"].key_place();
  return service;
}

}  // namespace kray
