// ListAuthorizationPolicies and the builder of istiod, and the order in which Envoy asks its RBAC filters.
//
// A policy without rules matches nothing (AP-7). An ALLOW policy closes the workload to all that none matches
// (AP-6), even if all of its rules were dropped (AP-8).
#include "mesh/authorization_policies.h"

#include <algorithm>
#include <optional>
#include <set>

#include "cluster/views.h"
#include "mesh/istio_objects.h"
#include "mesh/mesh_text.h"
#include "mesh/policy_attachment.h"
#include "mesh/policy_compiler.h"
#include "mesh/policy_validation.h"
#include "mesh/three_valued.h"

namespace kray {
namespace {

// AP-5, AP-9: nothing for what is not enforced.
std::optional<PolicyAction> enforced_action(const Object& object) {
  const AuthorizationPolicyView view(object);
  if (view.is_dry_run()) return std::nullopt;
  if (view.action() == "ALLOW") return PolicyAction::allow;
  if (view.action() == "DENY") return PolicyAction::deny;
  if (view.action() == "CUSTOM") return PolicyAction::custom;
  return std::nullopt;
}

std::vector<PolicyRule> compile_rules(const RuleContext& context) {
  std::vector<PolicyRule> rules;
  uint32_t index = 0;
  for (const NodeRef node : AuthorizationPolicyView(context.policy).rules().items()) {
    if (std::optional<PolicyRule> rule = compile_rule(node, index, context))
      rules.push_back(std::move(*rule));
    ++index;
  }
  return rules;
}

}  // namespace

Answer RbacOutcome::verdict() const {
  return both(negation(is_denied), either(negation(has_allow_policy), is_allowed));
}

PolicySet::PolicySet(std::vector<AttachedPolicy> policies) : policies_(std::move(policies)) {
  std::set<std::string_view> providers;
  bool is_certain = true;  // which providers these are
  for (const AttachedPolicy& attached : policies_) {
    const CompiledPolicy& policy = *attached.policy;
    add_rules(attached, policy.http, http_);
    // 2.12: on a TCP chain an HTTP provider is skipped.
    const bool is_skipped =
        policy.external != nullptr && policy.external->kind == ProviderKind::ext_authz_http;
    if (!is_skipped) add_rules(attached, policy.tcp, tcp_);
    if (policy.action == PolicyAction::allow)
      has_allow_ = either(has_allow_, attached.is_certain ? Answer::yes : Answer::unknown);
    if (policy.action != PolicyAction::custom) continue;
    has_custom_ = true;
    providers.insert(policy.provider);
    is_certain = is_certain && attached.is_certain;
  }
  if (providers.size() > 1) has_several_providers_ = is_certain ? Answer::yes : Answer::unknown;
}

void PolicySet::add_rules(const AttachedPolicy& attached, const std::vector<PolicyRule>& rules,
                          Chain& chain) {
  const PolicyAction action = attached.policy->action;
  Rules& of_action = action == PolicyAction::allow  ? chain.allow
                     : action == PolicyAction::deny ? chain.deny
                                                    : chain.custom;
  for (const PolicyRule& rule : rules) {
    of_action.index.add(static_cast<uint32_t>(of_action.entries.size()), rule);
    of_action.entries.push_back({.attached = &attached, .rule = &rule});
  }
}

const PolicySet::Chain& PolicySet::chain_of(const PolicyAttributes& attributes) const {
  return attributes.chain == FilterChain::http ? http_ : tcp_;
}

template <typename Visit>
void PolicySet::for_each_match(const Rules& rules, const PolicyAttributes& attributes, const Visit& visit) {
  rules.index.for_each(attributes, [&](uint32_t id) {
    const Entry& entry = rules.entries[id];
    const Answer attaches = entry.attached->is_certain ? Answer::yes : Answer::unknown;
    const Answer answer = both(attaches, matches(*entry.rule, attributes));
    if (answer == Answer::no) return;
    visit(*entry.attached->policy, answer,
          RuleMatch{.policy = entry.attached->policy->object,
                    .rule = entry.rule->index,
                    .place = entry.rule->place,
                    .is_certain = answer == Answer::yes});
  });
}

Answer PolicySet::match(const Rules& rules, const PolicyAttributes& attributes,
                        std::vector<RuleMatch>& matches) {
  Answer any = Answer::no;
  for_each_match(rules, attributes, [&](const CompiledPolicy& /*policy*/, Answer answer, RuleMatch match) {
    any = either(any, answer);
    matches.push_back(match);
  });
  return any;
}

// AP-21: without a provider, or with two different ones on one workload, what matches is denied.
Answer PolicySet::lacks_provider(const CompiledPolicy& policy) const {
  return policy.external == nullptr ? Answer::yes : has_several_providers_;
}

CustomOutcome PolicySet::decide_custom(const PolicyAttributes& attributes) const {
  CustomOutcome outcome;
  for_each_match(chain_of(attributes).custom, attributes,
                 [&](const CompiledPolicy& policy, Answer answer, RuleMatch match) {
                   const Answer lacks = lacks_provider(policy);
                   outcome.denies = either(outcome.denies, both(answer, lacks));
                   outcome.asks = either(outcome.asks, both(answer, negation(lacks)));
                   outcome.matches.push_back(match);
                 });
  return outcome;
}

RbacOutcome PolicySet::decide(const PolicyAttributes& attributes) const {
  const Chain& chain = chain_of(attributes);
  RbacOutcome outcome;
  outcome.has_allow_policy = has_allow_;
  outcome.is_denied = match(chain.deny, attributes, outcome.deny);
  outcome.is_allowed = match(chain.allow, attributes, outcome.allow);
  return outcome;
}

AuthorizationPolicies::AuthorizationPolicies(const Inventory& inventory, const MeshConfig& mesh,
                                             std::string_view revision)
    : mesh_(mesh) {
  for (const Object* object : inventory.all_of_kind("security.istio.io", "AuthorizationPolicy"))
    add(*object, is_read(*object, inventory, mesh, revision));
  settle_variants();
}

// Overlays of one repository may define a policy several times; the cluster will have one of them. Those that
// say the same are one.
void AuthorizationPolicies::settle_variants() {
  for (const auto& [name, definitions] : by_name_) {
    const std::vector<uint32_t>& ids = definitions.ids;
    if (definitions.all < 2 || ids.empty() || name.second.empty()) continue;
    const Object& first = *policies_[ids.front()].object;
    const bool all_alike =
        definitions.all == ids.size() && std::all_of(ids.begin(), ids.end(), [&](uint32_t id) {
          return same_value(policies_[id].object->spec(), first.spec());
        });
    for (const uint32_t id : ids) {
      if (id == ids.front() && all_alike) continue;
      policies_[id].is_read = all_alike ? Answer::no : Answer::unknown;
    }
  }
}

void AuthorizationPolicies::add(const Object& object, Answer read) {
  Definitions& definitions = by_name_[{object.ns, object.name}];
  ++definitions.all;
  const std::optional<PolicyAction> action = enforced_action(object);
  if (!action || read == Answer::no || !authorization_policy_violations(object).empty()) return;
  const bool allows = *action == PolicyAction::allow;
  CompiledPolicy policy{
      .object = &object,
      .action = *action,
      .provider = std::string(AuthorizationPolicyView(object).provider().text()),
      .external = nullptr,
      .http = compile_rules({.policy = object, .mesh = mesh_, .chain = FilterChain::http, .allows = allows}),
      .tcp = compile_rules({.policy = object, .mesh = mesh_, .chain = FilterChain::tcp, .allows = allows}),
      .is_read = read};
  const ExtensionProvider* provider = mesh_.find_provider(policy.provider);
  if (provider != nullptr && provider->kind != ProviderKind::other) policy.external = provider;
  definitions.ids.push_back(static_cast<uint32_t>(policies_.size()));
  by_namespace_[object.ns].push_back(static_cast<uint32_t>(policies_.size()));
  policies_.push_back(std::move(policy));
}

void AuthorizationPolicies::attach(const std::vector<uint32_t>& candidates, std::string_view ns,
                                   const Labels& labels, std::vector<AttachedPolicy>& attached) const {
  for (const uint32_t id : candidates) {
    const CompiledPolicy& policy = policies_[id];
    const Answer attaches =
        both(policy.is_read, policy_attachment(*policy.object, ns, labels, mesh_.root_namespace));
    if (attaches != Answer::no)
      attached.push_back({.policy = &policy, .is_certain = attaches == Answer::yes});
  }
}

const PolicySet& AuthorizationPolicies::of_workload(std::string_view ns, const Labels& labels) {
  std::vector<AttachedPolicy> attached;
  if (ns.empty()) {
    for (const auto& [name, ids] : by_namespace_) attach(ids, ns, labels, attached);
  } else {
    for (const std::string_view name : std::set<std::string_view>{ns, mesh_.root_namespace, ""}) {
      if (const auto ids = by_namespace_.find(name); ids != by_namespace_.end())
        attach(ids->second, ns, labels, attached);
    }
  }
  std::sort(attached.begin(), attached.end(),
            [](const AttachedPolicy& a, const AttachedPolicy& b) { return a.policy < b.policy; });
  return sets_.find(attached);
}

const PolicySet& PolicySets::find(const std::vector<AttachedPolicy>& attached) {
  Signature signature;
  for (const AttachedPolicy& one : attached) signature.emplace_back(one.policy, one.is_certain);
  std::unique_ptr<PolicySet>& set = sets_[std::move(signature)];
  if (!set) set = std::make_unique<PolicySet>(attached);
  return *set;
}

}  // namespace kray
