// What may take a call away from the Service it is for: VirtualServices and ServiceEntries
// (specs/istio.md 6.3).
//
// Neither is followed to its end: a caller that meets one has no answer, only a reason.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cluster/ip_address.h"
#include "cluster/labels.h"
#include "cluster/object.h"
#include "mesh/mesh_config.h"

namespace kray {

// The VirtualService whose routes may send in-mesh calls to a port of `host` elsewhere, or answer them
// itself; null: none. `is_http`: the call is HTTP on a port where sidecars see that.
const Object* rerouting_virtual_service(std::span<const Object* const> virtual_services,
                                        const MeshConfig& mesh, std::string_view client_ns,
                                        std::string_view host, int64_t port, bool is_http);

struct EntryMatch {
  const Object* entry = nullptr;
  bool is_certain = false;  // it has exactly that address and port, and resolution NONE: no mTLS (0.5-29)
};
// A ServiceEntry that may own the dialled address and port, or the Host header's name.
std::optional<EntryMatch> capturing_service_entry(std::span<const Object* const> entries,
                                                  const MeshConfig& mesh, std::string_view client_ns,
                                                  const std::optional<IpAddress>& address, int64_t port,
                                                  std::string_view host);

// The EnvoyFilter that may change where the client's sidecar sends calls or with which TLS; null: none.
// Filters that are only added to a chain do neither.
const Object* changing_envoy_filter(std::span<const Object* const> filters, const MeshConfig& mesh,
                                    std::string_view client_ns, const Labels& client_labels);

}  // namespace kray
