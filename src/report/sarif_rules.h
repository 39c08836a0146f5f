// Rules as SARIF describes them, and the one table of severities, levels and scores.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "audit/finding.h"
#include "report/sarif_json.h"

namespace kray {

// "error", "warning" or "note".
std::string_view sarif_level(Severity severity);

// The rule's security-severity, 0.1 to 10.0; nothing for a rule that is not about security, and for a
// text that is no such number: GitHub rejects a whole file for one of those.
std::optional<double> security_score(const RuleInfo& rule);
// The same for a finding of that rule: within the band of its severity where that is not the rule's.
std::optional<double> security_score(const RuleInfo& rule, Severity severity);

// A score with one decimal and a dot: "9.1".
std::string score_text(double score);

// Every rule that ran or found something, by id.
class RuleTable {
 public:
  explicit RuleTable(const AuditReport& report);

  std::optional<size_t> index_of(std::string_view id) const;
  void write(SarifJson& json) const;

 private:
  std::vector<const RuleInfo*> rules_;
};

}  // namespace kray
