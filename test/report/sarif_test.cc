// SARIF as its consumers read it. Every text written here is also checked against the JSON schema.
#include "report/sarif.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <locale>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "report/line_hash.h"
#include "sarif_schema.h"

namespace kray {
namespace {

using nlohmann::json;

RuleInfo security_rule() {
  RuleInfo rule;
  rule.id = "KRAY401";
  rule.name = "allow-rule-without-source";
  rule.title = "ALLOW rule names no source";
  rule.severity = Severity::high;
  rule.security_severity = "8.7";
  rule.tags = {"istio", "security", "external/cwe/cwe-306"};
  rule.description =
      "A rule of an `AuthorizationPolicy` without `from`\nmatches **every** caller, see "
      "[Istio](https://istio.io).\n\n"
      "It is fine where anybody may call.";
  rule.remediation = "Add `from`:\n\n```yaml\nfrom:\n- source: {namespaces: [a]}\n```";
  return rule;
}

RuleInfo lint_rule() {
  RuleInfo rule;
  rule.id = "KRAY603";
  rule.name = "floating-image-tag";
  rule.title = "Image tag does not pin a version";
  rule.severity = Severity::low;
  rule.confidence = Confidence::likely;
  rule.tags = {"ray"};
  rule.description = "The image may change under the pod.";
  return rule;
}

SarifOptions options() {
  SarifOptions options;
  options.version = "0.1.0";
  return options;
}

std::string write(const AuditReport& report, const SarifOptions& with = options()) {
  std::ostringstream out;
  write_sarif(report, with, out);
  return out.str();
}

void expect_schema_holds(const std::string& sarif) {
  if (!testing::have_sarif_schema()) return;  // SchemaIsThere says so
  for (const std::string& error : testing::sarif_schema_errors(sarif)) ADD_FAILURE() << error;
}

json run_of(const AuditReport& report, const SarifOptions& with = options()) {
  const std::string sarif = write(report, with);
  expect_schema_holds(sarif);
  const json log = json::parse(sarif);
  EXPECT_EQ(log["version"], "2.1.0");
  EXPECT_EQ(log["runs"].size(), 1U);
  return log["runs"][0];
}

class SarifTest : public ::testing::Test {
 protected:
  SarifTest() { report_.rules = {security_rule(), lint_rule()}; }

  const SourceFile* add_file(const std::string& path, const std::string& bytes) {
    report_.files.push_back(std::make_shared<SourceFile>(path, bytes));
    return report_.files.back().get();
  }

  static Place place_of(const SourceFile* file, std::string_view text) {
    const size_t begin = file->text().find(text);
    EXPECT_NE(begin, std::string_view::npos) << text;
    return {file, static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + text.size())};
  }

  Finding& add_finding(const Place& place, const std::string& message = "The rule admits everybody.") {
    Finding finding;
    finding.rule = &report_.rules.front();
    finding.severity = finding.rule->severity;
    finding.place = place;
    finding.message = message;
    finding.subject = {"team-a", "AuthorizationPolicy.security.istio.io", "open", "spec/rules[0]"};
    report_.findings.push_back(finding);
    return report_.findings.back();
  }

  AuditReport report_;
};

TEST(SarifSchemaTest, SchemaIsThere) {
  if (!testing::have_sarif_schema()) {
    GTEST_SKIP() << "skipped: no SARIF schema found, set KRAY_SARIF_SCHEMA or SARIF_MULTITOOL_DIR";
  }
  EXPECT_FALSE(testing::sarif_schema_errors(R"({"version": "2.1.0", "runs": [{"bogus": 1}]})").empty());
}

// ---- The run --------------------------------------------------------------------------------------------

TEST_F(SarifTest, EmptyReportHasResultsAndRules) {
  const json run = run_of(report_);
  EXPECT_TRUE(run["results"].is_array());
  EXPECT_TRUE(run["results"].empty());
  EXPECT_EQ(run["tool"]["driver"]["rules"].size(), 2U);
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], true);
  EXPECT_TRUE(run["invocations"][0]["toolExecutionNotifications"].empty());
  EXPECT_FALSE(run["invocations"][0].contains("exitCode"));
  EXPECT_FALSE(run.contains("automationDetails"));
  EXPECT_FALSE(run.contains("versionControlProvenance"));
}

TEST_F(SarifTest, ReportOfNothingAtAll) {
  report_.rules.clear();
  const json run = run_of(report_);
  EXPECT_TRUE(run["results"].empty());
  EXPECT_TRUE(run["tool"]["driver"]["rules"].empty());
}

TEST_F(SarifTest, RunSaysHowToReadIt) {
  const json run = run_of(report_);
  EXPECT_EQ(run["columnKind"], "utf16CodeUnits");
  EXPECT_EQ(run["newlineSequences"], json({"\r\n", "\n", "\r"}));
  EXPECT_FALSE(run["originalUriBaseIds"]["SRCROOT"].contains("uri"));
  EXPECT_FALSE(run["originalUriBaseIds"]["SRCROOT"]["description"]["text"].empty());
}

