// Only what could match is looked at; how it would be applied is not.
#include "mesh/outbound_exceptions.h"

#include <algorithm>

#include "cluster/istio_views.h"
#include "mesh/hosts.h"
#include "mesh/istio_objects.h"

namespace kray {
namespace {

bool any_text(NodeRef list, const auto& test) {
  const auto items = list.items();
  return std::any_of(items.begin(), items.end(), [&test](NodeRef one) { return test(one.text()); });
}

// GW-4: without a list it is for sidecars, else where the list says "mesh".
bool is_for_sidecars(const VirtualServiceView& view) {
  return view.gateways().size() == 0 ||
         any_text(view.gateways(), [](std::string_view one) { return one == "mesh"; });
}

// A route that leads to the host's own port and nowhere else.
bool keeps_call(NodeRef route, const Object& object, std::string_view host, int64_t port) {
  for (const std::string_view field : {"redirect", "directResponse", "delegate", "fault"}) {
    if (route[field]) return false;
  }
  const auto destinations = route["route"].items();
  return route["route"].size() > 0 && std::all_of(destinations.begin(), destinations.end(), [&](NodeRef one) {
           const NodeRef destination = one["destination"];
           const std::optional<int64_t> to = port_ref(destination["port"]["number"]).number;
           return complete_host(destination["host"].text(), object.ns) == host &&
                  destination["subset"].is_null() && to.value_or(port) == port;
         });
}

// What no route matches is refused, so that one without a condition must be there.
bool all_keep_call(NodeRef routes, const Object& object, std::string_view host, int64_t port) {
  if (routes.size() == 0) return true;
  const auto items = routes.items();
  return std::all_of(items.begin(), items.end(),
                     [&](NodeRef route) { return keeps_call(route, object, host, port); }) &&
         std::any_of(items.begin(), items.end(), [](NodeRef route) { return route["match"].size() == 0; });
}

bool is_address_listed(NodeRef addresses, const IpAddress& address) {
  return any_text(addresses, [&address](std::string_view text) {
    const std::optional<IpRange> range = parse_ip_range(text);
    return range && range->contains(address);
  });
}

bool is_exact_address(NodeRef addresses, const IpAddress& address) {
  return any_text(addresses, [&address](std::string_view text) { return parse_ip(text) == address; });
}

bool lists_port(const ServiceEntryView& entry, int64_t port) {
  const auto ports = entry.ports().items();
  return std::any_of(ports.begin(), ports.end(),
                     [port](NodeRef one) { return port_ref(one["number"]).number == port; });
}

bool changes_calls(NodeRef patch) {
  const std::string_view context = patch["match"]["context"].text();
  if (!context.empty() && context != "ANY" && context != "SIDECAR_OUTBOUND") return false;
  const std::string_view what = patch["applyTo"].text();
  const std::string_view operation = patch["patch"]["operation"].text();
  const bool only_adds = operation == "ADD" || operation.starts_with("INSERT_");
  return what != "HTTP_FILTER" && !(what == "NETWORK_FILTER" && only_adds);
}

}  // namespace

const Object* rerouting_virtual_service(std::span<const Object* const> virtual_services,
                                        const MeshConfig& mesh, std::string_view client_ns,
                                        std::string_view host, int64_t port, bool is_http) {
  for (const Object* object : virtual_services) {
    const VirtualServiceView view(*object);
    if (!is_for_sidecars(view)) continue;
    if (!is_exported_to(view.export_to(), mesh.default_virtual_service_export_to, object->ns, client_ns))
      continue;
    const bool names_host = any_text(view.hosts(), [&](std::string_view one) {
      return matches_host(complete_host(one, object->ns), host);
    });
    if (!names_host) continue;
    const bool keeps = is_http ? all_keep_call(view.http(), *object, host, port)
                               : all_keep_call(view.spec["tcp"], *object, host, port) &&
                                     all_keep_call(view.spec["tls"], *object, host, port);
    if (!keeps) return object;
  }
  return nullptr;
}

std::optional<EntryMatch> capturing_service_entry(std::span<const Object* const> entries,
                                                  const MeshConfig& mesh, std::string_view client_ns,
                                                  const std::optional<IpAddress>& address, int64_t port,
                                                  std::string_view host) {
  for (const Object* object : entries) {
    const ServiceEntryView view(*object);
    if (!lists_port(view, port)) continue;
    if (!is_exported_to(view.export_to(), mesh.default_service_export_to, object->ns, client_ns)) continue;
    const bool has_addresses = view.addresses().size() > 0;
    if (address && is_exact_address(view.addresses(), *address) && view.resolution() == "NONE")
      return EntryMatch{object, true};
    const bool may_own = has_addresses && (!address || is_address_listed(view.addresses(), *address));
    const bool has_name = any_text(view.hosts(), [host](std::string_view one) {
      return matches_host(one, host.substr(0, host.find(':')));
    });
    if (may_own || has_name) return EntryMatch{object, false};
  }
  return std::nullopt;
}

const Object* changing_envoy_filter(std::span<const Object* const> filters, const MeshConfig& mesh,
                                    std::string_view client_ns, const Labels& client_labels) {
  for (const Object* filter : filters) {
    const NodeRef spec = filter->spec();
    const bool is_near = lives_in(*filter, client_ns) != Answer::no || filter->ns == mesh.root_namespace;
    const auto patches = spec["configPatches"].items();
    if (is_near && spec["targetRefs"].size() == 0 &&
        matches_all(spec["workloadSelector"]["labels"], client_labels) &&
        std::any_of(patches.begin(), patches.end(), changes_calls))
      return filter;
  }
  return nullptr;
}

}  // namespace kray
