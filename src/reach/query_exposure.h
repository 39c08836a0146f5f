// How somebody outside the cluster gets to a pod at all: directly, or through a gateway (specs/istio.md 5).
#pragma once

#include <optional>
#include <vector>

#include "reach/query.h"
#include "reach/query_client.h"
#include "reach/query_facts.h"

namespace kray {

// The stage `exposure`, and what a gateway's own policies say; nothing for clients inside the cluster, which
// need no way in.
std::vector<QueryStep> exposure_steps(QueryFacts& facts, const QueryRequest& request, const HttpRequest& http,
                                      const QueryClient& client, std::optional<size_t> target);

}  // namespace kray
