// Walks Gateway → gateway pods → servers → VirtualServices → routes → destinations.
//
// Everything that may be taken is taken: conditions of a match are kept with the way, not decided. Where
// the gateway's pods are not in the input, or nothing leads to them from outside, the way is in doubt but
// never left out.
#include "network/istio_gateway.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cluster/istio_views.h"
#include "network/gateway_authentication.h"
#include "network/request_match.h"

namespace kray {
namespace {

constexpr std::string_view kNetworkingApi = "networking.istio.io";

// One server of a Gateway on one set of pods, or on none that is known.
struct Listener {
  const Object& gateway;
  IstioServer server;
  const PodClass* pods = nullptr;
  uint16_t port = 0;
};

// What has been decided on the way to a route.
struct RouteContext {
  const ExposureInputs& inputs;
  const Listener& listener;
  const Exposure& front;
  const std::vector<const Object*>& policies;  // of the gateway's pods
  const Object& root;                          // the VirtualService that binds
  std::vector<std::string> hosts;
};

bool lists(NodeRef list, std::string_view text) {
  const ItemRange items = list.items();
  return std::any_of(items.begin(), items.end(), [text](NodeRef one) { return one.text() == text; });
}

// GW-4: exported to a namespace; the mesh's default is everywhere.
bool is_exported(NodeRef export_to, std::string_view own, std::string_view to) {
  if (export_to.size() == 0 || lists(export_to, "*") || to.empty()) return !lists(export_to, "~");
  return lists(export_to, to) || (own == to && lists(export_to, "."));
}

// GW-4: "name", "ns/name", "./name" or the old "name.ns.svc…".
bool names_gateway(std::string_view name, const Object& virtual_service, const Object& gateway) {
  const size_t slash = name.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view ns = name.substr(0, slash);
    return name.substr(slash + 1) == gateway.name &&
           (ns == "." ? std::string_view(virtual_service.ns) : ns) == gateway.ns;
  }
  const size_t dot = name.find('.');
  if (dot == std::string_view::npos) return name == gateway.name && virtual_service.ns == gateway.ns;
  const std::string_view rest = name.substr(dot + 1);
  return name.substr(0, dot) == gateway.name && rest.substr(0, rest.find('.')) == gateway.ns;
}

bool lists_gateway(NodeRef gateways, const Object& virtual_service, const Object& gateway) {
  const ItemRange items = gateways.items();
  return std::any_of(items.begin(), items.end(),
                     [&](NodeRef one) { return names_gateway(one.text(), virtual_service, gateway); });
}

// Hosts of a server that VirtualServices of that namespace may bind to (GW-3).
std::vector<std::string> server_hosts(const IstioServer& server, const Object& gateway, std::string_view ns) {
  std::vector<std::string> hosts;
  for (const NodeRef entry : server.hosts().items()) {
    const std::string_view text = entry.text();
    const size_t slash = text.find('/');
    const std::string_view of = slash == std::string_view::npos ? "*" : text.substr(0, slash);
    if (of == "*" || of == ns || (of == "." && gateway.ns == ns))
      hosts.emplace_back(slash == std::string_view::npos ? text : text.substr(slash + 1));
  }
  return hosts;
}

std::vector<std::string> virtual_service_hosts(const Object& virtual_service, std::string_view domain) {
  std::vector<std::string> hosts = texts_of(VirtualServiceView(virtual_service).hosts());
  for (std::string& host : hosts) {
    if (host.find('.') == std::string::npos && !host.starts_with('*'))
      host = fmt::format("{}.{}.svc.{}", host, virtual_service.ns, domain);
  }
  return hosts;
}

// GW-7: which routes a server can have.
bool server_takes(const IstioServer& server, std::string_view routes) {
  const std::string_view protocol = server.protocol();
  const std::string_view mode = server.tls_mode();
  const bool passes_through = mode == "PASSTHROUGH";
  const bool is_tls = protocol == "HTTPS" || protocol == "TLS";
  if (mode == "AUTO_PASSTHROUGH" || server.node["tls"]["httpsRedirect"].is_true()) return false;
  if (routes == "tls") return is_tls && passes_through;
  if (routes == "tcp") return protocol == "TCP" || protocol == "TLS" || protocol == "MONGO";
  return protocol == "HTTP" || protocol == "HTTP2" || protocol == "GRPC" || protocol == "GRPC-WEB" ||
         (protocol == "HTTPS" && !passes_through);
}

// GW-5: what a match says about the gateway itself.
bool match_admits(NodeRef match, const RouteContext& context) {
  const Listener& listener = context.listener;
  if (match["gateways"].size() > 0 && !lists_gateway(match["gateways"], context.root, listener.gateway))
    return false;
  const std::optional<int64_t> port = port_ref(match["port"]).number;
  if (port && *port != listener.port) return false;
  if (listener.pods == nullptr) return true;
  const std::string_view ns = match["sourceNamespace"].text();
  return matches_all(match["sourceLabels"], listener.pods->labels) &&
         (ns.empty() || ns == listener.pods->object->ns);
}

std::vector<std::string> other_conditions(NodeRef match) {
  static constexpr std::array<std::string_view, 7> kFields = {
      "headers", "withoutHeaders", "method", "queryParams", "authority", "scheme", "destinationSubnets"};
  std::vector<std::string> needs;
  for (const std::string_view field : kFields) {
    if (match[field]) needs.emplace_back(field);
  }
  return needs;
}

// GW-6: the labels of a subset; nothing if no DestinationRule of the input has it.
std::optional<Labels> subset_labels(const ExposureInputs& inputs, const ServiceName& service,
                                    std::string_view subset) {
  for (const Object* rule : inputs.inventory.all_of_kind(kNetworkingApi, "DestinationRule")) {
    const DestinationRuleView view(*rule);
    const ServiceName of = service_of_host(view.host(), rule->ns, inputs.settings.cluster_domain);
    if (of.ns != service.ns || of.name != service.name) continue;
    for (const NodeRef one : view.subsets().items()) {
      if (one["name"].text() == subset) return labels_of(one["labels"]);
    }
  }
  return std::nullopt;
}

struct RouteMatch {
  PathCondition path;
  std::vector<std::string> needs;
  std::vector<std::string> sni_hosts;
};

// Headers may be set by the route or by one of its destinations.
bool changes_request(NodeRef entry) {
  const ItemRange routes = entry["route"].items();
  return entry["rewrite"] || entry["headers"]["request"] ||
         std::any_of(routes.begin(), routes.end(),
                     [](NodeRef one) { return static_cast<bool>(one["headers"]["request"]); });
}

void add_destination(const VirtualServiceDestination& destination, const Object& virtual_service,
                     const RouteMatch& match, const RouteContext& context,
                     std::vector<RouteToService>& routes) {
  const ServiceName service =
      service_of_host(destination.host(), virtual_service.ns, context.inputs.settings.cluster_domain);
  if (service.name.empty()) return;
  RouteToService route{.way = context.front,
                       .ns = service.ns,
                       .service = service.name,
                       .port = {.number = destination.port(), .name = {}},
                       .fallback_port = context.listener.port,
                       .by_target = false,
                       .subset = {}};
  route.way.kind = ExposureKind::istio_gateway;
  route.way.hosts = match.sni_hosts.empty() ? context.hosts : match.sni_hosts;
  route.way.path = match.path;
  route.way.needs = match.needs;
  route.way.changes_request = changes_request(destination.route);
  route.way.chain.push_back(
      {.object = &virtual_service,
       .place = virtual_service.shown(destination.node.place()),
       .text = fmt::format("VirtualService '{}' routes to '{}'", virtual_service.name, destination.host())});
  if (!destination.subset().empty()) {
    const std::optional<Labels> labels = subset_labels(context.inputs, service, destination.subset());
    if (!labels)
      add_doubt(route.way, fmt::format("no DestinationRule has the subset '{}'", destination.subset()));
    route.subset = labels.value_or(Labels{});
  }
  for (const Authentication& one : authentication_by(context.policies, route.way.path))
    route.way.authentication.push_back(one);
  routes.push_back(std::move(route));
}

// Destinations of one entry of http, tls or tcp.
std::vector<VirtualServiceDestination> destinations_of(NodeRef entry) {
  std::vector<VirtualServiceDestination> destinations;
  const bool has_choice = entry["route"].size() > 1;
  for (const NodeRef route : entry["route"].items()) {
    if (has_choice && port_ref(route["weight"]).number == 0) continue;
    if (const NodeRef destination = route["destination"]) destinations.push_back({destination, entry});
  }
  if (const NodeRef mirror = entry["mirror"]) destinations.push_back({mirror, entry});
  for (const NodeRef mirror : entry["mirrors"].items()) {
    if (const NodeRef destination = mirror["destination"]) destinations.push_back({destination, entry});
  }
  return destinations;
}

// The matches of an entry that this gateway may meet; one without conditions if it has none.
std::vector<RouteMatch> matches_of(NodeRef entry, const RouteContext& context) {
  if (entry["match"].size() == 0) return {RouteMatch{}};
  std::vector<RouteMatch> matches;
  for (const NodeRef match : entry["match"].items()) {
    if (!match_admits(match, context)) continue;
    matches.push_back({.path = string_match(match["uri"]),
                       .needs = other_conditions(match),
                       .sni_hosts = texts_of(match["sniHosts"])});
  }
  return matches;
}

void add_entry(NodeRef entry, const Object& virtual_service, const RouteMatch& match,
               const RouteContext& context, std::vector<RouteToService>& routes) {
  if (entry["redirect"] || entry["directResponse"]) return;  // no backend
  for (const VirtualServiceDestination& destination : destinations_of(entry))
    add_destination(destination, virtual_service, match, context, routes);
}

// GW-5: the routes of a VirtualService without hosts, under the conditions of the root's route.
void add_delegate(NodeRef delegate, const RouteMatch& match, const RouteContext& context,
                  std::vector<RouteToService>& routes) {
  const std::string_view ns =
      delegate["namespace"] ? delegate["namespace"].text() : std::string_view(context.root.ns);
  for (const Object* one : context.inputs.inventory.all_of_kind(kNetworkingApi, "VirtualService")) {
    const VirtualServiceView view(*one);
    if (one->name != delegate["name"].text() || one->ns != ns || view.hosts().size() > 0 ||
        !is_exported(view.export_to(), one->ns, context.root.ns))
      continue;
    for (const NodeRef entry : view.http().items()) {
      for (RouteMatch& inner : matches_of(entry, context)) {
        const std::optional<PathCondition> path = common_path(match.path, inner.path);
        if (!path) continue;
        inner.path = *path;
        inner.needs.insert(inner.needs.end(), match.needs.begin(), match.needs.end());
        add_entry(entry, *one, inner, context, routes);
      }
    }
  }
}

void add_virtual_service(const RouteContext& context, std::vector<RouteToService>& routes) {
  for (const std::string_view protocol : {"http", "tls", "tcp"}) {
    if (!server_takes(context.listener.server, protocol)) continue;
    for (const NodeRef entry : context.root.spec()[protocol].items()) {
      for (const RouteMatch& match : matches_of(entry, context)) {
        if (entry["delegate"]) {
          add_delegate(entry["delegate"], match, context, routes);
        } else {
          add_entry(entry, context.root, match, context, routes);
        }
      }
      if (entry["match"].size() == 0) break;  // nothing gets past it
    }
  }
}

Exposure front_of(const ExposureInputs& inputs, const Listener& listener,
                  const std::vector<RouteToService>& other_ways) {
  Exposure front;
  if (listener.pods != nullptr) {
    front = front_of_gateway(inputs, *listener.pods, listener.port, other_ways);
  } else {
    front.gateway = unknown_istio_gateway();
    add_doubt(front, fmt::format("the pods of Gateway '{}' are not in the input", listener.gateway.name));
  }
  front.chain.push_back(
      {.object = &listener.gateway,
       .place = listener.gateway.shown(listener.server.node.place()),
       .text = fmt::format("Gateway '{}' listens on port {}", listener.gateway.name, listener.port)});
  return front;
}

void add_listener(const ExposureInputs& inputs, const Listener& listener,
                  const std::vector<RouteToService>& other_ways, std::vector<RouteToService>& routes) {
  const Exposure front = front_of(inputs, listener, other_ways);
  const GatewaySubject subject{.ns = front.gateway->ns, .labels = front.gateway->labels, .gateway = {}};
  const std::vector<const Object*> policies =
      gateway_policies(inputs.inventory, subject, inputs.settings.root_namespace);
  const std::string pods_ns = listener.pods == nullptr ? std::string() : listener.pods->object->ns;
  for (const Object* one : inputs.inventory.all_of_kind(kNetworkingApi, "VirtualService")) {
    const VirtualServiceView view(*one);
    if (!lists_gateway(view.gateways(), *one, listener.gateway) ||
        !is_exported(view.export_to(), one->ns, pods_ns))
      continue;
    const std::vector<std::string> of_server = server_hosts(listener.server, listener.gateway, one->ns);
    const std::vector<std::string> of_service = virtual_service_hosts(*one, inputs.settings.cluster_domain);
    if (of_server.empty() || of_service.empty()) continue;
    const std::optional<std::vector<std::string>> hosts = common_hosts(of_server, of_service);
    if (!hosts) continue;
    add_virtual_service({.inputs = inputs,
                         .listener = listener,
                         .front = front,
                         .policies = policies,
                         .root = *one,
                         .hosts = *hosts},
                        routes);
  }
}

// GW-2: Services name the port, or the pod listens on the server's own number.
uint16_t listening_port(const ExposureInputs& inputs, const ExposedPod& gateway, uint16_t server_port) {
  for (const Object* service : inputs.services.around(gateway.ns)) {
    if (selects(*service, gateway) == Answer::no) continue;
    for (const ServicePortView& port : ServiceView(*service).port_views()) {
      if (port.port() == server_port) return target_port_on(port, gateway);
    }
  }
  return server_port;
}

}  // namespace

