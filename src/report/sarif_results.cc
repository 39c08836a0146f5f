// Findings as SARIF results (2.1.0 section 3.27), as GitHub code scanning reads them.
//
// * One result per rule, file and line: GitHub tells alerts apart by rule and line hash, so that a second
//   one would vanish. Findings that share these three become one result; the first one, by column and
//   logical name, gives place and identity, the highest severity its level, and all of them its message.
// * Each message is followed by a sentence with links to the related places, since GitHub shows no
//   related place that is not linked. Past the limit of a message the rest is counted, not told.
// * A result must have a file and a line, or GitHub rejects the whole upload. A finding about no place in
//   the input goes to line 1 of the first file.
// * Two fingerprints: GitHub's hash of the line and what follows it, and krayFinding/v1, which survives
//   edits: XXH3 (128 bits, hexadecimal) over the lines
//       rule id
//       qualified name of the object and field, or the file's URI when there is none
//       n                  (only for the n-th result of the same two, n ≥ 2, in the order of the results)
// * Of more than 25,000 results the most severe are kept.
#include "report/sarif_results.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "report/line_hash.h"
#include "report/sarif_text.h"

namespace kray {
namespace {

constexpr size_t kMaxRelated = 100;  // GitHub keeps no more locations of a result
constexpr size_t kMaxLinks = 10;     // of one finding: leaves half of a message to its words
constexpr size_t kCountRoom = 64;    // for the sentence about findings that did not fit

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

// One result for the findings that share rule, file and line, in the order of the first of each.
std::vector<SarifResult> merged(const std::vector<LocatedFinding>& sorted, const ArtifactTable& artifacts) {
  std::vector<SarifResult> results;
  std::map<std::tuple<std::string_view, size_t, uint32_t>, size_t> result_on_line;
  std::map<std::pair<std::string_view, std::string_view>, uint32_t> occurrences;
  for (const LocatedFinding& located : sorted) {
    const std::string_view rule = located.finding->rule->id;
    const auto [known, is_new] =
        result_on_line.try_emplace({rule, located.artifact, located.region.line}, results.size());
    if (is_new) {
      const std::string_view name =
          located.qualified.empty() ? artifacts.uri(located.artifact) : located.qualified;
      const uint32_t occurrence = ++occurrences[{rule, name}];
      results.push_back(
          {{}, located.file, located.region, Severity::note, fingerprint(rule, name, occurrence)});
    }
    SarifResult& result = results[known->second];
    result.findings.push_back(located.finding);
    result.severity = std::max(result.severity, located.finding->severity);
  }
  return results;
}

// Leaves the most severe `kMaxResults`, in their order; returns how many went.
size_t drop_least_severe(std::vector<SarifResult>& results) {
  if (results.size() <= kMaxResults) return 0;
  std::array<size_t, 5> counts{};
  for (const SarifResult& result : results) ++counts.at(static_cast<size_t>(result.severity));
  std::array<size_t, 5> quotas{};
  size_t room = kMaxResults;
  for (size_t severity = counts.size(); severity-- > 0;) {
    quotas.at(severity) = std::min(counts.at(severity), room);
    room -= quotas.at(severity);
  }
  const size_t before = results.size();
  std::erase_if(results, [&](const SarifResult& result) {
    size_t& quota = quotas.at(static_cast<size_t>(result.severity));
    if (quota == 0) return true;
    --quota;
    return false;
  });
  return before - results.size();
}

// ---- Messages -------------------------------------------------------------------------------------------

struct ComposedMessage {
  std::string text;
  std::vector<const RelatedPlace*> related;  // the first one has id 1
};

// The related places of `finding` that `told` does not hold yet.
std::vector<const RelatedPlace*> news(const Finding& finding, const std::vector<const RelatedPlace*>& told) {
  std::vector<const RelatedPlace*> fresh;
  for (const RelatedPlace& related : finding.related) {
    const auto same = [&](const RelatedPlace* other) {
      return other->place == related.place && other->message == related.message;
    };
    const bool known =
        std::any_of(told.begin(), told.end(), same) || std::any_of(fresh.begin(), fresh.end(), same);
    if (related.place && !known && told.size() + fresh.size() < kMaxRelated) fresh.push_back(&related);
  }
  return fresh;
}

// "See [the rule above it](1), [the Service](2) and [the mode](3)."
std::string link_sentence(const std::vector<const RelatedPlace*>& related, size_t first_id) {
  const size_t count = std::min(related.size(), kMaxLinks);
  std::string sentence;
  for (size_t i = 0; i < count; ++i) {
    sentence += i == 0 ? "See " : i + 1 < count ? ", " : " and ";
    sentence += fmt::format("[{}]({})", link_words(related[i]->words), first_id + i);
  }
  return sentence.empty() ? sentence : sentence + ".";
}

void append_sentence(std::string_view sentence, std::string& text) {
  if (!text.empty() && !sentence.empty()) text += ' ';
  text += sentence;
}

ComposedMessage compose_message(const std::vector<const Finding*>& findings) {
  ComposedMessage message;
  size_t told = 0;
  for (const Finding* finding : findings) {
    const std::vector<const RelatedPlace*> related = news(*finding, message.related);
    const std::string links = link_sentence(related, message.related.size() + 1);
    const size_t used = message.text.size() + links.size() + 2 + kCountRoom;
    const std::string& words = finding->message.empty() ? finding->rule->title : finding->message;
    std::string sentence = plain_sentence(words, told == 0 ? kMaxMessageText - used : kMaxMessageText);
    // The same words about another object on this line say nothing new.
    if (message.text.find(sentence) != std::string::npos) sentence.clear();
    if (used + sentence.size() > kMaxMessageText) break;
    append_sentence(sentence, message.text);
    append_sentence(links, message.text);
    message.related.insert(message.related.end(), related.begin(), related.end());
    ++told;
  }
  if (const size_t left = findings.size() - told; left > 0) {
    append_sentence(fmt::format("Findings of this rule on this line not told here: {}.", left), message.text);
  }
  return message;
}

// ---- Writing --------------------------------------------------------------------------------------------

// Line hashes of the file asked for last: results come file by file.
class LineHashes {
 public:
  const std::string& of(const SourceFile& file, uint32_t line) {
    if (file_ != &file) hashes_ = primary_location_line_hashes(file.text());
    file_ = &file;
    return hashes_.at(line - 1);
  }

