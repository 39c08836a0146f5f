// Typed readers over objects: each names the fields that are used, and reads them when asked.
//
// A view is a NodeRef with names on it: cheap to make and to copy, never wrong about places. To add
// one, write a struct like those below; fields of the API that nothing uses stay out.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cluster/labels.h"
#include "cluster/object.h"
#include "manifest/tree.h"

namespace kray {

// Pod metadata and spec, wherever they stand: a Pod, or the template of something that makes pods.
struct PodTemplate {
  NodeRef metadata;
  NodeRef spec;

  explicit operator bool() const { return static_cast<bool>(spec); }
  NodeRef label(std::string_view key) const { return metadata["labels"][key]; }
  NodeRef annotation(std::string_view key) const { return metadata["annotations"][key]; }
  NodeRef host_network() const { return spec["hostNetwork"]; }
  NodeRef service_account_name() const { return spec["serviceAccountName"]; }
  NodeRef containers() const { return spec["containers"]; }
  NodeRef init_containers() const { return spec["initContainers"]; }
  // The Ray container is by definition the first (specs/kuberay-kubeflow.md A.2).
  NodeRef first_container() const { return containers().at(0); }
  // Where the template can be named when no finer place will do.
  Place place() const;
};

// The pod template of a Pod or a built-in workload; nothing for every other kind.
PodTemplate pod_template_of(const Object& object);

// A port by number or by name, as targetPort, the ports of a NetworkPolicy and of Ingress backends have it:
// an integer is a number, a string a name.
struct PortRef {
  std::optional<int64_t> number;
  std::string_view name;

  explicit operator bool() const { return number.has_value() || !name.empty(); }
};
PortRef port_ref(NodeRef node);

struct ServicePortView {
  NodeRef node;

  std::string_view name() const { return node["name"].text(); }
  std::string_view protocol() const;  // "TCP" if not set
  std::optional<int64_t> port() const { return port_ref(node["port"]).number; }
  PortRef target_port() const;  // the Service's own port if not set
  NodeRef node_port() const { return node["nodePort"]; }
  NodeRef app_protocol() const { return node["appProtocol"]; }
};

struct ServiceView {
  NodeRef spec;
  explicit ServiceView(const Object& object) : spec(object.spec()) {}

  std::string_view type() const;  // "ClusterIP" if not set
  bool is_headless() const { return spec["clusterIP"].text() == "None"; }
  NodeRef selector() const { return spec["selector"]; }
  NodeRef ports() const { return spec["ports"]; }
  std::vector<ServicePortView> port_views() const;
  NodeRef external_ips() const { return spec["externalIPs"]; }
  NodeRef external_name() const { return spec["externalName"]; }
  NodeRef external_traffic_policy() const { return spec["externalTrafficPolicy"]; }
  bool publishes_not_ready() const { return spec["publishNotReadyAddresses"].is_true(); }
};

struct RayWorkerGroup {
  NodeRef node;
  std::string_view name() const { return node["groupName"].text(); }
  PodTemplate pod_template() const { return {node["template"]["metadata"], node["template"]["spec"]}; }
};

// The RayClusterSpec of a RayCluster, RayJob, RayService or RayCronJob (specs A.2); `spec` is nothing
// where there is none, as in a RayJob with a clusterSelector.
struct RayClusterSpec {
  NodeRef spec;

  NodeRef head() const { return spec["headGroupSpec"]; }
  PodTemplate head_template() const { return {head()["template"]["metadata"], head()["template"]["spec"]}; }
  std::vector<RayWorkerGroup> worker_groups() const;
  NodeRef autoscaler_options() const { return spec["autoscalerOptions"]; }
};

bool is_ray_kind(const Object& object);  // one of the four kinds of ray.io
RayClusterSpec ray_cluster_spec_of(const Object& object);
// Template of the submitter pod of a RayJob or RayCronJob, where one is given and used: only the
// default submission mode, K8sJobMode, has a submitter pod.
PodTemplate ray_submitter_template_of(const Object& object);

struct ContainerPortView {
  NodeRef node;

  std::string_view name() const { return node["name"].text(); }
  std::string_view protocol() const;  // "TCP" if not set
  std::optional<int64_t> port() const { return port_ref(node["containerPort"]).number; }
  NodeRef host_port() const { return node["hostPort"]; }
};
std::vector<ContainerPortView> container_ports(NodeRef container);

struct NotebookView {
  NodeRef metadata;
  NodeRef spec;
  explicit NotebookView(const Object& object) : metadata(object.metadata()), spec(object.spec()) {}

  // Only the pod's spec is read: labels and annotations are the Notebook's own (F.1).
  NodeRef pod_spec() const { return spec["template"]["spec"]; }
  bool is_stopped() const { return static_cast<bool>(metadata["annotations"]["kubeflow-resource-stopped"]); }
};

struct AuthorizationPolicyView {
  NodeRef spec;
  NodeRef metadata;
  explicit AuthorizationPolicyView(const Object& object) : spec(object.spec()), metadata(object.metadata()) {}

  std::string_view action() const;  // "ALLOW" if not set (AP-5)
  NodeRef rules() const { return spec["rules"]; }
  NodeRef selector() const { return spec["selector"]; }
  NodeRef provider() const { return spec["provider"]["name"]; }
  bool has_target_refs() const { return spec["targetRef"] || spec["targetRefs"].size() > 0; }
  bool is_dry_run() const;  // AP-9
};

struct PeerAuthenticationView {
  NodeRef spec;
  explicit PeerAuthenticationView(const Object& object) : spec(object.spec()) {}

  NodeRef selector() const { return spec["selector"]; }
  std::string_view mode() const;  // "UNSET" if not set (PA-1)
  NodeRef port_level_mtls() const { return spec["portLevelMtls"]; }
};

struct ProfileView {
  NodeRef spec;
  explicit ProfileView(const Object& object) : spec(object.spec()) {}

  std::string_view owner() const { return spec["owner"]["name"].text(); }
  NodeRef resource_quota() const { return spec["resourceQuotaSpec"]; }
  NodeRef plugins() const { return spec["plugins"]; }
};

struct ServiceAccountView {
  NodeRef node;
  explicit ServiceAccountView(const Object& object) : node(object.node) {}

  NodeRef automount_token() const { return node["automountServiceAccountToken"]; }
};

}  // namespace kray
