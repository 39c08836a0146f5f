// The builders behind ray_objects.h: one RayCluster at a time, as it is after its owner has made it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "derive/ray_objects.h"

namespace kray {

// A RayCluster object of the input, or one that a RayJob or RayService makes.
struct RayClusterInstance {
  std::string name;
  std::string ns;
  Labels labels;
  Labels annotations;
  RayClusterFields fields;
  bool is_of_service = false;           // its label says that a RayService made it
  bool serves_from_head = false;        // a RayService made it, and without excludeHeadPodFromServeSvc
  std::string owner_kind;               // "RayJob", "RayService"; empty: nobody made it
  std::optional<RayContainer> sidecar;  // the submitter container of SidecarMode
  Place from;
};

// Who owns a second head Service or a Serve Service.
struct RayOwner {
  std::string kind;  // "RayJob", "RayService", "RayCluster"
  std::string name;
};

// -- pods (ray_pods.cc)
DerivedPod build_head_pod(const RayClusterInstance& cluster, const KubeRaySettings& settings);
DerivedPod build_worker_pod(const RayClusterInstance& cluster, const RayGroup& group,
                            const KubeRaySettings& settings);
DerivedPod build_redis_cleanup_pod(const RayClusterInstance& cluster, const KubeRaySettings& settings);
// `head_image` is that of the cluster's Ray container.
RayContainer default_submitter_container(std::string_view head_image);
// Pods of a group, replicas times hosts.
int64_t wanted_pods(const RayGroup& group, const Version& kuberay);
// Without hosts where the operator forgets them when it asks whether a cluster is complete.
int64_t counted_pods(const RayGroup& group, const Version& kuberay);

// -- Services (ray_services.cc)
// Ports of the head Service by name: the Ray container's, or the operator's defaults; metrics always.
std::map<std::string, int64_t> ray_service_ports(const RayClusterFields& cluster);
std::string head_service_name(const RayClusterInstance& cluster, const Version& kuberay);
std::string head_service_address(const RayClusterInstance& cluster, const KubeRaySettings& settings);
DerivedService build_head_service(const RayClusterInstance& cluster, const KubeRaySettings& settings);
// The head Service that a RayJob or RayService has of its own.
DerivedService build_owner_head_service(const RayClusterInstance& cluster, const RayOwner& owner,
                                        const KubeRaySettings& settings);
// Nothing if the head has no port for it; `serve` is the user's serveService, if there is one. It is
// named after its owner, or after the cluster where that is upgraded in steps.
std::optional<DerivedService> build_serve_service(const RayClusterInstance& cluster, const RayOwner& owner,
                                                  const std::optional<RayServiceTemplate>& serve,
                                                  const KubeRaySettings& settings);
// Nothing unless a worker group spans several hosts.
std::optional<DerivedService> build_headless_service(const RayClusterInstance& cluster,
                                                     const Version& kuberay);

// -- access (ray_access.cc)
void add_autoscaler_access(const RayClusterInstance& cluster, const Version& kuberay,
                           RayDerivation& derivation);
void add_ingress(const RayClusterInstance& cluster, const Version& kuberay, RayDerivation& derivation);
void add_auth_secret(const RayClusterInstance& cluster, RayDerivation& derivation);

// -- what needs a feature gate (ray_gated.cc)
void add_network_policies(const RayClusterInstance& cluster, const KubeRaySettings& settings,
                          RayDerivation& derivation);
bool is_upgraded_in_steps(const RayServiceFields& service, const KubeRaySettings& settings);
// `serve` is the Serve Service of the cluster.
DerivedGateway build_gateway(const RayServiceFields& service, const RayOwner& owner,
                             const DerivedService& serve);

// -- what a real API server would not accept (ray_refusals.cc)
void find_refusals(RayDerivation& derivation);

}  // namespace kray
