// Look-ups in a document's tree: sibling lists are walked, which for manifests beats any index.
#include "manifest/tree.h"

#include <fmt/format.h>

namespace kray {
namespace {

const Node kNothing;

uint32_t follow(const Tree& tree, uint32_t index) {
  while (tree.nodes[index].kind == NodeKind::alias) index = tree.nodes[index].data;
  return index;
}

}  // namespace

std::string_view to_string(NodeKind kind) {
  switch (kind) {
    case NodeKind::null: return "null";
    case NodeKind::boolean: return "a boolean";
    case NodeKind::integer: return "an integer";
    case NodeKind::floating: return "a number";
    case NodeKind::string: return "a string";
    case NodeKind::sequence: return "a list";
    case NodeKind::mapping: return "a mapping";
    case NodeKind::alias: return "an alias";
  }
  return "";
}

NodeRef::NodeRef(const Tree* tree, uint32_t index) : tree_(tree), index_(follow(*tree, index)) {}

const Node& NodeRef::node() const { return tree_ == nullptr ? kNothing : tree_->nodes[index_]; }

uint32_t NodeRef::key_index() const {
  const uint32_t parent = node().parent;
  return parent != Node::kNone && tree_->nodes[parent].kind == NodeKind::mapping ? node().key : Node::kNone;
}

std::string_view NodeRef::text() const {
  if (!is_scalar()) return {};
  const Node& scalar = node();
  if (scalar.size == 0) return {};
  if ((scalar.flags & Node::kTextInBuffer) != 0)
    return std::string_view(tree_->buffer).substr(scalar.data, scalar.size);
  return tree_->file->text().substr(scalar.data, scalar.size);
}

size_t NodeRef::size() const { return is_mapping() || is_sequence() ? node().size : 0; }

NodeRef NodeRef::operator[](std::string_view key) const {
  NodeRef found;
  for (const Field field : fields()) {
    if (field.key.text() == key) found = field.value;
  }
  return found;
}

NodeRef NodeRef::at(size_t index) const {
  for (const NodeRef item : items()) {
    if (index-- == 0) return item;
  }
  return {};
}

ItemRange NodeRef::items() const {
  return {tree_, is_sequence() && node().size > 0 ? node().data : Node::kNone};
}

FieldRange NodeRef::fields() const {
  return {tree_, is_mapping() && node().size > 0 ? node().data : Node::kNone};
}

Place NodeRef::place() const {
  if (tree_ == nullptr) return {};
  return {tree_->file, node().begin, node().end};
}

Place NodeRef::key_place() const {
  if (tree_ == nullptr) return {};
  const uint32_t key = key_index();
  if (key == Node::kNone) return place();
  return NodeRef(tree_, key).place();
}

Place NodeRef::field_place() const {
  if (tree_ == nullptr) return {};
  return {tree_->file, key_place().begin, place().end};
}

std::string_view NodeRef::key_text() const {
  const uint32_t key = key_index();
  return key == Node::kNone ? std::string_view() : NodeRef(tree_, key).text();
}

NodeRef NodeRef::parent() const {
  if (tree_ == nullptr || node().parent == Node::kNone) return {};
  return {tree_, node().parent};
}

NodeRef NodeRef::root() const { return tree_ == nullptr ? NodeRef() : NodeRef(tree_, 0); }

std::string NodeRef::path() const {
  const NodeRef above = parent();
  if (!above) return "";
  std::string text = above.path();
  if (above.is_sequence()) return text + fmt::format("[{}]", node().key);
  if (!text.empty()) text += '/';
  return text.append(key_text());
}

}  // namespace kray
