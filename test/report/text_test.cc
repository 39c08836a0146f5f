// Whole reports as exact text, then what must hold for any report: width, blanks, colour, safety.
#include "report/text.h"

#include <gtest/gtest.h>

#include <memory>
#include <sstream>

#include "report/glyph.h"

namespace kray {
namespace {

std::string text_of(const AuditReport& report, int width = 100, bool colour = false) {
  std::ostringstream out;
  write_text(report, {width, colour}, out);
  return out.str();
}

std::string without_sgr(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\x1b[")
      i = text.find('m', i);
    else
      plain += text[i];
  }
  return plain;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

size_t occurrences(std::string_view text, std::string_view words) {
  size_t count = 0;
  for (size_t at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) ++count;
  return count;
}

const SourceFile* add_file(AuditReport& report, std::string path, std::string bytes) {
  report.files.push_back(std::make_shared<SourceFile>(std::move(path), std::move(bytes)));
  return report.files.back().get();
}

Place place_of(const SourceFile* file, std::string_view words) {
  const size_t begin = file->bytes.find(words);
  EXPECT_NE(begin, std::string::npos) << words;
  return {file, static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + words.size())};
}

Finding finding_at(const RuleInfo& rule, Place place, std::string message) {
  Finding finding;
  finding.rule = &rule;
  finding.severity = rule.severity;
  finding.place = place;
  finding.message = std::move(message);
  return finding;
}

RuleInfo rule_without_source() {
  RuleInfo rule;
  rule.id = "KRAY401";
  rule.name = "allow-rule-without-source";
  rule.severity = Severity::high;
  rule.description =
      "A rule without a `from` lets **every** client in, from every namespace\nand through every gateway.\n\n"
      "It is fine for a public port.";
  rule.remediation = "Add a `from`.\n\nOr remove the rule.";
  return rule;
}

RuleInfo rule_default_namespace() {
  RuleInfo rule;
  rule.id = "KRAY101";
  rule.name = "default-namespace";
  rule.severity = Severity::medium;
  rule.description = "Nothing isolates the namespace `default`.";
  rule.remediation = "Set `metadata.namespace`.";
  return rule;
}

Coverage complete_coverage() {
  Coverage coverage;
  coverage.files = 2;
  coverage.files_analysed = 2;
  coverage.documents = 2;
  coverage.documents_with_objects = 2;
  coverage.objects = 2;
  coverage.pod_classes = 3;
  coverage.ray_pod_classes = 2;
  coverage.rules_run = {"KRAY101", "KRAY401"};
  return coverage;
}

// Two findings of one rule and one of another, in two files.
AuditReport small_report() {
  AuditReport report;
  report.rules = {rule_default_namespace(), rule_without_source()};
  report.coverage = complete_coverage();
  const SourceFile* policy = add_file(report, "deploy/policy.yaml",
                                      "kind: AuthorizationPolicy\nmetadata:\n  name: ray\nspec:\n  rules:\n"
                                      "  - from:\n    - source: {}\n  - to:\n    - operation: {}\n");
  const SourceFile* ray = add_file(report, "deploy/ray.yaml",
                                   "kind: RayCluster\nmetadata:\n  namespace: default\n---\nkind: RayJob\n"
                                   "metadata: {namespace: default}\n");
  Finding slip =
      finding_at(report.rules[1], place_of(policy, "to"), "Rule 2 lets every client reach port 8265.");
  slip.label = "no `from` here";
  slip.fix = "Remove the dash before `to`.";
  slip.related = {
      {place_of(policy, "from"), "the rule above it", "This rule was meant to limit the clients."}};
  const Finding cluster =
      finding_at(report.rules[0], place_of(ray, "default"), "RayCluster demo is in the namespace default.");
  const Finding job = finding_at(report.rules[0], {ray, 84, 91}, "RayJob demo is in the namespace default.");
  report.findings = {slip, cluster, job};
  return report;
}

constexpr const char* kSmallCoverage =
    "  files:       2 (2 analysed; 0 failed)\n"
    "  documents:   2 (2 with objects; 0 failed)\n"
    "  objects:     2\n"
    "  pod classes: 3 (2 of Ray)\n"
    "  rules:       2 run (KRAY101, KRAY401)\n";

// Everything a report can hold, and hostile characters wherever the input can put them.
AuditReport full_report() {
  AuditReport report = small_report();
  const std::string hostile = "\x1b]0;owned\x07 \x1b[2J\u202e\u009b1m\r\n\xff\t";
  const SourceFile* file =
      add_file(report, "very/long/path/that/no/terminal/of/forty/columns/can/hold" + hostile,
               std::string(14000, ' ') + "名前: " + hostile + std::string(14000, 'x') + hostile);
  Finding finding =
      finding_at(report.rules[1], place_of(file, "名前"), "Bad" + hostile + std::string(130, 'y'));
  finding.label = hostile + "label " + hostile;
  finding.fix = "Do " + hostile + ".";
  finding.related = {{place_of(file, "\xff"), "", "See" + hostile}, {{}, "", "Nowhere " + hostile}};
  report.findings.push_back(finding);
  report.findings.push_back(finding_at(report.rules[0], {}, "The cluster has no namespace " + hostile));
  report.undecided = {
      {"fact", "Missing " + hostile, "Give " + hostile, {"KRAY101"}, {{file, 0, 1}, {file, 1, 2}}}};
  report.errors = {{"b.yaml:1:1" + hostile, "found " + hostile, "remove " + hostile}};
  report.coverage.files_recognised = {{"Helm template" + hostile, 2}};
  report.assumptions = {"Istio " + hostile};
  return report;
}

TEST(WriteText, Findings) {
  EXPECT_EQ(
      text_of(small_report()),
      "deploy/policy.yaml: 1 finding\n"
      "\n"
      "deploy/policy.yaml:8:5: high: Rule 2 lets every client reach port 8265.\n"
      "    [KRAY401 allow-rule-without-source]\n"
      "    7 |     - source: {}\n"
      "    8 |   - to:\n"
      "      |     ^^ no `from` here\n"
      "    9 |     - operation: {}\n"
      "  note: deploy/policy.yaml:6:5: This rule was meant to limit the clients.\n"
      "    6 |   - from:\n"
      "      |     ^^^^\n"
      "  why:  A rule without a `from` lets every client in, from every namespace and through every\n"
      "        gateway.\n"
      "  fix:  Remove the dash before `to`.\n"
      "  more: kray-audit explain KRAY401\n"
      "\n"
      "deploy/ray.yaml: 2 findings\n"
      "\n"
      "deploy/ray.yaml:3:14: medium: RayCluster demo is in the namespace default.\n"
      "    [KRAY101 default-namespace]\n"
      "    2 | metadata:\n"
      "    3 |   namespace: default\n"
      "      |              ^^^^^^^\n"
      "    4 | ---\n"
      "  why:  Nothing isolates the namespace `default`.\n"
      "  fix:  Set `metadata.namespace`.\n"
      "  more: kray-audit explain KRAY101\n"
      "\n"
      "deploy/ray.yaml:6:20: medium: RayJob demo is in the namespace default. [KRAY101 default-namespace]\n"
      "    5 | kind: RayJob\n"
      "    6 | metadata: {namespace: default}\n"
      "      |                    ^^^^^^^\n"
      "\n"
      "3 findings (1 high, 2 medium) in 2 files.\n"
      "\n" +
          std::string(kSmallCoverage));
}

TEST(WriteText, RulesExplainThemselvesOnce) {
  AuditReport report = small_report();
  for (int i = 0; i < 50; ++i) report.findings.push_back(report.findings.back());
  const std::string text = text_of(report);
  EXPECT_EQ(occurrences(text, "  why:  Nothing isolates the namespace `default`.\n"), 1U);
  EXPECT_EQ(occurrences(text, "  fix:  Set `metadata.namespace`.\n"), 1U);
  EXPECT_EQ(occurrences(text, "  more: kray-audit explain KRAY101\n"), 1U);
  EXPECT_EQ(occurrences(text, "  more: kray-audit explain KRAY401\n"), 1U);
}

TEST(WriteText, EveryFindingHasItsOwnFix) {
  AuditReport report = small_report();
  report.findings[1].fix = "Move the cluster.";
  report.findings[2].fix = "Move the job.";
  const std::string text = text_of(report);
  EXPECT_EQ(occurrences(text, "  fix:  Move the cluster.\n"), 1U);
  EXPECT_EQ(occurrences(text, "  fix:  Move the job.\n"), 1U);
  EXPECT_EQ(occurrences(text, "Set `metadata.namespace`"), 0U);
}

TEST(WriteText, RelatedPlaceInAnotherFileOrNowhere) {
  AuditReport report = small_report();
  report.findings.resize(1);
  report.findings[0].related = {{place_of(report.files[1].get(), "RayJob"), "the job", "This job needs it."},
                                {{}, "the mesh", "The mesh has no other policy."}};
  EXPECT_NE(text_of(report).find("      |     ^^ no `from` here\n"
                                 "    9 |     - operation: {}\n"
                                 "  note: deploy/ray.yaml:5:7: This job needs it.\n"
                                 "    5 | kind: RayJob\n"
                                 "      |       ^^^^^^\n"
                                 "  note: The mesh has no other policy.\n"
                                 "  why:  A rule"),
            std::string::npos)
      << text_of(report);
}

TEST(WriteText, FindingWithoutPlace) {
  AuditReport report = small_report();
  report.findings = {finding_at(report.rules[0], {}, "The input has no namespace.")};
  EXPECT_EQ(text_of(report),
            "not about a file: 1 finding\n"
            "\n"
            "medium: The input has no namespace. [KRAY101 default-namespace]\n"
            "  why:  Nothing isolates the namespace `default`.\n"
            "  fix:  Set `metadata.namespace`.\n"
            "  more: kray-audit explain KRAY101\n"
            "\n"
            "1 finding (1 medium).\n"
            "\n" +
                std::string(kSmallCoverage));
}

TEST(WriteText, RuleWithoutWords) {
  AuditReport report = small_report();
  RuleInfo rule = rule_default_namespace();
  rule.description = rule.remediation = "";
  report.findings = {finding_at(rule, {}, "Message.")};
  EXPECT_TRUE(
      text_of(report).starts_with("not about a file: 1 finding\n"
                                  "\n"
                                  "medium: Message. [KRAY101 default-namespace]\n"
                                  "  more: kray-audit explain KRAY101\n"
                                  "\n"));
}

TEST(WriteText, NothingToAudit) {
  EXPECT_EQ(text_of(AuditReport()), "Nothing to audit.\n");
  AuditReport report;
  report.errors = {{"gone.yaml", "no such file or folder", "Check the path"}};
  EXPECT_EQ(text_of(report),
            "Errors: 1\n"
            "\n"
            "gone.yaml: error: no such file or folder\n"
            "  help: Check the path\n"
            "\n"
            "Nothing to audit, but 1 error occurred.\n");
}

TEST(WriteText, NoFindings) {
  AuditReport report;
  report.coverage = complete_coverage();
  EXPECT_EQ(text_of(report), "No findings.\n\n" + std::string(kSmallCoverage));
}

TEST(WriteText, OnlyUndecided) {
  AuditReport report;
  report.coverage = complete_coverage();
  const SourceFile* file = add_file(report, "ray.yaml", "a: 1\nkind: RayCluster\nkind: RayJob\n");
  report.undecided = {
      {"gates", "The operator's version is not known.", "", {"KRAY411"}, {}},
      {"namespace-not-set",
       "2 objects name no namespace.",
       "Say which with --namespace NAME.",
       {"KRAY101", "KRAY103"},
       {{}, place_of(file, "RayCluster")}},
      {"root", "The root namespace is not known.", "Assume it.", {}, {place_of(file, "RayJob")}},
  };
  EXPECT_EQ(text_of(report),
            "Cannot tell: 3 questions\n"
            "\n"
            "The operator's version is not known.\n"
            "  rules: KRAY411\n"
            "\n"
            "2 objects name no namespace.\n"
            "  rules: KRAY101, KRAY103\n"
            "  where: 2 places, the first: ray.yaml:2:7\n"
            "  help:  Say which with --namespace NAME.\n"
            "\n"
            "The root namespace is not known.\n"
            "  where: 1 place: ray.yaml:3:7\n"
            "  help:  Assume it.\n"
            "\n"
            "No findings, but 3 questions could not be decided.\n"
            "\n" +
                std::string(kSmallCoverage));
}

TEST(WriteText, CoverageAddsUp) {
  AuditReport report;
  Coverage& coverage = report.coverage;
  coverage.files = 282;
  coverage.files_analysed = 2;
  coverage.files_recognised = {{"Helm template", 95}, {"Kustomization", 184}};
  coverage.files_failed = 1;
  coverage.documents = 288;
  coverage.documents_with_objects = 7;
  coverage.documents_recognised = {{"Helm template", 95}, {"Kustomization", 184}};
  coverage.documents_failed = 2;
  coverage.objects = 9;
  coverage.pod_classes = 4;
  coverage.rules_run = {"KRAY401"};
  coverage.rules_skipped = {"K1", "K2", "K3", "K4", "K5", "K6", "K7", "K8", "K9"};
  report.errors = {{"", "the disk is full", ""}};
  report.assumptions = {"Istio: default install", "cluster domain: cluster.local"};
  EXPECT_EQ(text_of(report),
            "Errors: 1\n"
            "\n"
            "error: the disk is full\n"
            "\n"
            "No findings, but 1 file could not be read and 279 files were not analysed.\n"
            "\n"
            "  files:       282 (2 analysed; recognised: 95 Helm template, 184 Kustomization; 1 failed)\n"
            "  documents:   288 (7 with objects; recognised: 95 Helm template, 184 Kustomization; 2 failed)\n"
            "  objects:     9\n"
            "  pod classes: 4 (0 of Ray)\n"
            "  rules:       1 run (KRAY401), 9 left out\n"
            "  assumed:     Istio: default install\n"
            "  assumed:     cluster domain: cluster.local\n");
}

TEST(WriteText, FortyColumns) {
  AuditReport report = small_report();
  report.findings.resize(1);
  EXPECT_EQ(text_of(report, 40),
            "deploy/policy.yaml: 1 finding\n"
            "\n"
            "deploy/policy.yaml:8:5: high: Rule 2\n"
            "    lets every client reach port 8265.\n"
            "    [KRAY401 allow-rule-without-source]\n"
            "    7 |     - source: {}\n"
            "    8 |   - to:\n"
            "      |     ^^ no `from` here\n"
            "    9 |     - operation: {}\n"
            "  note: deploy/policy.yaml:6:5: This\n"
            "        rule was meant to limit the\n"
            "        clients.\n"
            "    6 |   - from:\n"
            "      |     ^^^^\n"
            "  why:  A rule without a `from` lets\n"
            "        every client in, from every\n"
            "        namespace and through every\n"
            "        gateway.\n"
            "  fix:  Remove the dash before `to`.\n"
            "  more: kray-audit explain KRAY401\n"
            "\n"
            "1 finding (1 high) in 1 file.\n"
            "\n"
            "  files:       2 (2 analysed; 0 failed)\n"
            "  documents:   2 (2 with objects; 0\n"
            "               failed)\n"
            "  objects:     2\n"
            "  pod classes: 3 (2 of Ray)\n"
            "  rules:       2 run (KRAY101, KRAY401)\n");
}

TEST(WriteText, WidthIsClamped) {
  const AuditReport report = small_report();
  EXPECT_EQ(text_of(report, 0), text_of(report, 100));
  EXPECT_EQ(text_of(report, 1), text_of(report, 40));
  EXPECT_EQ(text_of(report, 5000), text_of(report, 120));
  EXPECT_NE(text_of(report, 40), text_of(report, 80));
}

TEST(WriteText, NoLineIsWiderThanTheTerminal) {
  for (const int width : {40, 41, 80, 120}) {
    for (const std::string& line : lines_of(text_of(full_report(), width))) {
      const bool has_path = line.find("very/long/path") != std::string::npos || line.starts_with("b.yaml");
      const bool is_path_alone = has_path && (line.ends_with(':') || line.ends_with(":1:1"));
      EXPECT_TRUE(visible_width(line) <= width || is_path_alone) << width << ": " << line;
    }
  }
}

TEST(WriteText, NoBlankAtTheEndOfALine) {
  for (const int width : {40, 80, 120}) {
    const std::string text = text_of(full_report(), width);
    EXPECT_TRUE(text.ends_with('\n'));
    EXPECT_FALSE(text.ends_with("\n\n"));
    EXPECT_EQ(text.find(" \n"), std::string::npos);
    EXPECT_EQ(text.find('\t'), std::string::npos);
    EXPECT_EQ(text.find("\n\n\n"), std::string::npos);
  }
}

TEST(WriteText, NothingOfTheInputControlsTheTerminal) {
  const std::string text = text_of(full_report());
  for (const std::string& line : lines_of(text)) EXPECT_EQ(visible(line), line);
  EXPECT_NE(text.find("Bad\\x1b]0;owned\\x07 \\x1b[2J\\u202e\\u009b1m\\r\\n\\xff→"), std::string::npos)
      << text;
}

TEST(WriteText, ColourAddsOnlySgrSequences) {
  for (const int width : {40, 80, 120}) {
    const std::string coloured = text_of(full_report(), width, true);
    EXPECT_EQ(without_sgr(coloured), text_of(full_report(), width));
  }
  EXPECT_NE(text_of(small_report(), 100, true)
                .find("\x1b[1mdeploy/policy.yaml:8:5:\x1b[0m \x1b[1;31mhigh:\x1b[0m Rule 2"),
            std::string::npos);
}

TEST(WriteText, SameReportSameBytes) { EXPECT_EQ(text_of(full_report()), text_of(full_report())); }

}  // namespace
}  // namespace kray
