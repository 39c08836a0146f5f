// What was understood of the input, for people and scripts: objects, namespaces, pods with their sidecars,
// and what controllers make of them. Plain values; the names are those of the Kubernetes API.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "source/error.h"
#include "source/place.h"
#include "source/source_file.h"

namespace kray {

using InventoryLabels = std::map<std::string, std::string, std::less<>>;

// Yes or no; nothing: the input does not say.
using InventoryAnswer = std::optional<bool>;

struct InventoryNamespace {
  std::string name;
  std::vector<Place> defined_by;  // Namespaces and Profiles; none: objects name it only
  InventoryLabels labels;         // of the first definition
  uint64_t objects = 0;           // that live in it
};

struct InventoryPort {
  std::string name;  // may be empty
  int64_t port = 0;
  std::string protocol;   // empty: TCP
  int64_t host_port = 0;  // 0: none
};

struct InventoryContainer {
  std::string name;
  std::string image;  // may be empty
  std::vector<InventoryPort> ports;
};

// A port by what it is for: "gcs", "dashboard", …
struct InventoryRayPort {
  std::string role;
  std::string ports;  // "6379", "10002-19999"; "random" or "unknown"
  Place from;         // where it is set; nothing for defaults
};

struct InventoryInjection {
  InventoryAnswer injected;   // an injector changes the pod
  InventoryAnswer has_proxy;  // it runs with a proxy, injected or its own
  InventoryAnswer rejected;
  InventoryAnswer native;
  bool starts_never = false;
  std::string reason;   // "injected", "no webhook", "injector declined", "rejected"; "unknown"
  std::string why;      // in words, a clause
  std::string message;  // why it is refused or cannot start
  Place decided_by;
  std::string revision;
  std::string proxy;  // "sidecar", "router", "grpc-agent", "unknown"; empty: none
  std::string tls_mode;
  std::string interception;   // "REDIRECT", "TPROXY", "NONE"; empty: no proxy
  bool captures_all = false;  // all inbound ports but the excluded ones
  std::vector<uint16_t> captured_ports;
  std::vector<uint16_t> excluded_ports;
  std::vector<std::string> webhooks;
};

struct InventoryPod {
  std::string id;      // "team-a/RayCluster/demo/head"
  std::string object;  // what it comes from: "RayCluster/team-a/demo"
  std::string role;    // "head", "worker", "submitter", "redis-cleanup"; "other"
  std::string group;   // "headgroup", a worker group; empty for others
  std::string cluster;
  std::string ns;
  std::string name;  // one of the two may be empty
  std::string generate_name;
  std::string job;                 // the Job that makes it
  std::optional<int64_t> count;    // nothing: not known
  InventoryLabels labels;          // before injection
  bool labels_are_certain = true;  // false: of a kind whose controller is not known
  InventoryLabels annotations;
  std::string service_account;
  InventoryAnswer automount_token;  // nothing: not set
  bool host_network = false;
  std::string restart_policy;  // empty: not set
  std::vector<InventoryContainer> containers;
  std::vector<InventoryContainer> init_containers;
  std::vector<InventoryRayPort> ray_ports;
  InventoryInjection injection;
  Place from;
};

struct InventoryServicePort {
  std::string name;
  int64_t port = 0;
  std::string target_port;
  std::string app_protocol;
  std::string protocol;
};

struct InventoryService {
  std::string name;
  std::string ns;
  std::string object;  // what it comes from; the Service itself if it is in the input
  std::string owner;   // "RayCluster/demo"; empty: it is in the input
  std::string type;
  bool headless = false;
  bool publish_not_ready = false;
  InventoryLabels labels;
  InventoryLabels annotations;
  InventoryLabels selector;
  std::vector<InventoryServicePort> ports;
  std::vector<std::string> selects;      // "head/headgroup" of Ray pods, else their id; sorted
  std::vector<std::string> selects_ids;  // the same pods by id
  Place from;
};

struct InventoryIngressRule {
  std::string path;
  std::string path_type;
  std::string service;
  std::string port;  // number or name
};

struct InventoryIngress {
  std::string name;
  std::string ns;
  std::string object;
  std::string class_name;  // empty: not set
  InventoryLabels labels;
  InventoryLabels annotations;
  bool tls = false;
  std::vector<InventoryIngressRule> rules;
  Place from;
};

struct InventoryNetworkPolicy {
  std::string name;
  std::string ns;
  std::string object;  // the RayCluster, RayJob, … that it is made for; itself if it is in the input
  Place from;
  std::optional<InventoryLabels> pod_selector;  // of one that KubeRay makes; the others may say more
  bool limits_ingress = true;
  bool limits_egress = false;
  bool is_gated = false;  // KubeRay would make it, but for a feature gate that is off or not known to be on
};

// What a controller other than KubeRay's makes of an object of the input.
struct InventoryDerived {
  std::string api_version;
  std::string kind;
  std::string ns;
  std::string name;
  std::string object;   // "Profile/team-a"
  std::string made_by;  // the same for people: "Profile 'team-a'"
  Place from;
};

// Whatever has a name and little more to say: service accounts.
struct InventoryName {
  std::string name;
  std::string ns;
  std::string object;
  Place from;
};

struct InventoryRole {
  std::string name;
  std::string ns;
  std::string object;
  std::vector<std::string> rules;     // "ray.io rayclusters get,patch": groups, resources, verbs
  std::vector<std::string> subjects;  // of its bindings: "ServiceAccount/team-a/default-editor"
  Place from;
};

// A Ray object that the API server or the operator does not accept, or of which something is refused.
struct InventoryRejection {
  std::string object;
  std::string by;  // "api server", "operator", "operator panics", "cannot be decoded"
  std::string text;
  Place from;
};

// Something in or made of an object that comes to nothing.
struct InventoryRemark {
  std::string object;
  std::string text;
  Place from;
};

struct InventoryUndecided {
  std::string message;
  std::string advice;
  Place from;  // the first place it was needed for
};

struct InventoryReport {
  std::map<std::string, uint64_t> kinds;       // objects by kind
  std::vector<InventoryNamespace> namespaces;  // by name
  std::string kuberay;                         // "KubeRay operator 1.3.2 (from deploy.yaml:12)"
  std::string kuberay_version;                 // "1.3.2"
  std::vector<InventoryPod> pods;              // in input order
  std::vector<InventoryService> services;
  std::vector<InventoryIngress> ingresses;
  std::vector<InventoryNetworkPolicy> network_policies;
  std::vector<InventoryName> service_accounts;
  std::vector<InventoryRole> roles;
  std::vector<InventoryDerived> derived;
  std::vector<InventoryRejection> rejected;
  std::vector<InventoryRemark> pruned;   // fields that the API server drops
  std::vector<InventoryRemark> refused;  // derived objects that it does not take
  std::vector<InventoryUndecided> undecided;
  std::vector<Error> errors;
  std::vector<std::shared_ptr<const SourceFile>> files;  // keeps what places point into alive
};

}  // namespace kray
