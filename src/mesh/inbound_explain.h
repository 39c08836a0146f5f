// The inbound verdict in words: for --explain, and for reasons in reports.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mesh/inbound.h"

namespace kray {

struct InboundStep {
  std::string_view spec;  // rule id of specs/istio.md: "PA-6"; empty for a headline
  std::string text;       // one sentence
  Place place;            // what decided; nowhere where nothing is written
};

// What the proxy does, in its order. Where several cases are open, each is introduced by a step of its own.
std::vector<InboundStep> explain_inbound(const InboundWorkload& workload, const Request& request,
                                         const InboundVerdict& verdict);

// One clause without a period: "no rule of an ALLOW policy matches".
std::string describe(const InboundWorkload& workload, const InboundVerdict& verdict);

}  // namespace kray
