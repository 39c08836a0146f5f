// One slot a pod and mechanism, filled on demand.
#include "reach/query_facts.h"

#include <utility>

namespace kray {
namespace {

std::vector<MeshPod> mesh_pods_of(const QueryWorld& world) {
  std::vector<MeshPod> pods;
  pods.reserve(world.pods.size());
  for (size_t i = 0; i < world.pods.size(); ++i) pods.push_back(mesh_pod(world.pods[i], world.injection[i]));
  return pods;
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
      mesh_pods_(mesh_pods_of(world)),
      authentications_(world.inventory, world.mesh.config),
      outbound_(world.inventory, world.mesh.config, authentications_, mesh_pods_),
      inbound_mesh_(world.inventory, world.mesh.config),
      exposures_(world.inventory, world.pods, exposure_settings(world.mesh.config)),
      ends_(world.pods.size()),
      inbound_(world.pods.size()),
      gateways_(world.pods.size()),
      exposed_(world.pods.size()) {}

const PreparedEnd& QueryFacts::network_end(size_t pod) {
  std::optional<PreparedEnd>& slot = ends_[pod];
  if (!slot) slot = network_.prepare(network_end_of(world_.pods[pod], world_.inventory, network_.nodes()));
  return *slot;
}

const InboundWorkload& QueryFacts::inbound(size_t pod) {
  return filled(inbound_[pod], [&] {
    const MeshPod& running = mesh_pods_[pod];
    return inbound_mesh_.workload(running.ns, running.labels,
                                  declared_ports(world_.pods[pod], world_.inventory, world_.mesh.config),
                                  &world_.injection[pod]);
  });
}

const InboundWorkload& QueryFacts::gateway_inbound(size_t pod) {
  return filled(gateways_[pod], [&] {
    const MeshPod& running = mesh_pods_[pod];
    InboundWorkload gateway = inbound_mesh_.workload(running.ns, running.labels, {}, nullptr);
    MtlsDecision accepts_all;
    accepts_all.mode = MtlsMode::permissive;
    gateway.ports.clear();
    gateway.other_port = {.mtls = accepts_all,
                          .protocols = {{.protocol = PortProtocol::http, .declaration = nullptr}}};
    return gateway;
  });
}

const std::vector<Exposure>& QueryFacts::exposures(size_t pod) {
  return filled(exposed_[pod], [&] { return exposures_.of(exposed_pod_of(world_.pods[pod])); });
}

std::vector<Dial> QueryFacts::dials(size_t pod, uint16_t port) {
  std::vector<Dial> dials = {{.service = nullptr, .port = port}};
  for (const MeshService& service : outbound_.services()) {
    if (!Endpoints::selects(service, mesh_pods_[pod])) continue;
    for (const MeshServicePort& one : service.ports) {
      const bool leads_there =
          service.is_headless ? one.number == port : target_port(one, mesh_pods_[pod]) == port;
      if (leads_there) dials.push_back({.service = &service, .port = one.number});
    }
  }
  return dials;
}

}  // namespace kray
