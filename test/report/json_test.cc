// The JSON report as scripts read it. Every text written here is also checked against the published schema.
#include "report/json.h"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "json_schema.h"
#include "report/sarif.h"

namespace kray {
namespace {

using nlohmann::json;

constexpr const char* kSchema = "report-1.schema.json";

class JsonTest : public ::testing::Test {
 protected:
  JsonTest() {
    RuleInfo rule;
    rule.id = "KRAY401";
    rule.name = "allow-rule-without-source";
    rule.title = "ALLOW rule names no source";
    rule.severity = Severity::high;
    rule.security_severity = "8.7";
    rule.tags = {"istio"};
    rule.description = "Why.\n";
    rule.remediation = "How.\n";
    report_.rules = {rule};
  }

  const SourceFile* add_file(const std::string& path, const std::string& bytes) {
    report_.files.push_back(std::make_shared<SourceFile>(path, bytes));
    return report_.files.back().get();
  }

  static Place place_of(const SourceFile* file, std::string_view text) {
    const size_t begin = file->text().find(text);
    EXPECT_NE(begin, std::string_view::npos) << text;
    return {file, static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + text.size())};
  }

  Finding finding_at(const Place& place) const {
    Finding finding;
    finding.rule = &report_.rules.front();
    finding.severity = Severity::high;
    finding.place = place;
    finding.message = "The rule admits everybody.";
    finding.subject = {"team-a", "AuthorizationPolicy.security.istio.io", "open", "spec/rules[0]"};
    return finding;
  }

  std::string text() const {
    std::ostringstream out;
    write_json(report_, {.version = "0.1.0", .exit_code = 1}, out);
    for (const std::string& error : testing::json_schema_errors(kSchema, out.str())) ADD_FAILURE() << error;
    return out.str();
  }
  json parsed() const { return json::parse(text()); }

