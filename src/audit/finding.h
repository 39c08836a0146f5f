// What an audit found, could not decide and did not look at: everything a report may say.
//
// Reports read these values and nothing else of the product; they know no objects or policies.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "checks/match.h"
#include "source/error.h"
#include "source/place.h"
#include "source/source_file.h"

namespace kray {

enum class Severity : uint8_t { note, low, medium, high, critical };
enum class Confidence : uint8_t { likely, certain };
enum class RuleDefault : uint8_t { off, strict, on };

std::string_view to_string(Severity severity);  // "note" … "critical"
std::string_view to_string(Confidence confidence);

// What a rule says about itself; the words of its file in rules/. Design section 6.
struct RuleInfo {
  std::string id;     // "KRAY401": flat, never renumbered
  std::string name;   // "allow-rule-without-source"
  std::string title;  // names the problem, 80 characters at most, no period
  Severity severity = Severity::medium;
  std::string security_severity;  // "7.5"; empty: not a security rule
  Confidence confidence = Confidence::certain;
  RuleDefault by_default = RuleDefault::on;
  std::vector<std::string> tags;
  std::string description;  // markdown: what, why it matters, when it is fine
  std::string remediation;  // markdown: how to fix it
  std::string fixtures;     // "rules/KRAY401" below fixtures/; empty for a user's rule
};

struct Finding {
  const RuleInfo* rule = nullptr;
  Severity severity = Severity::medium;  // of this finding; usually the rule's
  Place place;                           // the one line whose change fixes it
  std::string message;                   // first sentence stands alone; plain text, with periods
  std::string label;                     // short words beside the caret; may be empty
  std::string fix;                       // what to do here, in one or two sentences
  std::vector<RelatedPlace> related;
  LogicalName subject;
};

// A finding that the manifest itself says to leave out (audit/suppression.h).
struct SuppressedFinding {
  Finding finding;
  std::string reason;  // one line, never empty
  std::string until;   // last day, "2027-01-31"; empty: for good
  Place place;         // where that is said
};

// A fact that the input does not hold, and the rules that could not be decided for want of it.
// One entry per missing fact and run, never one per object.
struct Undecided {
  std::string fact;                // stable key: "namespace-not-set", "namespace-labels:team-a"
  std::string message;             // one sentence: what is missing
  std::string advice;              // one sentence: how to supply it
  std::vector<std::string> rules;  // ids, sorted
  std::vector<Place> places;       // what it was needed for, in input order
};

// What was looked at. Files and documents add up: see the members.
struct Coverage {
  // files = analysed + recognised (all keys) + failed
  uint64_t files = 0;
  uint64_t files_analysed = 0;                       // with at least one Kubernetes object
  std::map<std::string, uint64_t> files_recognised;  // "Helm template" → 95
  uint64_t files_failed = 0;                         // unreadable, or no document parsed
  uint64_t bytes = 0;
  // documents = with objects + recognised (all keys) + failed
  uint64_t documents = 0;
  uint64_t documents_with_objects = 0;
  std::map<std::string, uint64_t> documents_recognised;  // "Kustomization" → 184
  uint64_t documents_failed = 0;
  uint64_t objects = 0;
  uint64_t pod_classes = 0;
  uint64_t ray_pod_classes = 0;
  std::vector<std::string> rules_run;      // ids, sorted
  std::vector<std::string> rules_skipped;  // ids that --skip, --only or their default left out
};

struct AuditReport {
  std::vector<RuleInfo> rules;                // every rule that ran, by id
  std::vector<Finding> findings;              // sorted: file, line, column, rule, logical name
  std::vector<SuppressedFinding> suppressed;  // in the same order; no part of `findings`
  std::vector<Undecided> undecided;           // sorted by fact
  std::vector<Error> errors;                  // input that could not be read or parsed
  Coverage coverage;
  std::vector<std::string> assumptions;  // settings the verdicts rest on: "Istio: default install, …"
  std::vector<std::shared_ptr<const SourceFile>> files;  // keeps what places point into alive
};

}  // namespace kray
