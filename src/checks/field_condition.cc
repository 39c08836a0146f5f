// Compiling conditions with errors that name the line, and evaluating them with someone to blame.
#include "checks/field_condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "checks/field_check.h"
#include "manifest/scalar.h"

namespace kray {
namespace {

using Operator = FieldOperator;

// What a value is compared by. All spellings of a boolean (`yes`, `on`, `True`) are one value.
std::string_view comparable(NodeRef node) {
  if (node.kind() != NodeKind::boolean) return node.text();
  return node.is_true() ? "true" : "false";
}

// The operands of an operator. `yes` in a rule may mean the boolean or the string.
std::vector<std::string> texts_of(NodeRef node) {
  std::vector<std::string> texts;
  const auto add = [&texts](NodeRef value) {
    texts.emplace_back(value.text());
    if (comparable(value) != value.text()) texts.emplace_back(comparable(value));
  };
  if (node.is_scalar()) add(node);
  for (const NodeRef item : node.items()) add(item);
  return texts;
}

bool is_one_of(const Operator& op, NodeRef value) {
  return value.is_scalar() &&
         std::find(op.values.begin(), op.values.end(), comparable(value)) != op.values.end();
}

std::optional<double> number_of(NodeRef node) {
  if (const auto integer = integer_value(node.text())) return static_cast<double>(*integer);
  const std::string copy(node.text());
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (copy.empty() || end != copy.c_str() + copy.size()) return std::nullopt;
  return value;
}

Result<Operator> compile_pattern(NodeRef value) {
  auto pattern = std::make_shared<const RE2>(std::string(value.text()), RE2::Quiet);
  if (!pattern->ok())
    return error_at(value, "not a regular expression: " + pattern->error(), "the syntax is RE2's");
  Operator op{.kind = Operator::Kind::matches};
  op.pattern = std::move(pattern);
  return op;
}

Result<Operator> compile_boolean(NodeRef value, bool expected) {
  if (value.kind() != NodeKind::boolean) return error_at(value, "expected true or false", "");
  Operator op{.kind = Operator::Kind::exists};
  op.expected = value.is_true() == expected;
  return op;
}

Result<Operator> compile_operator(NodeRef key, NodeRef value) {
  const std::string_view name = key.text();
  if (name == "exists") return compile_boolean(value, true);
  if (name == "absent") return compile_boolean(value, false);
  if (name == "matches") return compile_pattern(value);
  if (name == "equals" || name == "in" || name == "not-in") {
    const bool one = name == "equals";
    if (one != value.is_scalar() || (!one && !value.is_sequence())) {
      return error_at(value, fmt::format("'{}' needs {}", name, one ? "a single value" : "a list"), "");
    }
    Operator op{.kind = one            ? Operator::Kind::equals
                        : name == "in" ? Operator::Kind::in
                                       : Operator::Kind::not_in};
    op.values = texts_of(value);
    return op;
  }
  if (name == "less-than") {
    Operator op{.kind = Operator::Kind::less_than};
    const std::optional<double> bound = number_of(value);
    if (!bound) return error_at(value, "'less-than' needs a number", "");
    op.bound = *bound;
    return op;
  }
  if (name == "version-at-least") {
    Operator op{.kind = Operator::Kind::version_at_least};
    const std::optional<Version> version = parse_version(value.text());
    if (!version) return error_at(value, "'version-at-least' needs a version", "write it like \"1.4.0\"");
    op.version = *version;
    return op;
  }
  if (name == "same-as") {
    Operator op{.kind = Operator::Kind::same_as};
    std::optional<FieldPath> path = parse_field_path(value.text());
    if (!path) return error_at(value, fmt::format("'{}' is not a path", value.text()), "");
    op.other = std::move(*path);
    return op;
  }
  return error_at(
      key, fmt::format("'{}' is not an operator", name),
      "operators are exists, absent, equals, in, not-in, matches, less-than, version-at-least, same-as");
}

Result<FieldCondition> compile_parts(NodeRef list, FieldCondition::Kind kind) {
  if (!list.is_sequence() || list.size() == 0) return error_at(list, "expected a list of conditions", "");
  FieldCondition condition;
  condition.kind = kind;
  for (const NodeRef item : list.items()) {
    Result<FieldCondition> part = compile_condition(item);
    if (!part.ok()) return part.error();
    condition.parts.push_back(std::move(part.value()));
  }
  return condition;
}

Result<FieldCondition> compile_test(NodeRef node) {
  FieldCondition condition;
  const NodeRef path = node["path"];
  if (!path) return error_at(node, "a condition needs 'path', 'all-of', 'any-of' or 'not'", "");
  std::optional<FieldPath> parsed = parse_field_path(path.text());
  if (!parsed) return error_at(path, fmt::format("'{}' is not a path", path.text()), "");
  condition.path = std::move(*parsed);
  condition.path_text = path.text();
  for (const Field field : node.fields()) {
    if (field.key.text() == "path") continue;
    Result<Operator> compiled = compile_operator(field.key, field.value);
    if (!compiled.ok()) return compiled.error();
    condition.operators.push_back(std::move(compiled.value()));
  }
  if (condition.operators.empty()) return error_at(node, "a condition with 'path' needs an operator", "");
  return condition;
}

// Whether the operator holds for one value that is there.
bool holds_for(const Operator& op, NodeRef value, NodeRef subject) {
  switch (op.kind) {
    case Operator::Kind::exists: return op.expected;
    case Operator::Kind::equals:
    case Operator::Kind::in: return is_one_of(op, value);
    case Operator::Kind::not_in: return !is_one_of(op, value);
    case Operator::Kind::matches:
      return value.is_scalar() &&
             RE2::PartialMatch(re2::StringPiece(value.text().data(), value.text().size()), *op.pattern);
    case Operator::Kind::less_than: {
      const std::optional<double> number = number_of(value);
      return number && *number < op.bound;
    }
    case Operator::Kind::version_at_least: {
      const std::optional<Version> version = parse_version(value.text());
      return version && *version >= op.version;
    }
    case Operator::Kind::same_as: {
      const PathTargets other = follow_path(op.other, subject);
      return !other.found.empty() &&
             std::all_of(other.found.begin(), other.found.end(),
                         [value](NodeRef one) { return comparable(one) == comparable(value); });
    }
  }
  return false;
}

bool holds_for_nothing(const Operator& op) {
  return op.kind == Operator::Kind::not_in || (op.kind == Operator::Kind::exists && !op.expected);
}

ConditionResult evaluate_test(const FieldCondition& condition, NodeRef subject) {
  const PathTargets targets = follow_path(condition.path, subject);
  for (const Operator& op : condition.operators) {
    for (const NodeRef value : targets.found) {
      if (!holds_for(op, value, subject)) return {false, value, false, condition.path_text};
    }
    for (const NodeRef parent : targets.missing_in) {
      if (!holds_for_nothing(op)) return {false, parent, true, condition.path_text};
    }
    // An empty list has neither: `exists` wants at least one value.
    const bool nothing = targets.found.empty() && targets.missing_in.empty();
    if (nothing && op.kind == Operator::Kind::exists && op.expected)
      return {false, subject, true, condition.path_text};
  }
  return {};
}

// A test under `not`: no value, and nothing that is missing, may satisfy it.
ConditionResult evaluate_negated_test(const FieldCondition& condition, NodeRef subject) {
  const PathTargets targets = follow_path(condition.path, subject);
  const std::vector<Operator>& operators = condition.operators;
  for (const NodeRef value : targets.found) {
    const bool satisfied = std::all_of(operators.begin(), operators.end(),
                                       [&](const Operator& op) { return holds_for(op, value, subject); });
    if (satisfied) return {false, value, false, condition.path_text};
  }
  if (!std::all_of(operators.begin(), operators.end(), holds_for_nothing)) return {};
  if (!targets.missing_in.empty()) return {false, targets.missing_in.front(), true, condition.path_text};
  if (targets.found.empty()) return {false, subject, true, condition.path_text};
  return {};
}

// Whether the condition is what is wanted of it: true, or (under `not`) false.
ConditionResult evaluate(const FieldCondition& condition, NodeRef subject, bool wanted) {
  using Kind = FieldCondition::Kind;
  if (condition.kind == Kind::test) {
    return wanted ? evaluate_test(condition, subject) : evaluate_negated_test(condition, subject);
  }
  if (condition.kind == Kind::negation) return evaluate(condition.parts.front(), subject, !wanted);
  // De Morgan: what is not all-of is any-of the parts' negations, and the other way round.
  const bool needs_all = (condition.kind == Kind::all_of) == wanted;
  ConditionResult first;
  for (const FieldCondition& part : condition.parts) {
    ConditionResult result = evaluate(part, subject, wanted);
    if (result.holds != needs_all) return result;
    if (first.holds) first = std::move(result);
  }
  return first;
}

}  // namespace

Result<FieldCondition> compile_condition(NodeRef node) {
  if (!node.is_mapping())
    return error_at(node, fmt::format("expected a condition, found {}", to_string(node.kind())), "");
  for (const auto& [name, kind] :
       {std::pair{"all-of", FieldCondition::Kind::all_of}, {"any-of", FieldCondition::Kind::any_of}}) {
    if (!node[name]) continue;
    if (node.size() > 1) return error_at(node, fmt::format("'{}' stands alone in a condition", name), "");
    return compile_parts(node[name], kind);
  }
  if (!node["not"]) return compile_test(node);
  if (node.size() > 1) return error_at(node, "'not' stands alone in a condition", "");
  Result<FieldCondition> inner = compile_condition(node["not"]);
  if (!inner.ok()) return inner.error();
  FieldCondition condition;
  condition.kind = FieldCondition::Kind::negation;
  condition.parts.push_back(std::move(inner.value()));
  return condition;
}

ConditionResult evaluate_condition(const FieldCondition& condition, NodeRef subject) {
  return evaluate(condition, subject, true);
}

}  // namespace kray
