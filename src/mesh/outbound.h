// Which identity a call presents: whether the client's sidecar originates mTLS, sends plaintext or refuses.
//
// specs/istio.md 6.1 to 6.3 (CL-1 to CL-3), 0.5-20 to 29, INJ-25, PA-10; specs/kuberay-kubeflow.md B.9, C.4.
// This is what a well-behaved client does: a compromised one can always send plaintext (CL-4).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/inventory.h"
#include "mesh/destination_rules.h"
#include "mesh/mesh_config.h"
#include "mesh/outbound_decision.h"
#include "mesh/outbound_exceptions.h"
#include "mesh/outbound_services.h"
#include "mesh/peer_authentication.h"
#include "mesh/service_endpoints.h"

namespace kray {

enum class CallBytes : uint8_t { tcp, http };  // what the application sends: opaque bytes, HTTP/1.1

// A call of a pod to a port of another.
struct Call {
  const MeshPod* client = nullptr;
  const MeshPod* target = nullptr;
  // By the Service's name: its cluster IP and port is dialled, or for a headless one the pod's address and
  // the same port number. Null: the pod's address is dialled.
  const MeshService* service = nullptr;
  int64_t port = 0;  // that is dialled: the Service's, or the pod's
  CallBytes bytes = CallBytes::tcp;
  std::string_view host;  // of HTTP: the Host header, its port may be left out
};

class Outbound {
 public:
  // All must outlive it; the pods in place, for calls point to them.
  Outbound(const Inventory& inventory, const MeshConfig& mesh, const PeerAuthentications& authentications,
           std::span<const MeshPod> pods, std::string_view revision = "default");
  Outbound(const Outbound&) = delete;  // its parts point to each other
  Outbound& operator=(const Outbound&) = delete;

  std::span<const MeshService> services() const { return services_; }
  // The oldest of several definitions; null: none, or an ExternalName Service.
  const MeshService* find_service(std::string_view ns, std::string_view name) const;
  Endpoints& endpoints() { return endpoints_; }

  // Compiles what the client's sidecar knows when it is first asked for: not for several threads at once.
  OutboundDecision decide(const Call& call);

  // A gateway passes on what its routes send to `service`; `port` and `bytes` as above. Gateways know all
  // Services, ignore Sidecars (6.2) and are not captured; `client` is their pod. Needs `service`.
  OutboundDecision decide_of_gateway(const Call& call);

 private:
  OutboundDecision decide_transport(const Call& call);
  Answer reaches_endpoint(const Call& call) const;
  OutboundDecision by_proxy(const Call& call);
  OutboundDecision in_scope(const Call& call, const OutboundScope& scope);
  OutboundDecision to_service_entry(const Call& call, const EntryMatch& match) const;
  OutboundDecision at_listener(const Call& call, const std::vector<Claim>& claims, const OutboundScope& scope,
                               const std::string& listener);
  OutboundDecision at_http_port(const Call& call, const OutboundScope& scope,
                                const OutboundScope::HttpNames& names);
  OutboundDecision at_catch_all(const Call& call, const OutboundScope& scope) const;
  const Object* rerouting(const Call& call, std::string_view host, int64_t port, bool is_http) const;
  OutboundDecision to_cluster(const Call& call, const Claim& claim);
  OutboundDecision routed_by_gateway(const Call& call);
  void add_principal(const Call& call, OutboundDecision& decision) const;

  const MeshConfig& mesh_;
  const PeerAuthentications& authentications_;
  std::vector<MeshService> services_;
  std::map<std::pair<std::string_view, std::string_view>, const MeshService*> by_name_;
  Endpoints endpoints_;
  OutboundScopes scopes_;
  DestinationRules rules_;
  std::vector<const Object*> virtual_services_;
  std::vector<const Object*> service_entries_;
  std::vector<const Object*> envoy_filters_;
};

}  // namespace kray
