// One rule of an AuthorizationPolicy, made ready to be matched many times (specs/istio.md 2.3).
//
// A rule is an AND of clauses (the `from` list, the `to` list, each `when`), a clause an OR of alternatives,
// an alternative an AND of conditions, a condition an OR of values, maybe negated. Nothing in it points into
// the input but its place.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "cluster/answer.h"
#include "cluster/ip_address.h"
#include "mesh/identity_pattern.h"
#include "mesh/jwt_claims.h"
#include "mesh/path_template.h"
#include "mesh/policy_attributes.h"
#include "mesh/text_pattern.h"

namespace kray {

// The fields of table 2.4; the first ones are taken from the peer's identity.
enum class Attribute : uint8_t {
  principal,
  ns,
  plain_ns,  // the namespace of the identity and nothing else: ztunnel's way (AMB-5)
  service_account,
  trust_domain,
  source_ip,
  remote_ip,
  destination_ip,
  port,
  sni,
  host,
  method,
  path,
  request_principal,
  claim,
  header,
  metadata,  // of Envoy filters, which nothing here knows
};

using PathPattern = std::variant<TextPattern, PathTemplate>;
using Values =
    std::variant<std::vector<TextPattern>, std::vector<NamespacePattern>, std::vector<ServiceAccountPattern>,
                 std::vector<TrustDomainPattern>, std::vector<IpRange>, std::vector<uint16_t>,
                 std::vector<PathPattern>, std::vector<RequestPrincipalPattern>>;

struct Condition {
  Attribute attribute = Attribute::port;
  bool is_negated = false;
  std::string header;              // in lower case, where the attribute is a header
  std::vector<std::string> claim;  // keys from the outside in, where it is a claim
  Values values;
};

using Alternative = std::vector<Condition>;  // empty: always
using Clause = std::vector<Alternative>;     // empty: never

struct PolicyRule {
  uint32_t index = 0;  // in `rules`
  Place place;
  std::vector<Clause> clauses;  // empty: always
};

// Unknown where it hangs on something that the question does not state.
Answer matches(const PolicyRule& rule, const PolicyAttributes& attributes);
Answer matches(const Condition& condition, const PolicyAttributes& attributes);

}  // namespace kray
