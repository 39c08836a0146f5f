// What the API server or istiod's webhook refuses in an AuthorizationPolicy or PeerAuthentication.
//
// specs/istio.md 2.13 (istiod's Validate functions and the limits of the CRDs), AP-3, AP-9, AP-10, PA-3.
// A refused policy does not exist: nothing of it protects anything. What istiod only warns of is none of
// these violations. Fields that the CRD does not know are among them: kubectl refuses them, and other
// clients have them dropped, which leaves another policy than the one that was written.
#pragma once

#include <string>
#include <vector>

#include "cluster/object.h"
#include "manifest/tree.h"

namespace kray {

struct PolicyViolation {
  NodeRef node;        // the value that is wrong, or the mapping that lacks one
  Place place;         // what to underline
  std::string text;    // a clause without a period: "rules[0] has an empty 'from'"
  std::string advice;  // one sentence; may be empty
};

// In document order, all of them; empty: it is accepted.
std::vector<PolicyViolation> authorization_policy_violations(const Object& policy);
std::vector<PolicyViolation> peer_authentication_violations(const Object& policy);

}  // namespace kray
