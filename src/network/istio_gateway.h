// Istio's own Gateways with VirtualServices as ways to Services.
//
// specs/istio.md GW-1 to GW-8 and GW-10. AUTO_PASSTHROUGH servers are no ways from outside: they admit only
// clients with a certificate of the mesh (GW-8).
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "network/service_exposure.h"

namespace kray {

// What the mechanisms look things up in.
struct ExposureInputs {
  const Inventory& inventory;
  std::span<const PodClass> pods;
  const ServiceIndex& services;
  const ExposureSettings& settings;
};

// Whether the pods run an Istio gateway: by the injection template or by the proxy's arguments.
bool is_gateway_pod(const PodClass& pods);
GatewayPods gateway_pods_of(const PodClass& pods);
// Those of a gateway of Istio whose pods are not in the input.
GatewayPods unknown_istio_gateway();
// Gateway pods of any namespace with all labels of the selector (GW-1).
std::vector<const PodClass*> select_gateway_pods(const ExposureInputs& inputs, const Labels& selector);

// How a port of a gateway's pods is reached from outside: the chain, and doubt if nothing is known to lead
// there. `other_ways` are routes that may end in the gateway's Service, such as those of an Ingress.
Exposure front_of_gateway(const ExposureInputs& inputs, const PodClass& gateway, uint16_t server_port,
                          const std::vector<RouteToService>& other_ways);

std::vector<RouteToService> istio_gateway_routes(const ExposureInputs& inputs,
                                                 const std::vector<RouteToService>& other_ways);

}  // namespace kray
