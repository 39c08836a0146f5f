// Walks the object once along the fields of the CRD and notes what each step may not hold.
//
// Two kinds of refusal meet here: the API server's by the CRD's schema (types, enumerations, sizes) and
// istiod's by its own code (AP-3). Null is the same as absent, as for every field of a CRD.
#include "mesh/policy_validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "cluster/similar.h"
#include "manifest/scalar.h"
#include "mesh/policy_values.h"

namespace kray {
namespace {

constexpr size_t kMostRules = 512;
constexpr size_t kMostTargets = 16;
constexpr size_t kMostServiceAccounts = 16;
constexpr size_t kLongestLabelValue = 63;

enum class FieldType : uint8_t { text, mapping, mappings, texts };

struct KnownField {
  std::string_view name;
  FieldType type;
};

constexpr std::array kPolicyFields = {
    KnownField{"selector", FieldType::mapping},    KnownField{"targetRef", FieldType::mapping},
    KnownField{"targetRefs", FieldType::mappings}, KnownField{"rules", FieldType::mappings},
    KnownField{"action", FieldType::text},         KnownField{"provider", FieldType::mapping}};
constexpr std::array kSelectorFields = {KnownField{"matchLabels", FieldType::mapping}};
constexpr std::array kTargetFields = {
    KnownField{"group", FieldType::text}, KnownField{"kind", FieldType::text},
    KnownField{"name", FieldType::text}, KnownField{"namespace", FieldType::text}};
constexpr std::array kProviderFields = {KnownField{"name", FieldType::text}};
constexpr std::array kRuleFields = {KnownField{"from", FieldType::mappings},
                                    KnownField{"to", FieldType::mappings},
                                    KnownField{"when", FieldType::mappings}};
constexpr std::array kFromFields = {KnownField{"source", FieldType::mapping}};
constexpr std::array kToFields = {KnownField{"operation", FieldType::mapping}};
constexpr std::array kSourceFields = {
    KnownField{"principals", FieldType::texts},        KnownField{"notPrincipals", FieldType::texts},
    KnownField{"requestPrincipals", FieldType::texts}, KnownField{"notRequestPrincipals", FieldType::texts},
    KnownField{"namespaces", FieldType::texts},        KnownField{"notNamespaces", FieldType::texts},
    KnownField{"serviceAccounts", FieldType::texts},   KnownField{"notServiceAccounts", FieldType::texts},
    KnownField{"trustDomains", FieldType::texts},      KnownField{"notTrustDomains", FieldType::texts},
    KnownField{"ipBlocks", FieldType::texts},          KnownField{"notIpBlocks", FieldType::texts},
    KnownField{"remoteIpBlocks", FieldType::texts},    KnownField{"notRemoteIpBlocks", FieldType::texts}};
constexpr std::array kOperationFields = {
    KnownField{"hosts", FieldType::texts},   KnownField{"notHosts", FieldType::texts},
    KnownField{"ports", FieldType::texts},   KnownField{"notPorts", FieldType::texts},
    KnownField{"methods", FieldType::texts}, KnownField{"notMethods", FieldType::texts},
    KnownField{"paths", FieldType::texts},   KnownField{"notPaths", FieldType::texts}};
constexpr std::array kConditionFields = {KnownField{"key", FieldType::text},
                                         KnownField{"values", FieldType::texts},
                                         KnownField{"notValues", FieldType::texts}};
constexpr std::array kPeerFields = {KnownField{"selector", FieldType::mapping},
                                    KnownField{"mtls", FieldType::mapping},
                                    KnownField{"portLevelMtls", FieldType::mapping}};
constexpr std::array kMtlsFields = {KnownField{"mode", FieldType::text}};

constexpr std::array<std::string_view, 4> kActions = {"ALLOW", "DENY", "AUDIT", "CUSTOM"};
constexpr std::array<std::string_view, 4> kModes = {"UNSET", "DISABLE", "PERMISSIVE", "STRICT"};

// What CUSTOM policies may not look at (specs/istio.md 2.12).
constexpr std::array<std::string_view, 10> kNotForCustom = {
    "principals",    "notPrincipals",   "requestPrincipals", "notRequestPrincipals", "namespaces",
    "notNamespaces", "serviceAccounts", "trustDomains",      "notServiceAccounts",   "notTrustDomains"};
constexpr std::array<std::string_view, 4> kConditionsNotForCustom = {
    "source.principal", "source.namespace", "source.serviceAccount", "source.trustDomain"};

using ValueTest = std::optional<std::string> (*)(std::string_view value);

bool is_set(NodeRef node) { return !node.is_null(); }

bool any_set(NodeRef mapping, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [mapping](std::string_view name) { return mapping[name].size() > 0; });
}

// Go's strconv.ParseBool.
bool is_go_bool(std::string_view text) {
  constexpr std::array<std::string_view, 12> kBools = {"1", "t", "T", "true",  "TRUE",  "True",
                                                       "0", "f", "F", "false", "FALSE", "False"};
  return std::find(kBools.begin(), kBools.end(), text) != kBools.end();
}

class PolicyWalk {
 public:
  explicit PolicyWalk(const Object& object) : object_(object) {}

