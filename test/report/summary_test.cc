// The sentence that ends a report, above all that it is never cleaner than the audit was.
#include "report/summary.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

// Every file and document analysed, nothing left open.
AuditReport complete_report() {
  AuditReport report;
  report.coverage.files = 3;
  report.coverage.files_analysed = 3;
  report.coverage.documents = 5;
  report.coverage.documents_with_objects = 5;
  report.coverage.rules_run = {"KRAY101"};
  return report;
}

Finding finding_in(const SourceFile& file, Severity severity) {
  Finding finding;
  finding.severity = severity;
  finding.place = {&file, 0, 0};
  return finding;
}

TEST(Outcome, CleanOnlyIfNothingIsMissing) { EXPECT_EQ(outcome(complete_report()), "No findings."); }

TEST(Outcome, NamesEveryGap) {
  AuditReport report = complete_report();
  report.undecided.resize(1);
  EXPECT_EQ(outcome(report), "No findings, but 1 question could not be decided.");
  report.undecided.resize(2);
  report.coverage.files_failed = 1;
  report.coverage.documents_failed = 1;
  report.errors.resize(1);
  EXPECT_EQ(outcome(report),
            "No findings, but 2 questions could not be decided and 1 file could not be read.");
  report.coverage.files_recognised = {{"Helm template", 95}, {"Kustomization", 184}};
  report.coverage.documents_recognised = {{"Helm template", 99}};
  EXPECT_EQ(
      outcome(report),
      "No findings, but 2 questions could not be decided, 1 file could not be read and 279 files were not "
      "analysed.");
}

TEST(Outcome, NamesGapsInsideFiles) {
  AuditReport report = complete_report();
  report.coverage.documents_recognised = {{"Kustomization", 1}};
  EXPECT_EQ(outcome(report), "No findings, but 1 document was not analysed.");
  report.coverage.documents_failed = 2;
  EXPECT_EQ(outcome(report),
            "No findings, but 2 documents could not be read and 1 document was not analysed.");
}

TEST(Outcome, NamesErrorsThatNoNumberCounts) {
  AuditReport report = complete_report();
  report.errors.resize(2);
  EXPECT_EQ(outcome(report), "No findings, but 2 errors occurred.");
}

TEST(Outcome, NoRulesIsAGap) {
  AuditReport report = complete_report();
  report.coverage.rules_run.clear();
  EXPECT_EQ(outcome(report), "No findings, but no rule was run.");
}

TEST(Outcome, NothingToAudit) {
  AuditReport report;
  EXPECT_EQ(outcome(report), "Nothing to audit.");
  report.errors.resize(1);
  EXPECT_EQ(outcome(report), "Nothing to audit, but 1 error occurred.");
}

TEST(Outcome, CountsFindingsBySeverityAndFile) {
  const SourceFile a("a.yaml", "");
  const SourceFile b("b.yaml", "");
  AuditReport report = complete_report();
  report.findings = {finding_in(a, Severity::high)};
  EXPECT_EQ(outcome(report), "1 finding (1 high) in 1 file.");
  report.findings = {finding_in(a, Severity::medium), finding_in(b, Severity::high),
                     finding_in(b, Severity::medium)};
  EXPECT_EQ(outcome(report), "3 findings (1 high, 2 medium) in 2 files.");
  report.findings = {finding_in(a, Severity::note), finding_in(a, Severity::low),
                     finding_in(a, Severity::critical)};
  report.undecided.resize(1);
  EXPECT_EQ(outcome(report),
            "3 findings (1 critical, 1 low, 1 note) in 1 file; 1 question could not be decided.");
  report.findings.resize(1);
  report.findings[0].place = {};
  EXPECT_EQ(outcome(report), "1 finding (1 note); 1 question could not be decided.");
}

TEST(Outcome, CountsWhatIsSuppressed) {
  const SourceFile file("a.yaml", "a: b\n");
  AuditReport report = complete_report();
  report.suppressed.resize(2);
  EXPECT_EQ(outcome(report), "No findings, 2 suppressed.");
  report.undecided.resize(1);
  EXPECT_EQ(outcome(report), "No findings, 2 suppressed, but 1 question could not be decided.");
  report.findings.push_back(finding_in(file, Severity::high));
  EXPECT_EQ(outcome(report), "1 finding (1 high) in 1 file, 2 suppressed; 1 question could not be decided.");
}

}  // namespace
}  // namespace kray
