// Shares rules, sets and matching with sidecars; only the translation differs.
#include "mesh/ztunnel_policy.h"

#include <algorithm>
#include <array>
#include <optional>

#include "cluster/views.h"
#include "manifest/scalar.h"
#include "mesh/go_text.h"
#include "mesh/istio_objects.h"
#include "mesh/policy_attachment.h"
#include "mesh/policy_validation.h"
#include "mesh/three_valued.h"

namespace kray {
namespace {

constexpr std::array<uint16_t, 3> kOwnPorts = {15001, 15006, 15008};  // AMB-9

struct ZtunnelField {
  std::string_view name;
  std::string_view negative;
  Attribute attribute;
};

constexpr std::array kSourceFields = {
    ZtunnelField{"principals", "notPrincipals", Attribute::principal},
    ZtunnelField{"namespaces", "notNamespaces", Attribute::plain_ns},
    ZtunnelField{"serviceAccounts", "notServiceAccounts", Attribute::service_account},
    ZtunnelField{"ipBlocks", "notIpBlocks", Attribute::source_ip}};
constexpr std::array kOperationFields = {ZtunnelField{"ports", "notPorts", Attribute::port}};
constexpr std::array kConditionKeys = {ZtunnelField{"source.principal", {}, Attribute::principal},
                                       ZtunnelField{"source.namespace", {}, Attribute::plain_ns},
                                       ZtunnelField{"source.ip", {}, Attribute::source_ip},
                                       ZtunnelField{"destination.ip", {}, Attribute::destination_ip},
                                       ZtunnelField{"destination.port", {}, Attribute::port}};

// Neither translated nor flagged (AMB-5): as if they were not written.
bool is_overlooked(std::string_view field) { return field == "trustDomains" || field == "notTrustDomains"; }

template <typename Pattern, typename Make>
std::optional<Values> each(NodeRef list, const Make& make) {
  std::vector<Pattern> values;
  for (const NodeRef item : list.items()) {
    std::optional<Pattern> value = make(item.text());
    if (!value) return std::nullopt;
    values.push_back(std::move(*value));
  }
  return values;
}

std::optional<Values> values_of(Attribute attribute, NodeRef list, const Object& policy) {
  using Text = std::optional<TextPattern>;
  switch (attribute) {
    case Attribute::principal:
      return each<TextPattern>(list, [](std::string_view text) { return Text(principal_pattern(text)); });
    case Attribute::plain_ns:
      return each<TextPattern>(list, [](std::string_view text) { return Text(text_pattern(text)); });
    case Attribute::service_account:
      return each<ServiceAccountPattern>(list, [&policy](std::string_view text) {
        return std::optional(service_account_pattern(text, policy.ns));
      });
    case Attribute::port:
      return each<uint16_t>(list, [](std::string_view text) {
        const std::optional<uint64_t> port = parse_go_uint(text, 16);
        return port ? std::optional(static_cast<uint16_t>(*port)) : std::nullopt;
      });
    default: return each<IpRange>(list, parse_ip_range);
  }
}

// Translates one rule; `is_whole` until something had to be left out.
class ZtunnelCompiler {
 public:
  explicit ZtunnelCompiler(const Object& policy) : policy_(policy) {}

  bool is_whole() const { return is_whole_; }

  template <typename Fields>
  void add_clause(NodeRef list, std::string_view inner, const Fields& fields, PolicyRule& rule) {
    if (list.size() == 0) return;
    Clause clause;
    for (const NodeRef entry : list.items()) {
      Alternative alternative;
      for (const Field field : entry[inner].fields()) add_field(field, fields, alternative);
      add_match(std::move(alternative), clause);
    }
    rule.clauses.push_back(std::move(clause));
  }

  void add_condition(NodeRef node, PolicyRule& rule) {
    Alternative alternative;
    const auto known = std::find_if(kConditionKeys.begin(), kConditionKeys.end(),
                                    [&](const auto& one) { return one.name == node["key"].text(); });
    if (known == kConditionKeys.end()) {
      is_whole_ = false;
    } else {
      add_values(known->attribute, node["values"], false, alternative);
      add_values(known->attribute, node["notValues"], true, alternative);
    }
    Clause clause;
    add_match(std::move(alternative), clause);
    rule.clauses.push_back(std::move(clause));
  }