  std::vector<PolicyViolation> authorization_policy() {
    const NodeRef spec = object_.spec();
    if (is_set(spec) && expect_mapping(spec)) {
      check_fields(spec, kPolicyFields);
      check_authorization_spec(spec);
    }
    check_dry_run();
    return take();
  }

  std::vector<PolicyViolation> peer_authentication() {
    const NodeRef spec = object_.spec();
    if (is_set(spec) && expect_mapping(spec)) {
      check_fields(spec, kPeerFields);
      check_selector(spec["selector"]);
      check_mtls(spec["mtls"]);
      check_port_level(spec["portLevelMtls"], spec["selector"]["matchLabels"].size() == 0);
    }
    if (const NodeRef dry_run = dry_run_annotation())
      add_field(dry_run, "the annotation 'istio.io/dry-run' is only for AuthorizationPolicies",
                "Remove the annotation.");
    return take();
  }

 private:
  void add(NodeRef node, Place place, std::string text, std::string advice = "") {
    violations_.push_back({node, place, std::move(text), std::move(advice)});
  }
  void add_value(NodeRef node, std::string text, std::string advice = "") {
    add(node, node.is_scalar() ? node.place() : node.key_place(), std::move(text), std::move(advice));
  }
  void add_field(NodeRef node, std::string text, std::string advice = "") {
    add(node, node.is_scalar() ? node.field_place() : node.key_place(), std::move(text), std::move(advice));
  }

  std::vector<PolicyViolation> take() {
    std::stable_sort(
        violations_.begin(), violations_.end(),
        [](const PolicyViolation& a, const PolicyViolation& b) { return a.place.begin < b.place.begin; });
    return std::move(violations_);
  }

  // "rules[0].from[1].source.ports": the path of the field below spec.
  std::string path_of(NodeRef node) const {
    std::string path = node.path().substr(object_.node.path().size());
    if (path.starts_with('/')) path.erase(0, 1);
    if (path.starts_with("spec/")) path.erase(0, 5);
    std::replace(path.begin(), path.end(), '/', '.');
    return path;
  }

  void check_text(NodeRef value, const std::string& words) {
    if (value.is_string()) return;
    add_value(value, fmt::format("{} is {}, where a string must stand", words, to_string(value.kind())),
              value.is_scalar() ? "Put the value in quotes." : "Write a single value.");
  }
  void check_text(NodeRef value) { check_text(value, path_of(value)); }

  // A list whose items all have that kind; wrong items are noted one by one.
  void check_list(NodeRef list, FieldType type) {
    if (!list.is_sequence()) {
      add_value(list, fmt::format("{} is {}, where a list must stand", path_of(list), to_string(list.kind())),
                "Write a list.");
      return;
    }
    for (const NodeRef item : list.items()) {
      if (type == FieldType::texts) {
        check_text(item);
      } else if (!item.is_mapping()) {
        add(item, item.is_null() ? list.key_place() : item.place(),
            fmt::format("{} is {}, where a mapping must stand", path_of(item), to_string(item.kind())));
      }
    }
  }

  bool expect_mapping(NodeRef node) {
    if (node.is_mapping()) return true;
    add_value(node,
              fmt::format("{} is {}, where a mapping must stand", path_of(node), to_string(node.kind())));
    return false;
  }

  // Names and types of a mapping's fields; what stands in them is the caller's business.
  void check_fields(NodeRef mapping, std::span<const KnownField> known) {
    for (const Field field : mapping.fields()) {
      const auto found = std::find_if(known.begin(), known.end(), [&field](const KnownField& one) {
        return one.name == field.key.text();
      });
      if (found == known.end()) {
        add_unknown(field, known);
      } else if (is_set(field.value)) {
        check_type(field.value, found->type);
      }
    }
  }

