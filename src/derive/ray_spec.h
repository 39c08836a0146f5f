// The Ray kinds as the operator reads them: admitted by the API server, defaults filled in, plain values
// with the node each came from. Only fields that change what the operator makes or refuses.
//
// specs/kuberay-kubeflow.md A.2 to A.4; defaults are those of the CRDs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/labels.h"
#include "cluster/views.h"
#include "derive/ray_schema.h"

namespace kray {

using StringMap = std::map<std::string, std::string, std::less<>>;

// Views are into the manifest: an anchor that many aliases point at is never copied.
struct RayContainerPort {
  std::string_view name;  // empty if it has none
  int64_t number = 0;
  std::string_view protocol = "TCP";
  int64_t host_port = 0;  // 0: none
  NodeRef from;           // nothing for ports that the operator adds
};

struct RayContainer {
  std::string_view name;
  std::string_view image;
  std::vector<RayContainerPort> ports;
  std::string command_line;  // command and args as the operator joins them, the beginning of it
  bool has_command = false;
  NodeRef liveness_probe;
  NodeRef readiness_probe;
  NodeRef from;  // nothing for containers that the operator adds

  // Number of the port of that name, or nothing.
  std::optional<int64_t> port(std::string_view port_name) const;
  NodeRef env_named(std::string_view env_name) const;  // the entry of `env`, or nothing
};

struct RayTemplate {
  PodTemplate nodes;
  NodeRef from;
  std::string name;
  Labels labels;
  Labels annotations;
  std::string service_account_name;  // empty: not set
  std::optional<bool> automount_token;
  bool host_network = false;
  std::string restart_policy;  // empty: not set
  std::vector<RayContainer> containers;
  std::vector<RayContainer> init_containers;
};

struct RayServicePort {
  std::string name;
  int64_t port = 0;
  std::string target_port;   // number or name; empty: same as port
  std::string app_protocol;  // empty: not set
  std::string protocol;      // empty: not set, which is TCP
};

// headService or serveService: a Service that the user wrote.
struct RayServiceTemplate {
  NodeRef from;
  std::string name;
  Labels labels;
  Labels annotations;
  std::string type;
  std::string cluster_ip;
  bool publish_not_ready = false;
  bool has_external_name = false;
  std::vector<RayServicePort> ports;
};

// ingressOptions, operators 1.7 and later.
struct RayIngressOptions {
  std::string host;       // empty: any
  std::string path;       // empty: "/"
  std::string path_type;  // empty: "Prefix"
  NodeRef tls;            // as in an Ingress; nothing: no TLS
};

// Rules that the user adds to a NetworkPolicy of the operator, as NetworkPolicies have them.
struct RayNetworkPolicyRules {
  NodeRef from;  // nothing if there are none
  NodeRef ingress;
  NodeRef egress;
};

// networkPolicy, operators 1.7 and later (specs/kuberay-kubeflow.md A.3, B.4).
struct RayNetworkPolicy {
  NodeRef from;
  std::string mode;  // "DenyAll", "DenyAllIngress", "DenyAllEgress"
  RayNetworkPolicyRules head;
  RayNetworkPolicyRules worker;
  std::map<std::string, RayNetworkPolicyRules, std::less<>> worker_groups;  // in place of `worker`

  bool limits_ingress() const { return mode != "DenyAllEgress"; }
  bool limits_egress() const { return mode != "DenyAllIngress"; }
};

struct RayGroup {
  NodeRef from;
  std::string name;  // "headgroup" for the head
  StringMap start_params;
  Labels labels;  // of the group itself, operators 1.5 and later
  bool has_resources = false;
  RayTemplate pod_template;
  int64_t replicas = 0;
  int64_t min_replicas = 0;
  int64_t max_replicas = 0;
  int64_t hosts = 1;
  bool suspended = false;
  std::optional<int64_t> idle_timeout;
  // Of the head only.
  std::string service_type;
  std::optional<RayServiceTemplate> head_service;
  NodeRef enable_ingress;  // nothing unless it is true
  RayIngressOptions ingress_options;
};

struct RayClusterFields {
  NodeRef from;
  std::string ray_version;
  RayGroup head;
  std::vector<RayGroup> workers;
  Labels head_service_annotations;
  std::string managed_by;
  bool suspended = false;
  NodeRef autoscaling;  // enableInTreeAutoscaling, nothing unless it is true
  std::string_view autoscaler_image;
  std::string autoscaler_version;
  std::optional<int64_t> autoscaler_idle_timeout;
  bool has_upgrade_type = false;
  NodeRef gcs_fault_tolerance;  // gcsFaultToleranceOptions
  std::string gcs_backend;      // "redis", "rocksdb"; empty: Redis
  std::string external_storage_namespace;
  bool has_redis_username = false;
  bool has_redis_password = false;
  NodeRef auth;  // authOptions
  std::string auth_mode;
  std::string auth_secret;
  bool kubernetes_auth = false;
  std::optional<RayNetworkPolicy> network_policy;
};

struct RayJobFields {
  NodeRef from;
  std::optional<RayClusterFields> cluster;
  std::optional<std::string> selected_cluster;  // of clusterSelector, its key ray.io/cluster
  bool has_selector = false;
  std::string submission_mode;
  std::optional<RayTemplate> submitter;
  bool has_submitter_config = false;
  bool has_metadata = false;
  std::string job_id;
  std::string runtime_env;
  std::string managed_by;
  bool suspended = false;
  bool shutdown_after_finish = false;
  int64_t ttl_seconds = 0;
  std::optional<int64_t> active_deadline;
  std::optional<int64_t> backoff_limit;
  NodeRef deletion_policy;    // 1.3 only
  NodeRef deletion_strategy;  // 1.4 and later
};

struct RayServiceFields {
  NodeRef from;
  RayClusterFields cluster;
  std::optional<RayServiceTemplate> serve_service;
  bool exclude_head = false;
  std::string managed_by;
  std::optional<std::string> upgrade_type;
  NodeRef upgrade_options;  // clusterUpgradeOptions
};

struct RayCronJobFields {
  RayJobFields job;
  std::string schedule;
  bool suspended = false;
};

// Readers of the spec of each kind; `admission` says what the API server dropped.
RayClusterFields read_ray_cluster(NodeRef spec, const Admission& admission);
RayJobFields read_ray_job(NodeRef spec, const Admission& admission);
RayServiceFields read_ray_service(NodeRef spec, const Admission& admission);
RayCronJobFields read_ray_cron_job(NodeRef spec, const Admission& admission);

}  // namespace kray
