// The audit as JSON, for scripts: everything a report knows, in the words of docs/json-report.md.
#pragma once

#include <ostream>
#include <string>

#include "audit/finding.h"

namespace kray {

// Of docs/schema/report-1.schema.json. New members may come within a version; a member that goes or changes
// its meaning makes a new one.
inline constexpr std::string_view kJsonSchemaVersion = "1";

struct JsonOptions {
  std::string version;  // of kray-audit: "0.1.0"
  int exit_code = 0;
};

// Writes one JSON object. Equal reports and options give equal bytes. Every place of the report points into
// one of `report.files`.
void write_json(const AuditReport& report, const JsonOptions& options, std::ostream& out);

}  // namespace kray
