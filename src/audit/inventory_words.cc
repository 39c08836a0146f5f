// Enumerations in words.
#include "audit/inventory_words.h"

#include <fmt/format.h>

#include "manifest/scalar.h"

namespace kray {

std::optional<bool> answer(Answer given) {
  return given == Answer::unknown ? std::nullopt : std::optional(given == Answer::yes);
}

std::string reason_word(const InjectionDecision& decision) {
  if (decision.injected == Answer::unknown) return "unknown";
  if (decision.rejected == Answer::yes) return "rejected";
  const std::string word = decision.by_injector        ? "injected"
                           : decision.webhooks.empty() ? "no webhook"
                                                       : "injector declined";
  return decision.reason == InjectionReason::already_injected ? word + ", already has a proxy" : word;
}

std::string words_of(InjectionReason reason) {
  switch (reason) {
    case InjectionReason::already_injected: return "the template carries a proxy already";
    case InjectionReason::host_network: return "the pod is on the host network";
    case InjectionReason::ignored_namespace: return "the injector ignores this namespace";
    case InjectionReason::label_not_a_string:
      return "sidecar.istio.io/inject is no string, so the pod is refused";
    case InjectionReason::label_false: return "the pod's label opts out";
    case InjectionReason::annotation_false: return "the pod's annotation opts out";
    case InjectionReason::never_selector: return "the injector's neverInjectSelector matches";
    case InjectionReason::policy_declines: return "the injector's policy does not inject";
    case InjectionReason::refused: return "the pod is refused";
    case InjectionReason::namespace_injects: return "the labels of the namespace inject";
    case InjectionReason::label_true: return "the pod's label opts in";
    case InjectionReason::namespaces_by_default: return "this install injects wherever nothing is said";
    case InjectionReason::namespace_without_label: return "neither the namespace nor the pod asks for it";
    case InjectionReason::namespace_opts_out: return "the namespace opts out";
    case InjectionReason::namespace_without_webhook:
      return "no webhook answers to the labels of the namespace";
    case InjectionReason::pod_revision_without_webhook: return "no webhook answers to the pod's revision";
    case InjectionReason::namespace_unknown: return "the labels of the namespace are not in the input";
    case InjectionReason::namespace_ambiguous: return "the namespace is defined several times, not alike";
    case InjectionReason::namespace_not_set: return "nothing says which namespace it goes to";
    case InjectionReason::revision_unknown: return "the webhooks of its revision are not in the input";
    case InjectionReason::webhooks_unknown: return "the webhooks of the input cannot be evaluated";
  }
  return "";
}

std::string words_of(ProxyKind proxy) {
  switch (proxy) {
    case ProxyKind::none: return "";
    case ProxyKind::sidecar: return "sidecar";
    case ProxyKind::router: return "router";
    case ProxyKind::grpc_agent: return "grpc-agent";
    case ProxyKind::unknown: return "unknown";
  }
  return "";
}

std::string words_of(Interception interception) {
  switch (interception) {
    case Interception::no_proxy: return "";
    case Interception::none: return "NONE";
    case Interception::redirect: return "REDIRECT";
    case Interception::tproxy: return "TPROXY";
  }
  return "";
}

std::string words_of(RejectedBy who) {
  switch (who) {
    case RejectedBy::nobody: return "";
    case RejectedBy::api_server: return "api server";
    case RejectedBy::ray_operator: return "operator";
    case RejectedBy::panic: return "operator panics";
    case RejectedBy::decoding: return "cannot be decoded";
  }
  return "";
}

std::string words_of(const RayRolePort& port) {
  if (port.kind == RayRolePort::Kind::random) return "random";
  if (port.kind == RayRolePort::Kind::unknown) return "unknown";
  std::string text;
  for (const PortRange& range : port.ranges) {
    if (!text.empty()) text += ',';
    text += range.first == range.last ? std::to_string(range.first)
                                      : fmt::format("{}-{}", range.first, range.last);
  }
  return text;
}

int64_t number_in(NodeRef node) { return integer_value(node.text()).value_or(0); }

std::string protocol_in(NodeRef node) { return node.text() == "TCP" ? "" : std::string(node.text()); }

std::string comma_separated(NodeRef list) {
  std::string text;
  for (const NodeRef item : list.items()) text += (text.empty() ? "" : ",") + std::string(item.text());
  return text;
}

}  // namespace kray
