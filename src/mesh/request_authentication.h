// What RequestAuthentications of a workload make of a request's token (specs/istio.md 4).
//
// RA-1: all that attach are merged. RA-2: none of them demands a token, but one that is there must be of a
// known issuer and, where audiences are listed, for one of them. 0.5-6: an accepted token is taken out of
// the request before policies look at it, unless it is to be forwarded. RA-5: on HTTP chains only.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/answer.h"
#include "cluster/inventory.h"
#include "cluster/labels.h"
#include "mesh/mesh_config.h"
#include "mesh/request.h"

namespace kray {

// One of `jwtRules`.
struct TokenRule {
  std::string issuer;
  std::vector<std::string> audiences;
  bool forwards = false;                    // forwardOriginalToken
  bool has_own_location = false;            // it looks elsewhere than in the authorization header
  std::vector<std::string> output_headers;  // that it sets from an accepted token, in lower case
  const Object* object = nullptr;
  Place place;
  bool is_certain = true;  // false: it may be that the object does not attach
};

// Of the workload's and the root namespace.
std::vector<TokenRule> token_rules(std::string_view ns, const Labels& labels, const Inventory& inventory,
                                   const MeshConfig& mesh, std::string_view revision = "default");

struct TokenOutcome {
  Answer is_rejected = Answer::no;                                  // 401 or 403 before policies
  Stated<const JwtToken*> token = Stated<const JwtToken*>::none();  // what policies see
  Answer is_removed = Answer::no;                                   // the authorization header is gone
  const TokenRule* rule = nullptr;                                  // that accepts, or refuses
};
TokenOutcome decide_token(std::span<const TokenRule> rules, const HttpRequest& request);

}  // namespace kray