  AuditReport report_;
};

TEST_F(JsonTest, SchemaRefusesWhatItDoesNotDescribe) {
  json report = parsed();
  EXPECT_TRUE(testing::json_schema_errors(kSchema, report.dump()).empty());
  report["bogus"] = 1;
  EXPECT_FALSE(testing::json_schema_errors(kSchema, report.dump()).empty());
  report.erase("bogus");
  report["coverage"].erase("files");
  EXPECT_FALSE(testing::json_schema_errors(kSchema, report.dump()).empty());
}

TEST_F(JsonTest, EmptyReportHasEveryMember) {
  const json report = parsed();
  EXPECT_EQ(report["schemaVersion"], "1");
  EXPECT_EQ(report["tool"], json({{"name", "kray-audit"}, {"version", "0.1.0"}}));
  EXPECT_EQ(report["exitCode"], 1);
  EXPECT_EQ(report["columnKind"], "unicodeCodePoints");
  for (const char* list : {"findings", "suppressed", "undecided", "errors", "assumptions"})
    EXPECT_EQ(report[list], json::array()) << list;
  EXPECT_EQ(report["summary"]["findings"]["high"], 0);
  EXPECT_EQ(report["rules"][0]["id"], "KRAY401");
  EXPECT_EQ(report["rules"][0]["securitySeverity"], "8.7");
  EXPECT_EQ(report["rules"][0]["description"], "Why.\n");
}

TEST_F(JsonTest, FindingWithEverything) {
  const SourceFile* file = add_file("a.yaml", "# \xF0\x9F\x98\x80\nrules: \xF0\x9F\x98\x80 [a,\n b]\n");
  Finding finding = finding_at(place_of(file, "[a,\n b]"));
  finding.label = "nobody is left out";
  finding.fix = "Name the callers.";
  finding.related.push_back({place_of(file, "rules"), "the rules", "These are the rules."});
  finding.related.push_back({{}, "the default", "It is the default."});
  report_.findings.push_back(finding);
  const json one = parsed()["findings"][0];
  EXPECT_EQ(one["rule"], "KRAY401");
  EXPECT_EQ(one["severity"], "high");
  EXPECT_EQ(one["place"],
            json({{"file", "a.yaml"}, {"line", 2}, {"column", 10}, {"endLine", 3}, {"endColumn", 4}}))
      << "columns count code points";
  EXPECT_EQ(one["message"], "The rule admits everybody.");
  EXPECT_EQ(one["label"], "nobody is left out");
  EXPECT_EQ(one["fix"], "Name the callers.");
  EXPECT_EQ(one["related"][0]["words"], "the rules");
  EXPECT_EQ(one["related"][0]["place"]["endColumn"], 6);
  EXPECT_TRUE(one["related"][1]["place"].is_null());
  EXPECT_EQ(one["subject"]["qualifiedName"],
            "team-a/AuthorizationPolicy.security.istio.io/open/spec/rules[0]");
  EXPECT_EQ(parsed()["summary"]["findings"]["high"], 1);
}

TEST_F(JsonTest, FindingAboutNothing) {
  Finding finding = finding_at({});
  finding.subject = {};
  report_.findings.push_back(finding);
  const json one = parsed()["findings"][0];
  EXPECT_TRUE(one["place"].is_null());
  EXPECT_TRUE(one["subject"].is_null());
  EXPECT_TRUE(one["fingerprint"].is_null());
}

TEST_F(JsonTest, FingerprintsAreThoseOfSarif) {
  const SourceFile* file = add_file("a.yaml", "a: {b: c}\nd: e\n");
  report_.findings = {finding_at(place_of(file, "a")), finding_at(place_of(file, "b")),
                      finding_at(place_of(file, "d"))};
  report_.suppressed.push_back(
      {finding_at(place_of(file, "e")), "we know", "2027-01-31", place_of(file, "d: e")});
  std::ostringstream sarif_text;
  write_sarif(report_,
              {.version = "0.1.0",
               .category = {},
               .exit_code = {},
               .include_suppressed = true,
               .repository_uri = {},
               .revision = {}},
              sarif_text);
  const json results = json::parse(sarif_text.str())["runs"][0]["results"];
  const json report = parsed();
  const auto of_sarif = [&results](size_t i) { return results[i]["partialFingerprints"]["krayFinding/v1"]; };
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(report["findings"][0]["fingerprint"], of_sarif(0));
  EXPECT_EQ(report["findings"][1]["fingerprint"], of_sarif(0)) << "the same line";
  EXPECT_EQ(report["findings"][2]["fingerprint"], of_sarif(1));
  EXPECT_EQ(report["suppressed"][0]["finding"]["fingerprint"], of_sarif(2));
}

TEST_F(JsonTest, SuppressedFindings) {
  const SourceFile* file = add_file("a.yaml", "a: b  # kray-audit: ignore KRAY401 we know\n");
  report_.suppressed.push_back(
      {finding_at(place_of(file, "a")), "we know", "", place_of(file, "KRAY401 we know")});
  const json report = parsed();
  EXPECT_EQ(report["summary"]["suppressed"], 1);
  EXPECT_EQ(report["findings"], json::array());
  const json one = report["suppressed"][0];
  EXPECT_EQ(one["reason"], "we know");
  EXPECT_TRUE(one["until"].is_null());
  EXPECT_EQ(one["place"]["column"], 28);
  EXPECT_EQ(one["finding"]["rule"], "KRAY401");
}

TEST_F(JsonTest, WhatCouldNotBeDecidedOrRead) {
  const SourceFile* file = add_file("a.yaml", "a: b\n");
  report_.undecided.push_back(
      {"namespace-not-set", "It is open.", "Say it.", {"KRAY101"}, {place_of(file, "b"), {}}});
  report_.errors.push_back({"b.yaml:1:2", "not YAML", ""});
  report_.coverage.files_recognised["Helm template"] = 3;
  report_.coverage.rules_skipped = {"KRAY999"};
  report_.assumptions = {"KubeRay operator 1.3.2"};
  const json report = parsed();
  EXPECT_EQ(report["undecided"][0]["fact"], "namespace-not-set");
  EXPECT_EQ(report["undecided"][0]["places"].size(), 1U);
  EXPECT_EQ(report["errors"][0]["where"], "b.yaml:1:2");
  EXPECT_EQ(report["coverage"]["filesRecognised"]["Helm template"], 3);
  EXPECT_EQ(report["coverage"]["rulesSkipped"], json({"KRAY999"}));
  EXPECT_EQ(report["assumptions"], json({"KubeRay operator 1.3.2"}));
}

TEST_F(JsonTest, TextThatIsNotUtf8IsMadeSo) {
  add_file("caf\xE9.yaml", "a: b\n");
  report_.findings.push_back(finding_at(place_of(report_.files.back().get(), "a")));
  report_.errors.push_back({"\xFF.yaml", "no such file", ""});
  const json report = parsed();
  EXPECT_EQ(report["findings"][0]["place"]["file"], "caf\xEF\xBF\xBD.yaml");
  EXPECT_EQ(report["errors"][0]["where"], "\xEF\xBF\xBD.yaml");
}

TEST_F(JsonTest, SameReportSameBytes) {
  const SourceFile* file = add_file("a.yaml", "a: b\nc: d\n");
  report_.findings = {finding_at(place_of(file, "a")), finding_at(place_of(file, "c"))};
  EXPECT_EQ(text(), text());
}

}  // namespace
}  // namespace kray
