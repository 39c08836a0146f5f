// Attachment follows specs/istio.md 2.1 (AP-1, AP-2): own namespace, or all of them for a policy in
// the root namespace; an absent or empty selector takes every pod.
#include "checks/ray_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/describe.h"
#include "derive/ray_ports.h"
#include "manifest/scalar.h"

namespace kray {
namespace {

// Ports that nothing but Ray listens on by default: dashboard, client, agent.
constexpr std::array<std::string_view, 3> kRayOnlyPorts = {"8265", "10001", "52365"};

bool says_ray(const AuthorizationPolicyView& view) {
  for (const Field label : view.selector()["matchLabels"].fields()) {
    if (label.key.text().starts_with("ray.io/")) return true;
  }
  for (const NodeRef rule : view.rules().items()) {
    for (const std::string& port : ports_of(rule)) {
      if (std::find(kRayOnlyPorts.begin(), kRayOnlyPorts.end(), port) != kRayOnlyPorts.end()) return true;
    }
  }
  return false;
}

// Its selector takes pods of the input that are not Ray's: a port number that Ray uses too means nothing.
bool selects_others(const Object& policy, const CheckContext& context, std::string_view root_namespace) {
  return AuthorizationPolicyView(policy).selector()["matchLabels"].size() > 0 &&
         std::any_of(context.pods.begin(), context.pods.end(),
                     [&](const PodClass& pods) { return policy_attaches(policy, pods, root_namespace); });
}

bool is_source_key(std::string_view key) {
  return key.starts_with("source.") || key == "remote.ip" || key.starts_with("request.auth.");
}

// Any field of a source that has a value limits who matches.
bool is_limit(NodeRef source) {
  const auto fields = source.fields();
  return std::any_of(fields.begin(), fields.end(), [](const Field& field) { return field.value.size() > 0; });
}

bool all_in(NodeRef values, const std::vector<std::string>& allowed) {
  const auto items = values.items();
  return values.size() > 0 && std::all_of(items.begin(), items.end(), [&allowed](NodeRef value) {
           return contains(allowed, value.text());
         });
}

std::vector<std::string> public_ports(const RayPolicy& policy) {
  std::vector<std::string> ports;
  for (const PodClass* pods : policy.pods) {
    for (const RayPort& port : head_service_ports(pods->pod_template)) {
      if (is_public_ray_port(port)) ports.push_back(fmt::format("{}", port.number));
    }
  }
  if (ports.empty()) ports = {"8000", "8080"};
  return ports;
}

}  // namespace

bool is_in_force(const Object& policy) {
  const AuthorizationPolicyView view(policy);
  const NodeRef revision = policy.metadata()["labels"]["istio.io/rev"];
  return !view.is_dry_run() && !view.has_target_refs() && (!revision || revision.text() == "default");
}

bool policy_attaches(const Object& policy, const PodClass& pods, std::string_view root_namespace) {
  const bool in_scope = policy.ns == root_namespace || may_share_namespace(policy, *pods.object);
  return in_scope && matches_all(AuthorizationPolicyView(policy).selector()["matchLabels"], pods.labels);
}

std::vector<RayPolicy> ray_allow_policies(const CheckContext& context, std::string_view root_namespace) {
  std::vector<RayPolicy> policies;
  for (const Object* object : context.inventory.of_kind("security.istio.io", "AuthorizationPolicy")) {
    const AuthorizationPolicyView view(*object);
    if (view.action() != "ALLOW" || !is_in_force(*object)) continue;
    RayPolicy policy{.object = object, .pods = {}};
    for (const PodClass& pods : context.pods) {
      if (pods.is_ray_node() && policy_attaches(*object, pods, root_namespace)) policy.pods.push_back(&pods);
    }
    if (!policy.pods.empty() || (says_ray(view) && !selects_others(*object, context, root_namespace)))
      policies.push_back(std::move(policy));
  }
  return policies;
}

bool has_source(NodeRef rule) {
  const auto conditions = rule["when"].items();
  if (std::any_of(conditions.begin(), conditions.end(),
                  [](NodeRef condition) { return is_source_key(condition["key"].text()); })) {
    return true;
  }
  const auto from = rule["from"].items();
  return rule["from"].size() > 0 &&
         std::all_of(from.begin(), from.end(), [](NodeRef entry) { return is_limit(entry["source"]); });
}

std::vector<std::string> ports_of(NodeRef rule) {
  std::vector<std::string> ports;
  for (const NodeRef entry : rule["to"].items()) {
    const NodeRef listed = entry["operation"]["ports"];
    if (listed.size() == 0) return {};
    for (const NodeRef port : listed.items()) {
      if (!contains(ports, port.text())) ports.emplace_back(port.text());
    }
  }
  return ports;
}

bool is_public_by_design(NodeRef rule, const RayPolicy& policy, std::span<const std::string> harmless_paths) {
  const std::vector<std::string> ports = public_ports(policy);
  const std::vector<std::string> paths(harmless_paths.begin(), harmless_paths.end());
  const auto operations = rule["to"].items();
  return rule["to"].size() > 0 && std::all_of(operations.begin(), operations.end(), [&](NodeRef entry) {
           const NodeRef operation = entry["operation"];
           return all_in(operation["ports"], ports) || all_in(operation["paths"], paths);
         });
}

std::string scope_words(const RayPolicy& policy, std::string_view root_namespace) {
  const Object& object = *policy.object;
  const NodeRef selector = AuthorizationPolicyView(object).selector()["matchLabels"];
  if (selector.size() == 0) {
    if (object.ns == root_namespace) return "every workload of the mesh";
    return object.ns.empty() ? "every workload of its namespace"
                             : fmt::format("every workload in namespace '{}'", object.ns);
  }
  if (policy.pods.empty()) return "the Ray pods it selects";
  std::vector<std::string> words;
  for (const PodClass* pods : policy.pods) words.push_back(pods->describe());
  return "the " + join_words(words, 3);
}

}  // namespace kray
