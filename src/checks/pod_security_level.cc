// pod-security-level: Ray pod templates that the Pod Security level of their namespace turns away.
//
// specs/kuberay-kubeflow.md E.1: namespaces of Kubeflow Profiles enforce baseline. The level is the label
// pod-security.kubernetes.io/enforce; a namespace of the input without it enforces nothing. Namespaces that
// the input does not define are held to the level of the parameter, and the message says so.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "checks/describe.h"
#include "checks/pod_security.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array kParameters = {ParameterDescription{"level-if-unknown", false}};
constexpr std::array<std::string_view, 7> kPlaceholders = {"pods", "level", "reason",   "what",
                                                           "kind", "name",  "namespace"};
constexpr std::string_view kEnforce = "pod-security.kubernetes.io/enforce";

struct EnforcedLevel {
  PodSecurityLevel level = PodSecurityLevel::privileged;
  std::string reason;
  std::optional<RelatedPlace> related;
};

PodSecurityLevel level_of(const NamespaceInfo::Definition& definition) {
  const auto label = definition.labels.find(kEnforce);
  if (label == definition.labels.end()) return PodSecurityLevel::privileged;
  return parse_pod_security_level(label->second).value_or(PodSecurityLevel::privileged);
}

// Where several definitions differ, what the least strict of them turns away is certain.
EnforcedLevel enforced_level(const Object& object, const CheckContext& context,
                             const Parameters& parameters) {
  const NamespaceInfo* info = context.inventory.find_namespace(object.ns);
  if (info == nullptr) {
    const auto assumed = parameter(parameters, "level-if-unknown");
    const std::string_view text = assumed.empty() ? std::string_view() : std::string_view(assumed.front());
    return {parse_pod_security_level(text).value_or(PodSecurityLevel::privileged),
            "which user namespaces of Kubeflow enforce", std::nullopt};
  }
  const auto weakest =
      std::min_element(info->definitions.begin(), info->definitions.end(),
                       [](const auto& a, const auto& b) { return level_of(a) < level_of(b); });
  EnforcedLevel enforced{level_of(*weakest), fmt::format("which namespace {} enforces", quoted(object.ns)),
                         std::nullopt};
  const NodeRef label = weakest->labels_node[kEnforce];
  enforced.related = RelatedPlace{
      label ? label.field_place() : weakest->object->name_place(),
      fmt::format("namespace {}", quoted(object.ns)),
      fmt::format("Namespace {} enforces level '{}'.", quoted(object.ns), to_string(enforced.level))};
  return enforced;
}

Place place_of(const PodSecurityViolation& violation) {
  if (!violation.is_missing) return violation.blamed.field_place();
  // A securityContext is shown at its key, a container at its name.
  const NodeRef name = violation.blamed["name"];
  return name ? name.field_place() : violation.blamed.key_place();
}

class Report {
 public:
  Report(const PodClass& pods, const EnforcedLevel& enforced, CheckOutcome& outcome)
      : pods_(pods), enforced_(enforced), outcome_(outcome) {}

  void add(const std::vector<PodSecurityViolation>& violations) {
    for (const PodSecurityViolation& violation : violations) {
      Match match;
      match.place = place_of(violation);
      match.label = fmt::format("not allowed at level {}", to_string(enforced_.level));
      if (violation.is_missing) match.label = fmt::format("required at level {}", to_string(enforced_.level));
      match.values = object_values(*pods_.object);
      match.values["pods"] = pods_.describe();
      match.values["level"] = to_string(enforced_.level);
      match.values["reason"] = enforced_.reason;
      match.values["what"] = violation.words;
      match.fix = violation.fix;
      if (enforced_.related) match.related.push_back(*enforced_.related);
      match.subject = logical_name(*pods_.object, violation.blamed);
      outcome_.matches.push_back(std::move(match));
    }
  }

 private:
  const PodClass& pods_;
  const EnforcedLevel& enforced_;
  CheckOutcome& outcome_;
};

void run(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome) {
  for (const PodClass& pods : context.pods) {
    if (pods.role == PodRole::other || !pods.pod_template || pods.shares_template()) continue;
    const EnforcedLevel enforced = enforced_level(*pods.object, context, parameters);
    Report report(pods, enforced, outcome);
    report.add(pod_security_violations(pods.pod_template, enforced.level));
    // The autoscaler is the one container that the operator adds with a securityContext of its own.
    const NodeRef cluster = ray_cluster_spec_of(*pods.object).spec;
    if (pods.role != PodRole::ray_head || !cluster["enableInTreeAutoscaling"].is_true()) continue;
    const NodeRef options = cluster["autoscalerOptions"];
    const NodeRef container = options ? options : cluster["enableInTreeAutoscaling"];
    report.add(pod_security_violations_of_added(pods.pod_template, container, "the autoscaler container",
                                                enforced.level));
  }
}

}  // namespace

constinit const Primitive kPodSecurityLevel = {"pod-security-level", kParameters, kPlaceholders, run};

}  // namespace kray
