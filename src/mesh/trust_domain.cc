// ReplaceTrustDomainAliases (AP-12) and ExpandTrustDomainAliases (0.5-8) of istiod.
#include "mesh/trust_domain.h"

#include <algorithm>

namespace kray {
namespace {

constexpr std::string_view kLocalPointer = "cluster.local";

std::vector<std::string> bundle(const MeshConfig& mesh) {
  std::vector<std::string> domains = {mesh.trust_domain};
  domains.insert(domains.end(), mesh.trust_domain_aliases.begin(), mesh.trust_domain_aliases.end());
  return domains;
}

bool is_suffix_match(std::string_view text, std::string_view pattern) {
  return pattern.starts_with('*') && text.ends_with(pattern.substr(1));
}

bool is_prefix_match(std::string_view text, std::string_view pattern) {
  return pattern.ends_with('*') && text.starts_with(pattern.substr(0, pattern.size() - 1));
}

// A wildcard may stand on either side.
bool is_alike(std::string_view a, std::string_view b) {
  return a == b || is_prefix_match(a, b) || is_prefix_match(b, a) || is_suffix_match(a, b) ||
         is_suffix_match(b, a);
}

}  // namespace

std::vector<std::string> rewritten_principals(std::string_view value, const MeshConfig& mesh) {
  const size_t slash = value.find('/');
  const std::string_view domain = value.substr(0, slash);
  if (std::count(value.begin(), value.end(), '/') != 4 || domain == "*") return {std::string(value)};
  const std::vector<std::string> domains = bundle(mesh);
  const bool is_ours =
      domain == kLocalPointer ||
      std::any_of(domains.begin(), domains.end(), [&](const auto& one) { return is_alike(domain, one); });
  if (!is_ours) return {std::string(value)};
  std::vector<std::string> values;
  for (const std::string& one : domains) {
    std::string rewritten(value);
    if (!is_suffix_match(one, domain)) rewritten.replace(0, domain.size(), one);
    if (std::find(values.begin(), values.end(), rewritten) == values.end())
      values.push_back(std::move(rewritten));
  }
  return values;
}

std::vector<std::string> rewritten_trust_domains(std::string_view value, const MeshConfig& mesh) {
  std::vector<std::string> domains = bundle(mesh);
  if (std::find(domains.begin(), domains.end(), value) == domains.end()) return {std::string(value)};
  return domains;
}

}  // namespace kray
