// One small reader per API; each says which directions it touches and whom it may select.
#include "network/other_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace kray {
namespace {

constexpr std::string_view kPolicyApi = "policy.networking.k8s.io";

bool lists(NodeRef list, std::string_view text) {
  const ItemRange items = list.items();
  return std::any_of(items.begin(), items.end(), [text](NodeRef one) { return one.text() == text; });
}

OtherPolicy policy_of(const Object& object, bool is_namespaced) {
  return {.object = &object,
          .egress = false,
          .ingress = false,
          .is_namespaced = is_namespaced,
          .namespace_selector = {},
          .pod_selector = {},
          .selects_nodes = false,
          .is_baseline = false};
}

// Cilium prefixes keys with the source of a label ("k8s:app"), and has keys of its own for the namespace:
// such selectors are taken to select everything.
bool has_plain_keys(NodeRef selector) {
  const auto is_plain = [](std::string_view key) {
    return key.find(':') == std::string_view::npos && !key.starts_with("io.kubernetes.pod.") &&
           !key.starts_with("io.cilium.") && !key.starts_with("reserved");
  };
  const FieldRange labels = selector["matchLabels"].fields();
  const ItemRange expressions = selector["matchExpressions"].items();
  return std::all_of(labels.begin(), labels.end(),
                     [&](const Field& field) { return is_plain(field.key.text()); }) &&
         std::all_of(expressions.begin(), expressions.end(),
                     [&](NodeRef one) { return is_plain(one["key"].text()); });
}

void add_cilium(const Object& object, bool is_namespaced, std::vector<OtherPolicy>& policies) {
  const auto add = [&](NodeRef spec) {
    OtherPolicy policy = policy_of(object, is_namespaced);
    policy.egress = spec["egress"] || spec["egressDeny"];
    policy.ingress = spec["ingress"] || spec["ingressDeny"];
    policy.selects_nodes = static_cast<bool>(spec["nodeSelector"]);
    if (has_plain_keys(spec["endpointSelector"]))
      policy.pod_selector = LabelSelector(spec["endpointSelector"]);
    policies.push_back(std::move(policy));
  };
  if (object.spec()) add(object.spec());
  for (const NodeRef spec : object.node["specs"].items()) add(spec);
}

// Calico and Antrea: whom such a policy selects is not read.
void add_by_types(const Object& object, bool is_namespaced, std::vector<OtherPolicy>& policies) {
  const NodeRef spec = object.spec();
  OtherPolicy policy = policy_of(object, is_namespaced);
  // Without `types` it is what there are rules for, and ingress if there are none.
  policy.egress = spec["types"].size() > 0 ? lists(spec["types"], "Egress") : spec["egress"].size() > 0;
  policy.ingress = spec["types"].size() > 0 ? lists(spec["types"], "Ingress")
                                            : spec["ingress"].size() > 0 || !policy.egress;
  policies.push_back(std::move(policy));
}

void add_admin(const Object& object, std::vector<OtherPolicy>& policies) {
  const NodeRef spec = object.spec();
  const NodeRef subject = spec["subject"];
  OtherPolicy policy = policy_of(object, false);
  policy.egress = spec["egress"].size() > 0;
  policy.ingress = spec["ingress"].size() > 0;
  policy.is_baseline = object.kind == "BaselineAdminNetworkPolicy" || spec["tier"].text() == "Baseline";
  if (const NodeRef pods = subject["pods"]) {
    policy.namespace_selector = LabelSelector(pods["namespaceSelector"]);
    policy.pod_selector = LabelSelector(pods["podSelector"]);
  } else {
    policy.namespace_selector = LabelSelector(subject["namespaces"]);
  }
  policies.push_back(std::move(policy));
}

}  // namespace

std::string_view to_string(Direction direction) {
  return direction == Direction::egress ? "egress" : "ingress";
}

std::vector<OtherPolicy> read_other_policies(const Inventory& inventory) {
  std::vector<OtherPolicy> policies;
  for (const Object* one : inventory.all_of_kind("cilium.io", "CiliumNetworkPolicy"))
    add_cilium(*one, true, policies);
  for (const Object* one : inventory.all_of_kind("cilium.io", "CiliumClusterwideNetworkPolicy"))
    add_cilium(*one, false, policies);
  for (const Object* one : inventory.all_of_kind("crd.antrea.io", "NetworkPolicy"))
    add_by_types(*one, true, policies);
  for (const Object* one : inventory.all_of_kind("crd.antrea.io", "ClusterNetworkPolicy"))
    add_by_types(*one, false, policies);
  for (const std::string_view group : {"crd.projectcalico.org", "projectcalico.org"}) {
    for (const Object* one : inventory.all_of_kind(group, "NetworkPolicy"))
      add_by_types(*one, true, policies);
    for (const Object* one : inventory.all_of_kind(group, "GlobalNetworkPolicy"))
      add_by_types(*one, false, policies);
  }
  for (const std::string_view kind :
       {"AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"}) {
    for (const Object* one : inventory.all_of_kind(kPolicyApi, kind)) add_admin(*one, policies);
  }
  return policies;
}

bool may_select(const OtherPolicy& policy, const NetworkEnd& pod) {
  if (policy.selects_nodes) return pod.host_network;
  const bool same_namespace =
      !policy.is_namespaced || policy.object->ns.empty() || pod.ns.empty() || policy.object->ns == pod.ns;
  return same_namespace && policy.namespace_selector.matches(pod.namespace_labels) != Answer::no &&
         policy.pod_selector.matches(pod.labels) != Answer::no;
}

std::string describe(const OtherPolicy& policy) {
  return fmt::format("{} '{}'", policy.object->kind, policy.object->name);
}

}  // namespace kray
