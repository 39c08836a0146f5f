// Tables say which field is which attribute; one function turns the texts of a field into values.
#include "mesh/policy_compiler.h"

#include <array>

#include "mesh/go_text.h"
#include "mesh/trust_domain.h"

namespace kray {
namespace {

struct PolicyField {
  std::string_view name;      // of a source or operation; the key of a condition
  std::string_view negative;  // "notPrincipals"; conditions have notValues
  Attribute attribute;
  bool is_http_only = false;
};

constexpr std::array kSourceFields = {
    PolicyField{"principals", "notPrincipals", Attribute::principal},
    PolicyField{"namespaces", "notNamespaces", Attribute::ns},
    PolicyField{"serviceAccounts", "notServiceAccounts", Attribute::service_account},
    PolicyField{"trustDomains", "notTrustDomains", Attribute::trust_domain},
    PolicyField{"ipBlocks", "notIpBlocks", Attribute::source_ip},
    PolicyField{"remoteIpBlocks", "notRemoteIpBlocks", Attribute::remote_ip},
    PolicyField{"requestPrincipals", "notRequestPrincipals", Attribute::request_principal, true}};
constexpr std::array kOperationFields = {PolicyField{"hosts", "notHosts", Attribute::host, true},
                                         PolicyField{"methods", "notMethods", Attribute::method, true},
                                         PolicyField{"paths", "notPaths", Attribute::path, true},
                                         PolicyField{"ports", "notPorts", Attribute::port}};
constexpr std::array kConditionKeys = {
    PolicyField{"source.principal", {}, Attribute::principal},
    PolicyField{"source.namespace", {}, Attribute::ns},
    PolicyField{"source.serviceAccount", {}, Attribute::service_account},
    PolicyField{"source.trustDomain", {}, Attribute::trust_domain},
    PolicyField{"source.ip", {}, Attribute::source_ip},
    PolicyField{"remote.ip", {}, Attribute::remote_ip},
    PolicyField{"destination.ip", {}, Attribute::destination_ip},
    PolicyField{"destination.port", {}, Attribute::port},
    PolicyField{"connection.sni", {}, Attribute::sni},
    PolicyField{"request.auth.principal", {}, Attribute::request_principal, true},
    PolicyField{"request.auth.audiences", {}, Attribute::claim, true},
    PolicyField{"request.auth.presenter", {}, Attribute::claim, true}};
constexpr PolicyField kClaims = {"request.auth.claims", {}, Attribute::claim, true};
constexpr PolicyField kHeaders = {"request.headers", {}, Attribute::header, true};
constexpr PolicyField kMetadata = {"experimental.envoy.filters.", {}, Attribute::metadata};

const PolicyField* find_condition(std::string_view key) {
  for (const PolicyField* prefix : {&kClaims, &kHeaders, &kMetadata}) {
    if (key.starts_with(prefix->name) && key.find('[') != std::string_view::npos && key.ends_with(']'))
      return prefix;
  }
  for (const PolicyField& field : kConditionKeys) {
    if (field.name == key) return &field;
  }
  return nullptr;
}

// Compiles one rule; `is_dropped` once something in it makes the whole rule go.
class RuleCompiler {
 public:
  explicit RuleCompiler(const RuleContext& context) : context_(context) {}

  std::optional<PolicyRule> compile(NodeRef rule, uint32_t index) {
    PolicyRule compiled;
    compiled.index = index;
    compiled.place = context_.policy.shown(rule.place());
    add_clause(rule["from"], "source", kSourceFields, compiled);
    add_clause(rule["to"], "operation", kOperationFields, compiled);
    for (const NodeRef condition : rule["when"].items()) add_condition(condition, compiled);
    if (is_dropped_) return std::nullopt;
    return compiled;
  }

 private:
  template <typename Fields>
  void add_clause(NodeRef list, std::string_view inner, const Fields& fields, PolicyRule& rule) {
    if (list.size() == 0) return;
    Clause clause;
    for (const NodeRef entry : list.items()) {
      Alternative alternative;
      for (const PolicyField& field : fields) {
        add_values(field, entry[inner][field.name], false, {}, alternative);
        add_values(field, entry[inner][field.negative], true, {}, alternative);
      }
      clause.push_back(std::move(alternative));
    }
    rule.clauses.push_back(std::move(clause));
  }

