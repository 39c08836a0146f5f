// Compiles a scope in the order in which istiod builds a sidecar's outbound listeners: egress listeners of
// the Sidecar in turn, in each the Services in order, of each its ports.
#include "mesh/outbound_services.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>

#include "cluster/istio_views.h"
#include "mesh/hosts.h"

namespace kray {
namespace {

// 0.5-29: who sees a Service; nothing: not this namespace.
std::optional<uint8_t> rank_of(const MeshService& service, std::string_view client_ns,
                               const MeshConfig& mesh) {
  std::set<std::string, std::less<>> to = service.export_to;
  if (to.empty()) to.insert(mesh.default_service_export_to.begin(), mesh.default_service_export_to.end());
  if (to.contains("*")) return 2;
  if (to.contains("~")) return std::nullopt;
  const bool is_own = service.object->ns == client_ns;
  if (is_own && (to.contains(".") || to.contains(client_ns))) return 0;
  if (!is_own && to.contains(client_ns)) return 1;
  return std::nullopt;
}

bool comes_before(const Claim& a, const Claim& b) {
  if (a.rank != b.rank) return a.rank < b.rank;
  return is_older(*a.service->object, *b.service->object);
}

bool surely_comes_before(const Claim& a, const Claim& b) {
  if (!a.service->is_certain || !comes_before(a, b)) return false;
  return a.rank != b.rank || a.service == b.service || order_is_known(*a.service->object, *b.service->object);
}

// One entry of egress.hosts: "namespace/host".
bool names_service(std::string_view entry, const MeshService& service, std::string_view client_ns) {
  const size_t slash = entry.find('/');
  if (slash == std::string_view::npos) return false;
  std::string_view ns = entry.substr(0, slash);
  const std::string_view host = entry.substr(slash + 1);
  if (ns == ".") ns = client_ns;
  if (ns != "*" && ns != service.object->ns) return false;
  return matches_host(host, service.host);
}

bool names_service(NodeRef hosts, const MeshService& service, std::string_view client_ns) {
  const auto entries = hosts.items();
  return std::any_of(entries.begin(), entries.end(),
                     [&](NodeRef entry) { return names_service(entry.text(), service, client_ns); });
}

// The names by which clients of a namespace may call a Service.
std::vector<std::string> names_of(const MeshService& service, std::string_view client_ns) {
  const Object& object = *service.object;
  std::vector<std::string> names = {service.host, fmt::format("{}.{}.svc", object.name, object.ns),
                                    fmt::format("{}.{}", object.name, object.ns)};
  if (object.ns == client_ns) names.emplace_back(object.name);
  for (const IpAddress& address : service.cluster_ips) names.push_back(to_string(address));
  return names;
}

class Compiler {
 public:
  Compiler(std::string_view client_ns, Endpoints& endpoints, OutboundScope& scope)
      : client_ns_(client_ns), endpoints_(endpoints), scope_(scope) {}

  // A listener with a port of its own takes that port alone, with the protocol it says.
  void add_egress_port(NodeRef port, const std::vector<Claim>& services) {
    const int64_t number = port_ref(port["number"]).number.value_or(0);
    const PortProtocol protocol = declared_protocol(
        {.app_protocol = port["protocol"].text(), .name = {}, .transport = {}, .port = number});
    named_ports_.push_back(number);
    for (const Claim& one : services) {
      if (const MeshServicePort* known = one.service->find_port(number))
        add({one.service, known, one.rank}, protocol, false);
    }
  }

  void add_catch_all(const std::vector<Claim>& services) {
    for (const Claim& one : services) {
      for (const MeshServicePort& port : one.service->ports)
        add({one.service, &port, one.rank}, port.protocol, true);
    }
  }

 private:
  void add(const Claim& claim, PortProtocol protocol, bool per_pod) {
    if (protocol == PortProtocol::http) return add_http(claim, true, per_pod);
    if (protocol == PortProtocol::automatic) add_http(claim, false, per_pod);
    const int64_t number = claim.port->number;
    const bool is_automatic = protocol == PortProtocol::automatic;
    if (!claim.service->is_headless) {
      claim_both(scope_.by_cluster_ip[{claim.service, number}], claim, is_automatic);
    } else if (!per_pod) {
      scope_.any_address[number].push_back(claim);
    } else {
      // Not-ready endpoints count (0.5-22), the targetPort does not (0.5-24).
      for (const MeshPod* pod : endpoints_.of(*claim.service)) {
        if (target_port(*claim.port, *pod)) claim_both(scope_.by_pod[{pod, number}], claim, is_automatic);
      }
    }
  }

  // 0.5-23: a sniffed port listens for both.
  static void claim_both(Listener& listener, const Claim& claim, bool is_automatic) {
    listener.of_bytes.push_back(claim);
    if (is_automatic) listener.of_http.push_back(claim);
  }

  void add_http(const Claim& claim, bool makes_listener, bool per_pod) {
    const int64_t number = claim.port->number;
    const bool is_taken = std::find(named_ports_.begin(), named_ports_.end(), number) != named_ports_.end();
    if (per_pod && is_taken) return;
    OutboundScope::HttpNames& port = scope_.by_http_port[number];
    port.has_listener = port.has_listener || makes_listener;
    port.is_certain = port.is_certain || (makes_listener && claim.service->is_certain);
    for (std::string& name : names_of(*claim.service, client_ns_))
      port.names[std::move(name)].push_back(claim);
  }

