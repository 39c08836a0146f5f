// The sidecar's verdict as steps of an answer: texts are mostly mesh/inbound_explain.h's, places those of the
// rules that decide.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mesh/inbound.h"
#include "mesh/ztunnel_policy.h"
#include "reach/query.h"

namespace kray {

// Of a pod with a sidecar the stages `mtls` and `policy`, of any other the second alone. With `explain` what
// the proxy does is told step by step.
std::vector<QueryStep> inbound_steps(const InboundVerdict& verdict, const InboundWorkload& workload,
                                     const Request& request, bool explain);

// The lines that decide; empty where none does.
std::vector<Mark> inbound_marks(const InboundVerdict& verdict, const InboundWorkload& workload,
                                uint16_t port);

// The verdict as a clause.
std::string inbound_text(const InboundVerdict& verdict, const InboundWorkload& workload);

// What one line would have to say for the opposite verdict; empty if no one line decides.
std::string inbound_change(const InboundVerdict& verdict);

// What ztunnel says of a connection to a pod in ambient mode: the stage `policy`.
QueryStep ztunnel_step(const ZtunnelVerdict& verdict);

Answer answer_of(Verdict verdict);

// "http", "tcp", "none".
std::string_view to_string(FilterChain chain);

}  // namespace kray
