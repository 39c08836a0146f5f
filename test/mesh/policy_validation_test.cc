// What istiod and the CRDs accept as values, one by one, and where violations are shown.
#include "mesh/policy_validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "manifest/yaml_reader.h"
#include "mesh/policy_values.h"

namespace kray {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(PolicyValues, Addresses) {
  for (const char* good : {"10.0.0.1", "10.244.1.77/24", "0.0.0.0/0", "::", "::1/128", "fe80::1%eth0",
                           "::ffff:10.0.0.1", "2001:db8::/32"})
    EXPECT_FALSE(wrong_ip(good)) << good;
  for (const char* bad : {"", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/-1", "010.0.0.1",
                          "::1/129", "fe80::1%eth0/64", "10.0.0.1%eth0", "localhost", "10.0.0.*"})
    EXPECT_TRUE(wrong_ip(bad)) << bad;
}

TEST(PolicyValues, Ports) {
  for (const char* good : {"0", "1", "08265", "65535"}) EXPECT_FALSE(wrong_port(good)) << good;
  for (const char* bad :
       {"", "-1", "+1", "65536", "99999999999999999999", "8265-8270", "http", " 80", "0x50", "1_000"})
    EXPECT_TRUE(wrong_port(bad)) << bad;
}

TEST(PolicyValues, Paths) {
  for (const char* good :
       {"/", "*", "/a*", "*/b", "/a/*/b", "/{*}", "/{**}", "/{*}/b/{**}", "/x/{**}/y", "{*}/a", "/a//{*}"})
    EXPECT_FALSE(wrong_path(good)) << good;
  for (const char* bad :
       {"/{", "/a/{id}", "/a{*}", "/{*}.txt", "/{**}/{*}", "/{**}/{**}", "/{*}/a*", "/{***}", "/}"})
    EXPECT_TRUE(wrong_path(bad)) << bad;
}

TEST(PolicyValues, ServiceAccounts) {
  for (const char* good : {"default-editor", "team-a/default-editor"})
    EXPECT_FALSE(wrong_service_account(good)) << good;
  for (const char* bad : {"*", "team-a/*", "td/ns/sa"}) EXPECT_TRUE(wrong_service_account(bad)) << bad;
  EXPECT_FALSE(wrong_service_account(std::string(320, 'a')));
  EXPECT_TRUE(wrong_service_account(std::string(321, 'a')));
}

TEST(PolicyValues, ConditionKeys) {
  for (const char* good : {"source.ip", "remote.ip", "request.headers[x]", "request.headers[:path]",
                           "request.auth.claims[a][b]", "connection.sni", "experimental.envoy.filters.x[k]"})
    EXPECT_FALSE(wrong_condition_key(good)) << good;
  for (const char* bad :
       {"request.headers", "request.headers[]", "request.headersx", "request.auth.claims",
        "destination.labels[app]", "destination.name", "Source.IP", "source", "experimental.envoy.filters.x"})
    EXPECT_TRUE(wrong_condition_key(bad)) << bad;
  EXPECT_THAT(*wrong_condition_key("source.namespaces"), HasSubstr("did you mean 'source.namespace'?"));
  EXPECT_THAT(*wrong_condition_key("source.colour"), Not(HasSubstr("did you mean")));
}

class PolicyValidation : public testing::Test {
 protected:
  std::vector<PolicyViolation> violations(const std::string& kind, const std::string& text) {
    file_ = std::make_unique<SourceFile>("policy.yaml",
                                         "apiVersion: security.istio.io/v1\nkind: " + kind + "\n" + text);
    outcome_ = read_yaml(*file_, 0, static_cast<uint32_t>(file_->bytes.size()), Limits());
    object_ = {};
    object_.node = NodeRef(outcome_.trees.at(0).get(), 0);
    return kind == "PeerAuthentication" ? peer_authentication_violations(object_)
                                        : authorization_policy_violations(object_);
  }
  std::vector<std::string> places(const std::string& kind, const std::string& text) {
    std::vector<std::string> shown;
    for (const PolicyViolation& one : violations(kind, text))
      shown.emplace_back(file_->text().substr(one.place.begin, one.place.end - one.place.begin));
    return shown;
  }

