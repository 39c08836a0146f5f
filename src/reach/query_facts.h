// What the mechanisms know of the pods of a run, worked out when a question first names one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mesh/ambient.h"
#include "mesh/inbound.h"
#include "mesh/outbound.h"
#include "mesh/peer_authentication.h"
#include "mesh/ztunnel_policy.h"
#include "network/exposure.h"
#include "network/network_policy.h"
#include "reach/pod_directory.h"
#include "reach/query.h"

namespace kray {

// How a client may dial a port of a pod: by its address (no service), or by a Service's name.
struct Dial {
  const MeshService* service = nullptr;
  int64_t port = 0;  // that is dialled
};

class QueryFacts {
 public:
  explicit QueryFacts(const QueryWorld& world);

  const QueryWorld& world() const { return world_; }
  const PodDirectory& directory() const { return directory_; }
  const NetworkPolicies& network() const { return network_; }
  Outbound& outbound() { return outbound_; }

  // By index in the world's pods.
  std::string why_never_runs(size_t pod) const;  // "never runs: ..."; empty if it may
  const PreparedEnd& network_end(size_t pod);
  const InboundWorkload& inbound(size_t pod);
  // As a gateway it takes HTTP from everybody, whatever PeerAuthentications say (PA-9).
  const InboundWorkload& gateway_inbound(size_t pod);
  const MeshPod& mesh_pod(size_t pod) const { return *mesh_pods_[pod]; }
  // In ambient mode. unknown too where the input does not say whether the mode is installed.
  Answer is_ambient(size_t pod);
  // INJ-18: a pod in ambient mode may keep ztunnel out of what comes in.
  Answer is_guarded_by_ztunnel(size_t pod);
  // The same of an imagined pod without a sidecar.
  Answer is_ambient(const MeshPod& imagined) const;
  const ZtunnelWorkload& ztunnel(size_t pod);
  const std::vector<Exposure>& exposures(size_t pod);
  // Null: it is no Service's.
  const MeshService* service_with_ip(const IpAddress& ip) const;
  // Every Service that leads to the port, and the pod's own address.
  std::vector<Dial> dials(size_t pod, uint16_t port);

 private:
  const QueryWorld world_;
  PodDirectory directory_;
  NetworkPolicies network_;
  // Pods that are refused or never start are nobody's endpoints.
  std::vector<MeshPod> running_;
  std::vector<MeshPod> never_running_;
  std::vector<const MeshPod*> mesh_pods_;
  PeerAuthentications authentications_;
  Outbound outbound_;
  InboundMesh inbound_mesh_;
  ZtunnelMesh ztunnel_mesh_;
  AmbientSettings ambient_;
  bool ambient_is_known_ = true;  // false: the input does not configure the CNI plugin
  Exposures exposures_;
  std::vector<std::optional<PreparedEnd>> ends_;
  std::vector<std::unique_ptr<InboundWorkload>> inbound_;
  std::vector<std::unique_ptr<InboundWorkload>> gateways_;
  std::vector<std::unique_ptr<ZtunnelWorkload>> ztunnels_;
  std::vector<std::optional<Answer>> is_ambient_;
  std::vector<std::unique_ptr<std::vector<Exposure>>> exposed_;
};

}  // namespace kray
