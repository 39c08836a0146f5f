// Findings as SARIF results: which of them become one, in which order, and how each is written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "audit/finding.h"
#include "report/finding_groups.h"
#include "report/sarif_json.h"
#include "report/sarif_places.h"
#include "report/sarif_rules.h"

namespace kray {

// GitHub rejects a run with more.
inline constexpr size_t kMaxResults = 25000;

struct SarifResult {
  FindingGroup group;
  std::vector<const SuppressedFinding*> suppressed_by;  // empty: it is not suppressed
};

struct SarifResults {
  std::vector<SarifResult> kept;   // by URI, line, column, rule and logical name; then the suppressed
  bool tell_suppressions = false;  // every result says whether it is suppressed
  size_t left_out = 0;             // how many more there were
  std::vector<const Finding*> without_file;  // nothing in the input can stand for their place
};

SarifResults collect_results(const AuditReport& report, const ArtifactTable& artifacts,
                             bool include_suppressed);

// What the results refer to by index.
struct SarifTables {
  const RuleTable& rules;
  const ArtifactTable& artifacts;
  LogicalTable& logical;
};

// "results": […]. Adds the objects that the results are about to `tables.logical`.
void write_results(SarifJson& json, const SarifResults& results, const SarifTables& tables);

}  // namespace kray
