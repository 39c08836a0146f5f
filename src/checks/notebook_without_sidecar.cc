// notebook-without-sidecar: notebooks beside a Ray cluster that cannot show who they are.
//
// specs/kuberay-kubeflow.md F.1: the label sidecar.istio.io/inject of a notebook's pod is that of the
// Notebook itself. Only notebooks in a namespace with Ray pods that have sidecars matter: those turn away
// clients without identity where a policy asks for one.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 5> kPlaceholders = {"name", "why", "ray", "kind", "namespace"};

// The first Ray node of the namespace that gets a sidecar.
const PodClass* meshed_ray(const CheckContext& context, const std::string& ns) {
  for (size_t i = 0; i < context.pods.size(); ++i) {
    const PodClass& pods = context.pods[i];
    const bool here = pods.is_ray_node() && !ns.empty() && pods.object->ns == ns;
    if (here && context.injection[i].injected == Answer::yes) return &pods;
  }
  return nullptr;
}

struct Explanation {
  std::string why;
  std::string fix;
};

Explanation explain(const PodClass& pods, const InjectionDecision& decision) {
  switch (decision.reason) {
    case InjectionReason::label_false:
      return {"its label 'sidecar.istio.io/inject' is 'false'", "Set the label to \"true\", or remove it."};
    case InjectionReason::annotation_false:
      return {"its annotation 'sidecar.istio.io/inject' is 'false'", "Remove the annotation."};
    case InjectionReason::host_network:
      return {"it uses the network of its node", "Remove 'hostNetwork: true'."};
    case InjectionReason::namespace_without_label:
      return {fmt::format("namespace {} does not inject and the notebook does not opt in",
                          quoted(pods.object->ns)),
              "Add the label sidecar.istio.io/inject: \"true\" to the Notebook."};
    default: return {"no sidecar is injected into it", "Let Istio inject a sidecar into the notebook."};
  }
}

Match match_of(const PodClass& pods, const InjectionDecision& decision, const PodClass& ray) {
  const Object& notebook = *pods.object;
  const Explanation words = explain(pods, decision);
  Match match;
  const bool by_pod = decision.place && !decision.decided_by_namespace();
  const NodeRef labels = notebook.metadata()["labels"];
  match.place = by_pod ? decision.place : (labels ? labels.key_place() : notebook.name_place());
  match.label = "gets no sidecar";
  match.values = object_values(notebook);
  match.values["why"] = words.why;
  match.values["ray"] = ray.describe();
  match.fix = words.fix;
  match.related.push_back({ray.object->name_place(), ray.describe(), "These Ray pods have a sidecar."});
  match.subject = logical_name(notebook);
  return match;
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (size_t i = 0; i < context.pods.size(); ++i) {
    const PodClass& pods = context.pods[i];
    if (!pods.object->is("kubeflow.org", "Notebook")) continue;
    const PodClass* ray = meshed_ray(context, pods.object->ns);
    if (ray == nullptr) continue;
    const InjectionDecision& decision = context.injection[i];
    if (decision.injected == Answer::no) outcome.matches.push_back(match_of(pods, decision, *ray));
    if (decision.injected == Answer::unknown && decision.reason != InjectionReason::label_not_a_string)
      outcome.unknowns.push_back(injection_unknown(pods, decision));
  }
}

}  // namespace

constinit const Primitive kNotebookWithoutSidecar = {"notebook-without-sidecar", {}, kPlaceholders, run};

}  // namespace kray
