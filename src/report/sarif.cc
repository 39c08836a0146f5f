// The SARIF log: one run with its tool, invocation, artifacts, results and coverage.
//
// What may stand here and what must not is decided by the consumers, GitHub code scanning first:
// * one run, and `results` there even when empty: an empty array is what closes old alerts;
// * no `automationDetails` unless a category is asked for: it would override the uploader's;
// * `originalUriBaseIds` without a URI, no times, no host: equal input gives equal bytes;
// * `executionSuccessful` says that the analysis is complete; findings are no failure. A notification of
//   level "error" says the opposite (SARIF 2.1.0 section 3.20.21), so the two are kept in step;
// * facts that were missing are notifications of level "note".
// The rest is in sarif_rules (3.49), sarif_places (3.24 to 3.33) and sarif_results (3.27).
#include "report/sarif.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

#include "report/json_coverage.h"
#include "report/sarif_json.h"
#include "report/sarif_places.h"
#include "report/sarif_results.h"
#include "report/sarif_rules.h"
#include "report/sarif_text.h"
#include "report/sarif_uri.h"

namespace kray {
namespace {

constexpr std::string_view kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
constexpr std::string_view kHome = "https://github.com/kray-audit/kray-audit";
constexpr size_t kMaxNoticePlaces = 10;

// ---- Notifications --------------------------------------------------------------------------------------

struct NoticeKind {
  std::string_view id;
  std::string_view name;
  std::string_view level;
  std::string_view title;
  std::string_view description;
  std::string_view help;
};

constexpr NoticeKind kUndecided{
    "KRAYN001",
    "FactNotInTheInput",
    "note",
    "A fact that rules need is not in the input",
    "Some rules could not be decided, because the input does not hold a fact they rest on.",
    "Supply the fact as the notification says, or add the manifests that hold it to the input."};
constexpr NoticeKind kUnread{
    "KRAYN002",
    "InputNotRead",
    "error",
    "Part of the input could not be read",
    "A file or document could not be read or parsed, so that nothing in it was checked and other verdicts "
    "may miss what it says.",
    "Correct the file, or leave it out of the input."};
constexpr NoticeKind kLeftOut{
    "KRAYN003",
    "ResultsLeftOut",
    "warning",
    "There are more results than a report may hold",
    "Code scanning services reject reports with more than 25,000 results, so that only the most severe ones "
    "are listed.",
    "Correct the listed findings and audit again, or audit parts of the input separately."};
constexpr NoticeKind kWithoutFile{
    "KRAYN004",
    "FindingWithoutFile",
    "warning",
    "A finding has no file to be shown in",
    "A rule found a problem, but no file was audited that a result could point at.",
    "Read the message: it says what was found."};

constexpr const NoticeKind* kNoticeKinds[] = {&kUndecided, &kUnread, &kLeftOut, &kWithoutFile};

void write_notice_kinds(SarifJson& json) {
  json.Key("notifications");
  json.StartArray();
  for (const NoticeKind* kind : kNoticeKinds) {
    json.StartObject();
    put_text(json, "id", kind->id);
    put_text(json, "name", kind->name);
    put_message(json, "shortDescription", kind->title);
    put_message(json, "fullDescription", kind->description);
    put_message(json, "help", kind->help);
    json.Key("defaultConfiguration");
    json.StartObject();
    put_text(json, "level", kind->level);
    json.EndObject();
    json.EndObject();
  }
  json.EndArray();
}

// Opens a notification; the caller adds what else it holds and closes it.
void begin_notice(SarifJson& json, const NoticeKind& kind, std::string_view text) {
  const auto index =
      std::find(std::begin(kNoticeKinds), std::end(kNoticeKinds), &kind) - std::begin(kNoticeKinds);
  json.StartObject();
  json.Key("descriptor");
  json.StartObject();
  put_text(json, "id", kind.id);
  put_number(json, "index", static_cast<uint64_t>(index));
  json.EndObject();
  put_text(json, "level", kind.level);
  put_message(json, "message", plain_sentence(text, kMaxMessageText));
}

void write_associated_rule(SarifJson& json, const RuleTable& rules, std::string_view id) {
  json.Key("associatedRule");
  json.StartObject();
  put_text(json, "id", id);
  if (const std::optional<size_t> index = rules.index_of(id)) put_number(json, "index", *index);
  json.EndObject();
}

// The first places, each part of a line once: the locations of a notification have to be distinct.
void write_notice_places(SarifJson& json, const std::vector<Place>& places, const ArtifactTable& artifacts) {
  std::set<std::tuple<size_t, uint32_t, uint32_t, uint32_t>> written;
  json.Key("locations");
  json.StartArray();
  for (const Place& place : places) {
    if (!place || written.size() == kMaxNoticePlaces) continue;
    const LineRegion region = line_region(place);
    const size_t artifact = artifacts.index_of(*place.file);
    if (!written.emplace(artifact, region.line, region.start_column, region.end_column).second) continue;
    json.StartObject();
    write_physical_location(json, artifacts, *place.file, region, Surroundings::none);
    json.EndObject();
  }
  json.EndArray();
}

void write_undecided(SarifJson& json, const Undecided& undecided, const SarifTables& tables) {
  std::string text = plain_sentence(undecided.message, kMaxMessageText);
  if (!undecided.advice.empty()) text += " " + plain_sentence(undecided.advice, kMaxMessageText);
  for (const std::string& rule : undecided.rules) {
    text += (&rule == &undecided.rules.front() ? " Rules: " : ", ") + rule;
  }
  begin_notice(json, kUndecided, text);
  if (!undecided.rules.empty()) write_associated_rule(json, tables.rules, undecided.rules.front());
  write_notice_places(json, undecided.places, tables.artifacts);
  json.EndObject();
}

// "path", "path:line" or "path:line:column", the forms of Error::where.
struct WrittenPlace {
  std::string path;
  uint64_t line = 0;  // 0: not said
};

WrittenPlace written_place(std::string_view where) {
  WrittenPlace place;
  for (int numbers = 0; numbers < 2; ++numbers) {
    const size_t colon = where.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == where.size()) break;
    // Nine digits fit in a line number; a longer one is part of a name.
    const std::string_view digits = where.substr(colon + 1);
    if (digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string_view::npos) break;
    place.line = 0;
    for (const char digit : digits) place.line = place.line * 10 + static_cast<uint64_t>(digit - '0');
    where = where.substr(0, colon);
  }
  place.path = where;
  return place;
}

void write_error(SarifJson& json, const Error& error, const ArtifactTable& artifacts) {
  begin_notice(json, kUnread, error.to_string());
  const WrittenPlace place = written_place(error.where);
  const std::string uri = sarif_uri(place.path);
  if (!uri.empty()) {
    json.Key("locations");
    json.StartArray();
    json.StartObject();
    json.Key("physicalLocation");
    json.StartObject();
    json.Key("artifactLocation");
    write_artifact_location(json, uri, artifacts.index_of(uri));
    json.Key("region");
    json.StartObject();
    put_number(json, "startLine", std::max<uint64_t>(place.line, 1));
    json.EndObject();
    json.EndObject();
    json.EndObject();
    json.EndArray();
  }
  json.EndObject();
}

void write_left_out(SarifJson& json, size_t left_out) {
  begin_notice(
      json, kLeftOut,
      fmt::format("{} of {} results are left out, the least severe ones.", left_out, kMaxResults + left_out));
  json.EndObject();
}

void write_finding_without_file(SarifJson& json, const Finding& finding, const RuleTable& rules) {
  begin_notice(json, kWithoutFile, finding.message);
  write_associated_rule(json, rules, finding.rule->id);
  json.EndObject();
}

void write_invocation(SarifJson& json, const AuditReport& report, const SarifOptions& options,
                      const SarifResults& results, const SarifTables& tables) {
  json.Key("invocations");
  json.StartArray();
  json.StartObject();
  json.Key("executionSuccessful");
  json.Bool(report.errors.empty());
  if (options.exit_code) {
    json.Key("exitCode");
    json.Int(*options.exit_code);
  }
  json.Key("toolExecutionNotifications");
  json.StartArray();
  for (const Error& error : report.errors) write_error(json, error, tables.artifacts);
  if (results.left_out > 0) write_left_out(json, results.left_out);
  for (const Finding* finding : results.without_file)
    write_finding_without_file(json, *finding, tables.rules);
  for (const Undecided& undecided : report.undecided) write_undecided(json, undecided, tables);
  json.EndArray();
  json.EndObject();
  json.EndArray();
}

// ---- The run --------------------------------------------------------------------------------------------

void write_tool(SarifJson& json, const SarifOptions& options, const RuleTable& rules) {
  json.Key("tool");
  json.StartObject();
  json.Key("driver");
  json.StartObject();
  // Name and category are an alert's home: another name would make all alerts new.
  put_text(json, "name", "kray-audit");
  put_text(json, "version", options.version);
  put_text(json, "semanticVersion", options.version);
  put_text(json, "informationUri", kHome);
  rules.write(json);
  write_notice_kinds(json);
  json.EndObject();
  json.EndObject();
}

void write_origin(SarifJson& json, const SarifOptions& options) {
  if (!options.category.empty()) {
    json.Key("automationDetails");
    json.StartObject();
    // What follows the last '/' would be a run's name and no part of the category.
    put_text(json, "id", options.category + (options.category.ends_with('/') ? "" : "/"));
    json.EndObject();
  }
  if (!options.repository_uri.empty()) {
    json.Key("versionControlProvenance");
    json.StartArray();
    json.StartObject();
    put_text(json, "repositoryUri", options.repository_uri);
    if (!options.revision.empty()) put_text(json, "revisionId", options.revision);
    json.Key("mappedTo");
    json.StartObject();
    put_text(json, "uriBaseId", kSourceRoot);
    json.EndObject();
    json.EndObject();
    json.EndArray();
  }
  json.Key("originalUriBaseIds");
  json.StartObject();
  put_key(json, kSourceRoot);
  json.StartObject();
  put_message(json, "description", "The directory that kray-audit was run in: the root of the repository.");
  json.EndObject();
  json.EndObject();
}

void write_reading(SarifJson& json) {
  put_text(json, "language", "en-US");
  put_text(json, "defaultEncoding", "UTF-8");
  put_text(json, "defaultSourceLanguage", "yaml");
  put_text(json, "columnKind", "utf16CodeUnits");
  json.Key("newlineSequences");
  json.StartArray();
  for (const char* sequence : {"\r\n", "\n", "\r"}) json.String(sequence);
  json.EndArray();
}

void write_properties(SarifJson& json, const AuditReport& report) {
  json.Key("properties");
  json.StartObject();
  write_coverage(json, report.coverage);
  put_texts(json, "assumptions", report.assumptions);
  json.EndObject();
}

void write_run(SarifJson& json, const AuditReport& report, const SarifOptions& options) {
  const RuleTable rules(report);
  const ArtifactTable artifacts(report);
  LogicalTable logical;
  const SarifTables tables{rules, artifacts, logical};
  const SarifResults results = collect_results(report, artifacts, options.include_suppressed);
  json.StartObject();
  write_tool(json, options, rules);
  write_origin(json, options);
  write_invocation(json, report, options, results, tables);
  write_reading(json);
  artifacts.write(json);
  // Results before the logical locations that they collect: members of an object have no order.
  write_results(json, results, tables);
  logical.write(json);
  write_properties(json, report);
  json.EndObject();
}

}  // namespace

void write_sarif(const AuditReport& report, const SarifOptions& options, std::ostream& out) {
  JsonStream stream(out);
  SarifJson json(stream);
  json.SetIndent(' ', 2);
  json.StartObject();
  put_text(json, "$schema", kSchema);
  put_text(json, "version", "2.1.0");
  json.Key("runs");
  json.StartArray();
  write_run(json, report, options);
  json.EndArray();
  json.EndObject();
  stream.Put('\n');
  stream.Flush();
}

}  // namespace kray
