// Resolves Services to pods: by selector, then targetPort by number or by name on the pod.
#include "network/service_exposure.h"

#include <fmt/format.h>

#include <algorithm>

namespace kray {
namespace {

// Objects that are applied together and name no namespace end in the same one.
Answer same_namespace(const Object& service, const ExposedPod& pod) {
  if (service.ns == pod.ns) return Answer::yes;
  if (!service.ns.empty() && !pod.ns.empty()) return Answer::no;
  return pod.object == nullptr || may_share_namespace(service, *pod.object) ? Answer::unknown : Answer::no;
}

uint16_t as_port(std::optional<int64_t> number) {
  const int64_t value = number.value_or(0);
  return value < 1 || value > 0xFFFF ? uint16_t{0} : static_cast<uint16_t>(value);
}

// The field that opens a Service to the outside, by kind.
struct Opening {
  ExposureKind kind;
  NodeRef node;
};

std::vector<Opening> openings_of(const ServiceView& service) {
  std::vector<Opening> openings;
  // EXP-3; kube-proxy looks at no headless Service.
  if (service.is_headless() || service.type() == "ExternalName") return openings;
  if (service.type() == "LoadBalancer") {
    openings.push_back({ExposureKind::load_balancer, service.spec["type"]});
  } else if (service.type() == "NodePort") {
    openings.push_back({ExposureKind::node_port, service.spec["type"]});
  }
  if (service.external_ips().size() > 0)
    openings.push_back({ExposureKind::external_ips, service.external_ips()});
  return openings;
}

std::string words_of(const Object& service, const Opening& opening, uint16_t port) {
  std::string text =
      fmt::format("{} of Service '{}' opens port {}", to_string(opening.kind), service.name, port);
  const NodeRef ranges = service.spec()["loadBalancerSourceRanges"];
  if (opening.kind != ExposureKind::load_balancer || ranges.size() == 0) return text;
  text += " to";
  for (const NodeRef range : ranges.items()) text.append(" ").append(range.text());
  return text;
}

void add_openings(const Object& service, const ExposedPod& pod, Answer selects_pod,
                  std::vector<Exposure>& exposures) {
  const ServiceView view(service);
  for (const Opening& opening : openings_of(view)) {
    for (const ServicePortView& port : view.port_views()) {
      const std::optional<Transport> transport = parse_transport(port.protocol());
      const uint16_t target = target_port_on(port, pod);
      if (target == 0 || !transport) continue;
      Exposure exposure;
      exposure.kind = opening.kind;
      exposure.port = target;
      exposure.transport = *transport;
      exposure.service = &service;
      exposure.service_port = as_port(port.port());
      exposure.chain = {{.object = &service,
                         .place = service.shown(opening.node.field_place()),
                         .text = words_of(service, opening, exposure.service_port)}};
      if (selects_pod == Answer::unknown)
        add_doubt(exposure, "the Service and the pod may lie in different namespaces");
      exposures.push_back(std::move(exposure));
    }
  }
}

void add_host_ports(const ExposedPod& pod, std::vector<Exposure>& exposures) {
  for (const ExposedPod::HostPort& port : pod.host_ports) {
    Exposure exposure;
    exposure.kind = ExposureKind::host_port;
    exposure.port = port.container_port;
    exposure.transport = port.transport;
    exposure.chain = {{.object = pod.object, .place = port.place, .text = "hostPort opens it on the node"}};
    exposures.push_back(std::move(exposure));
  }
  if (!pod.host_network) return;
  Exposure exposure;
  exposure.kind = ExposureKind::host_network;
  exposure.chain = {{.object = pod.object,
                     .place = pod.object == nullptr ? pod.host_network.field_place()
                                                    : pod.object->shown(pod.host_network.field_place()),
                     .text = "the pod listens on its node's addresses"}};
  exposures.push_back(std::move(exposure));
}

bool has_all(const Labels& labels, const Labels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&labels](const auto& one) {
    const auto label = labels.find(one.first);
    return label != labels.end() && label->second == one.second;
  });
}

}  // namespace

ServiceIndex::ServiceIndex(const Inventory& inventory, std::string_view cluster_domain)
    : cluster_domain_(cluster_domain) {
  for (const Object* service : inventory.all_of_kind("", "Service")) {
    services_.push_back(service);
    by_namespace_[service->ns].push_back(service);
    by_name_[{service->ns, std::string(service->name)}].push_back(service);
  }
}

std::vector<const Object*> ServiceIndex::find(std::string_view ns, std::string_view name) const {
  const auto found = by_name_.find({std::string(ns), std::string(name)});
  if (found == by_name_.end()) return {};
  std::vector<const Object*> services;
  for (const Object* service : found->second) {
    const ServiceView view(*service);
    if (view.type() != "ExternalName") {
      services.push_back(service);
      continue;
    }
    const ServiceName target = service_of_host(view.external_name().text(), "", cluster_domain_);
    const auto behind = by_name_.find({target.ns, target.name});
    if (target.ns.empty() || behind == by_name_.end()) continue;
    services.insert(services.end(), behind->second.begin(), behind->second.end());
  }
  return services;
}

