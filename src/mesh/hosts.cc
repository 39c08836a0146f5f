// Plain text work; case counts, as in Istio.
#include "mesh/hosts.h"

#include <fmt/format.h>

#include <algorithm>

namespace kray {

std::string service_host(std::string_view name, std::string_view ns) {
  return fmt::format("{}.{}.svc.cluster.local", name, ns);
}

std::string complete_host(std::string_view host, std::string_view ns) {
  if (host.find_first_of(".*") != std::string_view::npos) return std::string(host);
  return service_host(host, ns);
}

bool matches_host(std::string_view pattern, std::string_view host) {
  return pattern.starts_with('*') ? host.ends_with(pattern.substr(1)) : pattern == host;
}

bool is_exported_to(NodeRef export_to, const std::vector<std::string>& defaults, std::string_view owner,
                    std::string_view client_ns) {
  const auto reaches = [&](std::string_view to) {
    return to == "*" || to == client_ns || (to == "." && owner == client_ns);
  };
  if (export_to.size() == 0) return std::any_of(defaults.begin(), defaults.end(), reaches);
  const auto items = export_to.items();
  return std::any_of(items.begin(), items.end(), [&](NodeRef one) { return reaches(one.text()); });
}

}  // namespace kray