  void add_condition(NodeRef node, PolicyRule& rule) {
    const std::string_view key = node["key"].text();
    const PolicyField* field = find_condition(key);
    if (field == nullptr) {
      is_dropped_ = true;  // AP-10
      return;
    }
    Alternative alternative;
    add_values(*field, node["values"], false, key, alternative);
    add_values(*field, node["notValues"], true, key, alternative);
    rule.clauses.push_back({std::move(alternative)});
  }

  void add_values(const PolicyField& field, NodeRef list, bool is_negated, std::string_view key,
                  Alternative& alternative) {
    if (list.size() == 0) return;
    if (field.is_http_only && context_.chain == FilterChain::tcp) {
      is_dropped_ = is_dropped_ || context_.allows;  // AP-16; AP-17 leaves the field out
      return;
    }
    std::optional<Values> values = values_of(field.attribute, list);
    if (!values) {
      is_dropped_ = is_dropped_ || context_.allows;  // AP-18
      return;
    }
    Condition condition;
    condition.attribute = field.attribute;
    condition.is_negated = is_negated;
    condition.values = std::move(*values);
    if (field.attribute == Attribute::header)
      condition.header = lower_case(key.substr(key.find('[') + 1, key.size() - key.find('[') - 2));
    if (field.attribute == Attribute::claim) condition.claim = claim_of(key);
    alternative.push_back(std::move(condition));
  }

  static std::vector<std::string> claim_of(std::string_view key) {
    if (key == "request.auth.audiences") return {"aud"};
    if (key == "request.auth.presenter") return {"azp"};
    return claim_path(key);
  }

  // Nothing: some text is none that the attribute can have.
  std::optional<Values> values_of(Attribute attribute, NodeRef list) const {
    switch (attribute) {
      case Attribute::principal: return principals(list);
      case Attribute::ns: return each(list, namespace_pattern);
      case Attribute::service_account:
        return each(list, [this](std::string_view value) {
          return service_account_pattern(value, context_.policy.ns);
        });
      case Attribute::trust_domain: return trust_domains(list);
      case Attribute::source_ip:
      case Attribute::remote_ip:
      case Attribute::destination_ip: return ranges(list);
      case Attribute::port: return ports(list);
      case Attribute::host:
        return each(list, [](std::string_view value) { return text_pattern(lower_case(value)); });
      case Attribute::path:
        return each(list, [](std::string_view value) {
          return is_path_template(value) ? PathPattern(PathTemplate(value))
                                         : PathPattern(text_pattern(value));
        });
      case Attribute::request_principal: return each(list, request_principal_pattern);
      case Attribute::plain_ns:
      case Attribute::sni:
      case Attribute::method:
      case Attribute::claim:
      case Attribute::header:
      case Attribute::metadata: return each(list, text_pattern);
    }
    return std::nullopt;
  }

  template <typename Make>
  static Values each(NodeRef list, const Make& make) {
    std::vector<decltype(make(std::string_view()))> values;
    values.reserve(list.size());
    for (const NodeRef item : list.items()) values.push_back(make(item.text()));
    return values;
  }

  Values principals(NodeRef list) const {
    std::vector<TextPattern> values;
    for (const NodeRef item : list.items()) {
      for (const std::string& value : rewritten_principals(item.text(), context_.mesh))
        values.push_back(principal_pattern(value));
    }
    return values;
  }

  Values trust_domains(NodeRef list) const {
    std::vector<TrustDomainPattern> values;
    for (const NodeRef item : list.items()) {
      for (const std::string& value : rewritten_trust_domains(item.text(), context_.mesh))
        values.push_back(trust_domain_pattern(value));
    }
    return values;
  }

  static std::optional<Values> ranges(NodeRef list) {
    std::vector<IpRange> values;
    for (const NodeRef item : list.items()) {
      const std::optional<IpRange> range = parse_ip_range(item.text());  // 0.5-11
      if (!range) return std::nullopt;
      values.push_back(*range);
    }
    return values;
  }

  static std::optional<Values> ports(NodeRef list) {
    std::vector<uint16_t> values;
    for (const NodeRef item : list.items()) {
      const std::optional<uint64_t> port = parse_go_uint(item.text(), 16);
      if (!port) return std::nullopt;
      values.push_back(static_cast<uint16_t>(*port));
    }
    return values;
  }

  const RuleContext& context_;
  bool is_dropped_ = false;
};

}  // namespace

std::optional<PolicyRule> compile_rule(NodeRef rule, uint32_t index, const RuleContext& context) {
  return RuleCompiler(context).compile(rule, index);
}

}  // namespace kray
