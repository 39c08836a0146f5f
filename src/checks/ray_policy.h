// What the checks on AuthorizationPolicies share: which policies concern Ray pods, and what one of
// their rules lets through.
#pragma once

#include <string>
#include <vector>

#include "checks/context.h"
#include "checks/primitive.h"

namespace kray {

// No dry run, no foreign revision, no targetRefs (AP-2a, AP-9, GEN-1), whatever its action.
bool is_in_force(const Object& policy);

// The policy attaches to these pods, by namespace and selector (AP-1, AP-2).
bool policy_attaches(const Object& policy, const PodClass& pods, std::string_view root_namespace);

// An ALLOW policy that is in force (no dry run, no foreign revision, no targetRefs; AP-2a, AP-9,
// GEN-1) and concerns Ray: it attaches to a Ray pod class of the input, or says so itself by its
// selector or by ports that only Ray uses.
struct RayPolicy {
  const Object* object = nullptr;
  std::vector<const PodClass*> pods;  // the Ray pod classes it attaches to; may be empty
};

std::vector<RayPolicy> ray_allow_policies(const CheckContext& context, std::string_view root_namespace);

// No `from`, and no condition on the source either: whoever can send a packet is a match.
// A `from` with an empty source is no limit.
bool has_source(NodeRef rule);

// Ports of the rule's operations, in order, once each; empty: every port.
std::vector<std::string> ports_of(NodeRef rule);

// Every operation of the rule is limited to ports that are meant to be public (Ray Serve, metrics)
// or to paths among `harmless_paths`.
bool is_public_by_design(NodeRef rule, const RayPolicy& policy, std::span<const std::string> harmless_paths);

// What of the cluster a policy applies to, in words.
std::string scope_words(const RayPolicy& policy, std::string_view root_namespace);

}  // namespace kray