 private:
  // AMB-6: an empty match is skipped, so a clause of such matches alone never matches.
  static void add_match(Alternative alternative, Clause& clause) {
    if (!alternative.empty()) clause.push_back(std::move(alternative));
  }

  template <typename Fields>
  void add_field(const Field& field, const Fields& fields, Alternative& alternative) {
    const std::string_view name = field.key.text();
    if (is_overlooked(name) || field.value.size() == 0) return;
    for (const ZtunnelField& known : fields) {
      if (known.name != name && known.negative != name) continue;
      add_values(known.attribute, field.value, known.negative == name, alternative);
      return;
    }
    is_whole_ = false;
  }

  void add_values(Attribute attribute, NodeRef list, bool is_negated, Alternative& alternative) {
    if (list.size() == 0) return;
    std::optional<Values> values = values_of(attribute, list, policy_);
    if (!values) {
      is_whole_ = false;
      return;
    }
    Condition condition;
    condition.attribute = attribute;
    condition.is_negated = is_negated;
    condition.values = std::move(*values);
    alternative.push_back(std::move(condition));
  }

  const Object& policy_;
  bool is_whole_ = true;
};

// AMB-4; without AP-2: an empty selector attaches to nothing.
Answer attachment(const Object& policy, std::string_view ns, const Labels& labels,
                  std::string_view root_namespace) {
  const NodeRef selector = AuthorizationPolicyView(policy).selector();
  const bool selects_nothing = !selector.is_null() && selector["matchLabels"].size() == 0;
  if (selects_nothing || AuthorizationPolicyView(policy).has_target_refs()) return Answer::no;
  return policy_attachment(policy, ns, labels, root_namespace);
}

ZtunnelVerdict settled(Verdict verdict, ZtunnelReason reason) {
  return {.verdict = verdict, .reason = reason, .rbac = {}};
}

ZtunnelReason reason_of(const RbacOutcome& rbac) {
  if (rbac.is_denied == Answer::yes) return ZtunnelReason::deny_rule;
  switch (rbac.verdict()) {
    case Answer::no: return ZtunnelReason::no_allow_rule;
    case Answer::yes:
      return rbac.is_allowed == Answer::yes ? ZtunnelReason::allow_rule : ZtunnelReason::no_allow_policy;
    case Answer::unknown: break;
  }
  return ZtunnelReason::not_stated;
}

Answer is_anonymous(const Connection& connection) {
  if (!connection.principal.is_known()) return Answer::unknown;
  return answer_of(connection.principal.is_absent());
}

}  // namespace

std::optional<PolicyRule> compile_ztunnel_rule(NodeRef rule, uint32_t index, const Object& policy,
                                               bool allows) {
  ZtunnelCompiler compiler(policy);
  PolicyRule compiled;
  compiled.index = index;
  compiled.place = policy.shown(rule.place());
  compiler.add_clause(rule["from"], "source", kSourceFields, compiled);
  compiler.add_clause(rule["to"], "operation", kOperationFields, compiled);
  for (const NodeRef condition : rule["when"].items()) compiler.add_condition(condition, compiled);
  if (allows && !compiler.is_whole()) return std::nullopt;
  return compiled;
}

Answer ZtunnelWorkload::demands(uint16_t port) const {
  const auto found = demands_identity.find(port);
  return found == demands_identity.end() ? others_demand : found->second;
}

ZtunnelMesh::ZtunnelMesh(const Inventory& inventory, const MeshConfig& mesh, std::string_view revision)
    : mesh_(mesh),
      peer_authentications_(inventory, mesh, revision),
      port_levels_(peer_authentication_ports(inventory)) {
  for (const Object* object : inventory.all_of_kind("security.istio.io", "AuthorizationPolicy"))
    add(*object, is_read(*object, inventory, mesh, revision));
}

// AMB-4: AUDIT and CUSTOM do not come this far. AMB-8: neither do dry runs.
void ZtunnelMesh::add(const Object& object, Answer read) {
  const AuthorizationPolicyView view(object);
  const bool allows = view.action() == "ALLOW";
  const bool counts = (allows || view.action() == "DENY") && !view.is_dry_run() && read != Answer::no &&
                      authorization_policy_violations(object).empty();
  if (!counts) return;
  CompiledPolicy policy;
  policy.object = &object;
  policy.action = allows ? PolicyAction::allow : PolicyAction::deny;
  policy.is_read = read;
  uint32_t index = 0;
  for (const NodeRef node : view.rules().items()) {
    if (std::optional<PolicyRule> rule = compile_ztunnel_rule(node, index, object, allows))
      policy.tcp.push_back(std::move(*rule));
    ++index;
  }
  policies_.push_back(std::move(policy));
}

// AMB-7: a workload's policy that sets no mode of its own but makes a port PERMISSIVE can lose the STRICT
// that it inherits, on all ports.
bool ZtunnelMesh::may_lose_strict(std::string_view ns, const Labels& labels) const {
  return std::any_of(port_levels_.begin(), port_levels_.end(), [&](uint16_t port) {
    const MtlsDecision exception = peer_authentications_.mode(ns, labels, port);
    return exception.mode == MtlsMode::permissive && exception.policy != nullptr &&
           PeerAuthenticationView(*exception.policy).mode() == "UNSET";
  });
}

// Whether a connection without identity is denied (AMB-7).
Answer ZtunnelMesh::demands(std::string_view ns, const Labels& labels, uint16_t port,
                            bool may_be_lost) const {
  const MtlsDecision decision = peer_authentications_.mode(ns, labels, port);
  if (!decision.is_certain()) return decision.may_be(MtlsMode::strict) ? Answer::unknown : Answer::no;
  if (decision.policy == nullptr) return Answer::no;
  const PeerAuthenticationView view(*decision.policy);
  // In the root namespace only a policy without any selector counts.
  const bool is_ignored = decision.policy->ns == mesh_.root_namespace && !view.selector().is_null();
  // A port made DISABLE does not detach the STRICT that a policy without a mode inherits.
  const bool is_kept = decision.mode == MtlsMode::disable && view.mode() == "UNSET" &&
                       peer_authentications_.mode(ns, labels, 0).mode == MtlsMode::strict;
  if (is_ignored || is_kept) return Answer::unknown;
  if (decision.mode != MtlsMode::strict) return Answer::no;
  return may_be_lost ? Answer::unknown : Answer::yes;
}

ZtunnelWorkload ZtunnelMesh::workload(std::string_view ns, const Labels& labels, Answer has_waypoint) {
  std::vector<AttachedPolicy> attached;
  for (const CompiledPolicy& policy : policies_) {
    const Answer attaches =
        both(policy.is_read, attachment(*policy.object, ns, labels, mesh_.root_namespace));
    if (attaches != Answer::no)
      attached.push_back({.policy = &policy, .is_certain = attaches == Answer::yes});
  }
  ZtunnelWorkload workload;
  workload.policies = &sets_.find(attached);
  workload.has_waypoint = has_waypoint;
  const bool may_be_lost = may_lose_strict(ns, labels);
  workload.others_demand = demands(ns, labels, 0, may_be_lost);
  for (const uint16_t port : port_levels_)
    workload.demands_identity[port] = demands(ns, labels, port, may_be_lost);
  return workload;
}

ZtunnelVerdict decide_ztunnel(const ZtunnelWorkload& workload, const Connection& connection) {
  if (std::find(kOwnPorts.begin(), kOwnPorts.end(), connection.port) != kOwnPorts.end())
    return settled(Verdict::deny, ZtunnelReason::own_port);
  const Answer anonymous = is_anonymous(connection);
  // AMB-1: only clients that are in the mesh themselves go by the waypoint.
  if (workload.has_waypoint != Answer::no && anonymous != Answer::yes)
    return settled(Verdict::unknown, ZtunnelReason::waypoint);
  const Answer refused = both(anonymous, workload.demands(connection.port));
  if (refused == Answer::yes) return settled(Verdict::deny, ZtunnelReason::no_identity);
  PolicyAttributes attributes;
  set_connection(connection, attributes);
  set_identity(connection.principal, attributes);
  ZtunnelVerdict verdict;
  verdict.rbac = workload.policies->decide(attributes);
  verdict.verdict = verdict_of(both(negation(refused), verdict.rbac.verdict()));
  verdict.reason = reason_of(verdict.rbac);
  if (verdict.verdict == Verdict::unknown && verdict.rbac.verdict() == Answer::yes)
    verdict.reason = anonymous == Answer::unknown ? ZtunnelReason::not_stated : ZtunnelReason::mtls_unsettled;
  return verdict;
}

}  // namespace kray
