// How somebody outside the cluster gets to a pod at all: directly, or through a gateway (specs/istio.md 5).
#pragma once

#include <optional>
#include <vector>

#include "cluster/ip_address.h"
#include "reach/gateway_route.h"
#include "reach/query.h"
#include "reach/query_client.h"
#include "reach/query_facts.h"

namespace kray {

// The stage `exposure` of somebody who comes directly.
struct DirectExposure {
  QueryStep step;
  // Only a gateway or another proxy leads there. What the pod then sees is not this client, so nothing after
  // it can be asked.
  bool is_by_proxy = false;
};
DirectExposure direct_exposure(QueryFacts& facts, const QueryRequest& request, size_t target);

// The stage `exposure` of somebody who comes through a gateway: its route, then its own policies.
std::vector<QueryStep> gateway_exposure(QueryFacts& facts, const QueryRequest& request,
                                        const HttpRequest& http, const GatewayRoutes& routes, size_t gateway);

// The request as the gateway passes it on.
HttpRequest passed_on(QueryFacts& facts, const GatewayRoutes& routes, size_t gateway, HttpRequest http);

// Whether the pod sees the address of somebody who comes directly: nodes put their own in its place unless
// the Service says otherwise (EXP-2).
bool shows_client_address(QueryFacts& facts, const QueryRequest& request, size_t target);

}  // namespace kray
