// policy-selects-nothing: selectors of Istio policies that speak of Ray pods and match none.
//
// Pods that are not in the input may exist, so a selector that matches nothing is no finding by itself. It
// is one where Ray pods are in the policy's scope and the selector names them (labels of ray.io/) or
// differs from theirs by a slip. The clusters of RayJobs and RayServices have random names
// (specs/kuberay-kubeflow.md B.1), which no selector can know.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "checks/ray_policy.h"
#include "cluster/similar.h"

namespace kray {
namespace {

constexpr std::array kParameters = {ParameterDescription{"root-namespace", true}};
constexpr std::array<std::string_view, 4> kPlaceholders = {"why", "kind", "name", "namespace"};

constexpr std::string_view kClusterLabel = "ray.io/cluster";

using PodList = std::vector<const PodClass*>;

// What is wrong with a selector, and where.
struct Slip {
  NodeRef label;
  std::string why;
  std::string fix;
};

PodList ray_pods_in_scope(const Object& policy, const CheckContext& context,
                          std::string_view root_namespace) {
  PodList pods;
  for (const PodClass& one : context.pods) {
    if (one.is_ray_node() && (policy.ns == root_namespace || may_share_namespace(policy, *one.object)))
      pods.push_back(&one);
  }
  return pods;
}

std::set<std::string_view> values_of(const PodList& pods, std::string_view key) {
  std::set<std::string_view> values;
  for (const PodClass* one : pods) {
    const auto found = one->labels.find(key);
    if (found != one->labels.end()) values.insert(found->second);
  }
  return values;
}

// A RayJob or RayService whose name the value is, or begins with: someone read it off a running cluster.
const Object* random_cluster(const PodList& pods, std::string_view value) {
  for (const PodClass* one : pods) {
    const Object& object = *one->object;
    if (object.kind == "RayCluster" || !value.starts_with(object.name)) continue;
    if (value.size() == object.name.size() || value[object.name.size()] == '-') return &object;
  }
  return nullptr;
}

std::string suggestion(std::string_view name, const std::set<std::string_view>& known) {
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  return nearest_name(name, candidates);
}

std::optional<Slip> wrong_key(const Field& label, const PodList& pods) {
  std::set<std::string_view> keys;
  for (const PodClass* one : pods) {
    for (const auto& [key, value] : one->labels) keys.insert(key);
  }
  const std::string_view key = label.key.text();
  const std::string nearest = suggestion(key, keys);
  if (nearest.empty() && !key.starts_with("ray.io/")) return std::nullopt;
  return Slip{label.value, fmt::format("no Ray pod has a label '{}'", key),
              nearest.empty() ? "Select by 'ray.io/cluster' or 'ray.io/is-ray-node'."
                              : fmt::format("Did you mean '{}'?", nearest)};
}

std::optional<Slip> wrong_value(const Field& label, const PodList& pods,
                                const std::set<std::string_view>& values) {
  const std::string_view key = label.key.text();
  const std::string_view value = label.value.text();
  if (const Object* maker = key == kClusterLabel ? random_cluster(pods, value) : nullptr) {
    return Slip{
        label.value,
        fmt::format("the cluster of {} '{}' gets a new random name each time", maker->kind, maker->name),
        "Select by 'ray.io/is-ray-node: \"yes\"', or by a label of your own in the pod templates."};
  }
  const std::string nearest = suggestion(value, values);
  if (nearest.empty() && !key.starts_with("ray.io/")) return std::nullopt;
  std::vector<std::string> known;
  for (const std::string_view one : values) {
    if (one.find("xxxxx") == std::string_view::npos) known.push_back(quoted(one));
  }
  std::string fix = "Select by 'ray.io/is-ray-node: \"yes\"'.";
  if (!known.empty()) fix = fmt::format("Ray pods here have {}.", join_words(known, 4));
  if (!nearest.empty()) fix = fmt::format("Did you mean '{}'?", nearest);
  return Slip{label.value, fmt::format("no Ray pod has the label '{}: {}'", key, value), std::move(fix)};
}

std::optional<Slip> find_slip(NodeRef match_labels, const PodList& pods) {
  bool speaks_of_ray = false;
  for (const Field label : match_labels.fields()) {
    if (!label.value.is_string()) return std::nullopt;  // refused, which is invalid-policy's business
    const std::string_view key = label.key.text();
    speaks_of_ray = speaks_of_ray || key.starts_with("ray.io/");
    const std::set<std::string_view> values = values_of(pods, key);
    if (values.empty()) {
      if (auto slip = wrong_key(label, pods)) return slip;
    } else if (!values.contains(label.value.text())) {
      if (auto slip = wrong_value(label, pods, values)) return slip;
    }
  }
  const auto each_is_known = [&pods](const Field& label) {
    return values_of(pods, label.key.text()).contains(label.value.text());
  };
  const auto labels = match_labels.fields();
  if (!speaks_of_ray || !std::all_of(labels.begin(), labels.end(), each_is_known)) return std::nullopt;
  return Slip{(*labels.begin()).value, "no Ray pod has all of its labels together",
              "Take away the label that belongs to other pods."};
}

// Pods whose labels are not known may be the ones that are meant, but not by labels that only KubeRay sets.
bool may_select(const Object& policy, NodeRef match_labels, const PodClass& pods,
                std::string_view root_namespace) {
  if (pods.labels_are_certain || (policy.ns != root_namespace && !may_share_namespace(policy, *pods.object)))
    return false;
  const auto labels = match_labels.fields();
  return std::none_of(labels.begin(), labels.end(),
                      [](const Field& label) { return label.key.text().starts_with("ray.io/"); });
}

void check(const Object& policy, const CheckContext& context, std::string_view root_namespace,
           CheckOutcome& outcome) {
  const NodeRef match_labels = policy.spec()["selector"]["matchLabels"];
  if (match_labels.size() == 0 || !is_in_force(policy)) return;
  const bool selects_some = std::any_of(context.pods.begin(), context.pods.end(), [&](const PodClass& pods) {
    return policy_attaches(policy, pods, root_namespace) ||
           may_select(policy, match_labels, pods, root_namespace);
  });
  const PodList pods = ray_pods_in_scope(policy, context, root_namespace);
  if (selects_some || pods.empty()) return;
  const std::optional<Slip> slip = find_slip(match_labels, pods);
  if (!slip) return;
  Match match;
  match.place = slip->label.field_place();
  match.label = "matches no pod";
  match.values = object_values(policy);
  match.values["why"] = slip->why;
  match.fix = slip->fix;
  match.related.push_back(
      {pods.front()->object->name_place(), pods.front()->describe(),
       fmt::format("The {} is in its scope and not selected.", pods.front()->describe())});
  match.subject = logical_name(policy, slip->label);
  outcome.matches.push_back(std::move(match));
}

void run(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome) {
  const std::string& root_namespace = parameter(parameters, "root-namespace").front();
  for (const Object* policy : context.inventory.of_kind("security.istio.io", "AuthorizationPolicy"))
    check(*policy, context, root_namespace, outcome);
  for (const Object* policy : context.inventory.of_kind("security.istio.io", "PeerAuthentication")) {
    // In the root namespace it is ignored whatever it selects (PA-2).
    if (policy->ns != root_namespace) check(*policy, context, root_namespace, outcome);
  }
}

}  // namespace

constinit const Primitive kPolicySelectsNothing = {"policy-selects-nothing", kParameters, kPlaceholders, run};

}  // namespace kray