TEST_F(SarifTest, OptionsAreWritten) {
  SarifOptions with = options();
  with.category = "manifests";
  with.exit_code = 1;
  with.repository_uri = "https://github.com/kubeflow/manifests";
  with.revision = "009c880";
  const json run = run_of(report_, with);
  EXPECT_EQ(run["automationDetails"]["id"], "manifests/");
  EXPECT_EQ(run["invocations"][0]["exitCode"], 1);
  EXPECT_EQ(run["versionControlProvenance"][0]["revisionId"], "009c880");
  with.category = "manifests/";
  EXPECT_EQ(run_of(report_, with)["automationDetails"]["id"], "manifests/");
}

TEST_F(SarifTest, CoverageAndAssumptionsAreProperties) {
  report_.coverage.files = 7;
  report_.coverage.files_recognised["Helm template"] = 3;
  report_.coverage.rules_skipped = {"KRAY999"};
  report_.assumptions = {"Istio: default install."};
  const json properties = run_of(report_)["properties"];
  EXPECT_EQ(properties["coverage"]["files"], 7);
  EXPECT_EQ(properties["coverage"]["filesRecognised"]["Helm template"], 3);
  EXPECT_EQ(properties["coverage"]["rulesSkipped"], json({"KRAY999"}));
  EXPECT_EQ(properties["assumptions"], json({"Istio: default install."}));
}

TEST_F(SarifTest, ArtifactsAreSortedAndIndexed) {
  add_file("b.yaml", "b: 1\n");
  add_file("./a b.yaml", "a: 1\n");
  const json artifacts = run_of(report_)["artifacts"];
  ASSERT_EQ(artifacts.size(), 2U);
  EXPECT_EQ(artifacts[0]["location"], json({{"uri", "a%20b.yaml"}, {"uriBaseId", "SRCROOT"}, {"index", 0}}));
  EXPECT_EQ(artifacts[1]["length"], 5);
}

TEST_F(SarifTest, FilesWithOneUriShareAnArtifact) {
  add_file("a.yaml", "a: 1\n");
  const SourceFile* file = add_file("./a.yaml", "a: 1\n");
  add_finding(place_of(file, "a"));
  const json run = run_of(report_);
  EXPECT_EQ(run["artifacts"].size(), 1U);
  EXPECT_EQ(run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["index"], 0);
}

// ---- Rules ----------------------------------------------------------------------------------------------

TEST_F(SarifTest, SecurityRule) {
  const json rule = run_of(report_)["tool"]["driver"]["rules"][0];
  EXPECT_EQ(rule["id"], "KRAY401");
  EXPECT_EQ(rule["name"], "AllowRuleWithoutSource");
  EXPECT_EQ(rule["shortDescription"]["text"], "ALLOW rule names no source");
  EXPECT_EQ(rule["fullDescription"]["text"],
            "A rule of an AuthorizationPolicy without from matches every caller, see Istio.");
  EXPECT_EQ(rule["helpUri"], "https://github.com/kray-audit/kray-audit/blob/main/docs/rules/KRAY401.md");
  EXPECT_EQ(rule["defaultConfiguration"]["level"], "error");
  EXPECT_EQ(rule["properties"]["tags"], json({"security", "external/cwe/cwe-306", "CWE-306", "istio"}));
  EXPECT_EQ(rule["properties"]["precision"], "high");
  EXPECT_EQ(rule["properties"]["security-severity"], "8.7");
  EXPECT_FALSE(rule["properties"].contains("problem.severity"));
}

TEST_F(SarifTest, RuleHelpIsMarkdownAndPlainText) {
  const json help = run_of(report_)["tool"]["driver"]["rules"][0]["help"];
  const std::string markdown = help["markdown"];
  EXPECT_NE(markdown.find("\n## How to fix\n\nAdd `from`:"), std::string::npos) << markdown;
  EXPECT_NE(markdown.find("docs/rules/KRAY401.md"), std::string::npos) << "GitHub does not show helpUri";
  EXPECT_EQ(help["text"],
            "A rule of an AuthorizationPolicy without from\nmatches every caller, see Istio.\n\n"
            "It is fine where anybody may call.\n\nHow to fix\n\nAdd from:\n\nfrom:\n"
            "- source: {namespaces: [a]}\n\n"
            "See https://github.com/kray-audit/kray-audit/blob/main/docs/rules/KRAY401.md");
}

TEST_F(SarifTest, RuleThatIsNotAboutSecurity) {
  const json properties = run_of(report_)["tool"]["driver"]["rules"][1]["properties"];
  EXPECT_EQ(properties["tags"], json({"ray"}));
  EXPECT_EQ(properties["precision"], "medium");
  EXPECT_EQ(properties["problem.severity"], "recommendation");
  EXPECT_FALSE(properties.contains("security-severity"));
}

