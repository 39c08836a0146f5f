// operator-too-powerful: a KubeRay operator that may read the Secrets of every namespace.
//
// specs/kuberay-kubeflow.md C.1: 1.3.2 does without, later charts ask for Secrets to make Ray's tokens.
// Watching all namespaces is how it is meant to be used; a role on all Secrets is not needed for it where
// tokens are not used, and a role on everything never is.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 5> kPlaceholders = {"what", "role", "kind", "name", "namespace"};

bool lists(NodeRef values, std::string_view text) {
  const auto items = values.items();
  return std::any_of(items.begin(), items.end(), [text](NodeRef one) { return one.text() == text; });
}

bool lists_any(NodeRef values, std::span<const std::string_view> texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [values](std::string_view text) { return lists(values, text); });
}

// What the rule allows that is too much; nothing if it is none of that.
std::optional<std::string> excess(NodeRef rule) {
  constexpr std::array<std::string_view, 4> kReading = {"get", "list", "watch", "*"};
  if (rule["resourceNames"].size() > 0 || !lists_any(rule["verbs"], kReading)) return std::nullopt;
  const bool core = lists(rule["apiGroups"], "") || lists(rule["apiGroups"], "*");
  if (core && lists(rule["resources"], "*")) return "do everything to every object";
  if (core && lists(rule["resources"], "secrets")) return "read all Secrets";
  return std::nullopt;
}

bool binds(const Object& binding, const KubeRayOperator& one) {
  const auto subjects = binding.node["subjects"].items();
  return std::any_of(subjects.begin(), subjects.end(), [&](NodeRef subject) {
    const std::string_view ns = subject["namespace"].text();
    // kustomize rewrites the namespace of a subject with that of the Deployment.
    const bool same = ns == one.deployment->ns || binding.builds != nullptr || one.deployment->ns.empty();
    return subject["kind"].text() == "ServiceAccount" && subject["name"].text() == one.service_account() &&
           same;
  });
}

void check_role(const Object& role, const KubeRayOperator& one, CheckOutcome& outcome) {
  for (const NodeRef rule : role.node["rules"].items()) {
    const std::optional<std::string> what = excess(rule);
    if (!what) continue;
    const auto resources = rule["resources"].items();
    const auto named = std::find_if(resources.begin(), resources.end(), [](NodeRef resource) {
      return resource.text() == "secrets" || resource.text() == "*";
    });
    Match match;
    match.place = (*named).place();
    match.label = "in every namespace";
    match.values = object_values(*one.deployment);
    match.values["what"] = *what;
    match.values["role"] = role.name;
    match.related.push_back(
        {one.deployment->name_place(), "the operator", "This operator runs with the role."});
    match.subject = logical_name(role, rule);
    outcome.matches.push_back(std::move(match));
  }
}

void check(const CheckContext& context, const KubeRayOperator& one, CheckOutcome& outcome) {
  const auto roles = context.inventory.of_kind("rbac.authorization.k8s.io", "ClusterRole");
  for (const Object* binding : context.inventory.of_kind("rbac.authorization.k8s.io", "ClusterRoleBinding")) {
    if (!binds(*binding, one)) continue;
    const std::string_view name = binding->node["roleRef"]["name"].text();
    for (const Object* role : roles) {
      if (role->name == name) check_role(*role, one, outcome);
    }
  }
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (const KubeRayOperator& one : find_kuberay_operators(context.inventory)) check(context, one, outcome);
}

}  // namespace

constinit const Primitive kOperatorTooPowerful = {"operator-too-powerful", {}, kPlaceholders, run};

}  // namespace kray
