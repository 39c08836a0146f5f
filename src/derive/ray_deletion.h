// The operator's checks of a RayJob's deletionStrategy and time to live (operators 1.4 and later).
#pragma once

#include <optional>
#include <string>

#include "derive/ray_spec.h"

namespace kray {

struct InvalidDeletion {
  NodeRef node;
  std::string text;
};

std::optional<InvalidDeletion> invalid_ray_deletion(const RayJobFields& job);

}  // namespace kray