// GitHub rejects the file for a score that is no number, and ignores scores of 0.
TEST_F(SarifTest, ScoresThatAreNoneAreLeftOut) {
  for (const std::string score : {"", "high", "9,1", "nan", "inf", "0", "0.04", "-1", "10.5", "7.5 "}) {
    report_.rules[0].security_severity = score;
    const json properties = run_of(report_)["tool"]["driver"]["rules"][0]["properties"];
    EXPECT_FALSE(properties.contains("security-severity")) << score;
    EXPECT_EQ(properties["tags"][0], "external/cwe/cwe-306") << score;
  }
}

TEST_F(SarifTest, ScoresHaveOneDecimal) {
  report_.rules[0].security_severity = "9";
  EXPECT_EQ(run_of(report_)["tool"]["driver"]["rules"][0]["properties"]["security-severity"], "9.0");
}

TEST_F(SarifTest, AtMostTenDistinctTags) {
  report_.rules[0].tags = {
      "a", "b", "c", "d", "e", "f", "g", "h", "i", "a", "external/cwe/cwe-079", "external/cwe/cwe-079"};
  EXPECT_EQ(run_of(report_)["tool"]["driver"]["rules"][0]["properties"]["tags"],
            json({"security", "external/cwe/cwe-079", "CWE-79", "a", "b", "c", "d", "e", "f", "g"}));
}

TEST_F(SarifTest, LongDescriptionIsCutBetweenWords) {
  std::string description;
  for (int i = 0; i < 300; ++i) description += "日本 ";
  report_.rules[0].description = description;
  const std::string text = run_of(report_)["tool"]["driver"]["rules"][0]["fullDescription"]["text"];
  EXPECT_LE(text.size(), 1024U);
  EXPECT_TRUE(text.ends_with("日本…")) << text;
}

TEST_F(SarifTest, RuleOfAFindingIsListedEvenIfItIsNotAmongTheRules) {
  RuleInfo parse_rule = lint_rule();
  parse_rule.id = "KRAY901";
  add_finding(place_of(add_file("a.yaml", "a: 1\n"), "a")).rule = &parse_rule;
  const json run = run_of(report_);
  EXPECT_EQ(run["tool"]["driver"]["rules"][2]["id"], "KRAY901");
  EXPECT_EQ(run["results"][0]["ruleIndex"], 2);
}

// ---- Results --------------------------------------------------------------------------------------------

TEST_F(SarifTest, ResultHasRuleLevelRankAndPlace) {
  const SourceFile* file = add_file("p.yaml", "spec:\n  rules:\n  - to: []\n  - from: []\n");
  add_finding(place_of(file, "to"));
  const json run = run_of(report_);
  const json result = run["results"][0];
  EXPECT_EQ(result["ruleId"], "KRAY401");
  EXPECT_EQ(result["ruleIndex"], 0);
  EXPECT_EQ(result["kind"], "fail");
  EXPECT_EQ(result["level"], "error");
  EXPECT_EQ(result["rank"], 87.0);
  EXPECT_EQ(result["message"]["text"], "The rule admits everybody.");
  ASSERT_EQ(result["locations"].size(), 1U);
  const json physical = result["locations"][0]["physicalLocation"];
  EXPECT_EQ(physical["artifactLocation"], json({{"uri", "p.yaml"}, {"uriBaseId", "SRCROOT"}, {"index", 0}}));
  EXPECT_EQ(physical["region"], json({{"startLine", 3},
                                      {"startColumn", 5},
                                      {"endLine", 3},
                                      {"endColumn", 7},
                                      {"snippet", {{"text", "to"}}}}));
  EXPECT_EQ(physical["contextRegion"],
            json({{"startLine", 1},
                  {"endLine", 4},
                  {"snippet", {{"text", "spec:\n  rules:\n  - to: []\n  - from: []"}}}}));
}

TEST_F(SarifTest, LevelAndScoreFollowTheSeverityOfTheFinding) {
  const SourceFile* file = add_file("p.yaml", "a: 1\nb: 2\nc: 3\n");
  add_finding(place_of(file, "a")).severity = Severity::critical;
  add_finding(place_of(file, "b")).severity = Severity::medium;
  add_finding(place_of(file, "c"));
  const json results = run_of(report_)["results"];
  EXPECT_EQ(results[0]["level"], "error");
  EXPECT_EQ(results[0]["rank"], 91.0);
  EXPECT_EQ(results[0]["properties"]["security-severity"], "9.1");
  EXPECT_EQ(results[1]["level"], "warning");
  EXPECT_EQ(results[1]["rank"], 69.0);
  EXPECT_FALSE(results[2].contains("properties"));
}

TEST_F(SarifTest, RuleWithoutScoreGivesNoRank) {
  Finding& finding = add_finding(place_of(add_file("p.yaml", "a: 1\n"), "a"));
  finding.rule = &report_.rules[1];
  finding.severity = Severity::low;
  const json result = run_of(report_)["results"][0];
  EXPECT_EQ(result["level"], "note");
  EXPECT_FALSE(result.contains("rank"));
}

