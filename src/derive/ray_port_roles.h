// Which port of a head or worker pod has which role, as far as the manifest tells.
//
// specs/kuberay-kubeflow.md A.4: real numbers come from rayStartParams, a Serve port from the container
// ports; what nobody pins is Ray's default, and for some roles drawn at random when the pod starts.
// `ray start` in a command of the user's own replaces rayStartParams.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "derive/ray_objects.h"

namespace kray {

enum class RayPortRole : uint8_t {
  gcs,
  dashboard,
  client,
  serve,
  metrics,
  agent,
  node_manager,
  object_manager,
  runtime_env_agent,
  agent_grpc,
  worker,
};
std::string_view to_string(RayPortRole role);  // "gcs", "node-manager"

enum class RayPortOrigin : uint8_t {
  start_params,      // rayStartParams
  command,           // `ray start --…` in the container's own command
  container_port,    // a port of that name
  operator_default,  // what the operator passes to `ray start` where the user does not
  ray_default,       // what Ray takes if nobody says
};

struct PortRange {
  int64_t first = 0;
  int64_t last = 0;  // the same as `first` for a single port
  friend bool operator==(const PortRange&, const PortRange&) = default;
};

struct RayRolePort {
  // fixed: `ranges` are the ports. random: drawn when the pod starts. unknown: the value is no number
  // (it may be shell), or the command starts Ray in a way that cannot be read.
  enum class Kind : uint8_t { fixed, random, unknown };

  RayPortRole role = RayPortRole::gcs;
  Kind kind = Kind::fixed;
  std::vector<PortRange> ranges;  // one but for the ports of workers, which may be a list
  RayPortOrigin origin = RayPortOrigin::ray_default;
  bool loopback_only = false;  // a dashboard that listens on localhost
  Place from;                  // where it is set; nothing for defaults

  bool is(int64_t port) const;
};

// In the order of RayPortRole; gcs, dashboard and client on the head only, no dashboard if it is switched
// off. Nothing for submitter and redis-cleanup pods, which start no Ray.
std::vector<RayRolePort> ray_port_roles(const DerivedPod& pod);

}  // namespace kray
