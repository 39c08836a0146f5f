// namespace-without-injection: namespaces with Ray pods that stay without a sidecar because of the
// namespace's labels (specs/istio.md table 1.3). Where every Ray pod opts in by itself, the namespace
// is no problem.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 3> kPlaceholders = {"namespace", "pods", "why"};

struct Bare {
  InjectionDecision decision;
  std::vector<const PodClass*> pods;
};

struct Words {
  const char* label;
  const char* why;
  const char* fix;
};

Words words_of(InjectionReason reason) {
  switch (reason) {
    case InjectionReason::namespace_opts_out:
      return {"switches injection off for every pod",
              "its label 'istio-injection' has a value other than 'enabled'",
              "Set the label to 'istio-injection: enabled'; pods cannot opt in against it."};
    case InjectionReason::namespace_without_webhook:
      return {"no webhook for this label", "no webhook of the input serves its label",
              "Use the label istio.io/rev with a revision or tag that is installed."};
    default:
      return {"no label istio-injection", "it has no label 'istio-injection: enabled'",
              "Add the label 'istio-injection: enabled' to the namespace."};
  }
}

Match match_of(const Bare& bare) {
  const Object& object = *bare.pods.front()->object;
  std::vector<std::string> words;
  for (const PodClass* pods : bare.pods) words.push_back(pods->describe());
  Match match;
  match.place = bare.decision.place;
  const Words reason = words_of(bare.decision.reason);
  match.label = reason.label;
  match.values = {{"namespace", object.ns}, {"pods", join_words(words, 4)}, {"why", reason.why}};
  match.fix = reason.fix;
  match.related.push_back({label_place(*bare.pods.front()), bare.pods.front()->describe(),
                           fmt::format("The {} gets no sidecar here.", bare.pods.front()->describe())});
  match.subject = {.ns = "", .kind = "Namespace", .object = object.ns, .path = "metadata/labels"};
  return match;
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  std::vector<Bare> found;
  for (size_t i = 0; i < context.pods.size(); ++i) {
    const PodClass& pods = context.pods[i];
    const InjectionDecision& decision = context.injection[i];
    if (!pods.is_ray_node()) continue;
    const Answer intercepts = has_intercepting_sidecar(decision);
    if (intercepts == Answer::unknown && decision.reason != InjectionReason::label_not_a_string) {
      outcome.unknowns.push_back(injection_unknown(pods, decision));
    }
    if (intercepts != Answer::no || !decision.decided_by_namespace()) continue;
    const auto same = std::find_if(found.begin(), found.end(), [&decision](const Bare& bare) {
      return bare.decision.place == decision.place;
    });
    if (same == found.end()) {
      found.push_back({decision, {&pods}});
    } else {
      same->pods.push_back(&pods);
    }
  }
  for (const Bare& bare : found) outcome.matches.push_back(match_of(bare));
}

}  // namespace

constinit const Primitive kNamespaceWithoutInjection = {
    "namespace-without-injection", {}, kPlaceholders, run};

}  // namespace kray