 private:
  std::unique_ptr<SourceFile> file_;
  ReadOutcome outcome_;
  Object object_;
};

TEST_F(PolicyValidation, ShowsWhatIsToBeChanged) {
  EXPECT_THAT(places("AuthorizationPolicy",
                     "spec:\n  action: DENY\n  provider: {}\n  selector: {matchLabels: {a: 1, b: 'x*'}}\n  "
                     "targetRef: {kind: Service, name: a}\n"),
              ElementsAre("action: DENY", "provider", "1", "b: 'x*'", "targetRef"));
  EXPECT_THAT(
      places("AuthorizationPolicy",
             "spec:\n  rules:\n  - to:\n    - operation: {ports: [80, '90x']}\n    when: [{values: [a]}]\n"),
      ElementsAre("80", "'90x'", "values"));
}

TEST_F(PolicyValidation, EveryKindOfNodeMayStandAnywhere) {
  for (const char* value :
       {"x", "1", "true", "[]", "[x]", "[[x]]", "[null]", "{}", "{x: y}", "{x: {y: z}}"}) {
    for (const char* field :
         {"selector", "targetRef", "targetRefs", "rules", "action", "provider", "mtls", "portLevelMtls"}) {
      const std::string spec = std::string("spec: {") + field + ": " + value + "}\n";
      for (const char* kind : {"AuthorizationPolicy", "PeerAuthentication"}) {
        for (const PolicyViolation& one : violations(kind, spec)) EXPECT_TRUE(one.place) << spec << one.text;
      }
    }
    EXPECT_THAT(violations("AuthorizationPolicy",
                           std::string("spec: {rules: [{from: [{source: ") + value + "}]}]}\n"),
                SizeIs(testing::Ge(1U)))
        << value;
  }
  EXPECT_THAT(violations("AuthorizationPolicy", "spec: []\n"), SizeIs(1));
}

TEST_F(PolicyValidation, NullIsAbsent) {
  EXPECT_THAT(violations("AuthorizationPolicy", "spec:\n"), IsEmpty());
  EXPECT_THAT(violations("AuthorizationPolicy",
                         "spec:\n  selector:\n  targetRefs:\n  action:\n  provider:\n  rules:\n  - from:\n   "
                         " to:\n    when:\n"),
              IsEmpty());
  EXPECT_THAT(violations("PeerAuthentication", "spec:\n  mtls:\n  portLevelMtls:\n"), IsEmpty());
}

TEST_F(PolicyValidation, Limits) {
  const auto many = [](int count, const std::string& item) {
    std::string list;
    for (int i = 0; i < count; ++i) list += (i > 0 ? ", " : "") + item;
    return "[" + list + "]";
  };
  const auto policy = [&](const std::string& spec) {
    return violations("AuthorizationPolicy", "spec: " + spec + "\n");
  };
  EXPECT_THAT(policy("{rules: " + many(512, "{}") + "}"), IsEmpty());
  EXPECT_THAT(policy("{rules: " + many(513, "{}") + "}"), SizeIs(1));
  EXPECT_THAT(policy("{rules: [{from: " + many(513, "{source: {namespaces: [a]}}") + "}]}"), SizeIs(1));
  EXPECT_THAT(policy("{targetRefs: " + many(16, "{kind: Service, name: a}") + "}"), IsEmpty());
  EXPECT_THAT(policy("{targetRefs: " + many(17, "{kind: Service, name: a}") + "}"), SizeIs(1));
  EXPECT_THAT(policy("{rules: [{from: [{source: {serviceAccounts: " + many(16, "a") + "}}]}]}"), IsEmpty());
  EXPECT_THAT(policy("{rules: [{from: [{source: {serviceAccounts: " + many(17, "a") + "}}]}]}"), SizeIs(1));
  EXPECT_THAT(policy("{selector: {matchLabels: {a: " + std::string(64, 'x') + "}}}"), SizeIs(1));
}

TEST_F(PolicyValidation, OnlyAuthorizationPoliciesMayBeDry) {
  const std::string dry = "metadata: {annotations: {istio.io/dry-run: \"true\"}}\nspec: {}\n";
  EXPECT_THAT(violations("AuthorizationPolicy", dry), IsEmpty());
  EXPECT_THAT(violations("PeerAuthentication", dry), SizeIs(1));
  EXPECT_THAT(violations("AuthorizationPolicy", "metadata: {annotations: {istio.io/dry-run: true}}\n"),
              SizeIs(1));
}

TEST_F(PolicyValidation, SuggestsTheFieldThatWasMeant) {
  const auto found = violations("AuthorizationPolicy", "spec: {rules: [{form: [], towards: []}]}\n");
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].advice, "Did you mean 'from'?");
  EXPECT_EQ(found[1].advice, "Fields here are from, to, when.");
}

}  // namespace
}  // namespace kray
