// What counts as a secret, word by word; and that what is found is never shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/check_run.h"
#include "checks/secret_values.h"

namespace kray {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr const char* kKey =
    "-----BEGIN PRIVATE KEY-----\nMIIEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n-----END PRIVATE KEY-----\n";

TEST(SecretValues, Base64) {
  EXPECT_EQ(decode_base64("aHVudGVyMg=="), "hunter2");
  EXPECT_EQ(decode_base64("aHVu\n dGVy\tMg==\n"), "hunter2");
  EXPECT_EQ(decode_base64(""), "");
  for (const char* bad : {"a", "ab", "ab===", "a=bc", "hunter2!", "ab-_"})
    EXPECT_FALSE(decode_base64(bad)) << bad;
}

TEST(SecretValues, PrivateKeys) {
  EXPECT_TRUE(has_private_key(kKey));
  EXPECT_TRUE(has_private_key(
      "{\"key\": \"-----BEGIN RSA PRIVATE KEY-----\\nMIIEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\\n"));
  EXPECT_FALSE(has_private_key("-----BEGIN PRIVATE KEY-----"));
  EXPECT_FALSE(has_private_key("-----BEGIN PRIVATE KEY-----\nMIIE...\n-----END PRIVATE KEY-----\n"));
  EXPECT_FALSE(has_private_key(
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"));
  EXPECT_FALSE(has_private_key("PRIVATE KEY-----MIIEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
}

TEST(SecretValues, PublicMaterial) {
  EXPECT_TRUE(is_public_material("\n-----BEGIN CERTIFICATE-----\nMIIB\n"));
  EXPECT_TRUE(is_public_material("ssh-ed25519 AAAA a@b"));
  EXPECT_FALSE(is_public_material(std::string("-----BEGIN CERTIFICATE-----\nMIIB\n") + kKey));
  EXPECT_FALSE(is_public_material("hunter2"));
}

TEST(SecretValues, Variables) {
  for (const char* secret : {"PASSWORD", "MYSQL_ROOT_PASSWORD", "pgpassword", "TOKEN", "HF_TOKEN", "hf-token",
                             "OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "JWT_SECRET", "SSH_PRIVATE_KEY"})
    EXPECT_TRUE(is_secret_variable(secret)) << secret;
  for (const char* other : {"TOKENS", "MAX_TOKEN", "PAD_TOKEN", "TLS_SECRET", "SECRET_NAME",
                            "AWS_ACCESS_KEY_ID", "PASSWORD_FILE", "KEY", "PARTITION_KEY", "MONKEY", ""})
    EXPECT_FALSE(is_secret_variable(other)) << other;
}

TEST(SecretValues, Substitution) {
  for (const char* filled :
       {"", "  ", "$REDIS_PASSWORD", "$(A)", "${A:-b}", "{{ .Values.a }}", "ENC[x]", "vault:a#b"})
    EXPECT_TRUE(is_substituted(filled)) << filled;
  for (const char* real : {"$", "$2y$12$4K", "$ecret", "hunter2"}) EXPECT_FALSE(is_substituted(real)) << real;
}

TEST(InlineSecret, IsHiddenFromReports) {
  CheckRun run;
  run.file("a.yaml", ray_cluster_text("{}\n      spec: {containers: [{name: head, env: [{name: DB_PASSWORD, "
                                      "value: hunter2}]}]}\n      x: {}") +
                         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  k: |\n    " +
                         "-----BEGIN PRIVATE KEY-----\n    MIIEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
  const CheckOutcome outcome = run.run("inline-secret");
  ASSERT_THAT(outcome.matches, SizeIs(testing::Ge(1U)));
  const SourceFile& file = *outcome.matches[0].place.file;
  EXPECT_THAT(std::string(file.shown_text()), Not(HasSubstr("MIIE")));
  for (const Match& match : outcome.matches) {
    for (const auto& [key, value] : match.values) EXPECT_THAT(value, Not(HasSubstr("hunter2"))) << key;
    EXPECT_THAT(match.label + match.fix, Not(HasSubstr("hunter2")));
  }
}

TEST(InlineSecret, NamesTheVariableAndItsPod) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml",
               "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, env: [{name: "
               "HF_TOKEN, value: hunter2}]}]}\n")
          .run("inline-secret");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(outcome.matches[0].values.at("what"),
            "The value of environment variable 'HF_TOKEN' of the Pod 'web'");
  EXPECT_EQ(text_at(outcome.matches[0].place), "value");
  EXPECT_THAT(std::string(outcome.matches[0].place.file->shown_text()), Not(HasSubstr("hunter2")));
}

// `kubectl get secrets -o yaml | kray-audit -` audits a cluster: there is no file that holds the value.
TEST(InlineSecret, LeavesSecretsThatArePipedFromACluster) {
  const std::string secret =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: a, uid: 8d6f}\nstringData: {password: hunter2}\n";
  CheckRun piped;
  EXPECT_THAT(piped.file("<stdin>", secret).run("inline-secret").matches, SizeIs(0));
  CheckRun saved;
  EXPECT_THAT(saved.file("dump.yaml", secret).run("inline-secret").matches, SizeIs(1));
}

}  // namespace
}  // namespace kray
