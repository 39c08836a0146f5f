// One function a stage of the proxy; texts say what was found, places where it stands.
#include "mesh/inbound_explain.h"

#include <fmt/format.h>

#include <algorithm>

namespace kray {
namespace {

using Steps = std::vector<InboundStep>;

std::string_view words_of(PortProtocol protocol) {
  switch (protocol) {
    case PortProtocol::automatic: return "sniffed";
    case PortProtocol::http: return "HTTP";
    case PortProtocol::tcp: return "TCP";
    case PortProtocol::udp: return "UDP";
  }
  return "";
}

std::string_view words_of(ChainRefusal refusal) {
  switch (refusal) {
    case ChainRefusal::none: return "the connection is taken";
    case ChainRefusal::plaintext_to_strict: return "the port is STRICT and the client sends plaintext";
    case ChainRefusal::tls_to_permissive_http:
      return "no filter chain of an HTTP port takes TLS that is not the mesh's own";
    case ChainRefusal::without_certificate_to_strict:
      return "the port is STRICT and the client has no certificate of the mesh";
    case ChainRefusal::trust_domain_not_accepted:
      return "the trust domain of the client's certificate is not accepted in the TLS handshake";
    case ChainRefusal::tls_on_plaintext_http: return "TLS on a plaintext HTTP port is a protocol error";
    case ChainRefusal::not_http: return "bytes that are not HTTP on an HTTP port are a protocol error";
  }
  return "";
}

std::string name_of(const RuleMatch& match) {
  return fmt::format("rules[{}] of AuthorizationPolicy '{}' in namespace '{}'", match.rule,
                     match.policy->name, match.policy->ns);
}

std::string extension_words(const InboundWorkload& workload) {
  if (workload.extensions.empty()) return "an extension of the proxy may decide otherwise";
  const Object& first = *workload.extensions.front();
  return fmt::format("{} '{}' puts code of its own into the proxy", first.kind, first.name);
}

std::string words_of(const InboundWorkload& workload, const InboundCase& one) {
  const auto first = [](const std::vector<RuleMatch>& matches) {
    return matches.empty() ? std::string("a rule") : name_of(matches.front());
  };
  switch (one.reason) {
    case InboundReason::no_sidecar: return "the pod has no sidecar, so the mesh has no say";
    case InboundReason::not_captured: return "the sidecar does not capture the port, so the mesh has no say";
    case InboundReason::proxy_port: return "the port is the proxy's own, which no policy guards";
    case InboundReason::no_allow_policy: return "no DENY rule matches, and there is no ALLOW policy";
    case InboundReason::allow_rule: return first(one.rbac.allow) + " allows it";
    case InboundReason::chain_refuses: return std::string(words_of(one.refusal));
    case InboundReason::bad_method: return "the proxy refuses the request's method";
    case InboundReason::custom_without_provider:
      return first(one.custom.matches) + " asks an authoriser that the mesh does not define";
    case InboundReason::token_rejected: return "RequestAuthentication refuses the token";
    case InboundReason::deny_rule: return first(one.rbac.deny) + " denies it";
    case InboundReason::no_allow_rule: return "there is an ALLOW policy, and none of its rules matches";
    case InboundReason::extension: return extension_words(workload);
    case InboundReason::external_authorizer:
      return first(one.custom.matches) + " asks an external authoriser";
    case InboundReason::not_stated: return "rules hang on something that is not stated";
    case InboundReason::mesh_uncertain: return workload.mesh->uncertain;
    case InboundReason::cases_differ: return "it hangs on what is not known";
  }
  return "";
}

void add_port(const InboundWorkload& workload, uint16_t number, const InboundCase& one, Steps& steps) {
  const InboundWorkload::Port& port = workload.port(number);
  const Place place = port.mtls.mode == one.mode ? port.mtls.place : Place{};
  steps.push_back({.spec = "PA-1",
                   .text = fmt::format("Port {} has mTLS mode {}.", number, to_string(one.mode)),
                   .place = place});
  const PortDeclaration* declaration = nullptr;
  for (const PossibleProtocol& possible : port.protocols) {
    if (possible.protocol == one.protocol) declaration = possible.declaration;
  }
  if (declaration == nullptr)
    steps.push_back(
        {.spec = "AP-20", .text = "Nothing declares the port: the first bytes decide.", .place = {}});
  else
    steps.push_back(
        {.spec = "AP-19",
         .text = fmt::format("By {} the port is {}.", declaration->service, words_of(one.protocol)),
         .place = declaration->place});
}

void add_chain(const InboundCase& one, Steps& steps) {
  if (one.refusal != ChainRefusal::none) {
    steps.push_back(
        {.spec = "PA-6", .text = fmt::format("Refused: {}.", words_of(one.refusal)), .place = {}});
    return;
  }
  const std::string_view chain = one.chain == FilterChain::http ? "HTTP" : "TCP";
  steps.push_back(
      {.spec = "PA-6", .text = fmt::format("The {} filter chain takes the connection.", chain), .place = {}});
}

void add_matches(const std::vector<RuleMatch>& matches, std::string_view spec, std::string_view effect,
                 Steps& steps) {
  for (const RuleMatch& match : matches) {
    const std::string_view verb = match.is_certain ? "matches" : "may match";
    steps.push_back({.spec = spec,
                     .text = fmt::format("{} {}: {}.", name_of(match), verb, effect),
                     .place = match.place});
  }
}

void add_token(const InboundCase& one, Steps& steps) {
  const Place place = one.token.rule == nullptr ? Place{} : one.token.rule->place;
  if (one.token.is_rejected == Answer::yes)
    steps.push_back({.spec = "RA-2", .text = "RequestAuthentication refuses the token.", .place = place});
  else if (one.token.token.has_value())
    steps.push_back({.spec = "RA-2", .text = "RequestAuthentication accepts the token.", .place = place});
}

void add_policies(const InboundCase& one, Steps& steps) {
  const bool is_missing = one.custom.denies == Answer::yes;
  add_matches(one.custom.matches, is_missing ? "AP-21" : "AP-22",
              is_missing ? "its authoriser does not exist, so it denies" : "an authoriser is asked", steps);
  add_token(one, steps);
  if (!one.asks_policies) return;
  add_matches(one.rbac.deny, "2.2", "denied", steps);
  add_matches(one.rbac.allow, "2.2", "allowed", steps);
  if (one.rbac.has_allow_policy == Answer::no)
    steps.push_back(
        {.spec = "AP-6", .text = "There is no ALLOW policy: what nothing denies is allowed.", .place = {}});
  else if (one.rbac.allow.empty())
    steps.push_back(
        {.spec = "AP-6", .text = "There is an ALLOW policy and none of its rules matches.", .place = {}});
}

void add_case(const InboundWorkload& workload, const Request& request, const InboundCase& one, Steps& steps) {
  if (!one.is_proxied) {
    const std::string_view spec = one.reason == InboundReason::proxy_port ? "INJ-22" : "INJ-21";
    steps.push_back({.spec = spec, .text = fmt::format("Here {}.", words_of(workload, one)), .place = {}});
    return;
  }
  add_port(workload, request.connection.port, one, steps);
  add_chain(one, steps);
  if (one.reason == InboundReason::bad_method)
    steps.push_back({.spec = "0.5-7", .text = "The proxy refuses the request's method.", .place = {}});
  add_policies(one, steps);
  for (const Object* extension : workload.extensions)
    steps.push_back({.spec = "2.2",
                     .text = fmt::format("{} '{}' may decide otherwise.", extension->kind, extension->name),
                     .place = extension->shown(extension->name_place())});
}

// Why there is more than one case; empty if nothing is said of it.
std::string open_question(const InboundVerdict& verdict) {
  std::vector<std::string> questions;
  const auto differ = [&verdict](auto field) {
    return std::any_of(verdict.cases.begin(), verdict.cases.end(),
                       [&](const InboundCase& one) { return one.*field != verdict.cases.front().*field; });
  };
  if (differ(&InboundCase::is_proxied)) questions.emplace_back("whether the pod gets a sidecar");
  if (differ(&InboundCase::mode)) questions.emplace_back("the port's mTLS mode");
  if (differ(&InboundCase::protocol))
    questions.emplace_back("the protocol that the port is declared to have");
  if (questions.empty()) questions.emplace_back("what the client sends");
  return fmt::format("it depends on {}, which is not known", fmt::join(questions, " and "));
}

}  // namespace

std::vector<InboundStep> explain_inbound(const InboundWorkload& workload, const Request& request,
                                         const InboundVerdict& verdict) {
  Steps steps;
  for (size_t i = 0; i < verdict.cases.size(); ++i) {
    if (verdict.cases.size() > 1)
      steps.push_back({.spec = "",
                       .text = fmt::format("Case {} of {}: {}.", i + 1, verdict.cases.size(),
                                           to_string(verdict.cases[i].verdict)),
                       .place = {}});
    add_case(workload, request, verdict.cases[i], steps);
  }
  return steps;
}

std::string describe(const InboundWorkload& workload, const InboundVerdict& verdict) {
  if (verdict.reason == InboundReason::cases_differ) return open_question(verdict);
  return words_of(workload, verdict.cases.front());
}

}  // namespace kray