TEST_F(SarifTest, PlaceOfManyLinesIsCutAtTheEndOfTheFirst) {
  const SourceFile* file = add_file("p.yaml", "a: 1\r\n- to: # 日本\r\n    x: 1\r\nb: 2\r\n");
  add_finding(place_of(file, "to: # 日本\r\n    x: 1"));
  const json region = run_of(report_)["results"][0]["locations"][0]["physicalLocation"]["region"];
  EXPECT_EQ(region["startLine"], 2);
  EXPECT_EQ(region["endLine"], 2);
  EXPECT_EQ(region["endColumn"], 11);
  EXPECT_EQ(region["snippet"]["text"], "to: # 日本");
}

TEST_F(SarifTest, PlaceWithoutExtentGetsTheRestOfItsLine) {
  const SourceFile* file = add_file("p.yaml", "a: 1\nb: 2\n");
  add_finding({file, 7, 7});
  EXPECT_EQ(run_of(report_)["results"][0]["locations"][0]["physicalLocation"]["region"]["snippet"]["text"],
            " 2");
  report_.findings[0].place = {file, 4, 4};  // at the line's end: the whole line
  EXPECT_EQ(run_of(report_)["results"][0]["locations"][0]["physicalLocation"]["region"]["snippet"]["text"],
            "a: 1");
  report_.findings[0].place = {file, 10, 10};  // at the file's end
  EXPECT_EQ(run_of(report_)["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
}

TEST_F(SarifTest, EmptyFileHasALineToPointAt) {
  add_finding({add_file("empty.yaml", ""), 0, 0});
  const json physical = run_of(report_)["results"][0]["locations"][0]["physicalLocation"];
  EXPECT_EQ(physical["region"]["startLine"], 1);
  EXPECT_EQ(physical["region"]["endColumn"], 1);
  EXPECT_FALSE(physical.contains("contextRegion")) << "nothing is larger";
}

TEST_F(SarifTest, ColumnsAreUtf16Units) {
  const SourceFile* file =
      add_file("p.yaml", "\xEF\xBB\xBFx: 1\r\né: [é1]\r\n日本: [j1]\r\n😀: [e1]\rlast: [l1]");
  const auto start_column = [&](std::string_view text) {
    report_.findings.clear();
    add_finding(place_of(file, text));
    const json region = run_of(report_)["results"][0]["locations"][0]["physicalLocation"]["region"];
    EXPECT_EQ(region["snippet"]["text"], std::string(text));
    return std::pair(region["startLine"].get<int>(), region["startColumn"].get<int>());
  };
  EXPECT_EQ(start_column("x"), std::pair(1, 1)) << "a byte order mark is no column";
  EXPECT_EQ(start_column("é1"), std::pair(2, 5));
  EXPECT_EQ(start_column("j1"), std::pair(3, 6));
  EXPECT_EQ(start_column("e1"), std::pair(4, 6)) << "an emoji is two units";
  EXPECT_EQ(start_column("l1"), std::pair(5, 8)) << "a lone CR ends a line";
}

TEST_F(SarifTest, PlaceInTheByteOrderMarkBeginsAtTheText) {
  const SourceFile* file = add_file("p.yaml", "\xEF\xBB\xBFx: 1\n");
  add_finding({file, 0, 4});
  const json region = run_of(report_)["results"][0]["locations"][0]["physicalLocation"]["region"];
  EXPECT_EQ(region["startColumn"], 1);
  EXPECT_EQ(region["snippet"]["text"], "x");
}

TEST_F(SarifTest, LongLinesAreNotRepeated) {
  const std::string filler(10000, 'x');
  const SourceFile* file = add_file("p.json", filler + "\n{\"a\": 1}\n" + filler + "\n");
  add_finding(place_of(file, "\"a\""));
  add_finding({file, 0, 10000});
  const json results = run_of(report_)["results"];
  EXPECT_FALSE(results[0]["locations"][0]["physicalLocation"]["region"].contains("snippet"));
  EXPECT_FALSE(results[0]["locations"][0]["physicalLocation"].contains("contextRegion"));
  EXPECT_EQ(results[1]["locations"][0]["physicalLocation"]["contextRegion"],
            json({{"startLine", 2}, {"endLine", 2}, {"snippet", {{"text", "{\"a\": 1}"}}}}));
  EXPECT_EQ(results[1]["locations"][0]["physicalLocation"]["region"]["snippet"]["text"], "\"a\"");
}

TEST_F(SarifTest, LogicalLocationsAreCachedWithTheirParents) {
  const SourceFile* file = add_file("p.yaml", "a: 1\nb: 2\n");
  add_finding(place_of(file, "a"));
  add_finding(place_of(file, "b")).subject.path = "";
  const json run = run_of(report_);
  const std::string object = "team-a/AuthorizationPolicy.security.istio.io/open";
  EXPECT_EQ(run["logicalLocations"],
            json({{{"name", "open"}, {"kind", "resource"}, {"fullyQualifiedName", object}},
                  {{"name", "rules[0]"},
                   {"kind", "member"},
                   {"fullyQualifiedName", object + "/spec/rules[0]"},
                   {"parentIndex", 0}}}));
  for (const json& result : run["results"]) {
    json reference = result["locations"][0]["logicalLocations"][0];
    const size_t index = reference["index"];
    reference.erase("index");
    EXPECT_EQ(reference, run["logicalLocations"][index]);
  }
  EXPECT_EQ(run["results"][0]["locations"][0]["logicalLocations"][0]["index"], 1);
}

TEST_F(SarifTest, FindingWithoutSubjectHasNoLogicalLocation) {
  add_finding(place_of(add_file("p.yaml", "a: 1\n"), "a")).subject = {};
  const json run = run_of(report_);
  EXPECT_FALSE(run["results"][0]["locations"][0].contains("logicalLocations"));
  EXPECT_EQ(run["results"][0]["partialFingerprints"]["krayFinding/v1"].get<std::string>().size(), 32U);
}

TEST_F(SarifTest, FingerprintsAreGitHubsAndOurs) {
  const SourceFile* file = add_file("p.yaml", "a: 1\nb: 2\nc: 3\n");
  add_finding(place_of(file, "a"));
  add_finding(place_of(file, "b"));
  add_finding(place_of(file, "c")).subject.object = "other";
  const json before = run_of(report_)["results"];
  std::set<std::string> ours;
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_FALSE(before[i].contains("fingerprints"));
    EXPECT_EQ(before[i]["partialFingerprints"]["primaryLocationLineHash"],
              primary_location_line_hashes(file->text())[i]);
    ours.insert(before[i]["partialFingerprints"]["krayFinding/v1"].get<std::string>());
  }
  EXPECT_EQ(ours.size(), 3U) << "the second result of one object has its own";
  // The value is kept for ever: another one would make every alert of DefectDojo new.
  EXPECT_EQ(before[0]["partialFingerprints"]["krayFinding/v1"], "fe4394028b888c14ac25df59ffff7634");

  report_.findings.clear();
  report_.files.clear();
  add_finding(place_of(add_file("p.yaml", "# moved\n\na: 5\n"), "a"));
  const json after = run_of(report_)["results"];
  EXPECT_EQ(after[0]["partialFingerprints"]["krayFinding/v1"],
            before[0]["partialFingerprints"]["krayFinding/v1"]);
}

TEST_F(SarifTest, FindingWithoutPlaceGoesToTheFirstFile) {
  add_file("z.yaml", "z: 1\n");
  add_file("a.yaml", "a: 1\n");
  add_finding({});
  const json run = run_of(report_);
  const json physical = run["results"][0]["locations"][0]["physicalLocation"];
  EXPECT_EQ(physical["artifactLocation"]["uri"], "a.yaml");
  EXPECT_EQ(physical["region"]["startLine"], 1);
}

TEST_F(SarifTest, FindingWithoutAnyFileIsANotification) {
  add_finding({}, "No NetworkPolicy isolates the pods.");
  const json run = run_of(report_);
  EXPECT_TRUE(run["results"].empty());
  const json notice = run["invocations"][0]["toolExecutionNotifications"][0];
  EXPECT_EQ(notice["message"]["text"], "No NetworkPolicy isolates the pods.");
  EXPECT_EQ(notice["associatedRule"], json({{"id", "KRAY401"}, {"index", 0}}));
  EXPECT_NE(notice["level"], "error") << "the run did not fail";
}

// ---- Messages and related places ------------------------------------------------------------------------

TEST_F(SarifTest, RelatedPlacesAreLinkedOnce) {
  const SourceFile* file = add_file("p.yaml", "a: 1\nb: 2\nc: 3\nd: 4\n");
  add_finding(place_of(file, "a")).related = {{place_of(file, "b"), "the rule [1] above", "This is the rule"},
                                              {place_of(file, "c"), "the Service", "This is the Service."},
                                              {{}, "nowhere", "No place."},
                                              {place_of(file, "c"), "it again", "This is the Service."},
                                              {place_of(file, "d"), "the mode", "This is the mode."}};
  const json result = run_of(report_)["results"][0];
  EXPECT_EQ(result["message"]["text"],
            "The rule admits everybody. See [the rule 1 above](1), [the Service](2) and [the mode](3).");
  ASSERT_EQ(result["relatedLocations"].size(), 3U);
  for (size_t i = 0; i < 3; ++i) {
    const json related = result["relatedLocations"][i];
    EXPECT_EQ(related["id"], i + 1);
    EXPECT_EQ(related["physicalLocation"]["artifactLocation"]["uri"], "p.yaml");
    EXPECT_EQ(related["physicalLocation"]["region"]["startLine"], i + 2);
  }
  EXPECT_EQ(result["relatedLocations"][0]["message"]["text"], "This is the rule.");
}

TEST_F(SarifTest, ManyRelatedPlacesStayWithinTheLimits) {
  std::string bytes;
  for (int i = 0; i < 150; ++i) bytes += "k" + std::to_string(i) + ": 1\n";
  const SourceFile* file = add_file("p.yaml", bytes);
  Finding& finding = add_finding(place_of(file, "k0"), std::string(3000, 'm'));
  for (int i = 1; i < 150; ++i) {
    finding.related.push_back({place_of(file, "k" + std::to_string(i) + ":"), std::string(200, 'w'),
                               "Key " + std::to_string(i) + "."});
  }
  const json result = run_of(report_)["results"][0];
  const std::string text = result["message"]["text"];
  EXPECT_LE(text.size(), 2048U);
  EXPECT_TRUE(text.ends_with("](10).")) << text;
  EXPECT_EQ(result["relatedLocations"].size(), 100U);
}

TEST_F(SarifTest, FindingsOfOneRuleOnOneLineAreMerged) {
  const SourceFile* file = add_file("p.yaml", "ports: [6379, 8265]\nb: 2\n");
  Finding& second = add_finding(place_of(file, "8265"), "Port 8265 is open.");
  second.related = {{place_of(file, "b"), "the Service", "It selects the pod."}};
  second.severity = Severity::critical;
  Finding& first = add_finding(place_of(file, "6379"), "Port 6379 is open.");
  first.related = {{place_of(file, "ports"), "the list", "It lists the port."}};
  add_finding(place_of(file, "8265"), "Port 8265 is open.").subject.object = "twin";
  const json results = run_of(report_)["results"];
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0]["message"]["text"],
            "Port 6379 is open. See [the list](1). Port 8265 is open. See [the Service](2).");
  EXPECT_EQ(results[0]["locations"][0]["physicalLocation"]["region"]["startColumn"], 9);
  EXPECT_EQ(results[0]["relatedLocations"].size(), 2U);
  EXPECT_EQ(results[0]["rank"], 91.0) << "the most severe of them decides";
}

