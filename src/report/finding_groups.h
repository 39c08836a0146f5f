// Findings by the line they are on: what a SARIF result is, and what a finding is recognised by in the next
// run.
#pragma once

#include <string>
#include <vector>

#include "audit/finding.h"
#include "report/sarif_places.h"

namespace kray {

// The findings of one rule on one line of one file.
struct FindingGroup {
  std::vector<const Finding*> findings;  // never empty; the first one gives place and names
  const SourceFile* file = nullptr;
  LineRegion region;
  Severity severity = Severity::note;  // the highest of the findings
  std::string fingerprint;             // krayFinding/v1
};

struct FindingGroups {
  // By URI, line, column, rule and logical name; suppressed findings are never among the others.
  std::vector<FindingGroup> reported;
  std::vector<FindingGroup> suppressed;
};

// All findings of the report. Needs a file: a finding about no place counts as one about the first.
FindingGroups group_findings(const AuditReport& report, const ArtifactTable& artifacts);

}  // namespace kray
