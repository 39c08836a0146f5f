// The shapes are those of the Kubernetes API; what is in them, of ray_objects.h.
//
// A Service of a type that opens it is shown where that type is set, everything else where it comes from.
#include "derive/ray_manifests.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "derive/json_manifest.h"
#include "manifest/scalar.h"

namespace kray {
namespace {

constexpr std::string_view kRbac = "rbac.authorization.k8s.io";
constexpr std::string_view kRbacVersion = "rbac.authorization.k8s.io/v1";
constexpr std::string_view kNetworkVersion = "networking.k8s.io/v1";
constexpr std::string_view kGatewayVersion = "gateway.networking.k8s.io/v1";
constexpr int64_t kGatewayPort = 80;
const Labels kNone;

// ---- Services -------------------------------------------------------------------------------------------

void put_service_port(ManifestJson& json, const RayServicePort& port) {
  json.StartObject();
  if (!port.name.empty()) put_text(json, "name", port.name);
  put_integer(json, "port", port.port);
  if (!port.target_port.empty()) {
    if (const std::optional<int64_t> number = integer_value(port.target_port)) {
      put_integer(json, "targetPort", *number);
    } else {
      put_text(json, "targetPort", port.target_port);
    }
  }
  if (!port.app_protocol.empty()) put_text(json, "appProtocol", port.app_protocol);
  put_text(json, "protocol", port.protocol.empty() ? "TCP" : port.protocol);
  json.EndObject();
}

// Fields of a Service that the user wrote and the operator keeps.
std::vector<NodeRef> kept_fields(const DerivedService& service) {
  std::vector<NodeRef> kept;
  for (const char* field : {"externalIPs", "externalName", "externalTrafficPolicy", "internalTrafficPolicy",
                            "loadBalancerClass", "loadBalancerIP", "loadBalancerSourceRanges"}) {
    if (const NodeRef own = service.own_spec[field]) kept.push_back(own);
  }
  return kept;
}

std::string service_text(const DerivedService& service) {
  return manifest_text({.api_version = "v1",
                        .kind = "Service",
                        .name = service.name,
                        .ns = service.ns,
                        .labels = service.labels,
                        .annotations = service.annotations},
                       [&service](ManifestJson& json) {
                         put_key(json, "spec");
                         json.StartObject();
                         put_text(json, "type", service.type);
                         if (service.headless) put_text(json, "clusterIP", "None");
                         if (service.publish_not_ready) {
                           put_key(json, "publishNotReadyAddresses");
                           json.Bool(true);
                         }
                         for (const NodeRef field : kept_fields(service))
                           put_node(json, field.key_text(), field);
                         put_labels(json, "selector", service.selector);
                         put_key(json, "ports");
                         json.StartArray();
                         for (const RayServicePort& port : service.ports) put_service_port(json, port);
                         json.EndArray();
                         json.EndObject();
                       });
}

Place service_place(const DerivedService& service) {
  const bool opens = service.type == "NodePort" || service.type == "LoadBalancer";
  return opens && service.type_from ? service.type_from : service.from;
}

// ---- Ingresses and Gateways -----------------------------------------------------------------------------

void put_ingress_rule(ManifestJson& json, const DerivedIngress& ingress) {
  json.StartObject();
  if (!ingress.host.empty()) put_text(json, "host", ingress.host);
  put_key(json, "http");
  json.StartObject();
  put_key(json, "paths");
  json.StartArray();
  json.StartObject();
  put_text(json, "path", ingress.path);
  put_text(json, "pathType", ingress.path_type);
  put_key(json, "backend");
  json.StartObject();
  put_key(json, "service");
  json.StartObject();
  put_text(json, "name", ingress.service);
  put_key(json, "port");
  json.StartObject();
  put_integer(json, "number", ingress.port);
  json.EndObject();
  json.EndObject();
  json.EndObject();
  json.EndObject();
  json.EndArray();
  json.EndObject();
  json.EndObject();
}

std::string ingress_text(const DerivedIngress& ingress) {
  return manifest_text({.api_version = kNetworkVersion,
                        .kind = "Ingress",
                        .name = ingress.name,
                        .ns = ingress.ns,
                        .labels = ingress.labels,
                        .annotations = ingress.annotations},
                       [&ingress](ManifestJson& json) {
                         put_key(json, "spec");
                         json.StartObject();
                         if (ingress.class_name) put_text(json, "ingressClassName", *ingress.class_name);
                         if (ingress.tls) put_node(json, "tls", ingress.tls);
                         put_key(json, "rules");
                         json.StartArray();
                         put_ingress_rule(json, ingress);
                         json.EndArray();
                         json.EndObject();
                       });
}

std::string gateway_text(const DerivedGateway& gateway) {
  return manifest_text({.api_version = kGatewayVersion,
                        .kind = "Gateway",
                        .name = gateway.name,
                        .ns = gateway.ns,
                        .labels = kNone,
                        .annotations = kNone},
                       [&gateway](ManifestJson& json) {
                         put_key(json, "spec");
                         json.StartObject();
                         put_text(json, "gatewayClassName", gateway.class_name);
                         put_key(json, "listeners");
                         json.StartArray();
                         json.StartObject();
                         put_text(json, "name", "http");
                         put_text(json, "protocol", "HTTP");
                         put_integer(json, "port", kGatewayPort);
                         json.EndObject();
                         json.EndArray();
                         json.EndObject();
                       });
}

// One item of a list: a name, a namespace if it is known, and the port if there is one.
void put_reference(ManifestJson& json, std::string_view key, std::string_view name, std::string_view ns,
                   int64_t port) {
  put_key(json, key);
  json.StartArray();
  json.StartObject();
  put_text(json, "name", name);
  if (!ns.empty()) put_text(json, "namespace", ns);
  if (port != 0) put_integer(json, "port", port);
  json.EndObject();
  json.EndArray();
}

void put_every_path(ManifestJson& json) {
  put_key(json, "matches");
  json.StartArray();
  json.StartObject();
  put_key(json, "path");
  json.StartObject();
  put_text(json, "type", "PathPrefix");
  put_text(json, "value", "/");
  json.EndObject();
  json.EndObject();
  json.EndArray();
}

std::string route_text(const DerivedGateway& gateway) {
  return manifest_text({.api_version = kGatewayVersion,
                        .kind = "HTTPRoute",
                        .name = gateway.route_name,
                        .ns = gateway.ns,
                        .labels = kNone,
                        .annotations = kNone},
                       [&gateway](ManifestJson& json) {
                         put_key(json, "spec");
                         json.StartObject();
                         put_reference(json, "parentRefs", gateway.name, gateway.ns, 0);
                         put_key(json, "rules");
                         json.StartArray();
                         json.StartObject();
                         put_every_path(json);
                         put_reference(json, "backendRefs", gateway.service, gateway.ns, gateway.port);
                         json.EndObject();
                         json.EndArray();
                         json.EndObject();
                       });
}

// ---- NetworkPolicies ------------------------------------------------------------------------------------

// "from" or "to": [{"podSelector": {"matchLabels": …}}]
void put_pods(ManifestJson& json, std::string_view key, const Labels& labels) {
  put_key(json, key);
  json.StartArray();
  json.StartObject();
  put_key(json, "podSelector");
  json.StartObject();
  put_labels(json, "matchLabels", labels);
  json.EndObject();
  json.EndObject();
  json.EndArray();
}

void put_submitter_rule(ManifestJson& json, const DerivedNetworkPolicy& policy) {
  json.StartObject();
  put_pods(json, "from", policy.submitter);
  put_key(json, "ports");
  json.StartArray();
  json.StartObject();
  put_text(json, "protocol", "TCP");
  put_integer(json, "port", policy.dashboard_port);
  json.EndObject();
  json.EndArray();
  json.EndObject();
}

// One direction: the pods of the cluster, the submitter if it is `ingress`, the user's own rules.
void put_rules(ManifestJson& json, const DerivedNetworkPolicy& policy, bool is_ingress) {
  put_key(json, is_ingress ? "ingress" : "egress");
  json.StartArray();
  json.StartObject();
  put_pods(json, is_ingress ? "from" : "to", {{"ray.io/cluster", policy.cluster}});
  json.EndObject();
  if (is_ingress && !policy.submitter.empty()) put_submitter_rule(json, policy);
  for (const NodeRef rule : (is_ingress ? policy.rules.ingress : policy.rules.egress).items())
    put_node(json, rule);
  json.EndArray();
}

std::string network_policy_text(const DerivedNetworkPolicy& policy) {
  return manifest_text({.api_version = kNetworkVersion,
                        .kind = "NetworkPolicy",
                        .name = policy.name,
                        .ns = policy.ns,
                        .labels = policy.labels,
                        .annotations = kNone},
                       [&policy](ManifestJson& json) {
                         put_key(json, "spec");
                         json.StartObject();
                         put_key(json, "podSelector");
                         json.StartObject();
                         put_labels(json, "matchLabels", policy.pod_selector);
                         json.EndObject();
                         put_key(json, "policyTypes");
                         json.StartArray();
                         if (policy.limits_ingress) put_value(json, "Ingress");
                         if (policy.limits_egress) put_value(json, "Egress");
                         json.EndArray();
                         if (policy.limits_ingress) put_rules(json, policy, true);
                         if (policy.limits_egress) put_rules(json, policy, false);
                         json.EndObject();
                       });
}

// ---- Accounts and roles ---------------------------------------------------------------------------------

std::string account_text(const DerivedName& account) {
  return manifest_text({.api_version = "v1",
                        .kind = "ServiceAccount",
                        .name = account.name,
                        .ns = account.ns,
                        .labels = account.labels,
                        .annotations = kNone},
                       [](ManifestJson&) {});
}

void put_split(ManifestJson& json, std::string_view key, std::string_view list) {
  put_key(json, key);
  json.StartArray();
  for (size_t begin = 0; begin <= list.size();) {
    const size_t comma = std::min(list.find(',', begin), list.size());
    put_value(json, list.substr(begin, comma - begin));
    begin = comma + 1;
  }
  json.EndArray();
}

// "ray.io rayclusters get,patch": groups, resources, verbs.
void put_role_rule(ManifestJson& json, std::string_view rule) {
  const size_t first = rule.find(' ');
  const size_t second = rule.find(' ', first + 1);
  json.StartObject();
  put_split(json, "apiGroups", rule.substr(0, first));
  put_split(json, "resources", rule.substr(first + 1, second - first - 1));
  put_split(json, "verbs", rule.substr(second + 1));
  json.EndObject();
}

ManifestHead head_of(const DerivedRole& role, std::string_view kind) {
  return {.api_version = kRbacVersion,
          .kind = kind,
          .name = role.name,
          .ns = role.ns,
          .labels = role.labels,
          .annotations = kNone};
}

std::string role_text(const DerivedRole& role) {
  return manifest_text(head_of(role, "Role"), [&role](ManifestJson& json) {
    put_key(json, "rules");
    json.StartArray();
    for (const std::string& rule : role.rules) put_role_rule(json, rule);
    json.EndArray();
  });
}

std::string binding_text(const DerivedRole& role) {
  return manifest_text(head_of(role, "RoleBinding"), [&role](ManifestJson& json) {
    put_key(json, "roleRef");
    json.StartObject();
    put_text(json, "apiGroup", kRbac);
    put_text(json, "kind", "Role");
    put_text(json, "name", role.name);
    json.EndObject();
    put_key(json, "subjects");
    json.StartArray();
    json.StartObject();
    put_text(json, "kind", "ServiceAccount");
    put_text(json, "name", role.service_account);
    if (!role.ns.empty()) put_text(json, "namespace", role.ns);
    json.EndObject();
    json.EndArray();
  });
}

bool is_refused(const RayDerivation& made, std::string_view kind, std::string_view name) {
  const std::string object = fmt::format("{}/{}", kind, name);
  return std::any_of(made.refused.begin(), made.refused.end(),
                     [&object](const RefusedObject& one) { return one.object == object; });
}

}  // namespace

std::vector<DerivedManifest> ray_manifests(const Object& object, const RayDerivation& made) {
  std::vector<DerivedManifest> all;
  const auto add = [&](std::string text, Place from) { all.push_back({std::move(text), from, &object}); };
  for (const DerivedService& service : made.services) {
    if (!is_refused(made, "Service", service.name) && is_small(kept_fields(service)))
      add(service_text(service), service_place(service));
  }
  for (const DerivedIngress& ingress : made.ingresses) {
    if (!is_refused(made, "Ingress", ingress.name) && is_small(std::array{ingress.tls}))
      add(ingress_text(ingress), ingress.from);
  }
  for (const DerivedGateway& gateway : made.gateways) {
    add(gateway_text(gateway), gateway.from);
    add(route_text(gateway), gateway.from);
  }
  for (const DerivedNetworkPolicy& policy : made.network_policies) {
    if (!policy.is_gated && is_small(std::array{policy.rules.ingress, policy.rules.egress}))
      add(network_policy_text(policy), policy.from);
  }
  for (const DerivedName& account : made.service_accounts) {
    if (!is_refused(made, "ServiceAccount", account.name)) add(account_text(account), account.from);
  }
  for (const DerivedRole& role : made.roles) {
    if (is_refused(made, "Role", role.name)) continue;
    add(role_text(role), role.from);
    add(binding_text(role), role.from);
  }
  return all;
}

}  // namespace kray
