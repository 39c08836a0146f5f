// The Pod Security Standards of Kubernetes: what the levels baseline and restricted forbid in a pod.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/views.h"
#include "manifest/tree.h"

namespace kray {

enum class PodSecurityLevel : uint8_t { privileged, baseline, restricted };

std::string_view to_string(PodSecurityLevel level);
std::optional<PodSecurityLevel> parse_pod_security_level(std::string_view text);

struct PodSecurityViolation {
  NodeRef blamed;  // the field to change; the container or pod in which one is missing
  bool is_missing = false;
  std::string words;  // "container 'ray-head' adds capability SYS_PTRACE"
  std::string fix;
};

// Everything in the pod that the level forbids, and everything that it asks for and is not there.
// Fields of a container that are missing are one violation together.
std::vector<PodSecurityViolation> pod_security_violations(const PodTemplate& pod, PodSecurityLevel level);

// The same for a container that a controller adds to the pod; `container` holds its name and
// securityContext, `words` names it: "autoscaler".
std::vector<PodSecurityViolation> pod_security_violations_of_added(const PodTemplate& pod, NodeRef container,
                                                                   std::string_view words,
                                                                   PodSecurityLevel level);

}  // namespace kray
