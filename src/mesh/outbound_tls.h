// What TLS a client's sidecar speaks to an endpoint of a Service port (specs/istio.md 6.1, 0.5-20 to 22,
// 0.5-28).
#pragma once

#include <optional>

#include "mesh/destination_rules.h"
#include "mesh/mesh_config.h"
#include "mesh/outbound_decision.h"
#include "mesh/peer_authentication.h"
#include "mesh/service_endpoints.h"

namespace kray {

// One Service port with what the client's DestinationRule says of it.
struct ServiceCluster {
  const MeshService* service = nullptr;
  const MeshServicePort* port = nullptr;
  const DestinationRule* rule = nullptr;
  NodeRef tls;                  // of the rule, for this port; nothing: it does not say
  bool keeps_address = false;   // calls go where they were dialled: headless, or load balancer PASSTHROUGH
  std::optional<bool> any_tls;  // 0.5-21: whether the rule's tls is ISTIO_MUTUAL, the top level's too
};
ServiceCluster service_cluster(const MeshService& service, const MeshServicePort& port,
                               const DestinationRule* rule);

// Without cluster, listener and principal.
OutboundDecision decide_tls(const ServiceCluster& cluster, const MeshPod& target, const MeshConfig& mesh,
                            const PeerAuthentications& authentications, Endpoints& endpoints);

}  // namespace kray
