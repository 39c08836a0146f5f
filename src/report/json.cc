// The JSON report: the report's own structure, written as it is.
//
// Every member is always there: what is not known is null or empty, never absent. So a script needs no
// defaults, and a schema can say exactly what a report holds. Findings are those of the text report, one
// each; the fingerprint is that of the SARIF result a finding is part of, so that the two can be joined.
#include "report/json.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "report/finding_groups.h"
#include "report/json_coverage.h"
#include "report/json_places.h"
#include "report/json_writer.h"

namespace kray {
namespace {

using Fingerprints = std::unordered_map<const Finding*, std::string>;

constexpr std::array kSeverities = {Severity::critical, Severity::high, Severity::medium, Severity::low,
                                    Severity::note};

Fingerprints fingerprints_of(const AuditReport& report) {
  Fingerprints fingerprints;
  const ArtifactTable artifacts(report);
  if (artifacts.empty()) return fingerprints;
  const FindingGroups groups = group_findings(report, artifacts);
  for (const auto* list : {&groups.reported, &groups.suppressed}) {
    for (const FindingGroup& group : *list) {
      for (const Finding* finding : group.findings) fingerprints.emplace(finding, group.fingerprint);
    }
  }
  return fingerprints;
}

// A text, or null for an empty one.
void put_optional(JsonWriter& json, std::string_view key, std::string_view text) {
  put_key(json, key);
  if (text.empty()) {
    json.Null();
  } else {
    put_string(json, text);
  }
}

void write_summary(JsonWriter& json, const AuditReport& report) {
  json.Key("summary");
  json.StartObject();
  json.Key("findings");
  json.StartObject();
  for (const Severity severity : kSeverities) {
    const auto number =
        std::count_if(report.findings.begin(), report.findings.end(),
                      [severity](const Finding& finding) { return finding.severity == severity; });
    put_number(json, to_string(severity), static_cast<uint64_t>(number));
  }
  json.EndObject();
  put_number(json, "suppressed", report.suppressed.size());
  put_number(json, "undecided", report.undecided.size());
  put_number(json, "errors", report.errors.size());
  json.EndObject();
}

void write_rules(JsonWriter& json, const AuditReport& report) {
  json.Key("rules");
  json.StartArray();
  for (const RuleInfo& rule : report.rules) {
    json.StartObject();
    put_text(json, "id", rule.id);
    put_text(json, "name", rule.name);
    put_text(json, "title", rule.title);
    put_text(json, "severity", to_string(rule.severity));
    put_optional(json, "securitySeverity", rule.security_severity);
    put_text(json, "confidence", to_string(rule.confidence));
    put_texts(json, "tags", rule.tags);
    put_text(json, "description", rule.description);
    put_text(json, "remediation", rule.remediation);
    json.EndObject();
  }
  json.EndArray();
}

void write_subject(JsonWriter& json, const LogicalName& subject) {
  json.Key("subject");
  if (subject.kind.empty()) {
    json.Null();
    return;
  }
  json.StartObject();
  put_text(json, "qualifiedName", subject.qualified());
  put_optional(json, "namespace", subject.ns);
  put_text(json, "kind", subject.kind);
  put_text(json, "name", subject.object);
  put_text(json, "path", subject.path);
  json.EndObject();
}

void write_finding(JsonWriter& json, const Finding& finding, const Fingerprints& fingerprints) {
  const auto fingerprint = fingerprints.find(&finding);
  json.StartObject();
  put_text(json, "rule", finding.rule->id);
  put_text(json, "severity", to_string(finding.severity));
  put_place(json, "place", finding.place);
  put_text(json, "message", finding.message);
  put_text(json, "label", finding.label);
  put_text(json, "fix", finding.fix);
  json.Key("related");
  json.StartArray();
  for (const RelatedPlace& related : finding.related) {
    json.StartObject();
    put_place(json, "place", related.place);
    put_text(json, "words", related.words);
    put_text(json, "message", related.message);
    json.EndObject();
  }
  json.EndArray();
  write_subject(json, finding.subject);
  put_optional(
      json, "fingerprint",
      fingerprint == fingerprints.end() ? std::string_view() : std::string_view(fingerprint->second));
  json.EndObject();
}

void write_findings(JsonWriter& json, const AuditReport& report) {
  const Fingerprints fingerprints = fingerprints_of(report);
  json.Key("findings");
  json.StartArray();
  for (const Finding& finding : report.findings) write_finding(json, finding, fingerprints);
  json.EndArray();
  json.Key("suppressed");
  json.StartArray();
  for (const SuppressedFinding& one : report.suppressed) {
    json.StartObject();
    put_text(json, "reason", one.reason);
    put_optional(json, "until", one.until);
    put_place(json, "place", one.place);
    json.Key("finding");
    write_finding(json, one.finding, fingerprints);
    json.EndObject();
  }
  json.EndArray();
}

void write_undecided(JsonWriter& json, const std::vector<Undecided>& undecided) {
  json.Key("undecided");
  json.StartArray();
  for (const Undecided& one : undecided) {
    json.StartObject();
    put_text(json, "fact", one.fact);
    put_text(json, "message", one.message);
    put_text(json, "advice", one.advice);
    put_texts(json, "rules", one.rules);
    json.Key("places");
    json.StartArray();
    for (const Place& place : one.places) {
      if (place) write_place(json, place);
    }
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
}

void write_errors(JsonWriter& json, const std::vector<Error>& errors) {
  json.Key("errors");
  json.StartArray();
  for (const Error& error : errors) {
    json.StartObject();
    put_text(json, "where", error.where);
    put_text(json, "what", error.what);
    put_text(json, "advice", error.advice);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

void write_json(const AuditReport& report, const JsonOptions& options, std::ostream& out) {
  JsonStream stream(out);
  JsonWriter json(stream);
  json.SetIndent(' ', 2);
  json.StartObject();
  put_text(json, "schemaVersion", kJsonSchemaVersion);
  json.Key("tool");
  json.StartObject();
  put_text(json, "name", "kray-audit");
  put_text(json, "version", options.version);
  json.EndObject();
  json.Key("exitCode");
  json.Int(options.exit_code);
  put_text(json, "columnKind", "unicodeCodePoints");
  write_summary(json, report);
  write_findings(json, report);
  write_undecided(json, report.undecided);
  write_errors(json, report.errors);
  write_coverage(json, report.coverage);
  put_texts(json, "assumptions", report.assumptions);
  write_rules(json, report);
  json.EndObject();
  stream.Put('\n');
  stream.Flush();
}

}  // namespace kray
