// Checks over fields, written in a rule file without C++: `for`, `where`, `require`.
//
//   for: container                      what is looked at, one by one (see subject_names)
//   where: {path: image, exists: true}  which of them the rule is about; optional
//   require: {path: image, matches: ":"}   what must hold for those
//
// A condition is `all-of`, `any-of` (lists of conditions), `not` (a condition), or a `path` with
// operators that must all hold: exists, absent, equals, in, not-in, matches (RE2, anywhere in the
// text), less-than, version-at-least, same-as (another path of the same subject).
//
// A path is dotted field names; `["…"]` quotes a name with dots, `[0]` picks an item, `[*]` all items,
// `.` is the subject itself. Where a path gives several values, an operator must hold for each; under
// `not`, for none. What is not there satisfies only `absent: true`, `exists: false` and `not-in`.
// `equals`, `in`, `not-in` and `same-as` compare text, but every spelling of a boolean is one value.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "checks/context.h"
#include "checks/match.h"
#include "manifest/tree.h"
#include "source/error.h"

namespace kray {

struct FieldCondition;

struct FieldCheck {
  std::string subject;                          // value of `for`
  std::shared_ptr<const FieldCondition> where;  // null: every subject
  std::shared_ptr<const FieldCondition> require;
};

// Compiles the keys `for`, `where` and `require` of a rule. Errors name the line in the rule file.
Result<FieldCheck> compile_field_check(NodeRef rule);

void run_field_check(const FieldCheck& check, const CheckContext& context, CheckOutcome& outcome);

// Placeholders that messages of such rules may use: {kind}, {name}, {namespace}, {subject}, {path}, {value}.
std::span<const std::string_view> field_check_placeholders();
// Values of `for` besides kinds ("Service", "AuthorizationPolicy.security.istio.io").
std::span<const std::string_view> subject_names();

// "path:line: what" for a place in a rule file.
Error error_at(NodeRef node, std::string what, std::string advice);

}  // namespace kray