 private:
  const SourceFile* file_ = nullptr;
  std::vector<std::string> hashes_;
};

void write_location(SarifJson& json, const SarifResult& result, const SarifTables& tables) {
  json.Key("locations");
  json.StartArray();
  json.StartObject();
  write_physical_location(json, tables.artifacts, *result.file, result.region, Surroundings::lines);
  if (const std::optional<size_t> index = tables.logical.add(result.findings.front()->subject)) {
    json.Key("logicalLocations");
    json.StartArray();
    tables.logical.write_reference(json, *index);
    json.EndArray();
  }
  json.EndObject();
  json.EndArray();
}

void write_related_locations(SarifJson& json, const std::vector<const RelatedPlace*>& related,
                             const ArtifactTable& artifacts) {
  if (related.empty()) return;
  json.Key("relatedLocations");
  json.StartArray();
  for (size_t i = 0; i < related.size(); ++i) {
    const RelatedPlace& place = *related[i];
    const std::string& words = place.message.empty() ? place.words : place.message;
    json.StartObject();
    put_number(json, "id", i + 1);
    write_physical_location(json, artifacts, *place.place.file, line_region(place.place), Surroundings::none);
    put_message(json, "message", plain_sentence(words, kMaxMessageText));
    json.EndObject();
  }
  json.EndArray();
}

// GitHub and GitLab read the score of a result only where it is not its rule's.
void write_score_override(SarifJson& json, const RuleInfo& rule, Severity severity) {
  const std::optional<double> score = security_score(rule, severity);
  if (score == security_score(rule)) return;
  json.Key("properties");
  json.StartObject();
  put_text(json, "security-severity", score_text(*score));
  json.EndObject();
}

void write_result(SarifJson& json, const SarifResult& result, const SarifTables& tables,
                  LineHashes& line_hashes) {
  const RuleInfo& rule = *result.findings.front()->rule;
  const ComposedMessage message = compose_message(result.findings);
  json.StartObject();
  put_text(json, "ruleId", rule.id);
  put_number(json, "ruleIndex", *tables.rules.index_of(rule.id));
  put_text(json, "kind", "fail");
  put_text(json, "level", sarif_level(result.severity));
  if (const std::optional<double> score = security_score(rule, result.severity)) {
    json.Key("rank");
    json.Double(std::round(*score * 10));
  }
  put_message(json, "message", message.text);
  write_location(json, result, tables);
  write_related_locations(json, message.related, tables.artifacts);
  json.Key("partialFingerprints");
  json.StartObject();
  put_text(json, "primaryLocationLineHash", line_hashes.of(*result.file, result.region.line));
  put_text(json, "krayFinding/v1", result.fingerprint);
  json.EndObject();
  write_score_override(json, rule, result.severity);
  json.EndObject();
}

}  // namespace

SarifResults collect_results(const AuditReport& report, const ArtifactTable& artifacts) {
  SarifResults results;
  std::vector<LocatedFinding> located;
  located.reserve(report.findings.size());
  for (const Finding& finding : report.findings) {
    if (artifacts.empty()) {
      results.without_file.push_back(&finding);
    } else {
      located.push_back(locate(finding, artifacts));
    }
  }
  std::stable_sort(located.begin(), located.end(),
                   [](const LocatedFinding& a, const LocatedFinding& b) { return a.order() < b.order(); });
  results.kept = merged(located, artifacts);
  results.left_out = drop_least_severe(results.kept);
  return results;
}

void write_results(SarifJson& json, const std::vector<SarifResult>& results, const SarifTables& tables) {
  LineHashes line_hashes;
  json.Key("results");
  json.StartArray();
  for (const SarifResult& result : results) write_result(json, result, tables, line_hashes);
  json.EndArray();
}

}  // namespace kray
