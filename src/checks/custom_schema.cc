// Follows openAPIV3Schema along the path of a node.
#include "checks/custom_schema.h"

#include <fmt/format.h>

#include <algorithm>

namespace kray {
namespace {

// From the object down to the node; empty if the node stands elsewhere (behind an alias).
std::vector<NodeRef> steps_to(NodeRef object, NodeRef node) {
  std::vector<NodeRef> steps;
  while (node && node != object) {
    steps.push_back(node);
    node = node.parent();
  }
  if (!node) return {};
  std::reverse(steps.begin(), steps.end());
  return steps;
}

bool has_field(NodeRef schema, const std::vector<NodeRef>& steps) {
  for (const NodeRef step : steps) {
    if (schema["x-kubernetes-preserve-unknown-fields"].is_true()) return true;
    const std::string_view key = step.key_text();
    const NodeRef other = schema["additionalProperties"];
    if (key.empty()) {
      schema = schema["items"];
    } else {
      schema = schema["properties"][key] ? schema["properties"][key] : other;
    }
    if (!schema) return false;
    if (schema.is_true()) return true;
  }
  return !steps.empty();
}

}  // namespace

const std::vector<NodeRef>& CustomSchemas::schemas_of(const Object& object) {
  const std::string key = fmt::format("{}/{}/{}", object.group, object.kind, object.version);
  const auto known = schemas_.find(key);
  if (known != schemas_.end()) return known->second;
  std::vector<NodeRef>& schemas = schemas_[key];
  for (const ManifestFile& file : files_) {
    for (const Document& document : file.documents) {
      NodeRef definition = document.root();
      const NodeRef spec = definition["spec"];
      if (document.kind != DocumentKind::custom_resource_definition || spec["group"].text() != object.group ||
          spec["names"]["kind"].text() != object.kind) {
        continue;
      }
      if (!spec["versions"].is_sequence()) {
        read_again_.push_back(
            read_yaml(*file.source, document.place.begin, document.place.end, Limits(), Detail::whole));
        if (read_again_.back().trees.empty()) continue;
        definition = NodeRef(read_again_.back().trees.front().get(), 0);
      }
      for (const NodeRef version : definition["spec"]["versions"].items()) {
        if (version["name"].text() == object.version) schemas.push_back(version["schema"]["openAPIV3Schema"]);
      }
    }
  }
  return schemas;
}

bool CustomSchemas::knows_field(const Object& object, NodeRef node) {
  const std::vector<NodeRef> steps = steps_to(object.node, node);
  const std::vector<NodeRef>& schemas = schemas_of(object);
  return std::any_of(schemas.begin(), schemas.end(),
                     [&steps](NodeRef schema) { return has_field(schema, steps); });
}

}  // namespace kray
