// Each form is a short search in the URI, equal to the regular expression that Istio writes for it (0.5-13).
#include "mesh/identity_pattern.h"

namespace kray {
namespace {

constexpr std::string_view kNamespaceMark = "/ns/";

// "sa/<name>" stands at the beginning of `rest` or behind a slash, and ends a segment.
bool holds_account(std::string_view rest, std::string_view name) {
  constexpr std::string_view kMark = "sa/";
  for (size_t at = rest.find(kMark); at != std::string_view::npos; at = rest.find(kMark, at + 1)) {
    if (at > 0 && rest[at - 1] != '/') continue;
    const std::string_view account = rest.substr(at + kMark.size());
    if (account.starts_with(name) && (account.size() == name.size() || account[name.size()] == '/'))
      return true;
  }
  return false;
}

}  // namespace

TextPattern principal_pattern(std::string_view value) {
  TextPattern pattern = text_pattern(value);
  const bool has_scheme =
      pattern.form == TextPattern::Form::exact || pattern.form == TextPattern::Form::prefix;
  if (has_scheme) pattern.text.insert(0, kSpiffeScheme);
  return pattern;
}

bool matches_principal(const TextPattern& pattern, std::string_view uri) {
  if (pattern.form != TextPattern::Form::suffix) return matches_text(pattern, uri);
  return uri.starts_with(kSpiffeScheme) && uri.substr(kSpiffeScheme.size()).ends_with(pattern.text);
}

NamespacePattern namespace_pattern(std::string_view value) {
  NamespacePattern pattern;
  std::string piece(kNamespaceMark);
  for (const char c : value) {
    if (c != '*') {
      piece += c;
      continue;
    }
    pattern.pieces.push_back(std::move(piece));
    piece.clear();
  }
  piece += '/';
  pattern.pieces.push_back(std::move(piece));
  return pattern;
}

bool matches_namespace(const NamespacePattern& pattern, std::string_view uri) {
  // The first place for each piece leaves the most room for the next one.
  for (const std::string& piece : pattern.pieces) {
    const size_t at = uri.find(piece);
    if (at == std::string_view::npos) return false;
    uri.remove_prefix(at + piece.size());
  }
  return true;
}

ServiceAccountPattern service_account_pattern(std::string_view value, std::string_view policy_namespace) {
  const size_t slash = value.find('/');
  if (slash == std::string_view::npos)
    return {.ns = std::string(policy_namespace), .name = std::string(value)};
  return {.ns = std::string(value.substr(0, slash)), .name = std::string(value.substr(slash + 1))};
}

bool matches_service_account(const ServiceAccountPattern& pattern, std::string_view uri) {
  for (size_t at = uri.find(kNamespaceMark); at != std::string_view::npos;
       at = uri.find(kNamespaceMark, at + 1)) {
    const std::string_view rest = uri.substr(at + kNamespaceMark.size());
    if (rest.starts_with(pattern.ns) && rest.substr(pattern.ns.size()).starts_with('/') &&
        holds_account(rest.substr(pattern.ns.size() + 1), pattern.name))
      return true;
  }
  return false;
}

TrustDomainPattern trust_domain_pattern(std::string_view value) {
  const size_t star = value.find('*');
  if (star == std::string_view::npos)
    return {.before = std::string(value), .after = {}, .has_wildcard = false};
  return {.before = std::string(value.substr(0, star)),
          .after = std::string(value.substr(star + 1)),
          .has_wildcard = true};
}

bool matches_trust_domain(const TrustDomainPattern& pattern, std::string_view uri) {
  const std::string_view domain = trust_domain_of(uri);
  if (!pattern.has_wildcard) return !domain.empty() && domain == pattern.before;
  return uri.starts_with(kSpiffeScheme) && domain.size() >= pattern.before.size() + pattern.after.size() &&
         domain.starts_with(pattern.before) && domain.ends_with(pattern.after);
}

std::string_view trust_domain_of(std::string_view uri) {
  if (!uri.starts_with(kSpiffeScheme)) return {};
  uri.remove_prefix(kSpiffeScheme.size());
  const size_t slash = uri.find('/');
  return slash == std::string_view::npos ? std::string_view() : uri.substr(0, slash);
}

std::string_view namespace_of_identity(std::string_view uri) {
  const size_t mark = uri.find(kNamespaceMark);
  if (mark == std::string_view::npos) return {};
  const size_t begin = mark + kNamespaceMark.size();
  const size_t end = uri.find('/', begin);
  const bool is_only = uri.find(kNamespaceMark, mark + 1) == std::string_view::npos;
  return end == std::string_view::npos || !is_only ? std::string_view() : uri.substr(begin, end - begin);
}

}  // namespace kray
