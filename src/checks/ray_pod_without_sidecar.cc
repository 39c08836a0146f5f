// ray-pod-without-sidecar: head and worker pod classes that certainly get no Istio sidecar
// (specs/istio.md section 1).
#include <fmt/format.h>

#include <array>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 5> kPlaceholders = {"pods", "why", "kind", "name", "namespace"};

struct Explanation {
  std::string why;
  std::string label;
  std::string fix;
};

Explanation explain(InjectionReason reason, const std::string& ns) {
  switch (reason) {
    case InjectionReason::host_network:
      return {"it uses the host's network, where Istio cannot redirect traffic",
              "no sidecar on the host network", "Remove 'hostNetwork: true'."};
    case InjectionReason::ignored_namespace:
      return {fmt::format("Istio never injects in namespace '{}'", ns), "Istio ignores this namespace",
              "Move the object to a namespace of its own."};
    case InjectionReason::label_false:
      return {"its label 'sidecar.istio.io/inject' is 'false'", "switches the sidecar off",
              "Set the label to \"true\", in quotes."};
    case InjectionReason::annotation_false:
      return {"its annotation 'sidecar.istio.io/inject' is 'false'", "switches the sidecar off",
              "Remove the annotation and set the label sidecar.istio.io/inject: \"true\"."};
    case InjectionReason::namespace_opts_out:
      return {fmt::format("namespace '{}' switches injection off, whatever the pod says", ns),
              "gets no sidecar",
              fmt::format("Set the label istio-injection of namespace '{}' to 'enabled'.", ns)};
    default:
      return {fmt::format("namespace '{}' does not inject and the pod does not opt in", ns), "no opt-in here",
              "Add the label sidecar.istio.io/inject: \"true\" to the pod template, or 'istio-injection: "
              "enabled' to the namespace."};
  }
}

Match match_of(const PodClass& pods, const InjectionDecision& decision) {
  const Explanation words = explain(decision.reason, pods.object->ns);
  Match match;
  match.place = decision.decided_by_namespace() ? label_place(pods) : decision.place;
  match.label = words.label;
  match.values = object_values(*pods.object);
  match.values["pods"] = pods.describe();
  match.values["why"] = words.why;
  match.fix = words.fix;
  // The place of an assumed label is the object itself, which is no place of the namespace's.
  if (decision.decided_by_namespace() && decision.place && decision.place != pods.object->name_place()) {
    match.related.push_back({decision.place, fmt::format("namespace {}", quoted(pods.object->ns)),
                             fmt::format("Namespace {} does not inject.", quoted(pods.object->ns))});
  }
  match.subject = logical_name(*pods.object, pods.pod_template.spec);
  return match;
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (size_t i = 0; i < context.pods.size(); ++i) {
    const PodClass& pods = context.pods[i];
    if (!pods.is_ray_node()) continue;
    const InjectionDecision& decision = context.injection[i];
    if (decision.injected == Answer::no) outcome.matches.push_back(match_of(pods, decision));
    // A value that the API server refuses is ineffective-injection-setting's business.
    if (decision.injected == Answer::unknown && decision.reason != InjectionReason::label_not_a_string) {
      outcome.unknowns.push_back(injection_unknown(pods, decision));
    }
  }
}

}  // namespace

constinit const Primitive kRayPodWithoutSidecar = {"ray-pod-without-sidecar", {}, kPlaceholders, run};

}  // namespace kray
