// What the derivation of Ray objects depends on besides the object: the operator's version and the
// few of its settings that change pods or Services (specs/kuberay-kubeflow.md B.1, B.2, section 0, 25).
#pragma once

#include <string>

#include "cluster/version.h"

namespace kray {

struct KubeRaySettings {
  Version version{1, 3, 2};                      // what Kubeflow ships
  bool init_container_injection = true;          // env ENABLE_INIT_CONTAINER_INJECTION, off in Kubeflow
  bool probes_injection = true;                  // env ENABLE_PROBES_INJECTION
  bool head_cluster_ip_service = false;          // env ENABLE_RAY_HEAD_CLUSTER_IP_SERVICE
  std::string cluster_domain = "cluster.local";  // env CLUSTER_DOMAIN
};

}  // namespace kray
