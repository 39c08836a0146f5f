// One SourceFile a text, through the YAML reader; only the first document counts.
#include "mesh/mesh_text.h"

#include <algorithm>
#include <string>

#include "manifest/limits.h"
#include "manifest/yaml_reader.h"

namespace kray {

MeshTexts::Parsed MeshTexts::parse(std::string_view text) {
  files_.push_back(std::make_unique<SourceFile>("<text of a field>", std::string(text)));
  ReadOutcome outcome = read_yaml(*files_.back(), 0, static_cast<uint32_t>(text.size()), Limits{});
  if (outcome.error) return {};
  if (outcome.trees.empty()) return {{}, true};
  trees_.push_back(std::move(outcome.trees.front()));
  const Tree& tree = *trees_.back();
  return {tree.nodes.empty() ? NodeRef() : NodeRef(&tree, 0), true};
}

bool same_value(NodeRef a, NodeRef b) {
  if (a.kind() != b.kind() || a.size() != b.size() || a.text() != b.text()) return false;
  auto other = b.items().begin();
  for (const NodeRef item : a.items()) {
    if (!same_value(item, *other)) return false;
    ++other;
  }
  const auto fields = a.fields();
  return std::all_of(fields.begin(), fields.end(),
                     [b](const Field& field) { return same_value(field.value, b[field.key.text()]); });
}

}  // namespace kray
