// Gateway API: Gateways with HTTP, GRPC, TLS and TCP routes as ways to Services.
//
// specs/istio.md GA-1 to GA-4. For Istio's classes the gateway's pods and their service account follow from
// the Gateway; of other controllers nothing is known.
#pragma once

#include <vector>

#include "network/istio_gateway.h"

namespace kray {

std::vector<RouteToService> gateway_api_routes(const ExposureInputs& inputs);

}  // namespace kray
