// The path that policies see: what Envoy makes of a request's path before any filter (AP-14, 0.5-3).
#pragma once

#include <string>
#include <string_view>

#include "mesh/mesh_config.h"

namespace kray {

// The normalised path with its query, which stays as it is. A policy's own values are never normalised.
std::string normalized_path(std::string_view path, PathNormalization mode);

// Without query and fragment: what `paths` are matched against.
std::string_view without_query(std::string_view path);

}  // namespace kray
