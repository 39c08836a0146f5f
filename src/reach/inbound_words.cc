// Which lines decide follows from the reason of the verdict.
#include "reach/inbound_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "mesh/inbound_explain.h"
#include "mesh/three_valued.h"

namespace kray {
namespace {

// Steps of the proxy before it asks any policy.
constexpr std::array<std::string_view, 4> kConnectionSpecs = {"PA-1", "AP-19", "AP-20", "PA-6"};

constexpr size_t kMostMarks = 4;

std::string rule_name(const RuleMatch& match) {
  return fmt::format("rules[{}] of AuthorizationPolicy '{}/{}'", match.rule, match.policy->ns,
                     match.policy->name);
}

// What a controller makes is shown where it comes from, so the label has to name it.
Mark mark_of(const Object& object, const Place& place, std::string_view label) {
  if (!object.is_derived()) return {place, std::string(label)};
  return {object.derived_from, fmt::format("{} '{}', made of this: {}", object.kind, object.name, label)};
}

void add_marks(const std::vector<RuleMatch>& matches, std::string_view label, std::vector<Mark>& marks) {
  for (const RuleMatch& match : matches)
    marks.push_back(mark_of(*match.policy, match.place, match.is_certain ? label : "may match"));
}

void add_mark(const Object& object, std::string_view label, std::vector<Mark>& marks) {
  marks.push_back(mark_of(object, object.name_place(), label));
}

void add_case_marks(const InboundCase& one, const InboundWorkload& workload, uint16_t port,
                    std::vector<Mark>& marks) {
  switch (one.reason) {
    case InboundReason::no_sidecar:
    case InboundReason::not_captured:
      if (workload.injection != nullptr) marks.push_back({workload.injection->place, ""});
      return;
    case InboundReason::chain_refuses: {
      const MtlsDecision& mtls = workload.port(port).mtls;
      if (mtls.policy != nullptr) marks.push_back({mtls.policy->shown(mtls.place), "sets the mode"});
      return;
    }
    case InboundReason::allow_rule: return add_marks(one.rbac.allow, "allows it", marks);
    case InboundReason::deny_rule: return add_marks(one.rbac.deny, "denies it", marks);
    case InboundReason::custom_without_provider:
      return add_marks(one.custom.matches, "no such provider", marks);
    case InboundReason::external_authorizer:
      return add_marks(one.custom.matches, "asks an external authoriser", marks);
    case InboundReason::no_allow_rule:
      // The first few stand for all.
      for (const AttachedPolicy& attached : workload.policies->policies()) {
        if (marks.size() == kMostMarks) break;
        if (attached.policy->action == PolicyAction::allow)
          add_mark(*attached.policy->object, "no rule of it matches", marks);
      }
      return;
    case InboundReason::token_rejected:
      if (one.token.rule != nullptr)
        marks.push_back({one.token.rule->object->shown(one.token.rule->place), "refuses the token"});
      return;
    case InboundReason::extension: return add_mark(*workload.extensions.front(), "", marks);
    case InboundReason::not_stated:
      add_marks(one.custom.matches, "asks an external authoriser", marks);
      add_marks(one.rbac.deny, "denies it", marks);
      add_marks(one.rbac.allow, "allows it", marks);
      return;
    case InboundReason::proxy_port:
    case InboundReason::no_allow_policy:
    case InboundReason::bad_method:
    case InboundReason::mesh_uncertain:
    case InboundReason::cases_differ: return;
  }
}

void add_once(std::vector<Mark>& marks, Mark mark) {
  const bool is_new = std::none_of(marks.begin(), marks.end(),
                                   [&mark](const Mark& other) { return other.place == mark.place; });
  if (mark.place && is_new) marks.push_back(std::move(mark));
}

void add_once(std::vector<std::string>& texts, std::string_view text) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.emplace_back(text);
}

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
  return fmt::format("{}", fmt::join(texts, between));
}

// What the proxy does with the connection, and what its policies say.
struct Told {
  QueryStep connection;
  QueryStep policies;
};

Told tell(const InboundVerdict& verdict, const InboundWorkload& workload, const Request& request) {
  Told told;
  std::vector<std::string> connection;
  std::vector<std::string> policies;
  std::vector<std::string> connection_specs;
  std::vector<std::string> policy_specs;
  // Where all cases come to the same, the likeliest stands for them.
  const bool all_agree = verdict.reason != InboundReason::cases_differ;
  InboundVerdict shown = verdict;
  if (all_agree) shown.cases.resize(1);
  for (const InboundStep& step : explain_inbound(workload, request, shown)) {
    const bool is_connection =
        std::find(kConnectionSpecs.begin(), kConnectionSpecs.end(), step.spec) != kConnectionSpecs.end();
    std::vector<std::string>& specs = is_connection ? connection_specs : policy_specs;
    add_once(is_connection ? connection : policies, step.text);
    if (!step.spec.empty()) add_once(specs, step.spec);
    if (is_connection)
      add_once(told.connection.marks,
               {step.place, step.spec == "PA-1" ? "sets the mode" : "declares the port"});
  }
  const bool others_differ =
      all_agree &&
      std::any_of(verdict.cases.begin(), verdict.cases.end(), [&verdict](const InboundCase& one) {
        return one.chain != verdict.cases.front().chain || one.mode != verdict.cases.front().mode;
      });
  if (others_differ) connection.emplace_back("Whatever else it may be, the verdict is the same.");
  told.connection.text = joined(connection, " ");
  told.connection.specs = joined(connection_specs, ", ");
  told.policies.text = joined(policies, " ");
  told.policies.specs = joined(policy_specs, ", ");
  return told;
}

