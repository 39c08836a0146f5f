// Value forms S and H of AuthorizationPolicy (specs/istio.md 2.4): a text with a wildcard at one end.
//
// Checked in this order: "*", a leading "*" (suffix), a trailing "*" (prefix), else exact. Only one end
// counts: "*a*" ends with the literal "a*", and "a*b" is literal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kray {

struct TextPattern {
  enum class Form : uint8_t { any, suffix, prefix, exact };
  Form form = Form::exact;
  std::string text;  // without the wildcard; empty for `any`
};

TextPattern text_pattern(std::string_view value);

// S: "*" is any text but the empty one.
bool matches_text(const TextPattern& pattern, std::string_view text);
// H: "*" is any text, for the header is there.
bool matches_header(const TextPattern& pattern, std::string_view text);

// The ASCII letters in lower case.
std::string lower_case(std::string_view text);

}  // namespace kray
