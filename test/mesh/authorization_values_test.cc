// Value forms of AuthorizationPolicy and what they are matched against, one test a rule of the spec.
#include <gtest/gtest.h>

#include "mesh/identity_pattern.h"
#include "mesh/jwt_claims.h"
#include "mesh/mesh_text.h"
#include "mesh/path_normalization.h"
#include "mesh/path_template.h"
#include "mesh/policy_attributes.h"
#include "mesh/text_pattern.h"
#include "mesh/trust_domain.h"

namespace kray {
namespace {

constexpr const char* kUri = "spiffe://corp.example/ns/team-b/sa/job.x";

bool text(std::string_view value, std::string_view of) { return matches_text(text_pattern(value), of); }

TEST(TextPattern, OnlyOneEndIsAWildcard) {
  EXPECT_TRUE(text("*", "x"));
  EXPECT_FALSE(text("*", ""));
  EXPECT_TRUE(text("*b", "ab"));
  EXPECT_TRUE(text("a*", "ab"));
  EXPECT_FALSE(text("a*c", "abc"));
  EXPECT_TRUE(text("a*c", "a*c"));
  EXPECT_FALSE(text("*b*", "abc"));
  EXPECT_TRUE(text("*b*", "ab*"));
  EXPECT_FALSE(text("A", "a"));
}

TEST(TextPattern, AHeaderIsThereEvenIfEmpty) {
  EXPECT_TRUE(matches_header(text_pattern("*"), ""));
  EXPECT_FALSE(matches_header(text_pattern("a*"), ""));
}

bool principal(std::string_view value) { return matches_principal(principal_pattern(value), kUri); }

TEST(PrincipalPattern, TheSchemeIsPutBeforeTheValue) {
  EXPECT_TRUE(principal("*"));
  EXPECT_TRUE(principal("corp.example/ns/team-b/sa/job.x"));
  EXPECT_TRUE(principal("corp.example/ns/team-b/*"));
  EXPECT_TRUE(principal("*/sa/job.x"));
  EXPECT_TRUE(principal("*corp.example/ns/team-b/sa/job.x"));
  EXPECT_FALSE(principal("spiffe://corp.example/ns/team-b/sa/job.x"));
  EXPECT_FALSE(principal("*://corp.example/ns/team-b/sa/job.x"));
  EXPECT_FALSE(principal("corp.example/ns/*/sa/job.x"));
}

bool ns(std::string_view value) { return matches_namespace(namespace_pattern(value), kUri); }

TEST(NamespacePattern, WildcardsStandAnywhereAndSpanSlashes) {
  EXPECT_TRUE(ns("team-b"));
  EXPECT_FALSE(ns("team"));
  EXPECT_FALSE(ns("corp*"));
  EXPECT_TRUE(ns("team-*"));
  EXPECT_TRUE(ns("*-b"));
  EXPECT_TRUE(ns("t*m-b"));
  EXPECT_TRUE(ns("*b/sa"));  // 0.5-13
  EXPECT_FALSE(ns("team.b"));
}

TEST(ServiceAccountPattern, IsOfThePolicysNamespaceUnlessItNamesOne) {
  const auto matches = [](std::string_view value, std::string_view policy_namespace) {
    return matches_service_account(service_account_pattern(value, policy_namespace), kUri);
  };
  EXPECT_TRUE(matches("team-b/job.x", "other"));
  EXPECT_TRUE(matches("job.x", "team-b"));
  EXPECT_FALSE(matches("job.x", "istio-system"));
  EXPECT_FALSE(matches("team-b/job", "other"));
  EXPECT_FALSE(matches("team-b/jobbx", "other"));
}

TEST(TrustDomainPattern, TheWildcardStaysInTheSegment) {
  const auto matches = [](std::string_view value) {
    return matches_trust_domain(trust_domain_pattern(value), kUri);
  };
  for (const char* value : {"*", "corp.example", "corp.*", "*.example", "c*e"})
    EXPECT_TRUE(matches(value)) << value;
  for (const char* value : {"corp", "corpXexample", "corp.example/*", "*team-b"})
    EXPECT_FALSE(matches(value)) << value;
}

TEST(TrustDomains, AliasesStandForTheMeshsOwn) {
  MeshConfig mesh;
  mesh.trust_domain = "new.td";
  mesh.trust_domain_aliases = {"old.td"};
  using Values = std::vector<std::string>;
  EXPECT_EQ(rewritten_principals("cluster.local/ns/a/sa/b", mesh),
            (Values{"new.td/ns/a/sa/b", "old.td/ns/a/sa/b"}));
  EXPECT_EQ(rewritten_principals("old.td/ns/a/sa/*", mesh), (Values{"new.td/ns/a/sa/*", "old.td/ns/a/sa/*"}));
  EXPECT_EQ(rewritten_principals("*.td/ns/a/sa/b", mesh), (Values{"*.td/ns/a/sa/b"}));
  EXPECT_EQ(rewritten_principals("cluster.local/ns/a/*", mesh), (Values{"cluster.local/ns/a/*"}));
  EXPECT_EQ(rewritten_principals("*/ns/a/sa/b", mesh), (Values{"*/ns/a/sa/b"}));
  EXPECT_EQ(rewritten_principals("else/ns/a/sa/b", mesh), (Values{"else/ns/a/sa/b"}));
  EXPECT_EQ(rewritten_trust_domains("old.td", mesh), (Values{"new.td", "old.td"}));
  EXPECT_EQ(rewritten_trust_domains("cluster.local", mesh), (Values{"cluster.local"}));  // 0.5-8
  EXPECT_EQ(rewritten_trust_domains("*.td", mesh), (Values{"*.td"}));
}

TEST(PathNormalization, BaseResolvesDotsAndEscapes) {
  const auto base = [](std::string_view path) { return normalized_path(path, PathNormalization::base); };
  EXPECT_EQ(base("/a/../b/./c?x=/../y"), "/b/c?x=/../y");
  EXPECT_EQ(base("/a/%2E%2e/b"), "/b");
  EXPECT_EQ(base("/a/b/.."), "/a/");
  EXPECT_EQ(base("/../.."), "/");
  EXPECT_EQ(base("/a//../b"), "/a/b");
  EXPECT_EQ(base("//a"), "//a");
  EXPECT_EQ(base("/a\\b"), "/a/b");
  EXPECT_EQ(base("/%61%2D%2fb%5c"), "/a-%2fb%5c");
  EXPECT_EQ(base("/a b\"<>^`{|}\x7f\xc3\xa9"), "/a%20b%22%3C%3E%5E%60%7B%7C%7D%7F%C3%A9");
  EXPECT_EQ(base("/%zz%"), "/%zz%");
  EXPECT_EQ(base("/x'!$&()*+,;=:@~[]"), "/x'!$&()*+,;=:@~[]");
  EXPECT_EQ(base("*"), "*");
}

TEST(PathNormalization, SlashesAreMergedOnlyWhereTheMeshSaysSo) {
  const auto merged = [](std::string_view path) {
    return normalized_path(path, PathNormalization::merge_slashes);
  };
  const auto decoded = [](std::string_view path) {
    return normalized_path(path, PathNormalization::decode_and_merge_slashes);
  };
  EXPECT_EQ(merged("//a///b//?c=//"), "/a/b/?c=//");
  EXPECT_EQ(merged("///"), "//");  // 0.5-3
  EXPECT_EQ(merged("/"), "/");
  EXPECT_EQ(merged("/a%2F/b"), "/a%2F/b");
  EXPECT_EQ(decoded("/a%2F%5cb"), "/a/b");
  EXPECT_EQ(decoded("/%2f"), "//");
  EXPECT_EQ(normalized_path("/a/../%61|", PathNormalization::none), "/a/../%61|");
}

TEST(PathTemplate, OperatorsMatchWholeSegments) {
  const auto matches = [](std::string_view value, std::string_view path) {
    return PathTemplate(value).matches(path);
  };
  EXPECT_TRUE(is_path_template("/a/{*}"));
  EXPECT_FALSE(is_path_template("/a/*"));
  EXPECT_TRUE(matches("/a/{*}", "/a/b=*"));
  EXPECT_FALSE(matches("/a/{*}", "/a/"));
  EXPECT_FALSE(matches("/a/{*}", "/a/b/c"));
  EXPECT_FALSE(matches("/a/{*}", "/a/b[0]"));  // 0.5-2
  EXPECT_TRUE(matches("/a/{**}", "/a/"));
  EXPECT_FALSE(matches("/a/{**}", "/a"));
  EXPECT_TRUE(matches("/s/{**}/cart", "/s/x/y/cart"));
  EXPECT_FALSE(matches("/s/{**}/cart", "/s/cart"));
  EXPECT_FALSE(matches("/a.b/{*}", "/axb/c"));
}

TEST(RequestPrincipal, IsSplitAtTheLastSlash) {
  const JwtToken token{.issuer = "https://login.example/r", .subject = "ann", .claims = {}};
  const auto matches = [&token](std::string_view value) {
    return matches_request_principal(request_principal_pattern(value), token);
  };
  for (const char* value : {"*", "https://login.example/r/ann", "https://login.example/r/*", "*ann", "*/ann",
                            "*r/ann", "https://login.example/r/a*", "https*"})
    EXPECT_TRUE(matches(value)) << value;
  for (const char* value : {"ann", "*/*", "*/an*", "https://login.*", "https://login.example/r", "bob"})
    EXPECT_FALSE(matches(value)) << value;
}

TEST(Claims, OnlyTextsMatch) {
  MeshTexts texts;
  const JwtToken token{
      .issuer = "i",
      .subject = "s",
      .claims =
          texts
              .parse(R"({"role": "admin", "groups": ["dev", 5], "on": true, "n": 5, "none": [], "empty": "",
                               "scope": "read write", "scp": "read write", "org": {"team": ["ml"]}, "a.b": "c"})")
              .root};
  const auto matches = [&token](std::string_view key, std::string_view value) {
    return claim_matches(text_pattern(value), token, claim_path(key));
  };
  EXPECT_TRUE(matches("request.auth.claims[role]", "adm*"));
  EXPECT_TRUE(matches("request.auth.claims[groups]", "dev"));
  EXPECT_TRUE(matches("request.auth.claims[org][team]", "ml"));
  EXPECT_TRUE(matches("request.auth.claims[a.b]", "c"));
  EXPECT_TRUE(matches("request.auth.claims[iss]", "i"));
  EXPECT_TRUE(matches("request.auth.claims[sub]", "s"));
  for (const char* key : {"[on]", "[n]", "[none]", "[empty]", "[org]", "[else]", "[role][x]"})
    EXPECT_FALSE(matches(key, "*")) << key;
  EXPECT_FALSE(matches("[groups]", "5"));
  EXPECT_TRUE(matches("[scope]", "write"));  // 0.5-5
  EXPECT_FALSE(matches("[scope]", "read write"));
  EXPECT_FALSE(matches("[scp]", "write"));
  EXPECT_TRUE(matches("[scp]", "read write"));
}

TEST(RemoteIp, IsTheLastForwardedAddress) {
  const auto peer = parse_ip("10.0.0.1");
  const auto remote = [&](const std::vector<std::string>& lines) {
    HttpRequest request;
    for (const std::string& line : lines)
      request.headers.push_back({.name = "X-Forwarded-For", .value = line});
    return remote_ip(request, peer);
  };
  EXPECT_EQ(remote({}), peer);
  EXPECT_EQ(remote({"9.9.9.9, 8.8.8.8"}), parse_ip("8.8.8.8"));
  EXPECT_EQ(remote({"9.9.9.9", " 8.8.8.8 "}), parse_ip("8.8.8.8"));
  for (const char* bad : {"9.9.9.9, x", "9.9.9.9,", "9.9.9.9:80"}) EXPECT_EQ(remote({bad}), peer) << bad;
  HttpRequest open;
  open.has_further_headers = true;
  EXPECT_EQ(remote_ip(open, peer), std::nullopt);
}

}  // namespace
}  // namespace kray
