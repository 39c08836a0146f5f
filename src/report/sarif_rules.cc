// Rules as SARIF's reportingDescriptors (2.1.0 section 3.49), with the properties GitHub reads.
//
// GitHub titles an alert with shortDescription, shows help.markdown beside it, files it under the tag
// "security" only together with security-severity, and keeps ten tags: so those that carry meaning for
// consumers (security, CWE) come first. CWE numbers are there twice, as CodeQL writes them and as GitLab
// reads them.
#include "report/sarif_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <string>

#include "report/sarif_text.h"

namespace kray {
namespace {

constexpr std::string_view kRulePages = "https://github.com/kray-audit/kray-audit/blob/main/docs/rules/";
constexpr std::string_view kCweTag = "external/cwe/cwe-";
constexpr size_t kMaxTags = 10;

struct Band {
  double lowest;
  double highest;
};

// GitHub's reading of scores; 9.0 itself and what lies between 8.9 and 9.1 are avoided as unclear.
Band band_of(Severity severity) {
  switch (severity) {
    case Severity::critical: return {9.1, 10.0};
    case Severity::high: return {7.0, 8.9};
    case Severity::medium: return {4.0, 6.9};
    case Severity::low:
    case Severity::note: return {0.1, 3.9};
  }
  return {0.1, 10.0};
}

// "allow-rule-without-source" → "AllowRuleWithoutSource".
std::string pascal_case(std::string_view words) {
  std::string name;
  bool word_begins = true;
  for (const char c : words) {
    const bool is_lower = c >= 'a' && c <= 'z';
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (is_lower && word_begins) {
      name += static_cast<char>(c - 'a' + 'A');
    } else if (is_upper && !word_begins) {
      name += static_cast<char>(c - 'A' + 'a');
    } else if (is_lower || is_upper || (c >= '0' && c <= '9')) {
      name += c;
    }
    word_begins = !is_lower && !is_upper && !(c >= '0' && c <= '9');
  }
  return name.substr(0, kMaxRuleName);
}

// "external/cwe/cwe-079" → "CWE-79".
std::string cwe_name(std::string_view tag) {
  tag.remove_prefix(kCweTag.size());
  tag.remove_prefix(std::min(tag.find_first_not_of('0'), tag.size()));
  return "CWE-" + std::string(tag);
}

std::vector<std::string> sarif_tags(const RuleInfo& rule) {
  std::vector<std::string> tags;
  const auto add = [&](std::string tag) {
    if (tags.size() < kMaxTags && std::find(tags.begin(), tags.end(), tag) == tags.end()) {
      tags.push_back(std::move(tag));
    }
  };
  if (security_score(rule)) add("security");
  for (const std::string& tag : rule.tags) {
    if (!tag.starts_with(kCweTag)) continue;
    add(tag);
    add(cwe_name(tag));
  }
  for (const std::string& tag : rule.tags) {
    if (tag != "security") add(tag);
  }
  return tags;
}

std::string_view problem_severity(Severity severity) {
  const std::string_view level = sarif_level(severity);
  return level == "note" ? "recommendation" : level;
}

void write_properties(SarifJson& json, const RuleInfo& rule) {
  json.Key("properties");
  json.StartObject();
  json.Key("tags");
  json.StartArray();
  for (const std::string& tag : sarif_tags(rule)) put_string(json, tag);
  json.EndArray();
  // "very-high" is kept for rules whose rate of false alarms was measured.
  put_text(json, "precision", rule.confidence == Confidence::certain ? "high" : "medium");
  if (const std::optional<double> score = security_score(rule)) {
    put_text(json, "security-severity", score_text(*score));
  } else {
    put_text(json, "problem.severity", problem_severity(rule.severity));
  }
  json.EndObject();
}

void write_help(SarifJson& json, const RuleInfo& rule, std::string_view page) {
  std::string markdown = fmt::format("# {}: {}\n\n{}\n", rule.id, rule.title, rule.description);
  if (!rule.remediation.empty()) markdown += "\n## How to fix\n\n" + rule.remediation + "\n";
  // GitHub does not show helpUri.
  markdown += fmt::format("\n[{} in the documentation]({})\n", rule.id, page);
  std::string text = plain_text(rule.description);
  if (!rule.remediation.empty()) text += "\n\nHow to fix\n\n" + plain_text(rule.remediation);
  text += fmt::format("\n\nSee {}", page);
  json.Key("help");
  json.StartObject();
  put_text(json, "text", text);
  put_text(json, "markdown", markdown);
  json.EndObject();
}

void write_rule(SarifJson& json, const RuleInfo& rule) {
  const std::string page = fmt::format("{}{}.md", kRulePages, rule.id);
  const std::string paragraph = first_paragraph(rule.description);
  json.StartObject();
  put_text(json, "id", rule.id);
  put_text(json, "name", pascal_case(rule.name));
  put_message(json, "shortDescription", shortened(rule.title, kMaxDescription));
  put_message(json, "fullDescription",
              shortened(paragraph.empty() ? rule.title : paragraph, kMaxDescription));
  write_help(json, rule, page);
  put_text(json, "helpUri", page);
  json.Key("defaultConfiguration");
  json.StartObject();
  put_text(json, "level", sarif_level(rule.severity));
  json.EndObject();
  write_properties(json, rule);
  json.EndObject();
}

}  // namespace

std::string_view sarif_level(Severity severity) {
  switch (severity) {
    case Severity::critical:
    case Severity::high: return "error";
    case Severity::medium: return "warning";
    case Severity::low:
    case Severity::note: return "note";
  }
  return "none";
}

std::optional<double> security_score(const RuleInfo& rule) {
  const std::string& text = rule.security_severity;
  double score = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), score);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  // One decimal, as it is printed: 0.04 would be printed as 0.0, which GitHub takes for no score.
  score = std::round(score * 10) / 10;
  if (!(score >= 0.1 && score <= 10.0)) return std::nullopt;
  return score;
}

std::optional<double> security_score(const RuleInfo& rule, Severity severity) {
  const std::optional<double> score = security_score(rule);
  if (!score || severity == rule.severity) return score;
  const Band band = band_of(severity);
  return std::clamp(*score, band.lowest, band.highest);
}

std::string score_text(double score) { return fmt::format("{:.1f}", score); }

RuleTable::RuleTable(const AuditReport& report) {
  std::map<std::string_view, const RuleInfo*> by_id;
  for (const RuleInfo& rule : report.rules) by_id.emplace(rule.id, &rule);
  for (const Finding& finding : report.findings) by_id.emplace(finding.rule->id, finding.rule);
  for (const SuppressedFinding& one : report.suppressed)
    by_id.emplace(one.finding.rule->id, one.finding.rule);
  for (const auto& [id, rule] : by_id) rules_.push_back(rule);
}

std::optional<size_t> RuleTable::index_of(std::string_view id) const {
  const auto found =
      std::lower_bound(rules_.begin(), rules_.end(), id,
                       [](const RuleInfo* rule, std::string_view key) { return rule->id < key; });
  if (found == rules_.end() || (*found)->id != id) return std::nullopt;
  return static_cast<size_t>(found - rules_.begin());
}

void RuleTable::write(SarifJson& json) const {
  json.Key("rules");
  json.StartArray();
  for (const RuleInfo* rule : rules_) write_rule(json, *rule);
  json.EndArray();
}

}  // namespace kray
