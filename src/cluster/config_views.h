// Views of what configures a cluster and grants rights in it: RBAC, quotas, webhooks, ConfigMaps, Secrets.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "cluster/object.h"
#include "manifest/tree.h"

namespace kray {

struct RoleRule {
  NodeRef node;
  NodeRef api_groups() const { return node["apiGroups"]; }
  NodeRef resources() const { return node["resources"]; }
  NodeRef resource_names() const { return node["resourceNames"]; }
  NodeRef verbs() const { return node["verbs"]; }
  // The rule's lists hold them, or "*".
  bool grants(std::string_view group, std::string_view resource, std::string_view verb) const;
};

struct RoleView {  // Role and ClusterRole
  NodeRef node;
  explicit RoleView(const Object& object) : node(object.node) {}

  std::vector<RoleRule> rules() const;
  NodeRef aggregation_rule() const { return node["aggregationRule"]; }
};

struct RoleSubject {
  NodeRef node;
  std::string_view kind() const { return node["kind"].text(); }
  std::string_view name() const { return node["name"].text(); }
  std::string_view ns() const { return node["namespace"].text(); }
};

struct RoleBindingView {  // RoleBinding and ClusterRoleBinding
  NodeRef node;
  explicit RoleBindingView(const Object& object) : node(object.node) {}

  std::string_view role_kind() const { return node["roleRef"]["kind"].text(); }
  std::string_view role_name() const { return node["roleRef"]["name"].text(); }
  std::vector<RoleSubject> subjects() const;
};

struct ResourceQuotaView {
  NodeRef spec;
  explicit ResourceQuotaView(const Object& object) : spec(object.spec()) {}

  NodeRef hard() const { return spec["hard"]; }  // resource name: quantity
};

struct LimitRangeView {
  NodeRef spec;
  explicit LimitRangeView(const Object& object) : spec(object.spec()) {}

  NodeRef limits() const { return spec["limits"]; }  // type, default, defaultRequest, max, min
};

struct Webhook {
  NodeRef node;
  std::string_view name() const { return node["name"].text(); }
  std::string_view service_namespace() const { return node["clientConfig"]["service"]["namespace"].text(); }
  std::string_view service_name() const { return node["clientConfig"]["service"]["name"].text(); }
  NodeRef rules() const { return node["rules"]; }
  NodeRef namespace_selector() const { return node["namespaceSelector"]; }
  NodeRef object_selector() const { return node["objectSelector"]; }
  std::string_view failure_policy() const;  // "Fail" if not set
};

// MutatingWebhookConfiguration and ValidatingWebhookConfiguration.
struct WebhookConfigurationView {
  NodeRef node;
  explicit WebhookConfigurationView(const Object& object) : node(object.node) {}

  std::vector<Webhook> webhooks() const;
};

// One entry of a ConfigMap or Secret. The size is that of what a pod would see, in bytes.
struct DataEntry {
  std::string_view key;
  uint64_t size = 0;
  Place place;  // the key
};

struct ConfigMapView {
  NodeRef node;
  explicit ConfigMapView(const Object& object) : node(object.node) {}

  NodeRef data(std::string_view key) const { return node["data"][key]; }
  std::vector<DataEntry> entries() const;  // of data and binaryData
};

// A Secret's values never leave the tree they were read into: keys and sizes are all that is offered.
struct SecretView {
  NodeRef node;
  explicit SecretView(const Object& object) : node(object.node) {}

  std::string_view type() const;           // "Opaque" if not set
  std::vector<DataEntry> entries() const;  // of data (base64) and stringData
};

}  // namespace kray
