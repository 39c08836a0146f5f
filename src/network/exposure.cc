// Joins the mechanisms. Ingresses and the Gateway API come before Istio's Gateways, whose Services they may
// lead to.
#include "network/exposure.h"

#include <iterator>
#include <utility>

#include "network/gateway_api.h"
#include "network/ingress_exposure.h"
#include "network/istio_gateway.h"

namespace kray {
namespace {

void append(std::vector<RouteToService> more, std::vector<RouteToService>& routes) {
  routes.insert(routes.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

uint16_t host_port_of(const ContainerPortView& port) {
  const int64_t number = port_ref(port.host_port()).number.value_or(0);
  const int64_t container = port.port().value_or(0);
  return number < 1 || container < 1 || container > 0xFFFF ? uint16_t{0} : static_cast<uint16_t>(container);
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
      const uint16_t number = host_port_of(port);
      if (number == 0) continue;
      pod.host_ports.push_back({.container_port = number,
                                .transport = parse_transport(port.protocol()).value_or(Transport::tcp),
                                .place = pods.object->shown(port.host_port().field_place())});
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
}

std::vector<Exposure> Exposures::of(const ExposedPod& pod) const {
  std::vector<Exposure> exposures = direct_exposures(pod, services_);
  for (Exposure& one : routed_exposures(pod, routes_, services_)) exposures.push_back(std::move(one));
  return exposures;
}

}  // namespace kray
