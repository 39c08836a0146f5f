// Paths of field checks: `spec.containers[*].image`, `metadata.labels["ray.io/cluster"]`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/tree.h"

namespace kray {

struct PathStep {
  enum class Kind : uint8_t { field, index, every_item } kind = Kind::field;
  std::string name;
  size_t index = 0;
};

using FieldPath = std::vector<PathStep>;

std::optional<FieldPath> parse_field_path(std::string_view text);  // nothing: not a path

// What the path leads to: nodes that are there, and for every branch that ends early the last node
// that is there (so that a report can point at it).
struct PathTargets {
  std::vector<NodeRef> found;
  std::vector<NodeRef> missing_in;
};
PathTargets follow_path(const FieldPath& path, NodeRef from);

}  // namespace kray
