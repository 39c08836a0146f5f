// Ambient enrolment (specs/istio.md 1.5, INJ-16, INJ-17, INJ-18).
//
// The pod's label istio.io/dataplane-mode beats the namespace's, but only with "ambient" (in) and "none"
// (out); any other value leaves it to the namespace. A pod with a sidecar is never enrolled: injection
// comes first and leaves an annotation. Neither is one on the host's network (EXP-4).
#include "mesh/ambient.h"

#include <algorithm>

#include "mesh/annotations.h"
#include "mesh/go_text.h"

namespace kray {
namespace {

constexpr std::string_view kModeKey = "istio.io/dataplane-mode";

std::string_view value_of(const Labels& labels, std::string_view key) {
  const auto found = labels.find(key);
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

// What the pod settles by itself.
std::optional<bool> settled_by_pod(const AmbientPod& pod, const AmbientSettings& settings) {
  const std::vector<std::string>& excluded = settings.excluded_namespaces;
  const bool is_excluded = std::find(excluded.begin(), excluded.end(), pod.ns) != excluded.end();
  if (!settings.is_enabled || is_excluded || pod.host_network || pod.has_sidecar_status) return false;
  const std::string_view mode = value_of(pod.labels, kModeKey);
  if (mode == "ambient") return true;
  if (mode == "none") return false;
  return std::nullopt;
}

}  // namespace

AmbientSettings read_ambient_settings(const Inventory& inventory) {
  AmbientSettings settings;
  for (const Object* map : inventory.of_kind("", "ConfigMap")) {
    if (map->name != "istio-cni-config") continue;
    const NodeRef data = map->node["data"];
    settings.is_enabled = settings.is_enabled || parse_go_bool(data["AMBIENT_ENABLED"].text()) == true;
    if (!data["EXCLUDE_NAMESPACES"]) continue;
    settings.excluded_namespaces.clear();
    for (const std::string_view name : split_commas(data["EXCLUDE_NAMESPACES"].text()))
      settings.excluded_namespaces.emplace_back(trim_space(name));
  }
  return settings;
}

bool is_enrolled(const AmbientPod& pod, const Labels& namespace_labels, const AmbientSettings& settings) {
  return settled_by_pod(pod, settings).value_or(value_of(namespace_labels, kModeKey) == "ambient");
}

Answer decide_ambient(const PodClass& pods, const Inventory& inventory, const InjectionDecision& injection,
                      const AmbientSettings& settings) {
  const PodTemplate& pod = pods.pod_template;
  const AmbientPod known{
      .ns = pods.object->ns,
      .labels = pods.labels,
      .host_network = pod.host_network().is_true(),
      .has_sidecar_status = injection.by_injector || pod.annotation(annotation_key::kStatus)};
  const std::optional<bool> settled = settled_by_pod(known, settings);
  if (settled == false || injection.rejected == Answer::yes) return Answer::no;
  const NamespaceInfo* info = inventory.find_namespace(pods.object->ns);
  if (injection.injected == Answer::unknown || (!settled && info == nullptr)) return Answer::unknown;
  if (settled) return Answer::yes;
  const bool first = is_enrolled(known, info->definitions.front().labels, settings);
  const bool alike = std::all_of(info->definitions.begin(), info->definitions.end(), [&](const auto& one) {
    return is_enrolled(known, one.labels, settings) == first;
  });
  if (!alike) return Answer::unknown;
  return first ? Answer::yes : Answer::no;
}

bool bypasses_inbound_capture(const Labels& annotations) {
  return parse_go_bool(value_of(annotations, "ambient.istio.io/bypass-inbound-capture")) == true;
}

}  // namespace kray
