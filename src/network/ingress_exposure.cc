// One route per path of an Ingress, and one for its default backend.
#include "network/ingress_exposure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cluster/network_views.h"
#include "network/gateway_authentication.h"

namespace kray {
namespace {

constexpr std::string_view kNetworkingApi = "networking.k8s.io";

struct AnnotationMeaning {
  std::string_view key;
  Authentication::Kind kind;
};

// Annotations by which controllers ask clients who they are; a middleware may do anything.
constexpr std::array<AnnotationMeaning, 9> kAnnotations = {{
    {"nginx.ingress.kubernetes.io/auth-url", Authentication::Kind::ingress_annotation},
    {"nginx.ingress.kubernetes.io/auth-type", Authentication::Kind::ingress_annotation},
    {"nginx.ingress.kubernetes.io/auth-tls-secret", Authentication::Kind::ingress_annotation},
    {"haproxy.org/auth-type", Authentication::Kind::ingress_annotation},
    {"haproxy-ingress.github.io/auth-url", Authentication::Kind::ingress_annotation},
    {"alb.ingress.kubernetes.io/auth-type", Authentication::Kind::ingress_annotation},
    {"traefik.ingress.kubernetes.io/router.middlewares", Authentication::Kind::possible},
    {"konghq.com/plugins", Authentication::Kind::possible},
    {"cloud.google.com/backend-config", Authentication::Kind::possible},
}};

std::vector<Authentication> annotated_authentication(const Object& ingress) {
  std::vector<Authentication> found;
  for (const AnnotationMeaning& meaning : kAnnotations) {
    const NodeRef annotation = ingress.metadata()["annotations"][meaning.key];
    if (!annotation || annotation.text().empty() || annotation.text() == "none") continue;
    const bool asks = meaning.kind == Authentication::Kind::ingress_annotation;
    found.push_back({.kind = meaning.kind,
                     .covers_all = asks ? Answer::yes : Answer::unknown,
                     .object = &ingress,
                     .place = ingress.shown(annotation.field_place())});
  }
  return found;
}

const Object* find_class(const Inventory& inventory, std::string_view name) {
  for (const Object* one : inventory.all_of_kind(kNetworkingApi, "IngressClass")) {
    if (one->name == name) return one;
  }
  return nullptr;
}

// ING-1.
bool is_served_by_istio(const ExposureInputs& inputs, const IngressView& ingress) {
  using Mode = ExposureSettings::IngressControllerMode;
  const Mode mode = inputs.settings.ingress_controller_mode;
  if (const NodeRef annotation = ingress.class_annotation())
    return annotation.text() == inputs.settings.ingress_class && mode != Mode::off;
  if (const NodeRef name = ingress.class_name()) {
    const Object* of_class = find_class(inputs.inventory, name.text());
    return of_class != nullptr && of_class->spec()["controller"].text() == "istio.io/ingress-controller";
  }
  return mode == Mode::as_default;
}

PathCondition path_of(const IngressPath& path) {
  using Kind = PathCondition::Kind;
  const std::string_view type = path.path_type();
  std::string_view text = path.path();
  if (text.empty()) return {};
  if (type == "Exact") return {.kind = Kind::exact, .value = std::string(text)};
  if (type == "Prefix") return {.kind = Kind::prefix, .value = std::string(text)};
  // ImplementationSpecific (ING-2): istiod and nginx take a wild end for a prefix.
  for (const std::string_view end : {"(.*)", ".*", "*"}) {
    if (!text.ends_with(end)) continue;
    text.remove_suffix(end.size());
    return {.kind = Kind::prefix, .value = std::string(text)};
  }
  return {.kind = Kind::exact, .value = std::string(text)};
}

RouteToService route_of(const Object& ingress, const IngressBackend& backend, const Exposure& front) {
  RouteToService route{.way = front,
                       .ns = ingress.ns,
                       .service = std::string(backend.service()),
                       .port = backend.port(),
                       .fallback_port = 0,
                       .by_target = false,
                       .subset = {}};
  route.way.kind = ExposureKind::ingress;
  route.way.chain.push_back(
      {.object = &ingress,
       .place = ingress.shown(backend.node.field_place()),
       .text = fmt::format("Ingress '{}' sends to Service '{}'", ingress.name, backend.service())});
  return route;
}

void add_paths(const Object& ingress, const Exposure& front, std::vector<RouteToService>& routes) {
  for (const IngressPath& path : IngressView(ingress).paths()) {
    if (path.backend().service().empty()) continue;
    RouteToService& route = routes.emplace_back(route_of(ingress, path.backend(), front));
    route.way.hosts.clear();
    if (!path.host.empty()) route.way.hosts.emplace_back(path.host);
    route.way.path = path_of(path);
  }
}

// The way up to a controller that is not Istio.
Exposure controller_front(const ExposureInputs& inputs, const Object& ingress) {
  const IngressView view(ingress);
  const NodeRef name = view.class_annotation() ? view.class_annotation() : view.class_name();
  Exposure front;
  front.gateway = GatewayPods{};
  front.authentication = annotated_authentication(ingress);
  if (!name) {
    add_doubt(front,
              "the Ingress names no class: the cluster's default controller serves it, if there is one");
  } else if (find_class(inputs.inventory, name.text()) == nullptr) {
    add_doubt(front, fmt::format("the controller of ingress class '{}' is not in the input", name.text()));
  }
  return front;
}

void add_openshift_route(const Object& route, std::vector<RouteToService>& routes) {
  const NodeRef spec = route.spec();
  const NodeRef target = spec["port"]["targetPort"];
  Exposure way;
  way.kind = ExposureKind::openshift_route;
  way.gateway = GatewayPods{};
  if (!spec["host"].text().empty()) way.hosts.emplace_back(spec["host"].text());
  if (!spec["path"].text().empty())
    way.path = {.kind = PathCondition::Kind::prefix, .value = std::string(spec["path"].text())};
  way.chain = {
      {.object = &route,
       .place = route.shown(spec["to"].field_place()),
       .text = fmt::format("Route '{}' sends to Service '{}'", route.name, spec["to"]["name"].text())}};
  routes.push_back({.way = std::move(way),
                    .ns = route.ns,
                    .service = std::string(spec["to"]["name"].text()),
                    .port = port_ref(target),
                    .fallback_port = 0,
                    .by_target = true,
                    .subset = {}});
}

// Traefik's and Contour's own kinds: Services stand below each route, and below a TCP proxy.
struct CustomRouter {
  std::string_view group;
  std::string_view kind;
};
constexpr std::array<CustomRouter, 5> kCustomRouters = {{{"traefik.io", "IngressRoute"},
                                                         {"traefik.io", "IngressRouteTCP"},
                                                         {"traefik.containo.us", "IngressRoute"},
                                                         {"traefik.containo.us", "IngressRouteTCP"},
                                                         {"projectcontour.io", "HTTPProxy"}}};

void add_custom_services(const Object& router, NodeRef entry, std::vector<RouteToService>& routes) {
  for (const NodeRef service : entry["services"].items()) {
    RouteToService& route = routes.emplace_back();
    route.ns = service["namespace"] ? std::string(service["namespace"].text()) : router.ns;
    route.service = service["name"].text();
    route.port = port_ref(service["port"]);
    route.way.kind = ExposureKind::ingress;
    route.way.gateway = GatewayPods{};
    if (const NodeRef match = entry["match"]) route.way.needs.emplace_back(match.text());
    if (const NodeRef host = router.spec()["virtualhost"]["fqdn"]) route.way.hosts.emplace_back(host.text());
    if (const NodeRef middlewares = entry["middlewares"]) {
      route.way.authentication.push_back({.kind = Authentication::Kind::possible,
                                          .covers_all = Answer::unknown,
                                          .object = &router,
                                          .place = router.shown(middlewares.field_place())});
    }
    route.way.chain = {
        {.object = &router,
         .place = router.shown(service.place()),
         .text = fmt::format("{} '{}' sends to Service '{}'", router.kind, router.name, route.service)}};
    add_doubt(route.way, fmt::format("the controller of {} is not in the input", router.kind));
  }
}

void add_custom_router(const Object& router, std::vector<RouteToService>& routes) {
  for (const NodeRef entry : router.spec()["routes"].items()) add_custom_services(router, entry, routes);
  add_custom_services(router, router.spec()["tcpproxy"], routes);
}

// ING-2.
Labels istio_selector(const ExposureSettings& settings) {
  if (!settings.ingress_selector.empty()) return {{"istio", settings.ingress_selector}};
  const bool is_default = settings.ingress_service == "istio-ingressgateway";
  return {{"istio", is_default ? "ingressgateway" : settings.ingress_service}};
}

void add_istio_ingress(const ExposureInputs& inputs, const Object& ingress, const PodClass* pods,
                       const std::vector<RouteToService>& other_ways, std::vector<RouteToService>& routes) {
  Exposure front;
  if (pods != nullptr) {
    const bool has_tls = IngressView(ingress).tls().size() > 0;
    front = front_of_gateway(inputs, *pods, 80, other_ways);
    if (front.certainty != Answer::yes && has_tls) front = front_of_gateway(inputs, *pods, 443, other_ways);
  } else {
    front.gateway = unknown_istio_gateway();
    add_doubt(front, "the pods of Istio's ingress gateway are not in the input");
  }
  const GatewaySubject subject{.ns = front.gateway->ns, .labels = front.gateway->labels, .gateway = {}};
  const std::vector<const Object*> policies =
      gateway_policies(inputs.inventory, subject, inputs.settings.root_namespace);
  std::vector<RouteToService> added;
  add_paths(ingress, front, added);  // a default backend is ignored
  for (RouteToService& route : added) {
    for (const Authentication& one : authentication_by(policies, route.way.path))
      route.way.authentication.push_back(one);
    routes.push_back(std::move(route));
  }
}

}  // namespace

std::vector<RouteToService> ingress_routes(const ExposureInputs& inputs) {
  std::vector<RouteToService> routes;
  for (const Object* ingress : inputs.inventory.all_of_kind(kNetworkingApi, "Ingress")) {
    const IngressView view(*ingress);
    if (is_served_by_istio(inputs, view)) continue;
    const Exposure front = controller_front(inputs, *ingress);
    add_paths(*ingress, front, routes);
    const IngressBackend backend = view.default_backend();
    if (!backend.service().empty()) routes.push_back(route_of(*ingress, backend, front));
  }
  for (const Object* route : inputs.inventory.all_of_kind("route.openshift.io", "Route"))
    add_openshift_route(*route, routes);
  for (const CustomRouter& kind : kCustomRouters) {
    for (const Object* router : inputs.inventory.all_of_kind(kind.group, kind.kind))
      add_custom_router(*router, routes);
  }
  return routes;
}

std::vector<RouteToService> istio_ingress_routes(const ExposureInputs& inputs,
                                                 const std::vector<RouteToService>& other_ways) {
  std::vector<RouteToService> routes;
  const std::vector<const PodClass*> pods = select_gateway_pods(inputs, istio_selector(inputs.settings));
  for (const Object* ingress : inputs.inventory.all_of_kind(kNetworkingApi, "Ingress")) {
    if (!is_served_by_istio(inputs, IngressView(*ingress))) continue;
    if (pods.empty()) add_istio_ingress(inputs, *ingress, nullptr, other_ways, routes);
    for (const PodClass* one : pods) add_istio_ingress(inputs, *ingress, one, other_ways, routes);
  }
  return routes;
}

}  // namespace kray