bool refuses(const InboundCase& one) { return one.reason == InboundReason::chain_refuses; }

std::string change_of(const InboundCase& one) {
  if (one.reason == InboundReason::allow_rule && one.rbac.allow.size() == 1)
    return fmt::format("without {} it would be denied, as no other rule allows it",
                       rule_name(one.rbac.allow.front()));
  const bool allowed_otherwise =
      one.rbac.is_allowed == Answer::yes || one.rbac.has_allow_policy == Answer::no;
  if (one.reason == InboundReason::deny_rule && one.rbac.deny.size() == 1 && allowed_otherwise)
    return fmt::format("without {} it would be allowed", rule_name(one.rbac.deny.front()));
  return {};
}

}  // namespace

std::vector<Mark> inbound_marks(const InboundVerdict& verdict, const InboundWorkload& workload,
                                uint16_t port) {
  std::vector<Mark> all;
  for (const InboundCase& one : verdict.cases) add_case_marks(one, workload, port, all);
  std::vector<Mark> marks;
  for (Mark& mark : all) add_once(marks, std::move(mark));
  return marks;
}

std::string inbound_text(const InboundVerdict& verdict, const InboundWorkload& workload) {
  if (verdict.reason != InboundReason::no_allow_rule) return describe(workload, verdict);
  std::vector<const Object*> allowing;
  for (const AttachedPolicy& attached : workload.policies->policies()) {
    if (attached.policy->action == PolicyAction::allow) allowing.push_back(attached.policy->object);
  }
  if (allowing.size() != 1)
    return fmt::format("{} ALLOW policies guard the pod, and no rule of theirs matches", allowing.size());
  return fmt::format("AuthorizationPolicy '{}/{}' allows only what its rules match, and none does",
                     allowing.front()->ns, allowing.front()->name);
}

std::vector<QueryStep> inbound_steps(const InboundVerdict& verdict, const InboundWorkload& workload,
                                     const Request& request, bool explain) {
  QueryStep policy{.stage = Stage::policy,
                   .passes = answer_of(verdict.verdict),
                   .text = inbound_text(verdict, workload),
                   .specs = {},
                   .marks = inbound_marks(verdict, workload, request.connection.port),
                   .decides = true};
  if (!explain) return {std::move(policy)};
  Told told = tell(verdict, workload, request);
  policy.specs = told.policies.specs;
  std::vector<QueryStep> steps;
  if (verdict.cases.front().is_proxied) {
    told.connection.stage = Stage::mtls;
    if (std::all_of(verdict.cases.begin(), verdict.cases.end(), refuses)) {
      told.connection.passes = Answer::no;
      told.connection.text = policy.text;
      told.connection.marks = std::move(policy.marks);
      return {std::move(told.connection)};
    }
    const bool may_refuse = std::any_of(verdict.cases.begin(), verdict.cases.end(), refuses);
    if (!may_refuse) steps.push_back(std::move(told.connection));
  }
  steps.push_back(std::move(policy));
  return steps;
}

std::string inbound_change(const InboundVerdict& verdict) {
  const std::string change = change_of(verdict.cases.front());
  const bool is_one = std::all_of(verdict.cases.begin(), verdict.cases.end(),
                                  [&change](const InboundCase& one) { return change_of(one) == change; });
  return is_one ? change : std::string();
}

QueryStep ztunnel_step(const ZtunnelVerdict& verdict) {
  QueryStep step;
  step.stage = Stage::policy;
  step.passes = answer_of(verdict.verdict);
  step.decides = true;
  switch (verdict.reason) {
    case ZtunnelReason::own_port:
      step.text = "ztunnel forwards nothing to a port of its own";
      step.specs = "AMB-9";
      break;
    case ZtunnelReason::no_identity:
      step.text = "a PeerAuthentication demands mTLS and the client shows no identity";
      step.specs = "AMB-7";
      break;
    case ZtunnelReason::deny_rule:
      step.text = rule_name(verdict.rbac.deny.front()) + " denies it at ztunnel";
      break;
    case ZtunnelReason::no_allow_rule:
      step.text = "ztunnel has an ALLOW policy, and none of its rules matches";
      break;
    case ZtunnelReason::allow_rule:
      step.text = rule_name(verdict.rbac.allow.front()) + " allows it at ztunnel";
      break;
    case ZtunnelReason::no_allow_policy: step.text = "no policy of ztunnel's denies it"; break;
    case ZtunnelReason::not_stated:
      step.text = "a policy of ztunnel's hangs on what the question or the input does not say";
      break;
    case ZtunnelReason::mtls_unsettled:
      step.text = "whether the port demands mTLS in ambient mode is not settled";
      step.specs = "AMB-7";
      break;
    case ZtunnelReason::waypoint:
      step.text = "a waypoint may stand in between, under policies of its own";
      step.specs = "AMB-1, AMB-10";
      break;
  }
  if (step.specs.empty()) step.specs = "AMB-5, AMB-6";
  add_marks(verdict.rbac.deny, "denies it", step.marks);
  add_marks(verdict.rbac.allow, "allows it", step.marks);
  return step;
}

Answer answer_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::allow: return Answer::yes;
    case Verdict::deny: return Answer::no;
    case Verdict::unknown: break;
  }
  return Answer::unknown;
}

std::string_view to_string(FilterChain chain) {
  switch (chain) {
    case FilterChain::http: return "http";
    case FilterChain::tcp: return "tcp";
    case FilterChain::none: break;
  }
  return "none";
}

}  // namespace kray
