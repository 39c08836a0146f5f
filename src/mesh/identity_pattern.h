// Value forms that are matched against a peer's SPIFFE URI (specs/istio.md 2.4): principals, N, A and T.
//
// No pattern ever matches a peer without an identity (AP-11): callers ask only with one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mesh/text_pattern.h"

namespace kray {

inline constexpr std::string_view kSpiffeScheme = "spiffe://";

// principals: form S with the scheme put before the value; a leading "*" still asks for the scheme.
TextPattern principal_pattern(std::string_view value);
bool matches_principal(const TextPattern& pattern, std::string_view uri);

// N: split at every "*"; the pieces stand in this order, with anything between them, slashes too (0.5-13).
struct NamespacePattern {
  std::vector<std::string> pieces;  // the first begins with "/ns/", the last ends with "/"
};
NamespacePattern namespace_pattern(std::string_view value);
bool matches_namespace(const NamespacePattern& pattern, std::string_view uri);

// A: of any trust domain, without wildcards.
struct ServiceAccountPattern {
  std::string ns;
  std::string name;
};
// "account" means one of the policy's own namespace, in the root namespace too (0.5-13).
ServiceAccountPattern service_account_pattern(std::string_view value, std::string_view policy_namespace);
bool matches_service_account(const ServiceAccountPattern& pattern, std::string_view uri);

// T: the first "*" is a run of characters other than "/"; "*" alone is every SPIFFE identity.
struct TrustDomainPattern {
  std::string before;
  std::string after;
  bool has_wildcard = false;
};
TrustDomainPattern trust_domain_pattern(std::string_view value);
bool matches_trust_domain(const TrustDomainPattern& pattern, std::string_view uri);

// "td" of "spiffe://td/…"; empty for any other text.
std::string_view trust_domain_of(std::string_view uri);
// "x" of the only "/ns/x/" in the URI; empty if there is none or more than one.
std::string_view namespace_of_identity(std::string_view uri);

}  // namespace kray