  std::string_view client_ns_;
  Endpoints& endpoints_;
  OutboundScope& scope_;
  std::vector<int64_t> named_ports_;  // of egress listeners: theirs alone
};

}  // namespace

// 0.5-27.
Owners first_of(const std::vector<Claim>& claims) {
  Owners owners;
  owners.may_be_none =
      std::none_of(claims.begin(), claims.end(), [](const Claim& one) { return one.service->is_certain; });
  for (const Claim& one : claims) {
    const bool is_beaten = std::any_of(
        claims.begin(), claims.end(), [&one](const Claim& other) { return surely_comes_before(other, one); });
    // Two egress listeners may bring in one Service.
    const bool is_known = std::any_of(owners.candidates.begin(), owners.candidates.end(),
                                      [&one](const Claim& other) { return other.service == one.service; });
    if (!is_beaten && !is_known) owners.candidates.push_back(one);
  }
  std::stable_sort(owners.candidates.begin(), owners.candidates.end(), comes_before);
  return owners;
}

const std::vector<Claim>* find_host(const OutboundScope::HttpNames& names, std::string_view host) {
  std::string name(host.substr(0, host.find(':')));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto exact = names.names.find(name);
  if (exact != names.names.end()) return &exact->second;
  for (size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
    const auto found = names.names.find(name.substr(dot + 1));
    if (found != names.names.end() && found->second.front().service->is_headless) return &found->second;
  }
  return nullptr;
}

OutboundScopes::OutboundScopes(const Inventory& inventory, const MeshConfig& mesh,
                               std::span<const MeshService> services, Endpoints& endpoints,
                               std::string_view revision)
    : mesh_(mesh), services_(services), endpoints_(endpoints) {
  for (const Object* object : istio_objects(inventory, "networking.istio.io", "Sidecar", mesh, revision))
    sidecars_.push_back({object, is_read(*object, inventory, mesh, revision) == Answer::yes});
}

std::vector<const Object*> OutboundScopes::sidecars_of(const MeshPod& client) const {
  std::vector<const Object*> possible;
  // The oldest that selects the pod, else the oldest of its namespace, else that of the root namespace.
  for (const bool by_selector : {true, false}) {
    for (const std::string_view ns : {std::string_view(client.ns), std::string_view(mesh_.root_namespace)}) {
      if (by_selector && ns != client.ns) continue;
      std::vector<Contender> contenders;
      for (const SidecarChoice& one : sidecars_) {
        const SidecarView view(*one.object);
        const Answer lives = lives_in(*one.object, ns);
        if (lives == Answer::no || view.has_workload_selector() != by_selector) continue;
        if (by_selector && !matches_all(view.workload_labels(), client.labels)) continue;
        contenders.push_back({one.object, one.is_certain && lives == Answer::yes});
      }
      const Oldest oldest = oldest_of(contenders);
      possible.insert(possible.end(), oldest.candidates.begin(), oldest.candidates.end());
      if (!oldest.may_be_none) return possible;
    }
  }
  possible.push_back(nullptr);
  return possible;
}

const OutboundScope& OutboundScopes::scope(std::string_view client_ns, const Object* sidecar) {
  const auto [entry, is_new] = scopes_.try_emplace({std::string(client_ns), sidecar});
  if (is_new) entry->second = compile(client_ns, sidecar);
  return entry->second;
}

bool OutboundScopes::is_exported(const MeshService& service, std::string_view client_ns) const {
  return rank_of(service, client_ns, mesh_).has_value();
}

std::vector<Claim> OutboundScopes::visible_services(std::string_view client_ns) const {
  std::vector<Claim> visible;
  for (const MeshService& service : services_) {
    if (const std::optional<uint8_t> rank = rank_of(service, client_ns, mesh_))
      visible.push_back({&service, nullptr, *rank});
  }
  std::stable_sort(visible.begin(), visible.end(),
                   [](const Claim& a, const Claim& b) { return a.rank < b.rank; });
  return visible;
}

OutboundScope OutboundScopes::compile(std::string_view client_ns, const Object* sidecar) {
  OutboundScope scope;
  scope.sidecar = sidecar;
  scope.registry_only = mesh_.outbound_registry_only;
  const std::vector<Claim> visible = visible_services(client_ns);
  Compiler compiler(client_ns, endpoints_, scope);
  const NodeRef egress = sidecar == nullptr ? NodeRef() : SidecarView(*sidecar).egress();
  if (sidecar != nullptr) {
    // As in the mesh's policy, one without a mode says REGISTRY_ONLY.
    const NodeRef policy = sidecar->spec()["outboundTrafficPolicy"];
    if (policy.is_mapping())
      scope.registry_only = policy["mode"].is_null() || policy["mode"].text() == "REGISTRY_ONLY";
  }
  if (egress.size() == 0) {
    compiler.add_catch_all(visible);
    return scope;
  }
  for (const NodeRef listener : egress.items()) {
    if (!listener["bind"].text().empty() || listener["captureMode"].text() == "NONE") continue;
    std::vector<Claim> selected;
    std::copy_if(visible.begin(), visible.end(), std::back_inserter(selected),
                 [&](const Claim& one) { return names_service(listener["hosts"], *one.service, client_ns); });
    if (listener["port"]) {
      compiler.add_egress_port(listener["port"], selected);
    } else {
      compiler.add_catch_all(selected);
    }
  }
  return scope;
}

}  // namespace kray
