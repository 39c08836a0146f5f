// Claims are looked up in the token's own JSON (0.5-5); issuer and subject stand beside it.
#include "mesh/jwt_claims.h"

namespace kray {
namespace {

// Empty texts are what "*" never matches (matches_text); an exact value is never empty.
bool matches_words(const TextPattern& pattern, std::string_view text) {
  while (!text.empty()) {
    const size_t space = std::min(text.find(' '), text.size());
    if (space > 0 && matches_text(pattern, text.substr(0, space))) return true;
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return false;
}

bool node_matches(const TextPattern& pattern, NodeRef claim, bool is_list_of_words) {
  if (claim.is_string())
    return is_list_of_words ? matches_words(pattern, claim.text()) : matches_text(pattern, claim.text());
  for (const NodeRef item : claim.items()) {
    if (item.is_string() && matches_text(pattern, item.text())) return true;
  }
  return false;
}

}  // namespace

RequestPrincipalPattern request_principal_pattern(std::string_view value) {
  const TextPattern any = {.form = TextPattern::Form::any, .text = {}};
  if (value == "*") return {.issuer = any, .subject = any};
  const auto exact = [](std::string_view text) {
    return TextPattern{.form = TextPattern::Form::exact, .text = std::string(text)};
  };
  const size_t slash = value.rfind('/');
  const bool has_slash = slash != std::string_view::npos;
  const std::string_view issuer = value.substr(0, slash);
  const std::string_view subject = has_slash ? value.substr(slash + 1) : std::string_view();
  if (value.starts_with('*')) {
    if (has_slash) return {.issuer = text_pattern(issuer), .subject = exact(subject)};
    return {.issuer = any, .subject = text_pattern(value)};
  }
  if (value.ends_with('*')) {
    if (has_slash) return {.issuer = exact(issuer), .subject = text_pattern(subject)};
    return {.issuer = text_pattern(value), .subject = any};
  }
  return {.issuer = exact(issuer), .subject = exact(subject)};
}

bool matches_request_principal(const RequestPrincipalPattern& pattern, const JwtToken& token) {
  return matches_text(pattern.issuer, token.issuer) && matches_text(pattern.subject, token.subject);
}

std::vector<std::string> claim_path(std::string_view key) {
  std::vector<std::string> path;
  for (size_t open = key.find('['); open != std::string_view::npos; open = key.find('[', open + 1)) {
    const size_t close = key.find(']', open);
    if (close == std::string_view::npos) break;
    path.emplace_back(key.substr(open + 1, close - open - 1));
  }
  return path;
}

bool claim_matches(const TextPattern& pattern, const JwtToken& token, const std::vector<std::string>& path) {
  if (path.size() == 1 && !token.claims[path.front()]) {
    if (path.front() == "iss") return matches_text(pattern, token.issuer);
    if (path.front() == "sub") return matches_text(pattern, token.subject);
  }
  NodeRef claim = token.claims;
  for (const std::string& key : path) claim = claim[key];
  const bool is_list_of_words = path.size() == 1 && (path.front() == "scope" || path.front() == "permission");
  return node_matches(pattern, claim, is_list_of_words);
}

}  // namespace kray
