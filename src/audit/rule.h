// A rule: what its file says about itself, and the check it makes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "audit/finding.h"
#include "checks/field_check.h"
#include "checks/primitive.h"
#include "source/error.h"
#include "source/source_file.h"

namespace kray {

struct PrimitiveCall {
  const Primitive* primitive = nullptr;
  Parameters parameters;
};

struct Rule {
  RuleInfo info;
  std::variant<PrimitiveCall, FieldCheck> check;
  std::string message;  // with {placeholders}
};

// The rules of a run.
struct RuleSet {
  std::vector<Rule> rules;  // by id
};

// Reads one rule file. Unknown keys, missing keys and values outside their set are errors that name
// file and line.
Result<Rule> read_rule(const std::shared_ptr<const SourceFile>& file);

// The embedded rules and those of `directories` (--rules DIR, every .yaml and .yml in them). A rule of
// the user with the id of an embedded one replaces it. All errors, not just the first.
struct LoadedRules {
  RuleSet set;
  std::vector<Error> errors;
};
LoadedRules load_rules(const std::vector<std::string>& directories);

// Rules to run: `only` (all if empty) less `skip`, by id or name; `strict` adds those that are off
// without it. Errors: an id or name that no rule has.
struct RuleSelection {
  std::vector<std::string> only;
  std::vector<std::string> skip;
  bool strict = false;
};
struct SelectedRules {
  std::vector<const Rule*> run;
  std::vector<std::string> left_out;  // ids
  std::vector<Error> errors;
};
SelectedRules select_rules(const RuleSet& set, const RuleSelection& selection);

}  // namespace kray
