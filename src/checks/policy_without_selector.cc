// policy-without-selector: ALLOW policies about Ray that open ports on every workload of a namespace
// because they have no selector.
//
// Policies without a selector are normal where they limit who may call (Kubeflow's own
// ns-owner-access-istio is one); opening listed ports to clients beyond the namespace is not.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "checks/ray_policy.h"

namespace kray {
namespace {

constexpr std::array kParameters = {ParameterDescription{"root-namespace", true}};
constexpr std::array<std::string_view, 5> kPlaceholders = {"ports", "scope", "kind", "name", "namespace"};

// Whether the values, of a source field or of a condition on the source, name clients of `own` alone.
bool names_only(std::string_view field, NodeRef values, std::string_view own) {
  const std::string segment = fmt::format("/ns/{}/", own);
  const auto is_own = [&](NodeRef value) {
    const std::string_view text = value.text();
    if (field == "namespace") return text == own;
    if (field == "principal") return text.find(segment) != std::string_view::npos;
    // "account" means one of the policy's namespace (specs/istio.md 2.4, form A).
    return field == "serviceAccount" &&
           (text.find('/') == std::string_view::npos || text.starts_with(fmt::format("{}/", own)));
  };
  const auto items = values.items();
  return values.size() > 0 && std::all_of(items.begin(), items.end(), is_own);
}

// Whether every source of the rule is the policy's own namespace. Fields of a source, and conditions,
// are AND-ed: one that names it is enough.
bool only_own_namespace(NodeRef rule, std::string_view own) {
  if (own.empty()) return true;  // not set: what "own" is cannot be told, so nothing is held against it
  const auto conditions = rule["when"].items();
  const bool by_condition = std::any_of(conditions.begin(), conditions.end(), [own](NodeRef condition) {
    const std::string_view key = condition["key"].text();
    return key.starts_with("source.") &&
           names_only(key.substr(std::string_view("source.").size()), condition["values"], own);
  });
  if (by_condition) return true;
  const auto from = rule["from"].items();
  return rule["from"].size() > 0 && std::all_of(from.begin(), from.end(), [own](NodeRef entry) {
           const NodeRef source = entry["source"];
           return names_only("namespace", source["namespaces"], own) ||
                  names_only("principal", source["principals"], own) ||
                  names_only("serviceAccount", source["serviceAccounts"], own);
         });
}

bool opens_beyond(NodeRef rule, const Object& policy) {
  return !ports_of(rule).empty() && (!has_source(rule) || !only_own_namespace(rule, policy.ns));
}

void run(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome) {
  const std::string& root_namespace = parameter(parameters, "root-namespace").front();
  for (const RayPolicy& policy : ray_allow_policies(context, root_namespace)) {
    const Object& object = *policy.object;
    const AuthorizationPolicyView view(object);
    if (view.selector()["matchLabels"].size() > 0) continue;
    const auto rules = view.rules().items();
    const auto open = std::find_if(rules.begin(), rules.end(),
                                   [&object](NodeRef rule) { return opens_beyond(rule, object); });
    if (open == rules.end()) continue;
    const NodeRef ports = (*open)["to"].at(0)["operation"]["ports"];
    Match match;
    match.place = view.selector() ? view.selector().field_place() : view.spec.key_place();
    match.label = "no selector";
    match.values = object_values(object);
    match.values["ports"] = join_words(ports_of(*open), 12);
    match.values["scope"] = scope_words(policy, root_namespace);
    match.related.push_back(
        {ports.key_place(), "the ports it opens", "These ports are opened on all of them."});
    match.subject = logical_name(object, view.spec);
    outcome.matches.push_back(std::move(match));
  }
}

}  // namespace

constinit const Primitive kPolicyWithoutSelector = {"policy-without-selector", kParameters, kPlaceholders,
                                                    run};

}  // namespace kray
