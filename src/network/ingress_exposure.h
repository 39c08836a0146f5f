// Ingresses, OpenShift Routes and the own kinds of Traefik and Contour as ways to Services.
//
// specs/istio.md ING-1, ING-2 for the class that istiod serves. Every other class has a controller of which
// nothing is known but that traffic comes from its pods, without an identity of the mesh.
#pragma once

#include <vector>

#include "network/istio_gateway.h"

namespace kray {

// All of them but the Ingresses of istiod.
std::vector<RouteToService> ingress_routes(const ExposureInputs& inputs);

// The Ingresses that istiod serves through its gateway pods; `other_ways` as in istio_gateway_routes.
std::vector<RouteToService> istio_ingress_routes(const ExposureInputs& inputs,
                                                 const std::vector<RouteToService>& other_ways);

}  // namespace kray
