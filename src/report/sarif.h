// The audit as SARIF 2.1.0 (OASIS, errata 01): for GitHub code scanning, GitLab, DefectDojo, editors.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "audit/finding.h"

namespace kray {

struct SarifOptions {
  std::string version;           // of kray-audit: "0.1.0"
  std::string category;          // of `automationDetails`; empty: the uploader chooses one
  std::optional<int> exit_code;  // absent: not told
  // Also write what the manifests suppress, marked as such; GitHub shows it as open alerts.
  bool include_suppressed = false;
  // Where the audited files are kept, as an absolute URI, and at which revision; empty: not told.
  std::string repository_uri;
  std::string revision;
};

// Writes one SARIF log with one run. Equal reports and options give equal bytes, in whatever order
// the findings stand. Every place of the report points into one of `report.files`.
void write_sarif(const AuditReport& report, const SarifOptions& options, std::ostream& out);

}  // namespace kray
