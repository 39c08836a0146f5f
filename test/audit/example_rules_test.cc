// The worked examples of docs/writing-rules.md: each rule of docs/examples/rules finds something in its
// fail file of docs/examples/manifests and nothing in its pass file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "audit/audit.h"

namespace kray {
namespace {

namespace fs = std::filesystem;

const fs::path kDocs = fs::path(KRAY_SOURCE_DIR) / "docs";

AuditReport audit_with(const LoadedRules& rules, const std::string& rule, const std::string& ending) {
  AuditSettings settings;
  settings.inputs.paths = {(kDocs / "examples/manifests" / (rule + ending)).string()};
  settings.threads = 1;
  return run_audit(settings, select_rules(rules.set, {.only = {rule}, .skip = {}}));
}

TEST(ExampleRules, EachFindsItsFailFileAndNotItsPassFile) {
  const LoadedRules rules = load_rules({(kDocs / "examples/rules").string()});
  ASSERT_THAT(rules.errors, testing::IsEmpty()) << rules.errors.front().to_string();
  int examples = 0;
  for (const Rule& rule : rules.set.rules) {
    const std::string& id = rule.info.id;
    if (!id.starts_with("ACME")) continue;
    ++examples;
    const AuditReport fail = audit_with(rules, id, "-fail.yaml");
    const AuditReport pass = audit_with(rules, id, "-pass.yaml");
    EXPECT_THAT(fail.errors, testing::IsEmpty()) << id;
    EXPECT_THAT(pass.errors, testing::IsEmpty()) << id;
    EXPECT_THAT(fail.findings, testing::Not(testing::IsEmpty())) << id;
    EXPECT_THAT(pass.findings, testing::IsEmpty()) << id << ": " << pass.findings.front().message;
    EXPECT_EQ(pass.coverage.objects, 1U) << id;
    for (const Finding& one : fail.findings) EXPECT_THAT(one.message, testing::EndsWith(".")) << id;
  }
  EXPECT_EQ(examples, 10);
}

TEST(ExampleRules, AreDocumented) {
  std::ifstream in(kDocs / "writing-rules.md");
  std::stringstream text;
  text << in.rdbuf();
  for (const fs::directory_entry& entry : fs::directory_iterator(kDocs / "examples/rules"))
    EXPECT_THAT(text.str(), testing::HasSubstr("(examples/rules/" + entry.path().filename().string() + ")"));
}

}  // namespace
}  // namespace kray
