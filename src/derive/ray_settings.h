// What the derivation of Ray objects depends on besides the object: the operator's version and the
// few of its settings that change what it makes (specs/kuberay-kubeflow.md B.1, B.2, C.1, section 0, 25).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cluster/version.h"

namespace kray {

// Feature gates of the operator that decide what it makes.
constexpr std::string_view kNetworkPolicyGate = "RayClusterNetworkPolicy";
constexpr std::string_view kIncrementalUpgradeGate = "RayServiceIncrementalUpgrade";

struct KubeRaySettings {
  Version version{1, 3, 2};                      // what Kubeflow ships
  bool init_container_injection = true;          // env ENABLE_INIT_CONTAINER_INJECTION, off in Kubeflow
  bool probes_injection = true;                  // env ENABLE_PROBES_INJECTION
  bool head_cluster_ip_service = false;          // env ENABLE_RAY_HEAD_CLUSTER_IP_SERVICE
  std::string cluster_domain = "cluster.local";  // env CLUSTER_DOMAIN
  // Flag --feature-gates: those that are named in it. The others have the default of the version.
  std::map<std::string, bool, std::less<>> feature_gates = {};
  bool feature_gates_are_known = false;  // the operator is in the input

  // Whether a gate is on; one that the version does not know is off.
  bool has_feature(std::string_view gate) const;
};

}  // namespace kray
