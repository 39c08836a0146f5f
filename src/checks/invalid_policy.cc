// invalid-policy: AuthorizationPolicies and PeerAuthentications that the API server or istiod refuses
// (specs/istio.md 2.13; the validation itself is mesh/policy_validation.h).
//
// Every policy of the input counts, not only those on Ray pods: a refused DENY in the root namespace is
// missing everywhere.
#include <array>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "mesh/policy_validation.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 4> kPlaceholders = {"what", "kind", "name", "namespace"};

void check(const Object& policy, std::vector<PolicyViolation> violations, CheckOutcome& outcome) {
  for (PolicyViolation& violation : violations) {
    Match match;
    match.place = violation.place;
    match.label = "refused";
    match.values = object_values(policy);
    match.values["what"] = std::move(violation.text);
    match.fix = std::move(violation.advice);
    match.subject = logical_name(policy, violation.node);
    outcome.matches.push_back(std::move(match));
  }
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (const Object* policy : context.inventory.of_kind("security.istio.io", "AuthorizationPolicy"))
    check(*policy, authorization_policy_violations(*policy), outcome);
  for (const Object* policy : context.inventory.of_kind("security.istio.io", "PeerAuthentication"))
    check(*policy, peer_authentication_violations(*policy), outcome);
}

}  // namespace

constinit const Primitive kInvalidPolicy = {"invalid-policy", {}, kPlaceholders, run};

}  // namespace kray
