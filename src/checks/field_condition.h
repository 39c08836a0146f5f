// One condition of a field check, compiled: a tree of all-of, any-of and not over path tests.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "checks/field_path.h"
#include "cluster/version.h"
#include "source/error.h"

namespace kray {

// An operator of a path test with its operand.
struct FieldOperator {
  enum class Kind : uint8_t {
    exists,
    equals,
    in,
    not_in,
    matches,
    less_than,
    version_at_least,
    same_as
  } kind;
  bool expected = true;                // exists (absent is exists: false)
  std::vector<std::string> values;     // equals (one), in, not_in
  std::shared_ptr<const RE2> pattern;  // matches
  double bound = 0;                    // less_than
  Version version;                     // version_at_least
  FieldPath other;                     // same_as
};

struct FieldCondition {
  enum class Kind : uint8_t { all_of, any_of, negation, test } kind = Kind::test;
  std::vector<FieldCondition> parts;  // all_of, any_of, negation (one)
  std::string path_text;
  FieldPath path;                        // test
  std::vector<FieldOperator> operators;  // test; all must hold
};

Result<FieldCondition> compile_condition(NodeRef node);

// Whether the condition holds for the subject. If not, `blame` is the value or, where there is none,
// the last node on the way to it; `path` the path that failed.
struct ConditionResult {
  bool holds = true;
  NodeRef blame;
  bool blame_is_parent = false;
  std::string path;
};
ConditionResult evaluate_condition(const FieldCondition& condition, NodeRef subject);

}  // namespace kray