bool is_gateway_pod(const PodClass& pods) {
  const std::string_view templates = pods.pod_template.annotation("inject.istio.io/templates").text();
  if (templates.find("gateway") != std::string_view::npos) return true;
  const ItemRange containers = pods.pod_template.containers().items();
  return std::any_of(containers.begin(), containers.end(), [](NodeRef container) {
    return container["name"].text() == "istio-proxy" && lists(container["args"], "router");
  });
}

// GW-8: the account that destinations see.
GatewayPods gateway_pods_of(const PodClass& pods) {
  const std::string_view account = pods.pod_template.service_account_name().text();
  return {.pods = &pods,
          .ns = pods.object->ns,
          .service_account = std::string(account.empty() ? "default" : account),
          .labels = pods.labels,
          .port = 0,
          .is_istio = is_gateway_pod(pods)};
}

GatewayPods unknown_istio_gateway() {
  GatewayPods pods;
  pods.is_istio = true;
  return pods;
}

// GW-1.
std::vector<const PodClass*> select_gateway_pods(const ExposureInputs& inputs, const Labels& selector) {
  std::vector<const PodClass*> selected;
  for (const PodClass& pods : inputs.pods) {
    const bool matches = std::all_of(selector.begin(), selector.end(), [&pods](const auto& one) {
      const auto label = pods.labels.find(one.first);
      return label != pods.labels.end() && label->second == one.second;
    });
    if (matches && is_gateway_pod(pods)) selected.push_back(&pods);
  }
  return selected;
}

