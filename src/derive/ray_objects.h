// What the KubeRay operator makes of a RayCluster, RayJob, RayService or RayCronJob: pods, Services and
// everything else, or the reason why it makes nothing.
//
// specs/kuberay-kubeflow.md section B and section 0, compared with what KubeRay's own reconcilers made
// (conformance/kuberay) for operators 1.3.2 and 1.6.2. Random parts of names are "xxxxx", as in
// kuberay.h; values that are drawn or counted per pod are "*"; "<uid>" is the RayCluster's UID.
//
// `from` is always the field of the manifest that caused the object: headGroupSpec, serviceType,
// enableIngress, enableInTreeAutoscaling, …
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "derive/ray_settings.h"
#include "derive/ray_spec.h"

namespace kray {

enum class RejectedBy : uint8_t { nobody, api_server, ray_operator, panic, decoding };

struct RayRejection {
  RejectedBy by = RejectedBy::nobody;
  std::string text;
  Place place;
};

enum class RayPodRole : uint8_t { head, worker, submitter, redis_cleanup };
std::string_view to_string(RayPodRole role);  // "head", "redis-cleanup"

// How the kubelet asks whether the Ray container lives: what the operator adds, or the user's own.
struct RayProbe {
  enum class Kind : uint8_t { none, http, exec, user } kind = Kind::none;
  struct Request {
    int64_t port = 0;
    std::string path;  // "api/local_raylet_healthz"
  };
  std::vector<Request> requests;  // one for http; exec asks localhost for each in turn
};

struct DerivedPod {
  RayPodRole role = RayPodRole::head;
  std::string group;    // "headgroup", a worker group; empty for submitter and redis-cleanup
  std::string cluster;  // label ray.io/cluster; empty for submitters
  std::string ns;
  std::string generate_name;
  std::string name;   // if the template names its pod
  std::string job;    // the Job that makes it: submitter and redis-cleanup
  int64_t count = 1;  // wanted; 0 is possible, an autoscaler may make some
  Labels labels;
  Labels annotations;
  std::string service_account_name = "default";
  std::optional<bool> automount_token;
  bool host_network = false;
  std::string restart_policy;  // empty: not set, which is Always
  std::vector<RayContainer> containers;
  std::vector<RayContainer> init_containers;
  // Of the Ray container, which is the first.
  StringMap start_params;          // with what the operator adds, but for those it reads from resources
  bool runs_start_params = false;  // false: the user's own command decides, the parameters are not used
  RayProbe liveness;
  RayProbe readiness;
  std::string head_address;  // host:port of the GCS that it connects to; for submitters of the dashboard
  PodTemplate pod_template;  // nothing for the default submitter
  NodeRef group_spec;        // headGroupSpec, the worker group; nothing for others
  NodeRef group_labels;      // labels of the group itself, where they are merged
  Place from;
};

struct DerivedService {
  std::string name;
  std::string ns;
  std::string owner;  // "RayCluster/demo"
  std::string type;   // "ClusterIP" if nothing says
  bool headless = false;
  bool publish_not_ready = false;
  bool has_external_name = false;
  Labels labels;
  Labels annotations;
  Labels selector;
  std::vector<RayServicePort> ports;  // the user's own, then those of the operator, sorted by name
  NodeRef own_spec;  // of the Service that the user wrote; nothing if the operator made it up
  Place from;
  Place type_from;  // the field that sets its type; nothing if it is the default
};

struct DerivedIngress {
  std::string name;
  std::string ns;
  Labels labels;
  Labels annotations;
  std::optional<std::string> class_name;
  std::string path;
  std::string path_type;
  std::string service;
  int64_t port = 0;
  std::string host;  // empty: any
  NodeRef tls;       // as in an Ingress; nothing: no TLS
  Place from;
};

// What leads to a RayService that is upgraded step by step: a Gateway for HTTP on port 80 and, beside it,
// an HTTPRoute for every path (specs/kuberay-kubeflow.md B.3).
struct DerivedGateway {
  std::string name;
  std::string route_name;
  std::string ns;
  std::string class_name;
  std::string service;
  int64_t port = 0;
  Place from;
};

// A NetworkPolicy (specs/kuberay-kubeflow.md B.4). All pods of the cluster may always speak to each other.
struct DerivedNetworkPolicy {
  std::string name;
  std::string ns;
  std::string cluster;  // value of ray.io/cluster: whom it is for, and whom it lets in and out
  Labels labels;
  Labels pod_selector;
  bool limits_ingress = true;
  bool limits_egress = true;
  Labels submitter;             // pods that may call the dashboard; empty: none
  int64_t dashboard_port = 0;   // for them
  RayNetworkPolicyRules rules;  // the user's own, after those
  bool is_gated = false;        // the feature gate is off or not known to be on: nobody makes it
  Place from;
};

struct DerivedRole {
  std::string name;  // of the Role and of its RoleBinding
  std::string ns;
  std::vector<std::string> rules;  // "ray.io rayclusters get,patch"; the core group is empty
  std::string service_account;     // the binding's only subject, in the same namespace
  Labels labels;
  Place from;
};

struct DerivedName {  // a ServiceAccount or Secret
  std::string name;
  std::string ns;
  Labels labels;
  Place from;
};

struct DerivedCluster {
  std::string name;
  std::string ns;
  Labels labels;
  Labels annotations;
  Place from;
};

// A derived object that a real API server would not accept; in a cluster reconciling stops at the first.
struct RefusedObject {
  std::string object;  // "Service/demo-head-svc"; a Pod by its generateName
  std::string text;
  Place from;
};

struct RayDerivation {
  RayRejection rejected;  // the rest is then empty, or what is made before, or gated NetworkPolicies
  std::optional<RayRejection> error;  // accepted, but reconciling ends in this error for ever
  std::vector<PrunedField> pruned;
  std::vector<RefusedObject> refused;
  std::vector<DerivedCluster> ray_clusters;
  std::vector<DerivedPod> pods;
  std::vector<DerivedService> services;
  std::vector<DerivedIngress> ingresses;
  std::vector<DerivedGateway> gateways;
  std::vector<DerivedNetworkPolicy> network_policies;
  std::vector<DerivedName> service_accounts;
  std::vector<DerivedRole> roles;
  std::vector<DerivedName> secrets;
};

// `selected` is the RayCluster that a RayJob's clusterSelector names, if it is known; without it one
// that is ready, lists its dashboard on 8265 and runs an unknown image is assumed.
RayDerivation derive_ray(const Object& object, const KubeRaySettings& settings,
                         const Object* selected = nullptr);

// The pods of every template of the object, whether or not the operator comes to make them (it may be
// rejected, suspended or managed by another): what an audit looks at. Head, workers in order, and the
// submitter, with its template if one is given, and the pod that cleans up Redis.
std::vector<DerivedPod> ray_pods_as_written(const Object& object, const KubeRaySettings& settings);

// The pods that a Service sends to: same namespace, and the labels match.
std::vector<const DerivedPod*> selected_pods(const RayDerivation& derivation, const DerivedService& service);

}  // namespace kray
