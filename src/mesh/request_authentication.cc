// Envoy's jwt_authn filter as istiod configures it: any rule of those that attach may accept (RA-1), and a
// missing token is allowed. Without rules policies see no token (RA-3). Whether there is one, the question
// says (RA-4).
#include "mesh/request_authentication.h"

#include <algorithm>

#include "cluster/istio_views.h"
#include "mesh/istio_objects.h"
#include "mesh/policy_attachment.h"
#include "mesh/text_pattern.h"
#include "mesh/three_valued.h"

namespace kray {
namespace {

constexpr std::string_view kBearer = "Bearer ";

void add_rules(const Object& object, bool is_certain, std::vector<TokenRule>& rules) {
  for (const NodeRef node : RequestAuthenticationView(object).jwt_rules().items()) {
    TokenRule rule;
    rule.issuer = std::string(node["issuer"].text());
    for (const NodeRef audience : node["audiences"].items()) rule.audiences.emplace_back(audience.text());
    rule.forwards = node["forwardOriginalToken"].is_true();
    rule.has_own_location =
        node["fromHeaders"].size() > 0 || node["fromParams"].size() > 0 || node["fromCookies"].size() > 0;
    if (const NodeRef header = node["outputPayloadToHeader"]; !header.is_null())
      rule.output_headers.push_back(lower_case(header.text()));
    for (const NodeRef output : node["outputClaimToHeaders"].items())
      rule.output_headers.push_back(lower_case(output["header"].text()));
    rule.object = &object;
    rule.place = object.shown(node.place());
    rule.is_certain = is_certain;
    rules.push_back(std::move(rule));
  }
}

bool has_audience(const TokenRule& rule, NodeRef audience) {
  const auto is_listed = [&rule](NodeRef one) {
    return one.is_string() &&
           std::find(rule.audiences.begin(), rule.audiences.end(), one.text()) != rule.audiences.end();
  };
  if (rule.audiences.empty() || is_listed(audience)) return true;
  const ItemRange items = audience.items();
  return std::any_of(items.begin(), items.end(), is_listed);
}

bool accepts(const TokenRule& rule, const JwtToken& token) {
  return (rule.issuer.empty() || rule.issuer == token.issuer) && has_audience(rule, token.claims["aud"]);
}

Answer has_text(const HttpRequest& request, std::string_view name) {
  for (const Header& header : request.headers) {
    if (lower_case(header.name) == name) return answer_of(!header.value.empty());
  }
  return request.has_further_headers ? Answer::unknown : Answer::no;
}

// RA-2: the filter lets a CORS preflight pass unseen.
Answer is_preflight(const HttpRequest& request) {
  const Answer method = request.method ? answer_of(*request.method == "OPTIONS") : Answer::unknown;
  if (method == Answer::no) return Answer::no;
  return both(method, both(has_text(request, "origin"), has_text(request, "access-control-request-method")));
}

bool carries_bearer(const HttpRequest& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const Header& header) {
    return header.value.starts_with(kBearer) && lower_case(header.name) == "authorization";
  });
}

TokenOutcome not_known() {
  return {.is_rejected = Answer::unknown, .token = {}, .is_removed = Answer::unknown, .rule = nullptr};
}

TokenOutcome accepted(std::span<const TokenRule> rules, const JwtToken& token, const TokenRule& by) {
  const bool all_alike = std::all_of(rules.begin(), rules.end(), [&](const TokenRule& one) {
    return one.forwards == by.forwards || !accepts(one, token);
  });
  return {.is_rejected = Answer::no,
          .token = Stated<const JwtToken*>::of(&token),
          .is_removed = all_alike ? answer_of(!by.forwards) : Answer::unknown,
          .rule = &by};
}

TokenOutcome decide_present(std::span<const TokenRule> rules, const JwtToken& token) {
  const TokenRule* refusing = nullptr;
  bool is_certain = true;
  for (const TokenRule& rule : rules) {
    const bool fits = accepts(rule, token);
    if (fits && rule.is_certain && !rule.has_own_location) return accepted(rules, token, rule);
    // Elsewhere than where the question puts it, the token would be accepted; or the rule may not count.
    if (fits) is_certain = false;
    if (!rule.has_own_location && refusing == nullptr) refusing = &rule;
    if (!rule.has_own_location && rule.is_certain) refusing = &rule;
  }
  if (!is_certain || (refusing != nullptr && !refusing->is_certain)) return not_known();
  if (refusing == nullptr) return {};
  return {.is_rejected = Answer::yes,
          .token = Stated<const JwtToken*>::none(),
          .is_removed = Answer::no,
          .rule = refusing};
}

}  // namespace

std::vector<TokenRule> token_rules(std::string_view ns, const Labels& labels, const Inventory& inventory,
                                   const MeshConfig& mesh, std::string_view revision) {
  std::vector<TokenRule> rules;
  for (const Object* object :
       istio_objects(inventory, "security.istio.io", "RequestAuthentication", mesh, revision)) {
    const Answer attached = both(is_read(*object, inventory, mesh, revision),
                                 policy_attachment(*object, ns, labels, mesh.root_namespace));
    if (attached != Answer::no) add_rules(*object, attached == Answer::yes, rules);
  }
  return rules;
}

TokenOutcome decide_token(std::span<const TokenRule> rules, const HttpRequest& request) {
  if (rules.empty()) return {};
  if (!request.jwt.is_known()) return not_known();
  const Answer preflight = is_preflight(request);
  if (preflight == Answer::yes) return {};
  // A bearer token of which nothing is said.
  if (request.jwt.is_absent()) return carries_bearer(request) ? not_known() : TokenOutcome{};
  return preflight == Answer::unknown ? not_known() : decide_present(rules, request.jwt.value);
}

}  // namespace kray
