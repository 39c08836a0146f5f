// Follows a call through the client's pod: is it captured, which listener takes it, which cluster that leads
// to, and what TLS the cluster speaks to the target.
//
// Where something that decides is not in the input, every possible answer is computed; what they agree on
// stands, else the answer is unknown with that as the reason.
#include "mesh/outbound.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cluster/istio_views.h"
#include "mesh/istio_objects.h"
#include "mesh/outbound_exceptions.h"
#include "mesh/outbound_tls.h"

namespace kray {
namespace {

constexpr const char* kCatchAll = "virtualOutbound";

OutboundDecision rerouted(const Object& virtual_service) {
  OutboundDecision result =
      answer(ClientTransport::unknown,
             fmt::format("VirtualService '{}' may send the call elsewhere", virtual_service.name));
  add_place(result, virtual_service, virtual_service.name_place(), "VirtualService");
  return result;
}

// Nothing: not known.
std::optional<IpAddress> dialled_address(const Call& call) {
  if (call.service == nullptr || call.service->is_headless) return call.target->ip;
  const std::vector<IpAddress>& addresses = call.service->cluster_ips;
  return addresses.empty() ? std::nullopt : std::optional(addresses.front());
}

// How Istio names the address that is dialled; the pod's or Service's name if that is not known.
std::string listener_address(const Call& call) {
  const bool is_service = call.service != nullptr && !call.service->is_headless;
  if (const std::optional<IpAddress> address = dialled_address(call)) return to_string(*address);
  return is_service ? call.service->host : call.target->name;
}

// The target's own port that the call is for.
std::optional<int64_t> dialled_target_port(const Call& call) {
  if (call.service == nullptr || call.service->is_headless) return call.port;
  const MeshServicePort* port = call.service->find_port(call.port);
  return port == nullptr ? std::nullopt : target_port(*port, *call.target);
}

// CL-3: no Service says anything about it. `why` is a clause.
OutboundDecision unlisted(const Call& call, const OutboundScope& scope, std::string listener,
                          std::string_view why) {
  OutboundDecision result =
      scope.registry_only
          ? answer(ClientTransport::refused, fmt::format("the mesh is REGISTRY_ONLY, and {}", why))
          : answer(ClientTransport::plaintext, std::string(why));
  result.cluster = scope.registry_only ? "BlackHoleCluster" : "PassthroughCluster";
  // A route that answers by itself leads to no cluster.
  if (scope.registry_only && call.bytes == CallBytes::http && listener != kCatchAll) result.cluster.clear();
  result.listener = std::move(listener);
  if (scope.sidecar != nullptr)
    add_place(result, *scope.sidecar, scope.sidecar->spec().key_place(), "Sidecar");
  return result;
}

// Whatever was dialled, the call goes to the endpoints of the Service that owns the listener or the name.
OutboundDecision if_offered(const Call& call, const Claim& claim, OutboundDecision sent) {
  if (claim.service == call.service) return sent;
  const OutboundDecision elsewhere =
      answer(ClientTransport::refused, "the Host header leads to a Service that does not offer the target");
  const Answer is_offered = target_port(*claim.port, *call.target) == dialled_target_port(call)
                                ? Endpoints::is_offered(*claim.service, *call.target)
                                : Answer::no;
  if (is_offered == Answer::yes) return sent;
  return is_offered == Answer::no
             ? elsewhere
             : agreed({sent, elsewhere}, "whether the target is ready is not in the input");
}

bool sets_tls_of_subset(const Object& destination_rule) {
  const ItemRange subsets = DestinationRuleView(destination_rule).subsets().items();
  return std::any_of(subsets.begin(), subsets.end(),
                     [](NodeRef one) { return one["trafficPolicy"].size() > 0; });
}

}  // namespace

Outbound::Outbound(const Inventory& inventory, const MeshConfig& mesh,
                   const PeerAuthentications& authentications, std::span<const MeshPod> pods,
                   std::string_view revision)
    : mesh_(mesh),
      authentications_(authentications),
      services_(mesh_services(inventory, mesh)),
      endpoints_(pods),
      scopes_(inventory, mesh, services_, endpoints_, revision),
      rules_(inventory, mesh, revision),
      virtual_services_(istio_objects(inventory, "networking.istio.io", "VirtualService", mesh, revision)),
      service_entries_(istio_objects(inventory, "networking.istio.io", "ServiceEntry", mesh, revision)),
      envoy_filters_(istio_objects(inventory, "networking.istio.io", "EnvoyFilter", mesh, revision)) {
  for (const MeshService& one : services_) by_name_.try_emplace({one.object->ns, one.object->name}, &one);
}

const MeshService* Outbound::find_service(std::string_view ns, std::string_view name) const {
  const auto found = by_name_.find({ns, name});
  return found == by_name_.end() ? nullptr : found->second;
}

// Whether the Service hands out the target at all.
Answer Outbound::reaches_endpoint(const Call& call) const {
  const Answer is_offered = Endpoints::is_offered(*call.service, *call.target);
  if (call.service->is_headless || is_offered == Answer::no) return is_offered;
  const MeshServicePort* port = call.service->find_port(call.port);
  if (port == nullptr || !target_port(*port, *call.target)) return Answer::no;
  return is_offered;
}

OutboundDecision Outbound::decide(const Call& call) {
  OutboundDecision result = decide_transport(call);
  add_principal(call, result);
  return result;
}

OutboundDecision Outbound::decide_of_gateway(const Call& call) {
  OutboundDecision result = routed_by_gateway(call);
  add_principal(call, result);
  return result;
}

void Outbound::add_principal(const Call& call, OutboundDecision& decision) const {
  if (decision.transport == ClientTransport::mtls)
    decision.principal =
        fmt::format("{}/ns/{}/sa/{}", mesh_.trust_domain, call.client->ns, call.client->service_account);
}

// 6.1 for a gateway. Its routes are those of network/istio_gateway.h, so no VirtualService counts here.
OutboundDecision Outbound::routed_by_gateway(const Call& call) {
  if (!mesh_.uncertain.empty()) return answer(ClientTransport::unknown, mesh_.uncertain);
  if (const Object* filter =
          changing_envoy_filter(envoy_filters_, mesh_, call.client->ns, call.client->labels))
    return answer(ClientTransport::unknown,
                  fmt::format("EnvoyFilter '{}' changes the gateway", filter->name));
  const OutboundDecision nowhere =
      answer(ClientTransport::refused, "the target is no endpoint of the Service");
  const Answer is_endpoint = reaches_endpoint(call);
  const MeshServicePort* port = call.service->find_port(call.port);
  if (is_endpoint == Answer::no || port == nullptr) return nowhere;
  const FoundRule found =
      rules_.find(call.client->ns, call.client->labels, call.service->object->ns, call.service->host);
  if (!found.uncertain.empty()) return answer(ClientTransport::unknown, found.uncertain);
  const ServiceCluster cluster = service_cluster(*call.service, *port, found.rule);
  // The route may name a subset, whose policy comes first.
  const bool has_subset_policy = found.rule != nullptr && sets_tls_of_subset(*found.rule->object);
  // Unlike sidecars, gateways load credentials.
  if (has_subset_policy || !cluster.tls["credentialName"].text().empty())
    return answer(ClientTransport::unknown,
                  fmt::format("which TLS DestinationRule '{}' asks of a gateway is not "
                              "worked out",
                              found.rule->object->name));
  OutboundDecision sent = decide_tls(cluster, *call.target, mesh_, authentications_, endpoints_);
  add_place(sent, *call.service->object, port->node.place(), "Service port");
  if (is_endpoint == Answer::yes) return sent;
  return agreed({sent, nowhere}, "whether the target is an endpoint of the Service is not in the input");
}

OutboundDecision Outbound::decide_transport(const Call& call) {
  const Answer is_endpoint = call.service == nullptr ? Answer::yes : reaches_endpoint(call);
  const OutboundDecision nowhere =
      answer(ClientTransport::refused, "the target is no endpoint of the Service");
  if (is_endpoint == Answer::no) return nowhere;
  OutboundDecision sent = answer(ClientTransport::plaintext, "the client has no sidecar");
  if (call.client->has_sidecar == Answer::yes) sent = by_proxy(call);
  if (call.client->has_sidecar == Answer::unknown)
    sent = agreed({by_proxy(call), sent}, "whether the client has a sidecar is not in the input");
  if (is_endpoint == Answer::yes) return sent;
  return agreed({sent, nowhere}, "whether the target is an endpoint of the Service is not in the input");
}

// The client has a sidecar; is it asked?
OutboundDecision Outbound::by_proxy(const Call& call) {
  const Answer is_captured =
      captures_outbound(call.client->traffic, static_cast<uint16_t>(call.port), dialled_address(call));
  const OutboundDecision past = answer(ClientTransport::plaintext, "the call bypasses the client's sidecar");
  if (is_captured == Answer::no) return past;
  std::vector<OutboundDecision> possible;
  for (const Object* sidecar : scopes_.sidecars_of(*call.client))
    possible.push_back(in_scope(call, scopes_.scope(call.client->ns, sidecar)));
  OutboundDecision result = agreed(possible, "which Sidecar the client's proxy follows is not in the input");
  if (is_captured == Answer::unknown)
    result =
        agreed({result, past}, "whether the dialled address is in the captured ranges is not in the input");
  if (!mesh_.uncertain.empty()) return answer(ClientTransport::unknown, mesh_.uncertain);
  const Object* filter = changing_envoy_filter(envoy_filters_, mesh_, call.client->ns, call.client->labels);
  if (filter == nullptr) return result;
  return answer(ClientTransport::unknown,
                fmt::format("EnvoyFilter '{}' changes the client's sidecar", filter->name));
}

// The listener that takes the call: of exactly that address, else of any address, else the catch-all.
OutboundDecision Outbound::in_scope(const Call& call, const OutboundScope& scope) {
  const std::string_view host =
      call.host.empty() && call.service != nullptr ? std::string_view(call.service->host) : call.host;
  if (const std::optional<EntryMatch> match = capturing_service_entry(
          service_entries_, mesh_, call.client->ns, dialled_address(call), call.port, host))
    return to_service_entry(call, *match);
  const Listener* listener = nullptr;
  std::string name = fmt::format("{}_{}", listener_address(call), call.port);
  if (call.service != nullptr && !call.service->is_headless) {
    const auto found = scope.by_cluster_ip.find({call.service, call.port});
    if (found != scope.by_cluster_ip.end()) listener = &found->second;
  } else {
    const auto found = scope.by_pod.find({call.target, call.port});
    if (found != scope.by_pod.end()) listener = &found->second;
  }
  if (listener != nullptr) {
    const bool as_http = call.bytes == CallBytes::http && !listener->of_http.empty();
    return at_listener(call, as_http ? listener->of_http : listener->of_bytes, scope, name);
  }
  name = fmt::format("0.0.0.0_{}", call.port);
  if (const auto any = scope.any_address.find(call.port); any != scope.any_address.end())
    return at_listener(call, any->second, scope, name);
  const auto http = scope.by_http_port.find(call.port);
  if (http != scope.by_http_port.end() && http->second.has_listener)
    return at_http_port(call, scope, http->second);
  return at_catch_all(call, scope);
}

// A DestinationRule for the entry's host could still ask for TLS; what else entries do is not followed.
OutboundDecision Outbound::to_service_entry(const Call& call, const EntryMatch& match) const {
  const std::string_view host = ServiceEntryView(*match.entry).hosts().at(0).text();
  const FoundRule found = rules_.find(call.client->ns, call.client->labels, match.entry->ns, host);
  if (!match.is_certain || found.rule != nullptr || !found.uncertain.empty())
    return answer(ClientTransport::unknown,
                  fmt::format("ServiceEntry '{}' may take the call", match.entry->name));
  OutboundDecision result =
      answer(ClientTransport::plaintext, "a ServiceEntry without endpoints takes the call");
  result.cluster = fmt::format("outbound|{}||{}", call.port, host);
  result.listener = fmt::format("{}_{}", listener_address(call), call.port);
  return result;
}

OutboundDecision Outbound::at_listener(const Call& call, const std::vector<Claim>& claims,
                                       const OutboundScope& scope, const std::string& listener) {
  const Owners owners = first_of(claims);
  std::vector<OutboundDecision> possible;
  for (const Claim& one : owners.candidates) possible.push_back(to_cluster(call, one));
  for (OutboundDecision& one : possible) one.listener = listener;
  if (owners.may_be_none) possible.push_back(at_catch_all(call, scope));
  const std::string why =
      owners.candidates.size() > 1
          ? fmt::format("which of Services '{}' and '{}' is older is not in the input",
                        owners.candidates[0].service->host, owners.candidates[1].service->host)
          : "whether Istio sees the Service's namespace is not in the input";
  return agreed(possible, why);
}

// 0.0.0.0 at a port that some Service declares http: the Host header decides (0.5-23, 0.5-25, 0.5-26).
OutboundDecision Outbound::at_http_port(const Call& call, const OutboundScope& scope,
                                        const OutboundScope::HttpNames& names) {
  const std::string listener = fmt::format("0.0.0.0_{}", call.port);
  if (call.bytes == CallBytes::tcp)
    return unlisted(call, scope, listener, "a Service declares the port http, and the bytes are none");
  const std::vector<Claim>* claims = find_host(names, call.host);
  if (claims == nullptr) {
    const std::string_view name = call.host.substr(0, call.host.find(':'));
    if (const Object* other = rerouting(call, name, call.port, true)) return rerouted(*other);
    return unlisted(call, scope, listener, "the Host header names no visible Service of that port");
  }
  const Owners owners = first_of(*claims);
  std::vector<OutboundDecision> possible;
  for (const Claim& one : owners.candidates) possible.push_back(to_cluster(call, one));
  for (OutboundDecision& one : possible) one.listener = listener;
  if (owners.may_be_none || !names.is_certain) possible.push_back(at_catch_all(call, scope));
  return agreed(possible, "which of the Services that decide Istio sees is not in the input");
}

OutboundDecision Outbound::at_catch_all(const Call& call, const OutboundScope& scope) const {
  std::string why = "no visible headless Service of the target lists the port";
  if (call.service != nullptr) {
    if (call.service->find_port(call.port) == nullptr) {
      why = "the Service does not list the port";
    } else if (!scopes_.is_exported(*call.service, call.client->ns)) {
      why = "the Service is not exported to the client's namespace";
    } else if (scope.sidecar != nullptr) {
      why = fmt::format("Sidecar '{}' hides the Service from the client", scope.sidecar->name);
    }
  }
  return unlisted(call, scope, kCatchAll, why);
}

const Object* Outbound::rerouting(const Call& call, std::string_view host, int64_t port, bool is_http) const {
  return rerouting_virtual_service(virtual_services_, mesh_, call.client->ns, host, port, is_http);
}

OutboundDecision Outbound::to_cluster(const Call& call, const Claim& claim) {
  const MeshService& service = *claim.service;
  const bool is_http = call.bytes == CallBytes::http && claim.port->protocol != PortProtocol::tcp;
  if (const Object* other = rerouting(call, service.host, claim.port->number, is_http))
    return rerouted(*other);
  const FoundRule found = rules_.find(call.client->ns, call.client->labels, service.object->ns, service.host);
  if (!found.uncertain.empty()) return answer(ClientTransport::unknown, found.uncertain);
  const ServiceCluster cluster = service_cluster(service, *claim.port, found.rule);
  OutboundDecision result = decide_tls(cluster, *call.target, mesh_, authentications_, endpoints_);
  if (!cluster.keeps_address) result = if_offered(call, claim, std::move(result));
  result.cluster = fmt::format("outbound|{}||{}", claim.port->number, service.host);
  add_place(result, *service.object, claim.port->node.place(), "Service port");
  return result;
}

}  // namespace kray
