// The stack of open containers, and what is settled when one closes: duplicates, then merges.
//
// Alias bombs: every container knows how many nodes it would hold with its aliases written out.
// The sum is carried up as containers close, so a bomb is refused while it is still small.
#include "manifest/tree_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace kray {
namespace {

// Quoted it is a key like any other.
bool is_merge_key(const Tree& tree, uint32_t index) {
  return (tree.nodes[index].flags & Node::kQuoted) == 0 && NodeRef(&tree, index).text() == "<<";
}

bool is_list_of_mappings(NodeRef node, std::vector<NodeRef>& mappings) {
  for (const NodeRef item : node.items()) mappings.push_back(item);
  return node.is_sequence() &&
         std::all_of(mappings.begin(), mappings.end(), [](NodeRef m) { return m.is_mapping(); });
}

}  // namespace

bool TreeBuilder::fail(uint32_t begin, uint32_t end, std::string message, std::string advice) {
  error_ = {{tree_.file, begin, std::max(begin, end)}, std::move(message), std::move(advice)};
  return false;
}

bool TreeBuilder::expects_key() const {
  return !frames_.empty() && tree_.nodes[frames_.back().node].kind == NodeKind::mapping &&
         frames_.back().key == Node::kNone;
}

std::string_view TreeBuilder::pending_key() const {
  if (frames_.empty() || frames_.back().key == Node::kNone) return {};
  return NodeRef(&tree_, frames_.back().key).text();
}

void TreeBuilder::append(Frame& frame, uint32_t index) {
  Node& container = tree_.nodes[frame.node];
  if (frame.last_child == Node::kNone) {
    container.data = index;
  } else {
    tree_.nodes[frame.last_child].next = index;
  }
  frame.last_child = index;
}

bool TreeBuilder::add(Node node) {
  if (tree_.nodes.size() >= limits_.nodes_per_document) {
    return fail(node.begin, node.end,
                fmt::format("document has more than {} values", limits_.nodes_per_document), "split it");
  }
  const auto index = static_cast<uint32_t>(tree_.nodes.size());
  if (!frames_.empty()) {
    Frame& frame = frames_.back();
    node.parent = frame.node;
    Node& container = tree_.nodes[frame.node];
    if (container.kind == NodeKind::sequence) {
      node.key = container.size++;
    } else if (frame.key == Node::kNone) {
      frame.key = index;
    } else {
      node.key = frame.key;
      frame.key = Node::kNone;
      ++container.size;
    }
    ++frame.expanded;
    append(frame, index);
  }
  tree_.nodes.push_back(node);
  last_index_ = index;
  return true;
}

bool TreeBuilder::scalar(uint32_t begin, uint32_t end, NodeKind kind, uint8_t flags, std::string_view text,
                         uint32_t text_begin) {
  Node node{.begin = begin, .end = end};
  node.kind = kind;
  node.flags = flags;
  node.size = static_cast<uint32_t>(text.size());
  if (text_begin != Node::kNone && tree_.file->text().substr(text_begin, text.size()) == text) {
    node.data = text_begin;
  } else {
    node.data = static_cast<uint32_t>(tree_.buffer.size());
    node.flags = static_cast<uint8_t>(node.flags | Node::kTextInBuffer);
    tree_.buffer.append(text);
  }
  if (expects_key()) {
    if (text == "<<" && (flags & Node::kQuoted) == 0) frames_.back().has_merge = true;
    if (kind == NodeKind::null) {
      fail(begin, end, "a mapping key is null, Kubernetes needs a string", "quote the key");
      error_.is_bad_key = true;
      return false;
    }
  }
  return add(node);
}

bool TreeBuilder::alias(uint32_t begin, uint32_t end, uint32_t target) {
  if (expects_key())
    return fail(begin, end, "an alias stands where a mapping key must be", "write the key out");
  for (const Frame& frame : frames_) {
    if (frame.node == target)
      return fail(begin, end, "an anchor's value contains an alias of itself", "write it out");
  }
  Node node{.begin = begin, .end = end, .data = target};
  node.kind = NodeKind::alias;
  const auto known = expanded_.find(target);
  return add(node) && note_expanded(known == expanded_.end() ? 1 : known->second, node);
}

bool TreeBuilder::note_expanded(uint64_t nodes, const Node& at) {
  if (frames_.empty()) return true;
  frames_.back().expanded += nodes;
  if (frames_.back().expanded <= limits_.expanded_nodes) return true;
  return fail(at.begin, at.end, fmt::format("aliases expand to more than {} values", limits_.expanded_nodes),
              "write them out");
}

