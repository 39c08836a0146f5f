// Findings as SARIF results: which of them become one, in which order, and how each is written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "audit/finding.h"
#include "report/sarif_json.h"
#include "report/sarif_places.h"
#include "report/sarif_rules.h"

namespace kray {

// GitHub rejects a run with more.
inline constexpr size_t kMaxResults = 25000;

// The findings of one rule on one line of one file.
struct SarifResult {
  std::vector<const Finding*> findings;  // never empty; the first one gives place and names
  const SourceFile* file = nullptr;
  LineRegion region;
  Severity severity = Severity::note;  // the highest of the findings
  std::string fingerprint;             // krayFinding/v1
};

struct SarifResults {
  std::vector<SarifResult> kept;             // by URI, line, column, rule and logical name
  size_t left_out = 0;                       // how many more there were
  std::vector<const Finding*> without_file;  // nothing in the input can stand for their place
};

SarifResults collect_results(const AuditReport& report, const ArtifactTable& artifacts);

// What the results refer to by index.
struct SarifTables {
  const RuleTable& rules;
  const ArtifactTable& artifacts;
  LogicalTable& logical;
};

// "results": […]. Adds the objects that the results are about to `tables.logical`.
void write_results(SarifJson& json, const std::vector<SarifResult>& results, const SarifTables& tables);

}  // namespace kray
