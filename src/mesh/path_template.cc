// AP-13 as Envoy does it, by a regular expression over the whole path (0.5-2). Slashes beside an operator are
// literal: "/a/{**}" matches "/a/" and not "/a".
#include "mesh/path_template.h"

#include <re2/re2.h>

#include <string>

namespace kray {
namespace {

constexpr std::string_view kOne = "{*}";
constexpr std::string_view kMany = "{**}";
// One or more; zero or more, with slashes.
constexpr std::string_view kOneExpression = R"([a-zA-Z0-9\-._~%!$&'()+,;:@=*]+)";
constexpr std::string_view kManyExpression = R"([a-zA-Z0-9\-._~%!$&'()+,;:@=*/]*)";

std::string expression_of(std::string_view value) {
  std::string expression;
  std::string literal;
  const auto end_literal = [&] {
    expression += re2::RE2::QuoteMeta(literal);
    literal.clear();
  };
  while (!value.empty()) {
    const bool is_many = value.starts_with(kMany);
    if (!is_many && !value.starts_with(kOne)) {
      literal += value.front();
      value.remove_prefix(1);
      continue;
    }
    end_literal();
    expression += is_many ? kManyExpression : kOneExpression;
    value.remove_prefix(is_many ? kMany.size() : kOne.size());
  }
  end_literal();
  return expression;
}

}  // namespace

bool is_path_template(std::string_view value) {
  return value.find(kOne) != std::string_view::npos || value.find(kMany) != std::string_view::npos;
}

PathTemplate::PathTemplate(std::string_view value)
    : expression_(std::make_shared<const re2::RE2>(expression_of(value), re2::RE2::Quiet)) {}

bool PathTemplate::matches(std::string_view path) const {
  return re2::RE2::FullMatch(re2::StringPiece(path.data(), path.size()), *expression_);
}

}  // namespace kray
