// From the text of a rule to a PolicyRule, as istiod's generator does it (specs/istio.md 2.3, 2.4, 2.10).
#pragma once

#include <optional>
#include <string_view>

#include "cluster/object.h"
#include "mesh/mesh_config.h"
#include "mesh/policy_rule.h"

namespace kray {

struct RuleContext {
  const Object& policy;
  const MeshConfig& mesh;
  FilterChain chain = FilterChain::http;
  bool allows = true;  // AP-16 for ALLOW; AP-17 for DENY and CUSTOM
};

// Nothing: the rule is dropped. On a TCP chain an ALLOW rule with an HTTP-only field is (AP-16), while other
// rules lose the field (AP-17); values that cannot be read go the same way on both chains (AP-18). A rule
// with an unknown condition key is dropped whatever its action (AP-10).
std::optional<PolicyRule> compile_rule(NodeRef rule, uint32_t index, const RuleContext& context);

}  // namespace kray