TEST_F(SarifTest, OtherRulesAndLinesAreNotMerged) {
  const SourceFile* file = add_file("p.yaml", "a: 1\nb: 2\n");
  add_finding(place_of(file, "a"));
  add_finding(place_of(file, "b"));
  add_finding(place_of(file, "a")).rule = &report_.rules[1];
  EXPECT_EQ(run_of(report_)["results"].size(), 3U);
}

TEST_F(SarifTest, MergedMessagesThatDoNotFitAreCounted) {
  const SourceFile* file = add_file("p.yaml", "a: 1\n");
  for (int i = 0; i < 100; ++i) {
    add_finding(place_of(file, "a"),
                "Finding " + std::to_string(i) + " says this and that about the one line.");
  }
  const std::string text = run_of(report_)["results"][0]["message"]["text"];
  EXPECT_LE(text.size(), 2048U);
  const std::string count_words = "not told here: ";
  const size_t count = text.find(count_words);
  ASSERT_NE(count, std::string::npos) << text;
  const auto sentences = static_cast<int>(std::count(text.begin(), text.end(), '.')) - 1;
  EXPECT_EQ(sentences + std::stoi(text.substr(count + count_words.size())), 100);
}

// Links as VS Code's viewer and the web component find them, by the regex \[([^\]]*)\]\(([^)]+)\).
std::vector<std::string> links_of(const std::string& text) {
  std::vector<std::string> links;
  for (size_t begin = text.find('['); begin != std::string::npos; begin = text.find('[', begin + 1)) {
    const size_t middle = text.find(']', begin);
    if (middle == std::string::npos || text.compare(middle, 2, "](") != 0) continue;
    const size_t end = text.find(')', middle);
    if (end == std::string::npos || end == middle + 2) continue;
    links.push_back(text.substr(begin, end + 1 - begin));
    begin = end;
  }
  return links;
}

