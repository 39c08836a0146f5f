// allow-rule-without-source: ALLOW rules over Ray pods that any client matches, meshed or not.
//
// specs/istio.md 2.3: `from` empty means every source, and the rules of a policy are OR-ed. The usual
// cause is a dash too many: `- from:` and `- to:` are two rules where one was meant
// (specs/kuberay-kubeflow.md E.4).
#include <fmt/format.h>

#include <array>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "checks/ray_policy.h"

namespace kray {
namespace {

constexpr std::array kParameters = {ParameterDescription{"root-namespace", true},
                                    ParameterDescription{"harmless-paths", false}};
constexpr std::array<std::string_view, 6> kPlaceholders = {"rule", "ports", "scope",
                                                           "kind", "name",  "namespace"};

// The rule that stands next to `index` and has nothing but sources, as half of a split rule would.
NodeRef split_off_source(NodeRef rules, size_t index) {
  for (const size_t beside : {index - 1, index + 1}) {
    const NodeRef rule = beside < rules.size() ? rules.at(beside) : NodeRef();
    if (rule && rule["from"].size() > 0 && !rule["to"] && !rule["when"]) return rule;
  }
  return {};
}

std::string ports_words(const std::vector<std::string>& ports) {
  if (ports.empty()) return "every port";
  return (ports.size() == 1 ? "port " : "ports ") + join_words(ports, 12);
}

// From the dash of a list item to the colon behind its first key.
Place item_place(NodeRef rule) {
  Place place = rule.place();
  const auto fields = rule.fields();
  if (rule.size() > 0) place.end = (*fields.begin()).key.place().end;
  const std::string_view bytes = place.file->text();
  if (place.end < bytes.size() && bytes[place.end] == ':') ++place.end;
  const size_t dash = bytes.substr(0, place.begin).find_last_not_of(' ');
  if (dash != std::string_view::npos && bytes[dash] == '-') place.begin = static_cast<uint32_t>(dash);
  return place;
}

Match match_of(const RayPolicy& policy, NodeRef rule, size_t index, std::string_view root_namespace) {
  const Object& object = *policy.object;
  const NodeRef rules = AuthorizationPolicyView(object).rules();
  Match match;
  match.place = item_place(rule);
  match.label = "a rule without 'from': every client matches";
  match.values = object_values(object);
  match.values["rule"] = fmt::format("rules[{}]", index);
  match.values["ports"] = ports_words(ports_of(rule));
  match.values["scope"] = scope_words(policy, root_namespace);
  if (const NodeRef sibling = split_off_source(rules, index); sibling && rule["to"]) {
    const Place place = item_place(sibling);
    const uint32_t line = place.file->lines().line_of(place.begin);
    match.related.push_back(
        {place, "the rule beside it, which has only 'from'",
         "This is a rule of its own: the two are OR-ed, so its sources do not limit the ports."});
    match.fix = fmt::format(
        "If the two were meant as one, take away the dash before 'to' and indent it under the rule of line "
        "{}; "
        "then only the sources named there may use these ports.",
        line);
  } else {
    match.fix =
        fmt::format("Add a source to the rule, for example 'from: [{{source: {{namespaces: [\"{}\"]}}}}]'.",
                    object.ns.empty() ? "NAMESPACE" : object.ns);
  }
  match.subject = logical_name(object, rule);
  return match;
}

void run(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome) {
  const std::string& root_namespace = parameter(parameters, "root-namespace").front();
  for (const RayPolicy& policy : ray_allow_policies(context, root_namespace)) {
    size_t index = 0;
    for (const NodeRef rule : AuthorizationPolicyView(*policy.object).rules().items()) {
      const bool open = rule.is_mapping() && !has_source(rule);
      if (open && !is_public_by_design(rule, policy, parameter(parameters, "harmless-paths"))) {
        outcome.matches.push_back(match_of(policy, rule, index, root_namespace));
      }
      ++index;
    }
  }
}

}  // namespace

constinit const Primitive kAllowRuleWithoutSource = {"allow-rule-without-source", kParameters, kPlaceholders,
                                                     run};

}  // namespace kray
