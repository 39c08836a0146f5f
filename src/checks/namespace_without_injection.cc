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

Match match_of(const Bare& bare) {
  const Object& object = *bare.pods.front()->object;
  std::vector<std::string> words;
  for (const PodClass* pods : bare.pods) words.push_back(pods->describe());
  Match match;
  match.place = bare.decision.place;
  const bool opts_out = bare.decision.reason == InjectionReason::namespace_opts_out;
  match.label = opts_out ? "switches injection off for every pod" : "no label istio-injection";
  match.values = {{"namespace", object.ns},
                  {"pods", join_words(words, 4)},
                  {"why", opts_out ? "its label 'istio-injection' has a value other than 'enabled'"
                                   : "it has no label 'istio-injection: enabled'"}};
  match.fix = opts_out ? "Set the label to 'istio-injection: enabled'; pods cannot opt in against it."
                       : "Add the label 'istio-injection: enabled' to the namespace.";
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
    if (decision.injected == Answer::unknown && decision.reason != InjectionReason::label_not_a_string) {
      outcome.unknowns.push_back(injection_unknown(pods, decision));
    }
    if (decision.injected != Answer::no || !decision.decided_by_namespace()) continue;
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
