// The sentence has two halves: findings, and gaps. A gap is anything that could hide a finding;
// "No findings." without a second half is said only when there is no gap.
#include "report/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace kray {
namespace {

uint64_t sum(const std::map<std::string, uint64_t>& numbers) {
  uint64_t total = 0;
  for (const auto& [name, number] : numbers) total += number;
  return total;
}

std::string was_not_analysed(uint64_t number, std::string_view noun) {
  return fmt::format("{} {} not analysed", counted(number, noun), number == 1 ? "was" : "were");
}

std::vector<std::string> gaps_of(const AuditReport& report) {
  const Coverage& coverage = report.coverage;
  std::vector<std::string> gaps;
  if (!report.undecided.empty()) {
    gaps.push_back(counted(report.undecided.size(), "question") + " could not be decided");
  }
  // Documents are spoken of only where no file is: those of a file count with the file.
  if (coverage.files_failed > 0) {
    gaps.push_back(counted(coverage.files_failed, "file") + " could not be read");
  } else if (coverage.documents_failed > 0) {
    gaps.push_back(counted(coverage.documents_failed, "document") + " could not be read");
  } else if (!report.errors.empty()) {
    gaps.push_back(counted(report.errors.size(), "error") + " occurred");
  }
  if (const uint64_t files = sum(coverage.files_recognised); files > 0) {
    gaps.push_back(was_not_analysed(files, "file"));
  } else if (const uint64_t documents = sum(coverage.documents_recognised); documents > 0) {
    gaps.push_back(was_not_analysed(documents, "document"));
  }
  if (!nothing_to_audit(coverage) && coverage.rules_run.empty()) gaps.emplace_back("no rule was run");
  return gaps;
}

std::string findings_by_severity(const std::vector<Finding>& findings) {
  constexpr std::array kSeverities = {Severity::critical, Severity::high, Severity::medium, Severity::low,
                                      Severity::note};
  std::string numbers;
  for (const Severity severity : kSeverities) {
    const auto number = std::count_if(findings.begin(), findings.end(), [severity](const Finding& finding) {
      return finding.severity == severity;
    });
    if (number == 0) continue;
    numbers += fmt::format("{}{} {}", numbers.empty() ? "" : ", ", number, to_string(severity));
  }
  std::set<std::string_view> paths;
  for (const Finding& finding : findings) {
    if (finding.place) paths.insert(finding.place.file->path);
  }
  const std::string where = paths.empty() ? "" : " in " + counted(paths.size(), "file");
  return fmt::format("{} ({}){}", counted(findings.size(), "finding"), numbers, where);
}

}  // namespace

std::string counted(uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string listed(const std::map<std::string, uint64_t>& numbers) {
  std::string text;
  for (const auto& [name, number] : numbers) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, name);
  }
  return text;
}

std::string joined(const std::vector<std::string>& parts, std::string_view last_separator) {
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? last_separator : ", ";
    text += parts[i];
  }
  return text;
}

bool nothing_to_audit(const Coverage& coverage) { return coverage.files == 0 && coverage.objects == 0; }

std::string outcome(const AuditReport& report) {
  const std::string gaps = joined(gaps_of(report), " and ");
  const std::string suppressed =
      report.suppressed.empty() ? "" : fmt::format(", {} suppressed", report.suppressed.size());
  if (!report.findings.empty()) {
    return findings_by_severity(report.findings) + suppressed + (gaps.empty() ? "" : "; " + gaps) + ".";
  }
  const std::string nothing = nothing_to_audit(report.coverage) ? "Nothing to audit" : "No findings";
  return nothing + suppressed + (gaps.empty() ? "" : ", but " + gaps) + ".";
}

}  // namespace kray
