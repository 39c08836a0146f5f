// Joins the mechanisms. Ingresses and the Gateway API come before Istio's Gateways, whose Services they may
// lead to.
#include "network/exposure.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "network/gateway_api.h"
#include "network/ingress_exposure.h"
#include "network/istio_gateway.h"
#include "network/kuberay_api_server.h"

namespace kray {
namespace {

void append(std::vector<RouteToService> more, std::vector<RouteToService>& routes) {
  routes.insert(routes.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void add_host_port(int64_t host_port, int64_t container_port, std::string_view protocol, const Place& place,
                   ExposedPod& pod) {
  if (host_port < 1 || container_port < 1 || container_port > 0xFFFF) return;
  pod.host_ports.push_back({.container_port = static_cast<uint16_t>(container_port),
                            .transport = parse_transport(protocol).value_or(Transport::tcp),
                            .place = place});
}

}  // namespace

std::string_view to_string(ExposureKind kind) {
  switch (kind) {
    case ExposureKind::load_balancer: return "LoadBalancer";
    case ExposureKind::node_port: return "NodePort";
    case ExposureKind::external_ips: return "externalIPs";
    case ExposureKind::host_port: return "hostPort";
    case ExposureKind::host_network: return "hostNetwork";
    case ExposureKind::ingress: return "Ingress";
    case ExposureKind::openshift_route: return "OpenShiftRoute";
    case ExposureKind::istio_gateway: return "IstioGateway";
    case ExposureKind::gateway_api: return "GatewayApi";
    case ExposureKind::kuberay_api_server: return "KubeRay API server";
  }
  return "LoadBalancer";
}

void add_doubt(Exposure& exposure, std::string_view reason) {
  exposure.certainty = Answer::unknown;
  if (!exposure.reason.empty()) exposure.reason += "; ";
  exposure.reason += reason;
}

ExposedPod exposed_pod_of(const PodClass& pods) {
  ExposedPod pod{.ns = pods.object->ns,
                 .labels = pods.labels,
                 .ports = named_ports(pods.pod_template),
                 .host_ports = {},
                 .host_network = {},
                 .object = pods.object};
  if (pods.pod_template.host_network().is_true()) pod.host_network = pods.pod_template.host_network();
  for (const NodeRef container : pods.pod_template.containers().items()) {
    for (const ContainerPortView& port : container_ports(container)) {
      add_host_port(port_ref(port.host_port()).number.value_or(0), port.port().value_or(0), port.protocol(),
                    pods.object->shown(port.host_port().field_place()), pod);
    }
  }
  return pod;
}

ExposedPod exposed_pod_of(const DerivedPod& made, const Object& object) {
  ExposedPod pod{.ns = made.ns,
                 .labels = made.labels,
                 .ports = named_ports(made),
                 .host_ports = {},
                 .host_network = {},
                 .object = &object};
  if (made.host_network) pod.host_network = made.pod_template.host_network();
  for (const RayContainer& container : made.containers) {
    for (const RayContainerPort& port : container.ports) {
      const Place place = port.from ? port.from["hostPort"].field_place() : made.from;
      add_host_port(port.host_port, port.number, port.protocol, object.shown(place), pod);
    }
  }
  return pod;
}

Exposures::Exposures(const Inventory& inventory, std::span<const PodClass> pods,
                     const ExposureSettings& settings)
    : services_(inventory, settings.cluster_domain) {
  const ExposureInputs inputs{
      .inventory = inventory, .pods = pods, .services = services_, .settings = settings};
  routes_ = ingress_routes(inputs);
  append(gateway_api_routes(inputs), routes_);
  const std::vector<RouteToService> to_gateways = routes_;
  append(istio_ingress_routes(inputs, to_gateways), routes_);
  append(istio_gateway_routes(inputs, to_gateways), routes_);
  api_servers_ = kuberay_api_servers(inputs, routes_);
  for (size_t i = 0; i < routes_.size(); ++i) {
    for (const Object* service : services_.find(routes_[i].ns, routes_[i].service))
      by_service_[service].push_back(i);
  }
}

std::vector<Exposure> Exposures::of(const ExposedPod& pod) const {
  std::vector<Exposure> exposures = direct_exposures(pod, services_);
  std::vector<std::pair<size_t, const Object*>> routes;
  for (const Object* service : services_.around(pod.ns)) {
    const auto found = by_service_.find(service);
    if (found == by_service_.end() || selects(*service, pod) == Answer::no) continue;
    for (const size_t route : found->second) routes.emplace_back(route, service);
  }
  std::stable_sort(routes.begin(), routes.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [route, service] : routes) {
    if (std::optional<Exposure> exposure = follow_route(routes_[route], *service, pod))
      exposures.push_back(std::move(*exposure));
  }
  for (Exposure& exposure : kuberay_api_server_exposures(api_servers_, pod, services_))
    exposures.push_back(std::move(exposure));
  return exposures;
}

}  // namespace kray
