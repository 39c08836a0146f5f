// Members that are not set are left out where the Kubernetes API leaves them out; those of `injection` and
// the places are always there.
#include "report/inventory_json.h"

#include "report/json_places.h"
#include "report/json_writer.h"

namespace kray {
namespace {

constexpr std::string_view kSchemaVersion = "1";

void put_if_set(JsonWriter& json, std::string_view key, std::string_view value) {
  if (!value.empty()) put_text(json, key, value);
}

void put_flag(JsonWriter& json, std::string_view key, bool value) {
  put_key(json, key);
  json.Bool(value);
}

void put_integer(JsonWriter& json, std::string_view key, int64_t value) {
  put_key(json, key);
  json.Int64(value);
}

// null: the input does not say.
void put_answer(JsonWriter& json, std::string_view key, const InventoryAnswer& answer) {
  put_key(json, key);
  if (answer) {
    json.Bool(*answer);
  } else {
    json.Null();
  }
}

void put_labels(JsonWriter& json, std::string_view key, const InventoryLabels& labels) {
  put_key(json, key);
  json.StartObject();
  for (const auto& [name, value] : labels) put_text(json, name, value);
  json.EndObject();
}

// Writes "key": […] with one call of `write` for each item.
template <typename Item, typename Write>
void put_list(JsonWriter& json, std::string_view key, const std::vector<Item>& items, const Write& write) {
  put_key(json, key);
  json.StartArray();
  for (const Item& item : items) write(json, item);
  json.EndArray();
}

// ---- Pods -----------------------------------------------------------------------------------------------

void write_container(JsonWriter& json, const InventoryContainer& container) {
  json.StartObject();
  put_text(json, "name", container.name);
  put_if_set(json, "image", container.image);
  put_list(json, "ports", container.ports, [](JsonWriter& to, const InventoryPort& port) {
    to.StartObject();
    put_if_set(to, "name", port.name);
    put_integer(to, "port", port.port);
    put_if_set(to, "protocol", port.protocol);
    if (port.host_port != 0) put_integer(to, "hostPort", port.host_port);
    to.EndObject();
  });
  json.EndObject();
}

void write_port_number(JsonWriter& json, uint16_t port) { json.Uint(port); }

void write_injection(JsonWriter& json, const InventoryInjection& injection) {
  json.Key("injection");
  json.StartObject();
  put_texts(json, "webhooks", injection.webhooks);
  put_answer(json, "injected", injection.injected);
  put_answer(json, "hasProxy", injection.has_proxy);
  put_answer(json, "rejected", injection.rejected);
  put_flag(json, "startFails", injection.starts_never);
  put_text(json, "reason", injection.reason);
  put_text(json, "why", injection.why);
  put_if_set(json, "message", injection.message);
  put_text(json, "revision", injection.revision);
  put_text(json, "proxy", injection.proxy);
  put_answer(json, "native", injection.native);
  put_text(json, "tlsMode", injection.tls_mode);
  put_text(json, "interception", injection.interception);
  if (injection.captures_all) {
    put_text(json, "capturedInboundPorts", "*");
  } else {
    put_list(json, "capturedInboundPorts", injection.captured_ports, write_port_number);
  }
  put_list(json, "excludedInboundPorts", injection.excluded_ports, write_port_number);
  put_line(json, "decidedBy", injection.decided_by);
  json.EndObject();
}

void write_pod_names(JsonWriter& json, const InventoryPod& pod) {
  put_text(json, "id", pod.id);
  put_text(json, "object", pod.object);
  put_line(json, "from", pod.from);
  put_text(json, "role", pod.role);
  put_if_set(json, "group", pod.group);
  put_if_set(json, "cluster", pod.cluster);
  put_text(json, "namespace", pod.ns);
  put_if_set(json, "name", pod.name);
  put_if_set(json, "generateName", pod.generate_name);
  put_if_set(json, "job", pod.job);
  if (pod.count) put_integer(json, "count", *pod.count);
}

void write_pod(JsonWriter& json, const InventoryPod& pod) {
  json.StartObject();
  write_pod_names(json, pod);
  put_labels(json, "labels", pod.labels);
  if (!pod.labels_are_certain) put_flag(json, "labelsAreCertain", false);
  put_labels(json, "annotations", pod.annotations);
  put_text(json, "serviceAccountName", pod.service_account);
  if (pod.automount_token) put_flag(json, "automountServiceAccountToken", *pod.automount_token);
  put_flag(json, "hostNetwork", pod.host_network);
  put_if_set(json, "restartPolicy", pod.restart_policy);
  put_list(json, "containers", pod.containers, write_container);
  put_list(json, "initContainers", pod.init_containers,
           [](JsonWriter& to, const InventoryContainer& container) { put_string(to, container.name); });
  put_list(json, "rayPorts", pod.ray_ports, [](JsonWriter& to, const InventoryRayPort& port) {
    to.StartObject();
    put_text(to, "role", port.role);
    put_text(to, "ports", port.ports);
    put_line(to, "from", port.from);
    to.EndObject();
  });
  write_injection(json, pod.injection);
  json.EndObject();
}

// ---- What leads to pods ---------------------------------------------------------------------------------

void write_service(JsonWriter& json, const InventoryService& service) {
  json.StartObject();
  put_text(json, "name", service.name);
  put_text(json, "namespace", service.ns);
  put_text(json, "object", service.object);
  put_line(json, "from", service.from);
  put_if_set(json, "owner", service.owner);
  put_text(json, "type", service.type);
  put_flag(json, "headless", service.headless);
  put_flag(json, "publishNotReadyAddresses", service.publish_not_ready);
  put_labels(json, "labels", service.labels);
  put_labels(json, "annotations", service.annotations);
  put_labels(json, "selector", service.selector);
  put_texts(json, "selects", service.selects);
  put_texts(json, "selectsPods", service.selects_ids);
  put_list(json, "ports", service.ports, [](JsonWriter& to, const InventoryServicePort& port) {
    to.StartObject();
    put_if_set(to, "name", port.name);
    put_integer(to, "port", port.port);
    put_if_set(to, "targetPort", port.target_port);
    put_if_set(to, "appProtocol", port.app_protocol);
    put_if_set(to, "protocol", port.protocol);
    to.EndObject();
  });
  json.EndObject();
}

void write_ingress(JsonWriter& json, const InventoryIngress& ingress) {
  json.StartObject();
  put_text(json, "name", ingress.name);
  put_text(json, "namespace", ingress.ns);
  put_text(json, "object", ingress.object);
  put_line(json, "from", ingress.from);
  put_if_set(json, "ingressClassName", ingress.class_name);
  put_labels(json, "labels", ingress.labels);
  put_labels(json, "annotations", ingress.annotations);
  put_flag(json, "tls", ingress.tls);
  put_list(json, "rules", ingress.rules, [](JsonWriter& to, const InventoryIngressRule& rule) {
    to.StartObject();
    put_text(to, "path", rule.path);
    put_text(to, "pathType", rule.path_type);
    put_text(to, "service", rule.service);
    put_text(to, "port", rule.port);
    to.EndObject();
  });
  json.EndObject();
}

void write_name(JsonWriter& json, const InventoryName& one) {
  json.StartObject();
  put_text(json, "name", one.name);
  put_text(json, "namespace", one.ns);
  put_text(json, "object", one.object);
  put_line(json, "from", one.from);
  json.EndObject();
}

void write_network_policy(JsonWriter& json, const InventoryNetworkPolicy& policy) {
  json.StartObject();
  put_text(json, "name", policy.name);
  put_text(json, "namespace", policy.ns);
  put_text(json, "object", policy.object);
  put_line(json, "from", policy.from);
  if (policy.pod_selector) put_labels(json, "podSelector", *policy.pod_selector);
  std::vector<std::string> types;
  if (policy.limits_ingress) types.emplace_back("Ingress");
  if (policy.limits_egress) types.emplace_back("Egress");
  put_texts(json, "policyTypes", types);
  put_flag(json, "gated", policy.is_gated);
  json.EndObject();
}

void write_derived(JsonWriter& json, const InventoryDerived& one) {
  json.StartObject();
  put_text(json, "apiVersion", one.api_version);
  put_text(json, "kind", one.kind);
  put_text(json, "namespace", one.ns);
  put_text(json, "name", one.name);
  put_text(json, "object", one.object);
  put_line(json, "from", one.from);
  json.EndObject();
}

void write_role(JsonWriter& json, const InventoryRole& role) {
  json.StartObject();
  put_text(json, "name", role.name);
  put_text(json, "namespace", role.ns);
  put_text(json, "object", role.object);
  put_line(json, "from", role.from);
  put_texts(json, "rules", role.rules);
  put_texts(json, "subjects", role.subjects);
  json.EndObject();
}

// ---- What comes to nothing ------------------------------------------------------------------------------

void write_rejection(JsonWriter& json, const InventoryRejection& one) {
  json.StartObject();
  put_text(json, "object", one.object);
  put_line(json, "from", one.from);
  put_text(json, "by", one.by);
  put_text(json, "text", one.text);
  json.EndObject();
}

void write_remark(JsonWriter& json, const InventoryRemark& one) {
  json.StartObject();
  put_text(json, "object", one.object);
  put_line(json, "from", one.from);
  put_text(json, "text", one.text);
  json.EndObject();
}

void write_namespace(JsonWriter& json, const InventoryNamespace& one) {
  json.StartObject();
  put_text(json, "name", one.name);
  put_number(json, "objects", one.objects);
  put_labels(json, "labels", one.labels);
  put_line(json, "from", one.defined_by.empty() ? Place{} : one.defined_by.front());
  json.EndObject();
}

void write_undecided(JsonWriter& json, const InventoryUndecided& one) {
  json.StartObject();
  put_text(json, "message", one.message);
  put_text(json, "advice", one.advice);
  put_line(json, "from", one.from);
  json.EndObject();
}

void write_error(JsonWriter& json, const Error& error) {
  json.StartObject();
  put_text(json, "where", error.where);
  put_text(json, "what", error.what);
  put_text(json, "advice", error.advice);
  json.EndObject();
}

}  // namespace

void write_inventory_json(const InventoryReport& inventory, const std::string& version, std::ostream& out) {
  JsonStream stream(out);
  JsonWriter json(stream);
  json.SetIndent(' ', 2);
  json.StartObject();
  put_text(json, "schemaVersion", kSchemaVersion);
  json.Key("tool");
  json.StartObject();
  put_text(json, "name", "kray-audit");
  put_text(json, "version", version);
  json.EndObject();
  json.Key("kuberay");
  json.StartObject();
  put_text(json, "version", inventory.kuberay_version);
  put_text(json, "words", inventory.kuberay);
  json.EndObject();
  put_counts(json, "kinds", inventory.kinds);
  put_list(json, "namespaces", inventory.namespaces, write_namespace);
  put_list(json, "pods", inventory.pods, write_pod);
  put_list(json, "services", inventory.services, write_service);
  put_list(json, "ingresses", inventory.ingresses, write_ingress);
  put_list(json, "networkPolicies", inventory.network_policies, write_network_policy);
  put_list(json, "serviceAccounts", inventory.service_accounts, write_name);
  put_list(json, "roles", inventory.roles, write_role);
  put_list(json, "derived", inventory.derived, write_derived);
  put_list(json, "rejected", inventory.rejected, write_rejection);
  put_list(json, "pruned", inventory.pruned, write_remark);
  put_list(json, "refusedByAPIServer", inventory.refused, write_remark);
  put_list(json, "undecided", inventory.undecided, write_undecided);
  put_list(json, "errors", inventory.errors, write_error);
  json.EndObject();
  stream.Put('\n');
  stream.Flush();
}

}  // namespace kray
