// Groups findings and names the groups for good.
//
// * One group per rule, file and line: GitHub tells alerts apart by rule and line hash, so that a second
//   one would vanish. The first finding, by column and logical name, gives place and identity.
// * krayFinding/v1 survives edits: XXH3 (128 bits, hexadecimal) over the lines
//       rule id
//       qualified name of the object and field, or the file's URI when there is none
//       n                  (only for the n-th group of the same two, n ≥ 2, in the order of the groups)
//   Suppressed findings are counted after all others, so that a new suppression renames nothing else.
// * A finding about no place in the input goes to line 1 of the first file.
#include "report/finding_groups.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace kray {
namespace {

// A finding with what it is sorted by.
struct LocatedFinding {
  const Finding* finding;
  const SourceFile* file;
  size_t artifact;
  LineRegion region;
  std::string qualified;

  auto order() const {
    return std::tie(artifact, region.line, region.start_column, finding->rule->id, qualified,
                    region.end_column, finding->message);
  }
};

LocatedFinding locate(const Finding& finding, const ArtifactTable& artifacts) {
  const Place place = finding.place ? finding.place : Place{&artifacts.file(0), 0, 0};
  return {&finding, place.file, artifacts.index_of(*place.file), line_region(place),
          finding.subject.qualified()};
}

std::string fingerprint(std::string_view rule, std::string_view name, uint32_t occurrence) {
  std::string identity = fmt::format("{}\n{}", rule, name);
  if (occurrence > 1) identity += fmt::format("\n{}", occurrence);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(identity.data(), identity.size()));
  std::string hex;
  for (const unsigned char byte : canonical.digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

// How often a rule and a name have come up.
using Occurrences = std::map<std::pair<std::string, std::string>, uint32_t>;

// One group for the findings that share rule, file and line, in the order of the first of each.
std::vector<FindingGroup> grouped(const std::vector<LocatedFinding>& sorted, const ArtifactTable& artifacts,
                                  Occurrences& occurrences) {
  std::vector<FindingGroup> groups;
  std::map<std::tuple<std::string_view, size_t, uint32_t>, size_t> group_on_line;
  for (const LocatedFinding& located : sorted) {
    const std::string& rule = located.finding->rule->id;
    const auto [known, is_new] =
        group_on_line.try_emplace({rule, located.artifact, located.region.line}, groups.size());
    if (is_new) {
      const std::string& name =
          located.qualified.empty() ? artifacts.uri(located.artifact) : located.qualified;
      const uint32_t occurrence = ++occurrences[{rule, name}];
      groups.push_back(
          {{}, located.file, located.region, Severity::note, fingerprint(rule, name, occurrence)});
    }
    FindingGroup& group = groups[known->second];
    group.findings.push_back(located.finding);
    group.severity = std::max(group.severity, located.finding->severity);
  }
  return groups;
}

void sort_by_place(std::vector<LocatedFinding>& located) {
  std::stable_sort(located.begin(), located.end(),
                   [](const LocatedFinding& a, const LocatedFinding& b) { return a.order() < b.order(); });
}

}  // namespace

FindingGroups group_findings(const AuditReport& report, const ArtifactTable& artifacts) {
  std::vector<LocatedFinding> reported;
  std::vector<LocatedFinding> suppressed;
  for (const Finding& finding : report.findings) reported.push_back(locate(finding, artifacts));
  for (const SuppressedFinding& one : report.suppressed) suppressed.push_back(locate(one.finding, artifacts));
  sort_by_place(reported);
  sort_by_place(suppressed);
  Occurrences occurrences;
  FindingGroups groups;
  groups.reported = grouped(reported, artifacts, occurrences);
  groups.suppressed = grouped(suppressed, artifacts, occurrences);
  return groups;
}

}  // namespace kray
