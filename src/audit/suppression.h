// Suppressions in the manifest: findings that its author has judged and explained.
//
// Two forms, one grammar: rule ids with commas between them, an optional colon, an optional
// until=YYYY-MM-DD, and the reason.
//
//   metadata:
//     annotations:
//       kray-audit.dev/ignore: "KRAY401: reason; KRAY414, KRAY603: until=2027-01-31 reason"
//   - to:  # kray-audit: ignore KRAY401 until=2027-01-31 reason
//
// * The annotation covers the findings that stand in the text of its object, or of its pod template where
//   it is one of the template's metadata. Its entries are separated by ';' or by line ends.
// * A comment behind something covers its own line. One that is alone on its line covers the next line
//   that is more than a comment.
// * Without a reason, with a wrong or past date, a suppression does not count: the finding comes back.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/ineffective_suppression.h"
#include "cluster/inventory.h"
#include "derive/pod_class.h"
#include "manifest/document.h"
#include "source/place.h"

namespace kray {

inline constexpr std::string_view kIgnoreAnnotation = "kray-audit.dev/ignore";

using Date = std::chrono::year_month_day;

// "2027-01-31"; nothing for any other form and for days that no calendar has.
std::optional<Date> parse_date(std::string_view text);

inline constexpr uint32_t kNoLine = 0;  // of annotations

// A rule that a suppression names, as it is written.
struct NamedRule {
  std::string id;
  Place place;
  bool used = false;  // it hid a finding
};

// One comment, or one entry of an annotation.
struct Suppression {
  Place place;  // from its first rule to its last word; the comment or annotation if it names no rule
  std::vector<NamedRule> rules;
  std::string reason;            // one line; empty: none is given
  std::string until;             // as written; empty: for good
  std::optional<Date> last_day;  // `until`, if it is a date
  Place covered;                 // annotation: the text it is about; comment: its file
  uint32_t line = kNoLine;       // comment: the line it covers
  LogicalName subject;           // the object it stands in

  bool counts(const Date& today) const;  // has a reason, and a date that is none or not past
};

// What came of the rules of a run, to tell a suppression that nobody needs from one that had no chance.
struct RuleOutcomes {
  std::set<std::string, std::less<>> known;    // ids of all rules, those left out too
  std::set<std::string, std::less<>> decided;  // ids of rules that ran and left no question open
};

// All suppressions of a run, in input order.
class SuppressionSet {
 public:
  SuppressionSet() = default;  // none: --no-suppressions
  SuppressionSet(const std::vector<ManifestFile>& files, const Inventory& inventory,
                 const std::vector<PodClass>& pods, const Date& today);

  // The one that hides a finding of this rule there, which is then used; null if there is none.
  const Suppression* hide(std::string_view rule, const Place& finding);
  // Those that hid nothing, and why; to be asked when all rules have run.
  std::vector<IneffectiveSuppression> ineffective(const RuleOutcomes& outcomes) const;

  const std::vector<Suppression>& all() const { return all_; }

 private:
  Date today_{};
  std::vector<Suppression> all_;
  // Those that count, by file and line; annotations under kNoLine.
  std::map<std::pair<const SourceFile*, uint32_t>, std::vector<size_t>> by_line_;
};

}  // namespace kray
