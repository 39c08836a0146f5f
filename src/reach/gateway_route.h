// Which route of a gateway takes a request, and whether that leads to a port of a pod (specs/istio.md GW-5).
#pragma once

#include <string>
#include <vector>

#include "mesh/request.h"
#include "network/exposure_types.h"
#include "reach/query_facts.h"
#include "reach/query_request.h"

namespace kray {

struct GatewayRoutes {
  Answer leads = Answer::no;
  std::string doubt;                    // why that is unknown: a clause
  std::vector<const Exposure*> ways;    // that lead there, or may; the surest first
  const Exposure* elsewhere = nullptr;  // takes the request to another pod instead
};

// `gateway` and `target` by index in the world's pods.
GatewayRoutes find_gateway_routes(QueryFacts& facts, const QueryRequest& request, const HttpRequest& http,
                                  size_t gateway, size_t target);

// The object that routes: a VirtualService, an HTTPRoute.
const ExposureStep& routing_step(const Exposure& way);

}  // namespace kray