TEST_F(SarifTest, HostileTextMakesNoLinksAndNoBrokenJson) {
  const SourceFile* file = add_file("p\n\"q.yaml", "a: 1\nb: 2\n");
  const std::string hostile =
      "'\"\\ \x01\x1b[31m" + std::string(1, '\0') + " [x](http://evil) [y]((9) {0} <b> `z` [open";
  Finding& finding = add_finding(place_of(file, "a"), hostile);
  finding.related = {{place_of(file, "b"), "a](http://evil) [b\n", hostile}};
  finding.subject.object = "o\"\x02";
  const json result = run_of(report_)["results"][0];
  const std::string text = result["message"]["text"];
  EXPECT_EQ(links_of(text), std::vector<std::string>{"[a(http://evil) b](1)"}) << text;
  EXPECT_NE(text.find('\0'), std::string::npos);
  EXPECT_TRUE(links_of(result["relatedLocations"][0]["message"]["text"]).empty());
  EXPECT_FALSE(result["message"].contains("markdown"));
}

TEST_F(SarifTest, EmptyMessageBecomesTheTitle) {
  add_finding(place_of(add_file("p.yaml", "a: 1\n"), "a"), "");
  EXPECT_EQ(run_of(report_)["results"][0]["message"]["text"], "ALLOW rule names no source.");
}

