// Ports of Ray pods by role, as far as the container's declared ports tell.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "derive/pod_class.h"

namespace kray {

struct RayPort {
  int64_t number = 0;
  std::string name;  // container port name, or the operator's default name for it
};

// Ports that the head Service lists: the Ray container's, or the operator's defaults if it declares
// none; `metrics` 8080 is always there (specs/kuberay-kubeflow.md B.2).
std::vector<RayPort> head_service_ports(const PodTemplate& head);

// Ports that are meant for users or monitoring rather than for running code: Ray Serve (named
// `serve` or `serve-…`, default 8000) and metrics (named `metrics`, default 8080).
bool is_public_ray_port(const RayPort& port);

}  // namespace kray
