// Plain comparisons: no pattern of these forms needs a regular expression.
#include "mesh/text_pattern.h"

namespace kray {

TextPattern text_pattern(std::string_view value) {
  using Form = TextPattern::Form;
  if (value == "*") return {.form = Form::any, .text = {}};
  if (value.starts_with('*')) return {.form = Form::suffix, .text = std::string(value.substr(1))};
  if (value.ends_with('*'))
    return {.form = Form::prefix, .text = std::string(value.substr(0, value.size() - 1))};
  return {.form = Form::exact, .text = std::string(value)};
}

bool matches_header(const TextPattern& pattern, std::string_view text) {
  switch (pattern.form) {
    case TextPattern::Form::any: return true;
    case TextPattern::Form::suffix: return text.ends_with(pattern.text);
    case TextPattern::Form::prefix: return text.starts_with(pattern.text);
    case TextPattern::Form::exact: return text == pattern.text;
  }
  return false;
}

bool matches_text(const TextPattern& pattern, std::string_view text) {
  return pattern.form == TextPattern::Form::any ? !text.empty() : matches_header(pattern, text);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace kray