// ---- Order, numbers, locale -----------------------------------------------------------------------------

TEST_F(SarifTest, OrderOfFindingsDoesNotMatter) {
  const SourceFile* b = add_file("b.yaml", "x: 1\ny: 2\n");
  const SourceFile* a = add_file("a.yaml", "x: 1\n");
  for (const Place& place : {place_of(b, "y"), place_of(a, "1"), place_of(b, "x"), place_of(a, "x")}) {
    for (const char* object : {"two", "one"}) {
      add_finding(place, std::string("About ") + object + ".").subject.object = object;
      add_finding(place).rule = &report_.rules[1];
    }
  }
  const std::string expected = write(report_);
  expect_schema_holds(expected);
  for (int i = 0; i < 5; ++i) {
    std::rotate(report_.findings.begin(), report_.findings.begin() + 3, report_.findings.end());
    EXPECT_EQ(write(report_), expected);
  }
  std::vector<std::pair<std::string, int>> places;
  const json log = json::parse(expected);
  for (const json& result : log["runs"][0]["results"]) {
    const json physical = result["locations"][0]["physicalLocation"];
    places.emplace_back(physical["artifactLocation"]["uri"], physical["region"]["startLine"]);
  }
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end()));
}

TEST_F(SarifTest, MostSevereResultsAreKept) {
  std::string bytes;
  for (int i = 0; i < 25001; ++i) bytes += "k\n";
  const SourceFile* file = add_file("p.yaml", bytes);
  for (uint32_t i = 0; i < 25001; ++i) {
    Finding& finding = add_finding({file, 2 * i, 2 * i + 1});
    finding.subject.path = "";
    finding.severity = i == 7 ? Severity::note : i % 2 == 0 ? Severity::high : Severity::low;
  }
  const std::string sarif = write(report_);
  json log = json::parse(sarif);
  json& results = log["runs"][0]["results"];
  ASSERT_EQ(results.size(), 25000U);
  EXPECT_EQ(results[6]["locations"][0]["physicalLocation"]["region"]["startLine"], 7);
  EXPECT_EQ(results[7]["locations"][0]["physicalLocation"]["region"]["startLine"], 9) << "the only note goes";
  const json notices = log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0]["level"], "warning");
  EXPECT_EQ(notices[0]["message"]["text"], "1 of 25001 results are left out, the least severe ones.");
  // All results have one form here; the schema checker would take seconds for them all.
  results.erase(results.begin() + 100, results.end());
  expect_schema_holds(log.dump());
}

class DecimalComma : public std::numpunct<char> {
 protected:
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST_F(SarifTest, LocaleDoesNotMatter) {
  const SourceFile* file = add_file("p.yaml", std::string(5000, '#') + "\na: 1\n");
  add_finding(place_of(file, "a: 1")).severity = Severity::critical;
  report_.coverage.bytes = 1234567;
  const std::string expected = write(report_);
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new DecimalComma));
  const std::string with_comma = write(report_);
  std::locale::global(before);
  EXPECT_EQ(with_comma, expected);
  expect_schema_holds(expected);
  EXPECT_NE(expected.find("\"security-severity\": \"9.1\""), std::string::npos);
  EXPECT_NE(expected.find("\"rank\": 91.0"), std::string::npos);
}

TEST_F(SarifTest, TextIsPureJson) {
  const std::string sarif = write(report_);
  EXPECT_TRUE(sarif.starts_with("{\n  \"$schema\": \"https://docs.oasis-open.org/")) << "no byte order mark";
  EXPECT_TRUE(sarif.ends_with("}\n"));
}

// ---- Notifications --------------------------------------------------------------------------------------

TEST_F(SarifTest, NotificationKindsAreDescribed) {
  const json kinds = run_of(report_)["tool"]["driver"]["notifications"];
  ASSERT_FALSE(kinds.empty());
  for (const json& kind : kinds) {
    EXPECT_FALSE(kind["shortDescription"]["text"].empty());
    EXPECT_FALSE(kind["fullDescription"]["text"].empty());
    EXPECT_FALSE(kind["help"]["text"].empty());
  }
}

TEST_F(SarifTest, UndecidedFactIsANote) {
  const SourceFile* file = add_file("p.yaml", "a: 1\nb: 2\n");
  Undecided undecided{
      "namespace-not-set", "Objects have no namespace.", "Say -n NAMESPACE.", {"KRAY401", "KRAY603"}, {}};
  undecided.places = {place_of(file, "a"), place_of(file, "a"), {}, place_of(file, "b")};
  report_.undecided = {undecided};
  const json run = run_of(report_);
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], true);
  const json notice = run["invocations"][0]["toolExecutionNotifications"][0];
  EXPECT_EQ(notice["level"], "note");
  EXPECT_EQ(notice["descriptor"], json({{"id", "KRAYN001"}, {"index", 0}}));
  EXPECT_EQ(notice["associatedRule"], json({{"id", "KRAY401"}, {"index", 0}}));
  EXPECT_EQ(notice["message"]["text"],
            "Objects have no namespace. Say -n NAMESPACE. Rules: KRAY401, KRAY603.");
  ASSERT_EQ(notice["locations"].size(), 2U);
  EXPECT_EQ(notice["locations"][1]["physicalLocation"]["region"]["startLine"], 2);
}