  void check_type(NodeRef value, FieldType type) {
    switch (type) {
      case FieldType::text: check_text(value); return;
      case FieldType::mapping: expect_mapping(value); return;
      case FieldType::texts:
      case FieldType::mappings: check_list(value, type); return;
    }
  }

  void add_unknown(const Field& field, std::span<const KnownField> known) {
    std::vector<std::string_view> names;
    for (const KnownField& one : known) names.push_back(one.name);
    const std::string nearest = nearest_name(field.key.text(), names);
    add(field.value, field.key.place(), fmt::format("there is no field '{}'", path_of(field.value)),
        nearest.empty() ? fmt::format("Fields here are {}.", fmt::join(names, ", "))
                        : fmt::format("Did you mean '{}'?", nearest));
  }

  void check_choice(NodeRef value, std::span<const std::string_view> allowed) {
    if (!value.is_string()) return;
    if (std::find(allowed.begin(), allowed.end(), value.text()) != allowed.end()) return;
    const std::string found = value.text().empty() ? "empty" : fmt::format("'{}'", value.text());
    add_value(value,
              fmt::format("{} is {}, which is none of {}", path_of(value), found, fmt::join(allowed, ", ")));
  }

  void check_most(NodeRef list, size_t most) {
    if (list.size() > most)
      add_field(list, fmt::format("{} has {} entries, and {} are allowed", path_of(list), list.size(), most));
  }

  void check_selector(NodeRef selector) {
    check_fields(selector, kSelectorFields);
    for (const Field label : selector["matchLabels"].fields()) {
      const std::string_view key = label.key.text();
      if (key.empty()) add(label.value, label.key.place(), "the selector has an empty label name");
      check_text(label.value, fmt::format("the value of label '{}' in the selector", key));
      if (key.find('*') != std::string_view::npos || label.value.text().find('*') != std::string_view::npos)
        add_field(label.value, "the selector has a wildcard, which selectors cannot have");
      else if (label.value.text().size() > kLongestLabelValue)
        add_value(label.value, "the selector has a label value of more than 63 characters");
    }
  }

  void check_target(NodeRef target) {
    if (!target.is_mapping()) return;
    check_fields(target, kTargetFields);
    if (target["name"].text().empty()) add_field(target, fmt::format("{} has no 'name'", path_of(target)));
    if (!target["namespace"].text().empty())
      add_field(target["namespace"],
                fmt::format("{} names a namespace; targets are always in the policy's own", path_of(target)),
                "Remove the namespace.");
    const std::string_view group = target["group"].text();
    const std::string_view kind = target["kind"].text();
    if (kind.empty()) {
      add_field(target, fmt::format("{} has no 'kind'", path_of(target)));
      return;
    }
    const bool known =
        ((group.empty() || group == "core") && kind == "Service") ||
        (group == "networking.istio.io" && kind == "ServiceEntry") ||
        (group == "gateway.networking.k8s.io" && (kind == "Gateway" || kind == "GatewayClass"));
    if (!known)
      add_field(target["kind"] ? target["kind"] : target,
                fmt::format("{} is to a {}, which is no possible target", path_of(target),
                            group.empty() ? std::string(kind) : fmt::format("{}.{}", kind, group)),
                "Targets are Service, ServiceEntry (networking.istio.io), Gateway and GatewayClass "
                "(gateway.networking.k8s.io).");
  }

  void check_attachment(NodeRef spec) {
    const NodeRef refs = spec["targetRefs"];
    check_selector(spec["selector"]);
    check_target(spec["targetRef"]);
    for (const NodeRef target : refs.items()) check_target(target);
    check_most(refs, kMostTargets);
    const int ways =
        (is_set(spec["selector"]) ? 1 : 0) + (is_set(spec["targetRef"]) ? 1 : 0) + (refs.size() > 0 ? 1 : 0);
    if (ways > 1)
      add_field(refs.size() > 0 ? refs : spec["targetRef"],
                "it has two of selector, targetRef and targetRefs, and one is allowed",
                "Keep the selector for pods with a sidecar, targetRefs for gateways and waypoints.");
  }