bool TreeBuilder::open(uint32_t begin, uint32_t end, NodeKind kind, bool has_anchor) {
  if (expects_key()) {
    fail(begin, end,
         fmt::format("{} stands where a mapping key must be, Kubernetes needs a string", to_string(kind)),
         "quote the value if it is a placeholder such as {{name}}");
    error_.is_bad_key = true;
    return false;
  }
  if (frames_.size() >= limits_.depth) {
    return fail(begin, end, fmt::format("nested deeper than {} levels", limits_.depth), "");
  }
  Node node{.begin = begin, .end = end};
  node.kind = kind;
  if (!add(node)) return false;
  frames_.push_back({.node = last_index_, .has_anchor = has_anchor});
  return true;
}

bool TreeBuilder::close(uint32_t end) {
  const Frame frame = frames_.back();
  Node& container = tree_.nodes[frame.node];
  if (end != 0) {
    container.end = end;
  } else if (frame.last_child != Node::kNone) {
    container.end = std::max(container.end, tree_.nodes[frame.last_child].end);
  }
  if (container.kind == NodeKind::mapping) find_duplicates(frame.node);
  if (frame.has_merge && !resolve_merges(frame.node)) return false;
  frames_.pop_back();
  last_index_ = frame.node;
  if (frame.has_anchor) expanded_.emplace(frame.node, frame.expanded);
  return note_expanded(frame.expanded, tree_.nodes[frame.node]);
}

uint32_t TreeBuilder::target_of(uint32_t index) const {
  while (tree_.nodes[index].kind == NodeKind::alias) index = tree_.nodes[index].data;
  return index;
}

void TreeBuilder::find_duplicates(uint32_t mapping) {
  const NodeRef node(&tree_, mapping);
  std::vector<NodeRef> keys;
  keys.reserve(node.size());
  for (const Field field : node.fields()) keys.push_back(field.key);
  std::sort(keys.begin(), keys.end(), [](NodeRef a, NodeRef b) {
    const int order = a.text().compare(b.text());
    return order < 0 || (order == 0 && a.index() < b.index());
  });
  for (size_t i = 1; i < keys.size(); ++i) {
    if (keys[i].text() != keys[i - 1].text() || is_merge_key(tree_, keys[i].index())) continue;
    duplicates_.push_back({keys[i - 1].place(), keys[i].place(), std::string(keys[i].text()), node.path()});
  }
}

// go-yaml version 2 applies a mapping's fields in order, a merge at its own position: what comes
// later wins, and of several merged mappings the first that has a key.
bool TreeBuilder::resolve_merges(uint32_t mapping) {
  std::vector<std::pair<uint32_t, uint32_t>> fields;  // key and value, in the order of first appearance
  std::unordered_map<std::string_view, size_t> positions;
  const auto set = [this, &fields, &positions](uint32_t key, uint32_t value) {
    const auto [position, is_new] = positions.emplace(NodeRef(&tree_, key).text(), fields.size());
    if (is_new) {
      fields.emplace_back(key, value);
    } else {
      fields[position->second] = {key, value};
    }
  };
  const auto merge = [&set](NodeRef merged) {
    for (const Field field : merged.fields()) set(field.key.index(), field.value.index());
  };
  for (const Field field : NodeRef(&tree_, mapping).fields()) {
    if (!is_merge_key(tree_, field.key.index())) {
      set(field.key.index(), field.value.index());
    } else if (field.value.is_mapping()) {
      merge(field.value);
    } else if (std::vector<NodeRef> sources; is_list_of_mappings(field.value, sources)) {
      for (auto source = sources.rbegin(); source != sources.rend(); ++source) merge(*source);
    } else {
      const Place at = field.value.place();
      return fail(at.begin, at.end, "a merge key (<<) needs a mapping or a list of mappings", "");
    }
  }

  Frame rebuilt{.node = mapping};
  for (const auto& [key, value] : fields) {
    const bool own = tree_.nodes[value].parent == mapping && tree_.nodes[key].parent == mapping;
    uint32_t key_index = key;
    uint32_t value_index = value;
    if (!own) {
      if (tree_.nodes.size() + 2 > limits_.nodes_per_document) {
        return fail(tree_.nodes[mapping].begin, tree_.nodes[mapping].end,
                    "merge keys bring in too many values", "");
      }
      key_index = static_cast<uint32_t>(tree_.nodes.size());
      value_index = key_index + 1;
      for (const uint32_t target : {target_of(key), target_of(value)}) {
        Node node{.begin = tree_.nodes[target].begin,
                  .end = tree_.nodes[target].end,
                  .data = target,
                  .parent = mapping};
        node.kind = NodeKind::alias;
        node.flags = Node::kMerged;
        tree_.nodes.push_back(node);
      }
      tree_.nodes[value_index].key = key_index;
    }
    append(rebuilt, key_index);
    append(rebuilt, value_index);
  }
  if (rebuilt.last_child != Node::kNone) tree_.nodes[rebuilt.last_child].next = Node::kNone;
  tree_.nodes[mapping].size = static_cast<uint32_t>(fields.size());
  return true;
}

}  // namespace kray
