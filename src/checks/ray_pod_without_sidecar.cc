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

// Injected, but with a proxy that lets traffic pass by (INJ-11, interceptionMode NONE).
Explanation explain_proxy(const InjectionDecision& decision) {
  if (decision.proxy == ProxyKind::sidecar) {
    return {"interceptionMode is 'NONE', so its proxy takes none of its traffic",
            "its proxy takes no traffic",
            "Remove the interception mode NONE, from the pod or from the mesh's configuration."};
  }
  return {"the injection template it asks for makes a proxy that takes none of its traffic",
          "its proxy takes no traffic", "Use the template 'sidecar' (annotation inject.istio.io/templates)."};
}

Explanation explain(const InjectionDecision& decision, const std::string& ns) {
  if (decision.injected == Answer::yes) return explain_proxy(decision);
  switch (decision.reason) {
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
    case InjectionReason::refused:
      return {fmt::format("Istio's injector refuses it, so it never runs ({})", decision.message),
              "makes the injector refuse the pod", "Correct the annotation."};
    case InjectionReason::never_selector:
      return {"the injector's neverInjectSelector matches it", "gets no sidecar",
              "Add the label sidecar.istio.io/inject: \"true\" to the pod template, which beats selectors."};
    case InjectionReason::policy_declines:
      return {"the injector's policy does not inject it", "gets no sidecar",
              "Set the injector's policy to 'enabled'. With policy 'disabled', the label "
              "sidecar.istio.io/inject: \"true\" on the pod template opts in."};
    case InjectionReason::namespace_without_webhook:
      return {fmt::format("no webhook of the input serves the label that namespace '{}' has", ns),
              "gets no sidecar",
              "Give the namespace the label istio.io/rev of a revision or tag that is installed."};
    case InjectionReason::pod_revision_without_webhook:
      return {"no webhook of the input serves its revision", "no such revision",
              "Use a revision or tag that is installed."};
    default:
      return {fmt::format("namespace '{}' does not inject and the pod does not opt in", ns), "no opt-in here",
              "Add the label sidecar.istio.io/inject: \"true\" to the pod template, or 'istio-injection: "
              "enabled' to the namespace."};
  }
}

// The line to change is on the pod, though the one that decides is not.
bool is_decided_outside(const InjectionDecision& decision) {
  return decision.injected == Answer::yes || decision.decided_by_namespace() ||
         decision.decided_by_injector();
}

Match match_of(const PodClass& pods, const InjectionDecision& decision) {
  const Explanation words = explain(decision, pods.object->ns);
  Match match;
  match.place = is_decided_outside(decision) ? label_place(pods) : decision.place;
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
    const Answer intercepts = has_intercepting_sidecar(decision);
    if (intercepts == Answer::no) outcome.matches.push_back(match_of(pods, decision));
    // A value that the API server refuses is ineffective-injection-setting's business.
    if (intercepts == Answer::unknown && decision.reason != InjectionReason::label_not_a_string) {
      outcome.unknowns.push_back(injection_unknown(pods, decision));
    }
  }
}

}  // namespace

constinit const Primitive kRayPodWithoutSidecar = {"ray-pod-without-sidecar", {}, kPlaceholders, run};

}  // namespace kray
