// GW-10: reads AuthorizationPolicies as questions to clients.
//
// A CUSTOM rule asks those requests that it matches; a DENY rule with notRequestPrincipals "*" asks for a
// token those that match its other conditions; ALLOW rules ask for one if all of them name request
// principals. Paths are compared with those of the way; every other condition leaves it open whether all
// requests are asked.
#include "network/gateway_authentication.h"

#include <algorithm>
#include <array>

#include "cluster/istio_views.h"
#include "cluster/views.h"
#include "network/request_match.h"

namespace kray {
namespace {

constexpr std::string_view kSecurityApi = "security.istio.io";

bool names_gateway(NodeRef ref, std::string_view gateway) {
  return !gateway.empty() && ref["kind"].text() == "Gateway" && ref["name"].text() == gateway;
}

// AP-1: by selector in the own or root namespace; targetRefs only in the own one.
bool applies_to(const Object& policy, NodeRef spec, const GatewaySubject& gateway,
                std::string_view root_namespace) {
  const bool own = policy.ns == gateway.ns;
  if (spec["targetRef"] || spec["targetRefs"].size() > 0) {
    const ItemRange refs = spec["targetRefs"].items();
    return own && (names_gateway(spec["targetRef"], gateway.gateway) ||
                   std::any_of(refs.begin(), refs.end(),
                               [&gateway](NodeRef ref) { return names_gateway(ref, gateway.gateway); }));
  }
  return (own || policy.ns == root_namespace) && matches_all(spec["selector"]["matchLabels"], gateway.labels);
}

// Requests of the way that match one of the patterns.
Answer matches_any(const PathCondition& path, NodeRef patterns) {
  Answer answer = Answer::no;
  for (const NodeRef pattern : patterns.items())
    answer = either(answer, matches_pattern(path, pattern.text()));
  return answer;
}

Answer negated(Answer answer) {
  if (answer == Answer::unknown) return Answer::unknown;
  return answer == Answer::yes ? Answer::no : Answer::yes;
}

// Whether an `operation` covers the requests of the way: by its paths, other fields leave it open.
Answer operation_covers(NodeRef operation, const PathCondition& path) {
  Answer answer = Answer::yes;
  for (const Field field : operation.fields()) {
    if (field.key.text() == "paths") {
      answer = both(answer, matches_any(path, field.value));
    } else if (field.key.text() == "notPaths") {
      answer = both(answer, negated(matches_any(path, field.value)));
    } else {
      answer = both(answer, Answer::unknown);
    }
  }
  return answer;
}

// Whether a rule covers them, its `from` left aside; a condition in `when` leaves it open.
Answer rule_covers(NodeRef rule, const PathCondition& path) {
  Answer answer = rule["to"].size() == 0 ? Answer::yes : Answer::no;
  for (const NodeRef to : rule["to"].items())
    answer = either(answer, operation_covers(to["operation"], path));
  return rule["when"].size() > 0 ? both(answer, Answer::unknown) : answer;
}

bool lists_any(NodeRef list) {
  const ItemRange items = list.items();
  return std::any_of(items.begin(), items.end(), [](NodeRef one) { return one.text() == "*"; });
}

// A `from` that is there and holds for requests without a token, and for nothing narrower.
bool asks_for_token(NodeRef rule) {
  const ItemRange sources = rule["from"].items();
  return std::any_of(sources.begin(), sources.end(), [](NodeRef from) {
    return lists_any(from["source"]["notRequestPrincipals"]) && from["source"].size() == 1;
  });
}

bool names_request_principals(NodeRef rule) {
  const ItemRange sources = rule["from"].items();
  return rule["from"].size() > 0 && std::all_of(sources.begin(), sources.end(), [](NodeRef from) {
           return from["source"]["requestPrincipals"].size() > 0;
         });
}

void add_rules(const Object& policy, NodeRef rules, Authentication::Kind kind, const PathCondition& path,
               std::vector<Authentication>& found) {
  for (const NodeRef rule : rules.items()) {
    if (kind == Authentication::Kind::jwt_required && !asks_for_token(rule)) continue;
    Answer covers = rule_covers(rule, path);
    if (kind == Authentication::Kind::external_authorization && rule["from"].size() > 0)
      covers = both(covers, Answer::unknown);
    if (covers == Answer::no) continue;
    found.push_back(
        {.kind = kind, .covers_all = covers, .object = &policy, .place = policy.shown(rule.place())});
  }
}

// The ALLOW policies of a gateway, which let in what one of their rules matches.
void add_allow_policies(const std::vector<const Object*>& policies, std::vector<Authentication>& found) {
  const Object* first = nullptr;
  Place place;
  for (const Object* policy : policies) {
    for (const NodeRef rule : AuthorizationPolicyView(*policy).rules().items()) {
      if (!names_request_principals(rule)) return;
      if (first != nullptr) continue;
      first = policy;
      place = policy->shown(rule.place());
    }
  }
  if (first == nullptr) return;
  found.push_back({.kind = Authentication::Kind::jwt_required,
                   .covers_all = Answer::yes,
                   .object = first,
                   .place = place});
}

}  // namespace

std::vector<const Object*> gateway_policies(const Inventory& inventory, const GatewaySubject& gateway,
                                            std::string_view root_namespace) {
  std::vector<const Object*> policies;
  if (gateway.ns.empty()) return policies;
  for (const Object* policy : inventory.all_of_kind(kSecurityApi, "AuthorizationPolicy")) {
    const AuthorizationPolicyView view(*policy);
    if (!view.is_dry_run() && applies_to(*policy, view.spec, gateway, root_namespace))
      policies.push_back(policy);
  }
  return policies;
}

std::vector<Authentication> authentication_by(const std::vector<const Object*>& policies,
                                              const PathCondition& path) {
  std::vector<Authentication> found;
  std::vector<const Object*> allowing;
  for (const Object* policy : policies) {
    const AuthorizationPolicyView view(*policy);
    if (view.action() == "CUSTOM") {
      add_rules(*policy, view.rules(), Authentication::Kind::external_authorization, path, found);
    } else if (view.action() == "DENY") {
      add_rules(*policy, view.rules(), Authentication::Kind::jwt_required, path, found);
    } else if (view.action() == "ALLOW") {
      allowing.push_back(policy);
    }
  }
  add_allow_policies(allowing, found);
  // GEN-1: a policy with a revision is one for proxies of that revision only.
  for (Authentication& one : found) {
    if (one.object->metadata()["labels"]["istio.io/rev"]) one.covers_all = Answer::unknown;
  }
  return found;
}

}  // namespace kray
