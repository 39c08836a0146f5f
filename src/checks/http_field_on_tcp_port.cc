// http-field-on-tcp-port: rules that look at HTTP on ports of Ray pods that Istio handles as TCP.
//
// specs/istio.md AP-16, AP-17, AP-19: on a TCP port an ALLOW rule with any HTTP field never matches, and a
// DENY rule loses the field and denies more than it says. Every port of the head Service that KubeRay
// makes is declared TCP. Ports whose declarations differ, or that a Sidecar resource declares, are left
// alone.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "checks/ray_policy.h"
#include "manifest/scalar.h"
#include "mesh/port_protocol.h"

namespace kray {
namespace {

constexpr std::array kParameters = {ParameterDescription{"root-namespace", true}};
constexpr std::array<std::string_view, 9> kPlaceholders = {"rule",   "field", "ports", "pods",     "are",
                                                           "effect", "kind",  "name",  "namespace"};

constexpr std::array<std::string_view, 6> kHttpOperations = {"hosts",      "notHosts", "methods",
                                                             "notMethods", "paths",    "notPaths"};
constexpr std::array<std::string_view, 2> kHttpSources = {"requestPrincipals", "notRequestPrincipals"};

// The first HTTP-only field of a rule (specs/istio.md 2.4); nothing if it has none.
NodeRef http_field(NodeRef rule) {
  for (const NodeRef entry : rule["from"].items()) {
    for (const std::string_view name : kHttpSources) {
      if (const NodeRef field = entry["source"][name]; field.size() > 0) return field;
    }
  }
  for (const NodeRef entry : rule["to"].items()) {
    for (const std::string_view name : kHttpOperations) {
      if (const NodeRef field = entry["operation"][name]; field.size() > 0) return field;
    }
  }
  for (const NodeRef condition : rule["when"].items()) {
    if (condition["key"].text().starts_with("request.")) return condition["key"];
  }
  return {};
}

std::string words_for(NodeRef field) {
  return field.is_scalar() ? std::string(field.text()) : std::string(field.key_text());
}

// Ports that the rule names; empty: it is about every port.
std::vector<std::string> named_ports(NodeRef rule) {
  for (const NodeRef condition : rule["when"].items()) {
    if (condition["key"].text() != "destination.port" || condition["values"].size() == 0) continue;
    std::vector<std::string> ports;
    for (const NodeRef value : condition["values"].items()) ports.emplace_back(value.text());
    return ports;
  }
  return ports_of(rule);
}

bool has_sidecar_ingress(const PodClass& pods, const CheckContext& context) {
  const auto sidecars = context.inventory.of_kind("networking.istio.io", "Sidecar");
  return std::any_of(sidecars.begin(), sidecars.end(), [&pods](const Object* sidecar) {
    return sidecar->spec()["ingress"].size() > 0 && may_share_namespace(*sidecar, *pods.object);
  });
}

// What Services declare for the pods of a run, looked up once a pod class.
using Declarations = std::map<const PodClass*, std::vector<PortDeclaration>>;

// The declarations that make ports of the rule TCP ports, once a port.
std::vector<PortDeclaration> tcp_ports(const std::vector<std::string>& named, const PodClass& pods,
                                       const CheckContext& context, Declarations& declarations) {
  std::vector<PortDeclaration> found;
  auto of_pods = declarations.find(&pods);
  if (of_pods == declarations.end())
    of_pods = declarations.emplace(&pods, port_declarations(pods, context.inventory)).first;
  const std::vector<PortDeclaration>& declared = of_pods->second;
  for (const PortDeclaration& one : declared) {
    const bool is_named =
        named.empty() || std::any_of(named.begin(), named.end(), [&one](const std::string& port) {
          return integer_value(port) == one.container_port;
        });
    const bool known = std::any_of(found.begin(), found.end(), [&one](const PortDeclaration& other) {
      return other.container_port == one.container_port;
    });
    if (is_named && !known && protocol_of_port(declared, one.container_port) == PortProtocol::tcp)
      found.push_back(one);
  }
  return found;
}

Match match_of(const Object& policy, NodeRef rule, size_t index, const PodClass& pods,
               const std::vector<PortDeclaration>& ports) {
  const NodeRef field = http_field(rule);
  const bool denies = AuthorizationPolicyView(policy).action() == "DENY";
  std::vector<std::string> numbers;
  for (const PortDeclaration& port : ports) numbers.push_back(fmt::format("{}", port.container_port));
  Match match;
  match.place = field.is_scalar() ? field.place() : field.key_place();
  match.label = "there is no HTTP on a TCP port";
  match.values = object_values(policy);
  match.values["rule"] = fmt::format("rules[{}]", index);
  match.values["field"] = words_for(field);
  match.values["ports"] = (numbers.size() == 1 ? "port " : "ports ") + join_words(numbers, 6);
  match.values["are"] = numbers.size() == 1 ? "is" : "are";
  match.values["pods"] = pods.describe();
  match.values["effect"] = denies ? "there the field is ignored and more is denied than the rule says"
                                  : "there the rule never matches";
  match.fix = denies
                  ? "Limit the rule to HTTP ports with 'ports', or declare the port as HTTP in its Service."
                  : "Remove the field, or declare the port as HTTP in the Service that decides.";
  match.related.push_back({ports.front().place, ports.front().service,
                           fmt::format("By {}, port {} is TCP.", ports.front().service, numbers.front())});
  match.subject = logical_name(policy, field);
  return match;
}

void check_rule(const Object& policy, NodeRef rule, size_t index, const CheckContext& context,
                std::string_view root_namespace, Declarations& declarations, CheckOutcome& outcome) {
  if (!http_field(rule)) return;
  const AuthorizationPolicyView view(policy);
  const std::vector<std::string> named = named_ports(rule);
  // An ALLOW rule for every port still allows on those that speak HTTP; without a selector it is not
  // meant for Ray pods in particular.
  const bool is_meant = !named.empty() && view.selector()["matchLabels"].size() > 0;
  if (view.action() == "ALLOW" && !is_meant) return;
  for (size_t i = 0; i < context.pods.size(); ++i) {
    const PodClass& pods = context.pods[i];
    if (!pods.is_ray_node() || context.injection[i].injected == Answer::no ||
        !policy_attaches(policy, pods, root_namespace) || has_sidecar_ingress(pods, context))
      continue;
    const std::vector<PortDeclaration> ports = tcp_ports(named, pods, context, declarations);
    if (ports.empty()) continue;
    outcome.matches.push_back(match_of(policy, rule, index, pods, ports));
    return;
  }
}

void run(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome) {
  const std::string& root_namespace = parameter(parameters, "root-namespace").front();
  Declarations declarations;
  for (const Object* policy : context.inventory.of_kind("security.istio.io", "AuthorizationPolicy")) {
    const AuthorizationPolicyView view(*policy);
    if (!is_in_force(*policy) || (view.action() != "ALLOW" && view.action() != "DENY")) continue;
    size_t index = 0;
    for (const NodeRef rule : view.rules().items())
      check_rule(*policy, rule, index++, context, root_namespace, declarations, outcome);
  }
}

}  // namespace

constinit const Primitive kHttpFieldOnTcpPort = {"http-field-on-tcp-port", kParameters, kPlaceholders, run};

}  // namespace kray
