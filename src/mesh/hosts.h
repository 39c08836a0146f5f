// Names of Services as Istio's objects write them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "manifest/tree.h"

namespace kray {

// "web.team-a.svc.cluster.local".
std::string service_host(std::string_view name, std::string_view ns);

// A name without a dot is a Service of the object's own namespace. Everything else stays as it is:
// "web.team-a" names no Service (0.5-28).
std::string complete_host(std::string_view host, std::string_view ns);

// A pattern is a host or "*" with what must follow.
bool matches_host(std::string_view pattern, std::string_view host);

// exportTo of an object in namespace `owner`; `defaults` hold if it has none.
bool is_exported_to(NodeRef export_to, const std::vector<std::string>& defaults, std::string_view owner,
                    std::string_view client_ns);

}  // namespace kray
