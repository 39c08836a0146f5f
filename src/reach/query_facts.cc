// One slot a pod and mechanism, filled on demand.
#include "reach/query_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cluster/network_views.h"

namespace kray {
namespace {

bool runs(const InjectionDecision& injection) {
  return injection.rejected != Answer::yes && !injection.start_fails;
}

std::vector<MeshPod> mesh_pods_of(const QueryWorld& world, bool that_run) {
  std::vector<MeshPod> pods;
  for (size_t i = 0; i < world.pods.size(); ++i) {
    if (runs(world.injection[i]) == that_run) pods.push_back(mesh_pod(world.pods[i], world.injection[i]));
  }
  return pods;
}

// Of all pods, in the world's order.
std::vector<const MeshPod*> in_order(const QueryWorld& world, const std::vector<MeshPod>& running,
                                     const std::vector<MeshPod>& never_running) {
  std::vector<const MeshPod*> pods;
  size_t next_running = 0;
  size_t next_other = 0;
  for (const InjectionDecision& injection : world.injection)
    pods.push_back(runs(injection) ? &running[next_running++] : &never_running[next_other++]);
  return pods;
}

// Waypoints are named by labels of the namespace or the Service (AMB-1); which of them a client takes is not
// worked out.
Answer may_have_waypoint(const Inventory& inventory) {
  for (const Object* gateway : inventory.all_of_kind("gateway.networking.k8s.io", "Gateway")) {
    if (GatewayApiGatewayView(*gateway).class_name() == "istio-waypoint") return Answer::unknown;
  }
  return Answer::no;
}

ExposureSettings exposure_settings(const MeshConfig& mesh) {
  ExposureSettings settings;
  settings.root_namespace = mesh.root_namespace;
  return settings;
}

template <typename T, typename Make>
const T& filled(std::unique_ptr<T>& slot, const Make& make) {
  if (!slot) slot = std::make_unique<T>(make());
  return *slot;
}

}  // namespace

QueryFacts::QueryFacts(const QueryWorld& world)
    : world_(world),
      directory_(world.pods),
      network_(world.inventory),
      running_(mesh_pods_of(world, true)),
      never_running_(mesh_pods_of(world, false)),
      mesh_pods_(in_order(world, running_, never_running_)),
      authentications_(world.inventory, world.mesh.config),
      outbound_(world.inventory, world.mesh.config, authentications_, running_),
      inbound_mesh_(world.inventory, world.mesh.config),
      ztunnel_mesh_(world.inventory, world.mesh.config),
      ambient_(read_ambient_settings(world.inventory)),
      exposures_(world.inventory, world.pods, exposure_settings(world.mesh.config)),
      ends_(world.pods.size()),
      inbound_(world.pods.size()),
      gateways_(world.pods.size()),
      ztunnels_(world.pods.size()),
      is_ambient_(world.pods.size()),
      exposed_(world.pods.size()) {
  // A namespace that asks for ambient mode is decided both ways where nothing says that it is installed.
  const auto maps = world.inventory.all_of_kind("", "ConfigMap");
  ambient_is_known_ = std::any_of(maps.begin(), maps.end(),
                                  [](const Object* map) { return map->name == "istio-cni-config"; });
  if (!ambient_is_known_) ambient_.is_enabled = true;
}

std::string QueryFacts::why_never_runs(size_t pod) const {
  const InjectionDecision& injection = world_.injection[pod];
  return runs(injection) ? std::string() : fmt::format("never runs: {}", injection.message);
}

const PreparedEnd& QueryFacts::network_end(size_t pod) {
  std::optional<PreparedEnd>& slot = ends_[pod];
  if (!slot) slot = network_.prepare(network_end_of(world_.pods[pod], world_.inventory, network_.nodes()));
  return *slot;
}

const InboundWorkload& QueryFacts::inbound(size_t pod) {
  return filled(inbound_[pod], [&] {
    const MeshPod& running = *mesh_pods_[pod];
    return inbound_mesh_.workload(running.ns, running.labels,
                                  declared_ports(world_.pods[pod], world_.inventory, world_.mesh.config),
                                  &world_.injection[pod]);
  });
}

// PA-9.
const InboundWorkload& QueryFacts::gateway_inbound(size_t pod) {
  return filled(gateways_[pod], [&] {
    const MeshPod& running = *mesh_pods_[pod];
    InboundWorkload gateway = inbound_mesh_.workload(running.ns, running.labels, {}, nullptr);
    MtlsDecision accepts_all;
    accepts_all.mode = MtlsMode::permissive;
    gateway.ports.clear();
    gateway.other_port = {.mtls = accepts_all,
                          .protocols = {{.protocol = PortProtocol::http, .declaration = nullptr}}};
    return gateway;
  });
}

Answer QueryFacts::is_ambient(size_t pod) {
  std::optional<Answer>& slot = is_ambient_[pod];
  if (!slot) slot = decide_ambient(world_.pods[pod], world_.inventory, world_.injection[pod], ambient_);
  return *slot == Answer::yes && !ambient_is_known_ ? Answer::unknown : *slot;
}

Answer QueryFacts::is_ambient(const MeshPod& imagined) const {
  const NamespaceInfo* info = world_.inventory.find_namespace(imagined.ns);
  if (info == nullptr || imagined.has_sidecar == Answer::yes) return Answer::no;
  const AmbientPod pod{
      .ns = imagined.ns, .labels = imagined.labels, .host_network = false, .has_sidecar_status = false};
  const bool is_one = is_enrolled(pod, info->definitions.front().labels, ambient_);
  if (!is_one) return Answer::no;
  return ambient_is_known_ ? Answer::yes : Answer::unknown;
}

// INJ-18.
Answer QueryFacts::is_guarded_by_ztunnel(size_t pod) {
  const NodeRef annotations = world_.pods[pod].pod_template.metadata["annotations"];
  return bypasses_inbound_capture(labels_of(annotations)) ? Answer::no : is_ambient(pod);
}

const ZtunnelWorkload& QueryFacts::ztunnel(size_t pod) {
  return filled(ztunnels_[pod], [&] {
    const MeshPod& running = *mesh_pods_[pod];
    return ztunnel_mesh_.workload(running.ns, running.labels, may_have_waypoint(world_.inventory));
  });
}

const std::vector<Exposure>& QueryFacts::exposures(size_t pod) {
  return filled(exposed_[pod], [&] { return exposures_.of(exposed_pod_of(world_.pods[pod])); });
}

const MeshService* QueryFacts::service_with_ip(const IpAddress& ip) const {
  for (const MeshService& service : outbound_.services()) {
    if (std::find(service.cluster_ips.begin(), service.cluster_ips.end(), ip) != service.cluster_ips.end())
      return &service;
  }
  return nullptr;
}

std::vector<Dial> QueryFacts::dials(size_t pod, uint16_t port) {
  std::vector<Dial> dials = {{.service = nullptr, .port = port}};
  for (const MeshService& service : outbound_.services()) {
    if (!Endpoints::selects(service, *mesh_pods_[pod])) continue;
    for (const MeshServicePort& one : service.ports) {
      const bool leads_there =
          service.is_headless ? one.number == port : target_port(one, *mesh_pods_[pod]) == port;
      if (leads_there) dials.push_back({.service = &service, .port = one.number});
    }
  }
  return dials;
}

}  // namespace kray
