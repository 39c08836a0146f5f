// Patterns are exact, prefix or suffix texts, so two of them are compared by their fixed part.
#include "network/request_match.h"

#include <algorithm>

namespace kray {

std::optional<std::string> common_host(std::string_view a, std::string_view b) {
  if (a == b) return std::string(a);
  const bool a_is_wild = a.starts_with('*');
  const bool b_is_wild = b.starts_with('*');
  if (a_is_wild && b.ends_with(a.substr(1))) return std::string(b);
  if (b_is_wild && a.ends_with(b.substr(1))) return std::string(a);
  return std::nullopt;
}

std::optional<std::vector<std::string>> common_hosts(const std::vector<std::string>& a,
                                                     const std::vector<std::string>& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  std::vector<std::string> hosts;
  for (const std::string& one : a) {
    for (const std::string& other : b) {
      const std::optional<std::string> host = common_host(one, other);
      if (host && std::find(hosts.begin(), hosts.end(), *host) == hosts.end()) hosts.push_back(*host);
    }
  }
  if (hosts.empty()) return std::nullopt;
  return hosts;
}

std::vector<std::string> texts_of(NodeRef list) {
  std::vector<std::string> texts;
  for (const NodeRef one : list.items()) texts.emplace_back(one.text());
  return texts;
}

PathCondition string_match(NodeRef node) {
  using Kind = PathCondition::Kind;
  if (const NodeRef exact = node["exact"]) return {.kind = Kind::exact, .value = std::string(exact.text())};
  if (const NodeRef prefix = node["prefix"])
    return {.kind = Kind::prefix, .value = std::string(prefix.text())};
  if (const NodeRef regex = node["regex"]) return {.kind = Kind::regex, .value = std::string(regex.text())};
  return {};
}

std::optional<PathCondition> common_path(const PathCondition& a, const PathCondition& b) {
  using Kind = PathCondition::Kind;
  if (a.kind == Kind::any) return b;
  if (b.kind == Kind::any || a == b) return a;
  if (b.kind == Kind::regex) return b;
  if (a.kind == Kind::regex) return a;
  if (a.kind == Kind::prefix && b.value.starts_with(a.value)) return b;
  if (b.kind == Kind::prefix && a.value.starts_with(b.value)) return a;
  return std::nullopt;
}

Answer matches_pattern(const PathCondition& path, std::string_view pattern) {
  using Kind = PathCondition::Kind;
  if (pattern == "*") return Answer::yes;
  if (path.kind == Kind::any || path.kind == Kind::regex) return Answer::unknown;
  const size_t star = pattern.find_first_of("*{");
  const std::string_view stem = pattern.substr(0, star);
  const bool is_prefix =
      star != std::string_view::npos && (pattern.substr(star) == "*" || pattern.substr(star) == "**");
  if (path.kind == Kind::exact && star == std::string_view::npos)
    return path.value == pattern ? Answer::yes : Answer::no;
  if (is_prefix && path.value.starts_with(stem)) return Answer::yes;
  const bool may_start = stem.starts_with(path.value) && path.kind == Kind::prefix;
  return may_start || (!is_prefix && path.value.starts_with(stem) && star != std::string_view::npos)
             ? Answer::unknown
             : Answer::no;
}

}  // namespace kray
