// One audit: from paths to a report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/finding.h"
#include "audit/rule.h"
#include "audit/suppression.h"
#include "cluster/version.h"
#include "manifest/limits.h"
#include "mesh/injection.h"
#include "source/input.h"

namespace kray {

struct AuditSettings {
  InputOptions inputs;
  std::string default_namespace;  // -n; empty: not given
  std::optional<Version> assumed_kuberay;
  InjectionSettings injection;
  bool assume_equal_ages = false;  // of objects without a creationTimestamp
  Limits limits;
  unsigned threads = 0;  // 0: as many as the machine has
  bool ignore_suppressions = false;
  std::optional<Date> today;  // what `until=` is compared with; absent: the system's date, UTC
};

// Reads the inputs, runs the rules and gathers everything a report says. Input that cannot be read or
// parsed is in the report's errors; the rest is audited all the same.
AuditReport run_audit(const AuditSettings& settings, const SelectedRules& rules);

}  // namespace kray
