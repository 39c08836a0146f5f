// What a gateway's own policies ask of clients before it sends traffic on.
//
// specs/istio.md GW-10: policies of the gateway's namespace and of the root namespace, by selector. Looks
// for external authorization (CUSTOM) and for a required JWT; whether the provider is set up, or the tokens'
// issuer is to be trusted, is not decided here.
#pragma once

#include <string_view>
#include <vector>

#include "network/exposure_types.h"

namespace kray {

// The gateway whose policies count.
struct GatewaySubject {
  std::string_view ns;       // empty: not known, then nothing is found
  const Labels& labels;      // of its pods
  std::string_view gateway;  // name of a Gateway API Gateway, for targetRefs; empty for others
};

// Its AuthorizationPolicies, in input order.
std::vector<const Object*> gateway_policies(const Inventory& inventory, const GatewaySubject& gateway,
                                            std::string_view root_namespace);

// What those ask of requests to a path.
std::vector<Authentication> authentication_by(const std::vector<const Object*>& policies,
                                              const PathCondition& path);

}  // namespace kray