TEST_F(SarifTest, UndecidedFactNamesTenPlacesAtMost) {
  const SourceFile* file = add_file("p.yaml", std::string(30, '\n'));
  Undecided undecided{"f", "It is missing.", "", {}, {}};
  for (uint32_t i = 0; i < 30; ++i) undecided.places.push_back({file, i, i});
  report_.undecided = {undecided};
  const json notice = run_of(report_)["invocations"][0]["toolExecutionNotifications"][0];
  EXPECT_EQ(notice["locations"].size(), 10U);
  EXPECT_FALSE(notice.contains("associatedRule"));
}

TEST_F(SarifTest, ErrorsMakeTheExecutionFail) {
  add_file("dir/p q.yaml", "a: [\n");
  report_.errors = {{"dir/p q.yaml:12:3", "a ']' was expected", "close the list"},
                    {"gone.yaml", "the file does not exist", ""},
                    {"odd:name.yaml:9", "it is odd", ""},
                    {"", "nothing was read", ""}};
  const json run = run_of(report_);
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], false);
  const json notices = run["invocations"][0]["toolExecutionNotifications"];
  ASSERT_EQ(notices.size(), 4U);
  EXPECT_EQ(notices[0]["level"], "error");
  EXPECT_EQ(notices[0]["descriptor"]["id"], "KRAYN002");
  EXPECT_EQ(notices[0]["message"]["text"], "dir/p q.yaml:12:3: a ']' was expected (close the list).");
  const auto place = [&](size_t i) { return notices[i]["locations"][0]["physicalLocation"]; };
  EXPECT_EQ(place(0)["artifactLocation"]["uri"], "dir/p%20q.yaml");
  EXPECT_EQ(place(0)["artifactLocation"]["index"], 0);
  EXPECT_EQ(place(0)["region"]["startLine"], 12);
  EXPECT_EQ(place(1)["artifactLocation"]["uri"], "gone.yaml");
  EXPECT_FALSE(place(1)["artifactLocation"].contains("index"));
  EXPECT_EQ(place(2)["artifactLocation"]["uri"], "odd%3Aname.yaml");
  EXPECT_EQ(place(2)["region"]["startLine"], 9);
  EXPECT_FALSE(notices[3].contains("locations"));
}

// ---- Suppressions ---------------------------------------------------------------------------------------

TEST_F(SarifTest, SuppressedFindingsAreLeftOutUnlessAskedFor) {
  const SourceFile* file = add_file("a.yaml", "a: 1  # kray-audit: ignore KRAY401 we know\nb: 2\n");
  const Finding hidden = add_finding(place_of(file, "a"));
  report_.suppressed.push_back({hidden, "we know", "", place_of(file, "KRAY401 we know")});
  report_.findings.clear();
  add_finding(place_of(file, "b"));
  const json without = run_of(report_);
  ASSERT_EQ(without["results"].size(), 1U);
  EXPECT_FALSE(without["results"][0].contains("suppressions"));
  SarifOptions with = options();
  with.include_suppressed = true;
  const json results = run_of(report_, with)["results"];
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0]["suppressions"], json::array()) << "if one result tells, all do (3.27.23)";
  EXPECT_EQ(results[0]["partialFingerprints"], without["results"][0]["partialFingerprints"]);
  ASSERT_EQ(results[1]["suppressions"].size(), 1U);
  const json suppression = results[1]["suppressions"][0];
  EXPECT_EQ(suppression["kind"], "inSource");
  EXPECT_EQ(suppression["justification"], "we know");
  EXPECT_EQ(suppression["location"]["physicalLocation"]["region"]["startColumn"], 28);
}

TEST_F(SarifTest, SuppressedAndOtherFindingsOfOneLineAreTwoResults) {
  const SourceFile* file = add_file("a.yaml", "a: [b, c]\nd: e\n");
  const Finding finding = add_finding(place_of(file, "b"));
  report_.suppressed.push_back({add_finding(place_of(file, "c")), "we know", "", place_of(file, "d: e")});
  report_.suppressed.push_back({add_finding(place_of(file, "a")), "we know", "", place_of(file, "d: e")});
  report_.findings = {finding};
  SarifOptions with = options();
  with.include_suppressed = true;
  const json results = run_of(report_, with)["results"];
  ASSERT_EQ(results.size(), 2U);
  EXPECT_TRUE(results[0]["suppressions"].empty());
  EXPECT_EQ(results[1]["suppressions"].size(), 1U) << "each suppression once";
  EXPECT_NE(results[0]["partialFingerprints"]["krayFinding/v1"],
            results[1]["partialFingerprints"]["krayFinding/v1"]);
}

}  // namespace
}  // namespace kray