  void check_authorization_spec(NodeRef spec) {
    action_ = spec["action"].text().empty() ? "ALLOW" : spec["action"].text();
    check_choice(spec["action"], kActions);
    check_attachment(spec);
    check_provider(spec);
    const NodeRef rules = spec["rules"];
    if ((action_ == "DENY" || action_ == "CUSTOM") && rules.size() == 0) {
      const NodeRef at = rules ? rules : spec["action"];
      add_field(at, fmt::format("action {} without rules never does anything", action_),
                "Write 'rules: [{}]' for every request.");
    }
    check_most(rules, kMostRules);
    for (const NodeRef rule : rules.items()) {
      check_fields(rule, kRuleFields);
      check_rule(rule);
    }
  }

  void check_provider(NodeRef spec) {
    const NodeRef provider = spec["provider"];
    check_fields(provider, kProviderFields);
    if (is_set(provider) && action_ != "CUSTOM")
      add_field(provider, fmt::format("a provider is only for action CUSTOM, not for {}", action_));
    if (action_ == "CUSTOM" && spec["rules"].size() > 0 && provider["name"].text().empty())
      add_field(is_set(provider) ? provider : spec["action"], "action CUSTOM needs a provider.name");
  }

  void check_rule(NodeRef rule) {
    check_alternatives(rule["from"], "source", kFromFields, kSourceFields);
    check_alternatives(rule["to"], "operation", kToFields, kOperationFields);
    check_most(rule["from"], kMostRules);
    for (const NodeRef entry : rule["from"].items()) check_source(entry["source"]);
    for (const NodeRef entry : rule["to"].items()) check_operation(entry["operation"]);
    for (const NodeRef condition : rule["when"].items()) {
      if (!condition.is_mapping()) continue;
      check_fields(condition, kConditionFields);
      check_condition(condition);
    }
  }

  // `from` and `to` are lists of mappings with one field each, which must set something.
  void check_alternatives(NodeRef list, std::string_view inner, std::span<const KnownField> outer_fields,
                          std::span<const KnownField> inner_fields) {
    if (list.is_sequence() && list.size() == 0)
      add_field(list, fmt::format("{} is empty", path_of(list)), "Remove it, or name what it is to match.");
    for (const NodeRef entry : list.items()) {
      if (!entry.is_mapping()) continue;
      check_fields(entry, outer_fields);
      const NodeRef body = entry[inner];
      if (!is_set(body)) {
        add(entry, first_place(entry), fmt::format("{} has no '{}'", path_of(entry), inner));
        continue;
      }
      check_fields(body, inner_fields);
      if (body.is_mapping() && has_no_values(body))
        add_field(body, fmt::format("{} sets nothing", path_of(body)),
                  "Name what it is to match, or remove the entry.");
    }
  }

  // Of an entry without a name of its own: its first key.
  static Place first_place(NodeRef entry) {
    return entry.size() > 0 ? (*entry.fields().begin()).key.place() : entry.place();
  }

  // Values of the wrong kind, which are noted already, are values all the same.
  static bool has_no_values(NodeRef mapping) {
    const auto fields = mapping.fields();
    return std::all_of(fields.begin(), fields.end(), [](const Field& field) {
      return field.value.is_null() || (!field.value.is_scalar() && field.value.size() == 0);
    });
  }

  // The value too, unless it has braces, which say nothing in a sentence.
  std::string value_words(NodeRef value) const {
    if (value.text().find_first_of("{}") != std::string_view::npos) return path_of(value);
    return fmt::format("{} '{}'", path_of(value), value.text());
  }

  void check_values(NodeRef list, ValueTest test = nullptr) {
    for (const NodeRef value : list.items()) {
      if (!value.is_string()) continue;  // noted already
      if (value.text().empty()) {
        add_value(value, fmt::format("{} is empty", path_of(value)));
      } else if (test != nullptr) {
        if (const auto wrong = test(value.text())) add_value(value, value_words(value) + " " + *wrong);
      }
    }
  }

  void check_source(NodeRef source) {
    if (!source.is_mapping()) return;
    for (const Field field : source.fields()) {
      const std::string_view name = field.key.text();
      const bool is_ip = name.ends_with("pBlocks");
      const bool is_account = name == "serviceAccounts" || name == "notServiceAccounts";
      check_values(field.value, is_ip ? &wrong_ip : is_account ? &wrong_service_account : nullptr);
      if (is_account) check_most(field.value, kMostServiceAccounts);
      if (action_ == "CUSTOM" && field.value.size() > 0 &&
          std::find(kNotForCustom.begin(), kNotForCustom.end(), name) != kNotForCustom.end())
        add_field(field.value, fmt::format("action CUSTOM cannot use '{}'", name));
    }
    constexpr std::array<std::string_view, 2> kAccounts = {"serviceAccounts", "notServiceAccounts"};
    constexpr std::array<std::string_view, 4> kOthers = {"principals", "notPrincipals", "namespaces",
                                                         "notNamespaces"};
    if (any_set(source, kAccounts) && any_set(source, kOthers))
      add_field(source,
                fmt::format("{} has serviceAccounts together with principals or namespaces", path_of(source)),
                "A service account is written as 'NAMESPACE/ACCOUNT' and needs neither.");
  }

