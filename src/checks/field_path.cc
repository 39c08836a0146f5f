// Reads a path step by step, and follows it through the tree, branching at `[*]`.
#include "checks/field_path.h"

#include <charconv>

namespace kray {
namespace {

// A bracket: `["name"]`, `[3]` or `[*]`. Moves `text` past it; false if it is none of these.
bool parse_bracket(std::string_view& text, FieldPath& path) {
  const bool quoted = text.starts_with("[\"");
  const size_t close = quoted ? text.find("\"]") : text.find(']');
  if (close == std::string_view::npos) return false;
  const std::string_view inside = quoted ? text.substr(2, close - 2) : text.substr(1, close - 1);
  PathStep step;
  if (quoted) {
    step.name = inside;
  } else if (inside == "*") {
    step.kind = PathStep::Kind::every_item;
  } else {
    step.kind = PathStep::Kind::index;
    const auto [end, failure] = std::from_chars(inside.data(), inside.data() + inside.size(), step.index);
    if (failure != std::errc() || end != inside.data() + inside.size()) return false;
  }
  path.push_back(std::move(step));
  text.remove_prefix(close + (quoted ? 2 : 1));
  return true;
}

void follow(const FieldPath& path, size_t at, NodeRef node, PathTargets& targets) {
  if (at == path.size()) {
    targets.found.push_back(node);
    return;
  }
  const PathStep& step = path[at];
  if (step.kind == PathStep::Kind::every_item) {
    for (const NodeRef item : node.items()) follow(path, at + 1, item, targets);
    if (!node.is_sequence()) targets.missing_in.push_back(node);
    return;
  }
  const NodeRef next = step.kind == PathStep::Kind::index ? node.at(step.index) : node[step.name];
  // The API server drops fields whose value is null.
  if (!next.is_null()) {
    follow(path, at + 1, next, targets);
  } else {
    targets.missing_in.push_back(node);
  }
}

}  // namespace

std::optional<FieldPath> parse_field_path(std::string_view text) {
  FieldPath path;
  if (text == ".") return path;
  bool expects_name = true;
  while (!text.empty()) {
    if (text.front() == '[') {
      if (!parse_bracket(text, path)) return std::nullopt;
      expects_name = false;
      continue;
    }
    if (!expects_name) {
      if (text.front() != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    const size_t end = text.find_first_of(".[");
    const std::string_view name = text.substr(0, end);
    if (name.empty()) return std::nullopt;
    path.push_back({PathStep::Kind::field, std::string(name), 0});
    text.remove_prefix(name.size());
    expects_name = false;
  }
  if (path.empty()) return std::nullopt;
  return path;
}

PathTargets follow_path(const FieldPath& path, NodeRef from) {
  PathTargets targets;
  follow(path, 0, from, targets);
  return targets;
}

}  // namespace kray