Exposure front_of_gateway(const ExposureInputs& inputs, const PodClass& gateway, uint16_t server_port,
                          const std::vector<RouteToService>& other_ways) {
  const ExposedPod pod = exposed_pod_of(gateway);
  const uint16_t listening = listening_port(inputs, pod, server_port);
  std::vector<Exposure> fronts = direct_exposures(pod, inputs.services);
  const std::vector<Exposure> routed = routed_exposures(pod, other_ways, inputs.services);
  fronts.insert(fronts.end(), routed.begin(), routed.end());
  Exposure best;
  bool found = false;
  for (const Exposure& front : fronts) {
    if (front.port != listening && front.kind != ExposureKind::host_network) continue;
    if (found && (best.certainty == Answer::yes || front.certainty != Answer::yes)) continue;
    best = front;
    found = true;
  }
  if (!found)
    add_doubt(best, fmt::format("nothing in the input leads to the gateway '{}' from outside",
                                gateway.object->name));
  best.gateway = gateway_pods_of(gateway);
  best.gateway->port = listening;
  return best;
}

std::vector<RouteToService> istio_gateway_routes(const ExposureInputs& inputs,
                                                 const std::vector<RouteToService>& other_ways) {
  std::vector<RouteToService> routes;
  for (const Object* gateway : inputs.inventory.all_of_kind(kNetworkingApi, "Gateway")) {
    const IstioGatewayView view(*gateway);
    const std::vector<const PodClass*> pods = select_gateway_pods(inputs, labels_of(view.selector()));
    for (const IstioServer& server : view.servers()) {
      const int64_t port = server.port().value_or(0);
      if (port < 1 || port > 0xFFFF) continue;
      Listener listener{
          .gateway = *gateway, .server = server, .pods = nullptr, .port = static_cast<uint16_t>(port)};
      if (pods.empty()) add_listener(inputs, listener, other_ways, routes);
      for (const PodClass* one : pods) {
        listener.pods = one;
        add_listener(inputs, listener, other_ways, routes);
      }
    }
  }
  return routes;
}

}  // namespace kray