  void check_operation(NodeRef operation) {
    if (!operation.is_mapping()) return;
    for (const Field field : operation.fields()) {
      const std::string_view name = field.key.text();
      const bool is_port = name == "ports" || name == "notPorts";
      const bool is_path = name == "paths" || name == "notPaths";
      check_values(field.value, is_port ? &wrong_port : is_path ? &wrong_path : nullptr);
    }
  }

  void check_condition(NodeRef condition) {
    const NodeRef key = condition["key"];
    if (key.text().empty()) {
      add(condition, is_set(key) ? key.field_place() : first_place(condition),
          fmt::format("{} has no key", path_of(condition)));
      return;
    }
    if (condition["values"].size() == 0 && condition["notValues"].size() == 0)
      add_field(key, fmt::format("{} has neither values nor notValues", path_of(condition)));
    if (const auto wrong = wrong_condition_key(key.text()))
      add_value(key, fmt::format("the key '{}' {}", key.text(), *wrong));
    const bool custom_refuses = std::find(kConditionsNotForCustom.begin(), kConditionsNotForCustom.end(),
                                          key.text()) != kConditionsNotForCustom.end() ||
                                key.text().starts_with("request.auth.");
    if (action_ == "CUSTOM" && custom_refuses)
      add_value(key, fmt::format("action CUSTOM cannot use '{}'", key.text()));
    for (const char* list : {"values", "notValues"}) check_condition_values(key.text(), condition[list]);
  }

  void check_condition_values(std::string_view key, NodeRef list) {
    check_values(list);
    for (const NodeRef value : list.items()) {
      if (!value.is_string() || value.text().empty()) continue;
      if (const auto wrong = wrong_condition_value(key, value.text()))
        add_value(value, value_words(value) + " " + *wrong);
    }
  }

  NodeRef dry_run_annotation() const { return object_.metadata()["annotations"]["istio.io/dry-run"]; }

  void check_dry_run() {
    const NodeRef dry_run = dry_run_annotation();
    if (!dry_run) return;
    if (!dry_run.is_string()) {
      add_value(dry_run, "the annotation 'istio.io/dry-run' is no string", "Put the value in quotes.");
    } else if (action_ != "ALLOW" && action_ != "DENY") {
      add_field(dry_run, fmt::format("the annotation 'istio.io/dry-run' is not for action {}", action_));
    } else if (!is_go_bool(dry_run.text())) {
      add_value(dry_run,
                fmt::format("the annotation 'istio.io/dry-run' is '{}', which is no boolean", dry_run.text()),
                "Write \"true\" or \"false\".");
    }
  }

  void check_mtls(NodeRef mtls) {
    check_fields(mtls, kMtlsFields);
    check_choice(mtls["mode"], kModes);
  }

  void check_port_level(NodeRef ports, bool without_selector) {
    if (!ports.is_mapping()) return;  // noted already, or not there
    if (ports.size() == 0) add_field(ports, "portLevelMtls has no port");
    if (without_selector)
      add_field(ports, "portLevelMtls needs a selector: settings of a single port are for chosen pods",
                "Select the pods by label.");
    for (const Field port : ports.fields()) {
      if (port.key.text() == "0" || wrong_port(port.key.text()))
        add(port.value, port.key.place(),
            fmt::format("portLevelMtls names '{}', which is no port from 1 to 65535", port.key.text()),
            "Write the number of the container's port.");
      if (is_set(port.value)) expect_mapping(port.value);
      check_mtls(port.value);
    }
  }

  const Object& object_;
  std::string_view action_ = "ALLOW";
  std::vector<PolicyViolation> violations_;
};

}  // namespace

std::vector<PolicyViolation> authorization_policy_violations(const Object& policy) {
  return PolicyWalk(policy).authorization_policy();
}

std::vector<PolicyViolation> peer_authentication_violations(const Object& policy) {
  return PolicyWalk(policy).peer_authentication();
}

}  // namespace kray
