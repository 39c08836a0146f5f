// What a client's sidecar knows of the cluster's Services, and the listeners it makes of that.
//
// specs/istio.md 6.2 (Sidecar), 0.5-23 to 27 (listeners), 0.5-29 (exportTo); Services reach a client if they
// are exported to its namespace and its Sidecar's egress hosts name them. All clients of a namespace that
// one Sidecar selects share a scope, so scopes are compiled once.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cluster/inventory.h"
#include "mesh/istio_objects.h"
#include "mesh/mesh_config.h"
#include "mesh/service_endpoints.h"

namespace kray {

// A Service port that would own a listener or a name. Istio gives it to the first: Services for the client's
// namespace alone, then those exported to it by name, then public ones, in each the oldest first.
struct Claim {
  const MeshService* service = nullptr;
  const MeshServicePort* port = nullptr;
  uint8_t rank = 0;
};

// Those that may be the first, the likeliest first.
struct Owners {
  std::vector<Claim> candidates;
  bool may_be_none = false;  // no claim is certain
  bool is_certain() const { return candidates.size() <= 1 && !may_be_none; }
};
Owners first_of(const std::vector<Claim>& claims);

// Claims to what arrives at one address and port. An automatic port claims both kinds of bytes.
struct Listener {
  std::vector<Claim> of_bytes;  // whatever is not HTTP, and HTTP where nobody claims that
  std::vector<Claim> of_http;
};

struct OutboundScope {
  // By pod and Service port: headless Services' tcp and automatic ports, one listener a pod.
  std::map<std::pair<const MeshPod*, int64_t>, Listener> by_pod;
  // By Service and port: tcp and automatic ports at cluster IPs.
  std::map<std::pair<const MeshService*, int64_t>, Listener> by_cluster_ip;
  // By port, at 0.0.0.0: tcp ports of headless Services that an egress listener names.
  std::map<int64_t, std::vector<Claim>> any_address;
  // By port, at 0.0.0.0: a visible http port makes the listener, its names are those of http and automatic
  // ports. Names without a port: "web.team-a", lower case.
  struct HttpNames {
    bool has_listener = false;
    bool is_certain = false;  // some Service that makes it is certain to be seen
    std::unordered_map<std::string, std::vector<Claim>> names;
  };
  std::map<int64_t, HttpNames> by_http_port;

  const Object* sidecar = nullptr;  // null: none selects the client
  bool registry_only = false;       // calls to what is not known are refused
};

// The claims to a Host header: an exact name before the longest that a headless Service has pods under.
const std::vector<Claim>* find_host(const OutboundScope::HttpNames& names, std::string_view host);

class OutboundScopes {
 public:
  // All but `mesh` must outlive it.
  OutboundScopes(const Inventory& inventory, const MeshConfig& mesh, std::span<const MeshService> services,
                 Endpoints& endpoints, std::string_view revision = "default");

  // Sidecars that may be the client's, the likeliest first; null stands for none.
  std::vector<const Object*> sidecars_of(const MeshPod& client) const;
  const OutboundScope& scope(std::string_view client_ns, const Object* sidecar);
  // Whether exportTo lets the clients of a namespace see a Service at all.
  bool is_exported(const MeshService& service, std::string_view client_ns) const;

 private:
  struct SidecarChoice {
    const Object* object = nullptr;
    bool is_certain = true;
  };

  OutboundScope compile(std::string_view client_ns, const Object* sidecar);
  std::vector<Claim> visible_services(std::string_view client_ns) const;

  MeshConfig mesh_;
  std::span<const MeshService> services_;
  Endpoints& endpoints_;
  std::vector<SidecarChoice> sidecars_;  // oldest first
  std::map<std::pair<std::string, const Object*>, OutboundScope> scopes_;
};

}  // namespace kray
