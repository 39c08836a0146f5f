// Findings as SARIF results (2.1.0 section 3.27), as GitHub code scanning reads them.
//
// * One result per group of findings (report/finding_groups.h): the first one gives place and identity, the
//   highest severity its level, and all of them its message.
// * Each message is followed by a sentence with links to the related places, since GitHub shows no
//   related place that is not linked. Past the limit of a message the rest is counted, not told.
// * A result must have a file and a line, or GitHub rejects the whole upload.
// * Two fingerprints: GitHub's hash of the line and what follows it, and krayFinding/v1.
// * GitHub shows suppressed results as open alerts, so they are left out unless asked for; then they come
//   last, and every result says whether it is one (3.27.23).
// * Of more than 25,000 results the most severe are kept, suppressed ones last.
#include "report/sarif_results.h"

#include <fmt/format.h>

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

// Leaves the most severe `most`, in their order; returns how many went.
size_t drop_least_severe(std::vector<FindingGroup>& results, size_t most) {
  if (results.size() <= most) return 0;
  std::array<size_t, 5> counts{};
  for (const FindingGroup& result : results) ++counts.at(static_cast<size_t>(result.severity));
  std::array<size_t, 5> quotas{};
  size_t room = most;
  for (size_t severity = counts.size(); severity-- > 0;) {
    quotas.at(severity) = std::min(counts.at(severity), room);
    room -= quotas.at(severity);
  }
  const size_t before = results.size();
  std::erase_if(results, [&](const FindingGroup& result) {
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

void write_location(SarifJson& json, const FindingGroup& result, const SarifTables& tables) {
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

// Everything of a result but its suppressions.
void write_result(SarifJson& json, const FindingGroup& result, const SarifTables& tables,
                  LineHashes& line_hashes) {
  const RuleInfo& rule = *result.findings.front()->rule;
  const ComposedMessage message = compose_message(result.findings);
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
}

void write_suppressions(SarifJson& json, const SarifResult& result, const ArtifactTable& artifacts) {
  json.Key("suppressions");
  json.StartArray();
  for (const SuppressedFinding* one : result.suppressed_by) {
    json.StartObject();
    put_text(json, "kind", "inSource");
    put_text(json, "justification", shortened(one->reason, kMaxMessageText));
    json.Key("location");
    json.StartObject();
    write_physical_location(json, artifacts, *one->place.file, line_region(one->place), Surroundings::none);
    json.EndObject();
    json.EndObject();
  }
  json.EndArray();
}

// Each suppression once: an object of SARIF's array has to differ from the others.
void add_suppression(const SuppressedFinding& one, SarifResult& result) {
  const bool known =
      std::any_of(result.suppressed_by.begin(), result.suppressed_by.end(),
                  [&one](const SuppressedFinding* other) { return other->place == one.place; });
  if (!known) result.suppressed_by.push_back(&one);
}

}  // namespace

SarifResults collect_results(const AuditReport& report, const ArtifactTable& artifacts,
                             bool include_suppressed) {
  SarifResults results;
  if (artifacts.empty()) {
    for (const Finding& finding : report.findings) results.without_file.push_back(&finding);
    return results;
  }
  FindingGroups groups = group_findings(report, artifacts);
  results.left_out = drop_least_severe(groups.reported, kMaxResults);
  for (FindingGroup& group : groups.reported) results.kept.push_back({std::move(group), {}});
  if (!include_suppressed) return results;
  results.tell_suppressions = true;
  results.left_out += drop_least_severe(groups.suppressed, kMaxResults - results.kept.size());
  std::map<const Finding*, const SuppressedFinding*> suppression_of;
  for (const SuppressedFinding& one : report.suppressed) suppression_of[&one.finding] = &one;
  for (FindingGroup& group : groups.suppressed) {
    results.kept.push_back({std::move(group), {}});
    SarifResult& result = results.kept.back();
    for (const Finding* finding : result.group.findings) add_suppression(*suppression_of.at(finding), result);
  }
  return results;
}

void write_results(SarifJson& json, const SarifResults& results, const SarifTables& tables) {
  LineHashes line_hashes;
  json.Key("results");
  json.StartArray();
  for (const SarifResult& result : results.kept) {
    json.StartObject();
    write_result(json, result.group, tables, line_hashes);
    if (results.tell_suppressions) write_suppressions(json, result, tables.artifacts);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace kray
