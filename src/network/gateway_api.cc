// Walks route → parent Gateway → listener → backend.
//
// A route that a listener does not admit leads nowhere and is left out; one whose Gateway is not in the
// input is kept in doubt.
#include "network/gateway_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cluster/network_views.h"
#include "network/gateway_authentication.h"
#include "network/label_selector.h"
#include "network/request_match.h"

namespace kray {
namespace {

constexpr std::string_view kGatewayApi = "gateway.networking.k8s.io";
constexpr std::string_view kIstioController = "istio.io/gateway-controller";
constexpr std::array<std::string_view, 5> kRouteKinds = {"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute",
                                                         "UDPRoute"};

const Object* find(const Inventory& inventory, std::string_view kind, std::string_view ns,
                   std::string_view name) {
  for (const Object* one : inventory.all_of_kind(kGatewayApi, kind)) {
    if (one->name == name && one->ns == ns) return one;
  }
  return nullptr;
}

// -- the gateway

enum class ClassKind : uint8_t { istio, istio_east_west, inside, other, unknown };

// GA-1: Istio's classes exist without being written down.
ClassKind class_of(const Inventory& inventory, std::string_view name) {
  const Object* of_class = find(inventory, "GatewayClass", "", name);
  const std::string_view controller =
      of_class == nullptr ? std::string_view() : GatewayClassView(*of_class).controller();
  if (name == "istio-waypoint" || controller == "istio.io/mesh-controller") return ClassKind::inside;
  if (name == "istio-east-west" || controller == "istio.io/eastwest-controller")
    return ClassKind::istio_east_west;
  if (name == "istio" || controller == kIstioController) return ClassKind::istio;
  return of_class == nullptr ? ClassKind::unknown : ClassKind::other;
}

// GA-1: an address that is no single IP names a Service which somebody else runs.
bool is_managed(const GatewayApiGatewayView& gateway) {
  const NodeRef addresses = gateway.addresses();
  if (addresses.size() == 0) return true;
  const std::string_view type = addresses.at(0)["type"].text();
  return addresses.size() == 1 && (type.empty() || type == "IPAddress");
}

// The pods that istiod makes for a Gateway.
GatewayPods managed_pods(const Object& gateway, ClassKind kind) {
  const GatewayApiGatewayView view(gateway);
  const auto annotation = [&](std::string_view key) { return view.metadata["annotations"][key].text(); };
  std::string name(gateway.name);
  if (kind == ClassKind::istio) name.append("-").append(view.class_name());
  if (!annotation("gateway.istio.io/name-override").empty())
    name = annotation("gateway.istio.io/name-override");
  const std::string_view account = annotation("gateway.istio.io/service-account");
  return {.pods = nullptr,
          .ns = gateway.ns,
          .service_account = account.empty() ? name : std::string(account),
          .labels = {{"gateway.networking.k8s.io/gateway-name", std::string(gateway.name)}},
          .is_istio = true};
}

const PodClass* unmanaged_pods(const ExposureInputs& inputs, const Object& gateway) {
  for (const NodeRef address : GatewayApiGatewayView(gateway).addresses().items()) {
    const std::string_view host = address["value"].text();
    // A short "name" or "name.ns" is taken too.
    ServiceName name = service_of_host(host, gateway.ns, inputs.settings.cluster_domain);
    if (name.name.empty()) {
      const size_t dot = host.find('.');
      name = {.ns = std::string(host.substr(dot + 1)), .name = std::string(host.substr(0, dot))};
    }
    for (const Object* service : inputs.services.find(name.ns, name.name)) {
      for (const PodClass& pods : inputs.pods) {
        if (selects(*service, exposed_pod_of(pods)) != Answer::no) return &pods;
      }
    }
  }
  return nullptr;
}

Exposure managed_front(const Object& gateway, ClassKind kind) {
  Exposure front;
  front.gateway = managed_pods(gateway, kind);
  const NodeRef type = gateway.metadata()["annotations"]["networking.istio.io/service-type"];
  if (type.text() == "ClusterIP")
    add_doubt(front, fmt::format("the Service of Gateway '{}' is a ClusterIP", gateway.name));
  return front;
}

// The way from outside to a listener.
Exposure front_of(const ExposureInputs& inputs, const Object& gateway, const GatewayListener& listener) {
  const GatewayApiGatewayView view(gateway);
  const ClassKind kind = class_of(inputs.inventory, view.class_name());
  const uint16_t port = static_cast<uint16_t>(std::clamp<int64_t>(listener.port().value_or(0), 0, 0xFFFF));
  Exposure front;
  if (kind == ClassKind::other || kind == ClassKind::unknown) {
    front.gateway = GatewayPods{};
    if (kind == ClassKind::unknown)
      add_doubt(front, fmt::format("GatewayClass '{}' is not in the input", view.class_name()));
  } else if (is_managed(view)) {
    front = managed_front(gateway, kind);
  } else if (const PodClass* pods = unmanaged_pods(inputs, gateway)) {
    front = front_of_gateway(inputs, *pods, port, {});
  } else {
    front.gateway = unknown_istio_gateway();
    add_doubt(front, fmt::format("the pods of Gateway '{}' are not in the input", gateway.name));
  }
  front.chain.push_back({.object = &gateway,
                         .place = gateway.shown(listener.node.place()),
                         .text = fmt::format("Gateway '{}' listens on port {}", gateway.name, port)});
  return front;
}

// -- attachment (GA-2)

Answer admits_namespace(const ExposureInputs& inputs, const Object& gateway, const GatewayListener& listener,
                        const Object& route) {
  const std::string_view from = listener.allowed_namespaces_from();
  if (from == "All") return Answer::yes;
  if (from == "Same") return gateway.ns == route.ns ? Answer::yes : Answer::no;
  if (from != "Selector") return Answer::no;
  return LabelSelector(listener.allowed_namespace_selector())
      .matches(namespace_labels(inputs.inventory, route.ns));
}

bool admits_kind(const GatewayListener& listener, std::string_view kind) {
  const ItemRange kinds = listener.allowed_kinds().items();
  if (listener.allowed_kinds().size() > 0)
    return std::any_of(kinds.begin(), kinds.end(),
                       [kind](NodeRef one) { return one["kind"].text() == kind; });
  const std::string_view protocol = listener.protocol();
  if (protocol == "HTTP" || protocol == "HTTPS") return kind == "HTTPRoute" || kind == "GRPCRoute";
  if (protocol == "TLS") return kind == "TLSRoute" || kind == "TCPRoute";
  if (protocol == "TCP") return kind == "TCPRoute";
  if (protocol == "UDP") return kind == "UDPRoute";
  return true;  // an implementation's own
}

bool names_listener(const RouteParent& parent, const GatewayListener& listener) {
  return (parent.section_name().empty() || parent.section_name() == listener.name()) &&
         (!parent.port() || parent.port() == listener.port());
}

std::optional<std::vector<std::string>> attached_hosts(const GatewayListener& listener, const Object& route) {
  std::vector<std::string> of_listener;
  if (!listener.hostname().empty()) of_listener.emplace_back(listener.hostname());
  return common_hosts(of_listener, texts_of(GatewayApiRouteView(route).hostnames()));
}

// GA-3.
bool is_granted(const Inventory& inventory, const Object& route, std::string_view ns,
                std::string_view service) {
  if (ns == route.ns) return true;
  for (const Object* grant : inventory.all_of_kind(kGatewayApi, "ReferenceGrant")) {
    if (grant->ns != ns) continue;
    const ReferenceGrantView view(*grant);
    const ItemRange from = view.from().items();
    const ItemRange to = view.to().items();
    const bool from_route = std::any_of(from.begin(), from.end(), [&route](NodeRef one) {
      return one["group"].text() == kGatewayApi && one["kind"].text() == route.kind &&
             one["namespace"].text() == route.ns;
    });
    const bool to_service = std::any_of(to.begin(), to.end(), [service](NodeRef one) {
      return one["group"].text().empty() && one["kind"].text() == "Service" &&
             (one["name"].text().empty() || one["name"].text() == service);
    });
    if (from_route && to_service) return true;
  }
  return false;
}

// -- routes

PathCondition path_of(NodeRef match) {
  using Kind = PathCondition::Kind;
  const NodeRef path = match["path"];
  if (!path) return {};
  const std::string_view type = path["type"].text();
  const std::string_view value = path["value"].text();
  const Kind kind = type == "Exact" ? Kind::exact : type == "RegularExpression" ? Kind::regex : Kind::prefix;
  return {.kind = kind, .value = std::string(value.empty() ? "/" : value)};
}

std::vector<std::string> other_conditions(NodeRef match) {
  std::vector<std::string> needs;
  for (const std::string_view field : {"headers", "queryParams", "method"}) {
    if (match[field]) needs.emplace_back(field);
  }
  return needs;
}

bool is_redirect(NodeRef rule) {
  const ItemRange filters = rule["filters"].items();
  return std::any_of(filters.begin(), filters.end(),
                     [](NodeRef one) { return one["type"].text() == "RequestRedirect"; });
}

// Policies of the Gateway's pods, which only Istio's proxies look at.
std::vector<const Object*> policies_of(const ExposureInputs& inputs, const Object& gateway,
                                       const GatewayPods& pods) {
  if (!pods.is_istio) return {};
  const GatewaySubject subject{.ns = pods.ns, .labels = pods.labels, .gateway = gateway.name};
  return gateway_policies(inputs.inventory, subject, inputs.settings.root_namespace);
}

struct Attachment {
  const Object& route;
  Exposure way;                         // up to the listener, with its hosts
  std::vector<const Object*> policies;  // of the gateway's pods
};

void add_backend(const Attachment& attachment, const RouteBackend& backend, NodeRef match,
                 std::vector<RouteToService>& routes) {
  const Object& route = attachment.route;
  RouteToService added{.way = attachment.way,
                       .ns = backend.ns().empty() ? route.ns : std::string(backend.ns()),
                       .service = std::string(backend.name()),
                       .port = {.number = backend.port(), .name = {}},
                       .fallback_port = 0,
                       .by_target = false,
                       .subset = {}};
  added.way.kind = ExposureKind::gateway_api;
  added.way.path = path_of(match);
  added.way.needs = other_conditions(match);
  added.way.changes_request = backend.rule["filters"].size() > 0 || backend.node["filters"].size() > 0;
  added.way.chain.push_back(
      {.object = &route,
       .place = route.shown(backend.node.place()),
       .text = fmt::format("{} '{}' sends to Service '{}'", route.kind, route.name, backend.name())});
  for (const Authentication& one : authentication_by(attachment.policies, added.way.path))
    added.way.authentication.push_back(one);
  routes.push_back(std::move(added));
}

void add_backends(const ExposureInputs& inputs, const Attachment& attachment,
                  std::vector<RouteToService>& routes) {
  const Object& route = attachment.route;
  for (const RouteBackend& backend : GatewayApiRouteView(route).backends()) {
    const std::string_view ns = backend.ns().empty() ? std::string_view(route.ns) : backend.ns();
    if (backend.kind() != "Service" || !backend.group().empty() || is_redirect(backend.rule) ||
        !is_granted(inputs.inventory, route, ns, backend.name()))
      continue;
    if (backend.rule["matches"].size() == 0) add_backend(attachment, backend, {}, routes);
    for (const NodeRef match : backend.rule["matches"].items())
      add_backend(attachment, backend, match, routes);
  }
}

void add_parent(const ExposureInputs& inputs, const Object& route, const RouteParent& parent,
                std::vector<RouteToService>& routes) {
  // GA-4: a Service as parent is about clients in the mesh.
  if (parent.kind() == "Service") return;
  const std::string ns = parent.ns().empty() ? route.ns : std::string(parent.ns());
  const Object* gateway =
      parent.kind() == "Gateway" ? find(inputs.inventory, "Gateway", ns, parent.name()) : nullptr;
  if (gateway == nullptr) {
    Attachment attachment{.route = route, .way = {}, .policies = {}};
    attachment.way.gateway = GatewayPods{};
    attachment.way.hosts = texts_of(GatewayApiRouteView(route).hostnames());
    add_doubt(attachment.way, fmt::format("{} '{}' is not in the input", parent.kind(), parent.name()));
    add_backends(inputs, attachment, routes);
    return;
  }
  const GatewayApiGatewayView view(*gateway);
  if (class_of(inputs.inventory, view.class_name()) == ClassKind::inside) return;
  for (const GatewayListener& listener : view.listeners()) {
    const Answer admitted = admits_namespace(inputs, *gateway, listener, route);
    const std::optional<std::vector<std::string>> hosts = attached_hosts(listener, route);
    if (!names_listener(parent, listener) || !admits_kind(listener, route.kind) || admitted == Answer::no ||
        !hosts)
      continue;
    Attachment attachment{.route = route, .way = front_of(inputs, *gateway, listener), .policies = {}};
    attachment.policies = policies_of(inputs, *gateway, *attachment.way.gateway);
    attachment.way.hosts = *hosts;
    if (admitted == Answer::unknown)
      add_doubt(attachment.way,
                fmt::format("the labels of namespace '{}', which the listener selects by, are "
                            "not in the input",
                            route.ns));
    add_backends(inputs, attachment, routes);
  }
}

}  // namespace

std::vector<RouteToService> gateway_api_routes(const ExposureInputs& inputs) {
  std::vector<RouteToService> routes;
  for (const std::string_view kind : kRouteKinds) {
    for (const Object* route : inputs.inventory.all_of_kind(kGatewayApi, kind)) {
      for (const RouteParent& parent : GatewayApiRouteView(*route).parents())
        add_parent(inputs, *route, parent, routes);
    }
  }
  return routes;
}

}  // namespace kray
