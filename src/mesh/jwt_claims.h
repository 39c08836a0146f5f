// What policies see of a validated token (specs/istio.md 2.4 form R, 0.5-5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mesh/request.h"
#include "mesh/text_pattern.h"

namespace kray {

// R: patterns of the two halves of "issuer/subject", split at the last slash.
struct RequestPrincipalPattern {
  TextPattern issuer;
  TextPattern subject;
};
RequestPrincipalPattern request_principal_pattern(std::string_view value);
bool matches_request_principal(const RequestPrincipalPattern& pattern, const JwtToken& token);

// ["a", "b"] of "request.auth.claims[a][b]".
std::vector<std::string> claim_path(std::string_view key);

// Whether the claim is a string that matches, or a list with such a string. Booleans, numbers, objects and
// empty texts never match. Strings of the claims `scope` and `permission` are lists with spaces between.
bool claim_matches(const TextPattern& pattern, const JwtToken& token, const std::vector<std::string>& path);

}  // namespace kray