std::vector<const Object*> ServiceIndex::around(std::string_view ns) const {
  if (ns.empty()) return services_;
  std::vector<const Object*> services;
  for (const std::string_view name : {ns, std::string_view()}) {
    const auto found = by_namespace_.find(name);
    if (found != by_namespace_.end())
      services.insert(services.end(), found->second.begin(), found->second.end());
  }
  return services;
}

ServiceName service_of_host(std::string_view host, std::string_view ns, std::string_view cluster_domain) {
  const size_t dot = host.find('.');
  if (dot == std::string_view::npos) return {.ns = std::string(ns), .name = std::string(host)};
  const std::string suffix = fmt::format(".svc.{}", cluster_domain);
  const std::string_view rest = host.substr(dot + 1);
  if (!rest.ends_with(suffix)) return {};
  const std::string_view of_host = rest.substr(0, rest.size() - suffix.size());
  if (of_host.empty() || of_host.find('.') != std::string_view::npos) return {};
  return {.ns = std::string(of_host), .name = std::string(host.substr(0, dot))};
}

Answer selects(const Object& service, const ExposedPod& pod) {
  const ServiceView view(service);
  // Without a selector somebody else writes the endpoints.
  if (view.type() == "ExternalName" || view.selector().size() == 0) return Answer::no;
  return matches_all(view.selector(), pod.labels) ? same_namespace(service, pod) : Answer::no;
}

uint16_t target_port_on(const ServicePortView& port, const ExposedPod& pod) {
  const PortRef target = port.target_port();
  if (target.number) return as_port(target.number);
  const std::optional<Transport> transport = parse_transport(port.protocol());
  for (const NamedPort& one : pod.ports) {
    if (one.name == target.name && one.transport == transport) return one.number;
  }
  return 0;
}

std::optional<ServicePortView> route_port(const Object& service, const RouteToService& route,
                                          const ExposedPod& pod) {
  const std::vector<ServicePortView> ports = ServiceView(service).port_views();
  if (!route.port && ports.size() == 1) return ports.front();
  const PortRef wanted =
      route.port ? route.port : PortRef{.number = std::optional<int64_t>(route.fallback_port), .name = {}};
  for (const ServicePortView& port : ports) {
    const bool is_wanted = !wanted.number    ? port.name() == wanted.name
                           : route.by_target ? target_port_on(port, pod) == *wanted.number
                                             : port.port() == wanted.number;
    if (is_wanted) return port;
  }
  return std::nullopt;
}

std::optional<Exposure> follow_route(const RouteToService& route, const Object& service,
                                     const ExposedPod& pod) {
  const Answer selected = has_all(pod.labels, route.subset) ? selects(service, pod) : Answer::no;
  if (selected == Answer::no) return std::nullopt;
  const std::optional<ServicePortView> port = route_port(service, route, pod);
  if (!port) return std::nullopt;
  const uint16_t target = target_port_on(*port, pod);
  if (target == 0) return std::nullopt;
  Exposure exposure = route.way;
  exposure.port = target;
  exposure.transport = parse_transport(port->protocol()).value_or(Transport::tcp);
  exposure.service = &service;
  exposure.service_port = as_port(port->port());
  exposure.chain.push_back({.object = &service,
                            .place = service.shown(port->node.place()),
                            .text = fmt::format("Service '{}' sends port {} to port {} of the pod",
                                                service.name, exposure.service_port, target)});
  if (selected == Answer::unknown)
    add_doubt(exposure, "the Service and the pod may lie in different namespaces");
  return exposure;
}

// EXP-1.
std::vector<Exposure> direct_exposures(const ExposedPod& pod, const ServiceIndex& services) {
  std::vector<Exposure> exposures;
  for (const Object* service : services.around(pod.ns)) {
    const Answer selected = selects(*service, pod);
    if (selected != Answer::no) add_openings(*service, pod, selected, exposures);
  }
  add_host_ports(pod, exposures);
  return exposures;
}

std::vector<Exposure> routed_exposures(const ExposedPod& pod, const std::vector<RouteToService>& routes,
                                       const ServiceIndex& services) {
  std::vector<Exposure> exposures;
  for (const RouteToService& route : routes) {
    for (const Object* service : services.find(route.ns, route.service)) {
      if (std::optional<Exposure> exposure = follow_route(route, *service, pod))
        exposures.push_back(std::move(*exposure));
    }
  }
  return exposures;
}

}  // namespace kray
