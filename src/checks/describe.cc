// Plain English for lists, counts and names.
#include "checks/describe.h"

#include <fmt/format.h>

namespace kray {

LogicalName logical_name(const Object& object, NodeRef field) {
  LogicalName name{
      .ns = object.ns, .kind = object.qualified_kind(), .object = std::string(object.name), .path = {}};
  if (!field) return name;
  // Paths start at the object, which may itself stand in a list.
  const std::string whole = field.path();
  const std::string base = object.node.path();
  name.path = base.empty() || whole.size() <= base.size() ? whole : whole.substr(base.size() + 1);
  if (field == object.node) name.path.clear();
  return name;
}

MessageValues object_values(const Object& object) {
  return {{"kind", std::string(object.kind)},
          {"name", std::string(object.name)},
          {"namespace", namespace_words(object.ns)}};
}

std::string join_words(std::span<const std::string> words, size_t most) {
  std::string text;
  const size_t shown = words.size() > most ? most : words.size();
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  if (shown < words.size()) text += fmt::format(" and {} more", words.size() - shown);
  return text;
}

std::string quoted(std::string_view text) { return fmt::format("'{}'", text); }

std::string count_of(size_t count, std::string_view singular, std::string_view plural) {
  return fmt::format("{} {}", count, count == 1 ? singular : plural);
}

Unknown namespace_not_set(const Object& object) {
  return {
      .fact = "namespace-not-set",
      .message = "Objects name no namespace, and no kustomization of the input sets one.",
      .advice =
          "Say where they go with -n NAMESPACE, or audit the folder of the kustomization that lists them.",
      .place = object.name_place()};
}

Unknown injection_unknown(const PodClass& pods, const InjectionDecision& decision) {
  const Object& object = *pods.object;
  switch (decision.reason) {
    case InjectionReason::namespace_not_set: return namespace_not_set(object);
    case InjectionReason::namespace_ambiguous:
      return {.fact = "namespace-labels-differ:" + object.ns,
              .message = fmt::format(
                  "Namespace '{}' is defined several times, with different injection labels.", object.ns),
              .advice = "Audit one overlay at a time.",
              .place = decision.place};
    case InjectionReason::revision_unknown:
      return {.fact = "istio-revision",
              .message = "Injection is by an Istio revision whose webhook is not known.",
              .advice = "Add the MutatingWebhookConfigurations of that revision to the input.",
              .place = decision.place};
    case InjectionReason::webhooks_unknown:
      return {.fact = "istio-webhooks",
              .message =
                  "Istio's webhooks or injector are defined several times with different settings, or in a "
                  "way that cannot be evaluated.",
              .advice = "Audit one overlay at a time.",
              .place = decision.place};
    default:
      if (decision.place && decision.place != object.name_place()) {
        return {.fact = "namespace-label-not-a-string:" + object.ns,
                .message = fmt::format("An injection label of namespace '{}' is not a string, so the API "
                                       "server refuses the namespace.",
                                       object.ns),
                .advice = "Put the value in quotes.",
                .place = decision.place};
      }
      return {
          .fact = "namespace-labels:" + object.ns,
          .message = fmt::format("The labels of namespace '{}' are not in the input, so it is open which of "
                                 "its pods get a sidecar.",
                                 object.ns),
          .advice = "Add its Namespace or Profile to the input, or pass --assume istio-injection=enabled.",
          .place = object.name_place()};
  }
}

Place label_place(const PodClass& pods) {
  const PodTemplate& pod = pods.pod_template;
  if (const NodeRef labels = pod.metadata["labels"]) return labels.key_place();
  if (pod.metadata) return pod.metadata.key_place();
  if (pod.spec) return pod.spec.parent().key_place();
  // A Ray group without a template: invalid, but it must be shown somewhere.
  return pods.group_spec ? pods.group_spec.key_place() : pods.object->name_place();
}

std::string namespace_words(std::string_view ns) { return ns.empty() ? "(not set)" : std::string(ns); }

}  // namespace kray
