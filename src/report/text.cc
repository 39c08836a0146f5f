// Quiet and exact: a reader of fifty findings sees what differs between them. So what a rule says
// about itself comes with the first of its findings only, and every later one is its message,
// its lines and its own fix.
#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/code_frame.h"
#include "report/glyph.h"
#include "report/markdown.h"
#include "report/style.h"
#include "report/summary.h"
#include "report/wrap.h"

namespace kray {
namespace {

constexpr int kHangingIndent = 4;
// Widths of the labels that stand before paragraphs, so that their texts line up.
constexpr size_t kFindingLabels = std::string_view("note:").size();
constexpr size_t kUndecidedLabels = std::string_view("where:").size();
constexpr size_t kSummaryLabels = std::string_view("pod classes:").size();
// More rule ids than these are counted, not listed.
constexpr size_t kListedRules = 8;

// Where the report goes, with options settled.
struct Page {
  std::ostream& out;
  int width;
  bool colour;
};

int settled_width(int width) { return width <= 0 ? 100 : std::clamp(width, 40, 120); }

Style style_of(Severity severity) {
  switch (severity) {
    case Severity::note: return Style::remark;
    case Severity::low: return Style::advice;
    case Severity::medium: return Style::warning;
    case Severity::high:
    case Severity::critical: return Style::alarm;
  }
  return Style::plain;
}

void write_paragraph(const Page& page, std::span<const Span> spans) {
  page.out << wrap(spans, {page.width, 0, kHangingIndent}, page.colour);
}

void write_heading(const Page& page, std::string_view path_or_topic, const std::string& number) {
  const Span spans[] = {{fmt::format("{}:", path_or_topic), Style::strong, true}, {number, Style::strong}};
  write_paragraph(page, spans);
}

// A paragraph with a label before it and all its lines indented past the label.
void write_labelled(const Page& page, std::string_view label, size_t label_width,
                    std::span<const Span> spans) {
  const int indent = static_cast<int>(label_width) + 3;
  const std::string blanks(label_width - label.size() + 1, ' ');
  page.out << "  " << styled(label, Style::faint, page.colour) << blanks
           << wrap(spans, {page.width, indent, indent}, page.colour);
}

void write_labelled(const Page& page, std::string_view label, size_t label_width, const std::string& text) {
  const Span span = {text};
  write_labelled(page, label, label_width, {&span, 1});
}

void write_related(const Page& page, const RelatedPlace& related) {
  if (!related.place) return write_labelled(page, "note:", kFindingLabels, related.message);
  const Span spans[] = {{show_position(related.place) + ":", Style::strong, true}, {related.message}};
  write_labelled(page, "note:", kFindingLabels, spans);
  page.out << code_frame(related.place, "", {page.width, page.colour, 0, Style::remark});
}

// The rule's own words; those of the finding win over them.
void write_why_and_fix(const Page& page, const Finding& finding, bool first_of_rule) {
  const RuleInfo& rule = *finding.rule;
  std::string fix = finding.fix;
  if (first_of_rule) {
    const std::string why = opening_paragraph(rule.description);
    if (!why.empty()) write_labelled(page, "why:", kFindingLabels, why);
    if (fix.empty()) fix = opening_paragraph(rule.remediation);
  }
  if (!fix.empty()) write_labelled(page, "fix:", kFindingLabels, fix);
  if (first_of_rule) write_labelled(page, "more:", kFindingLabels, "kray-audit explain " + rule.id);
}

void write_finding(const Page& page, const Finding& finding, bool first_of_rule) {
  const Style style = style_of(finding.severity);
  std::vector<Span> headline;
  if (finding.place) headline.push_back({show_position(finding.place) + ":", Style::strong, true});
  headline.push_back({fmt::format("{}:", to_string(finding.severity)), style});
  headline.push_back({finding.message});
  const std::string rule = fmt::format("[{} {}]", finding.rule->id, finding.rule->name);
  headline.push_back({rule, Style::faint, visible_width(rule) <= page.width - kHangingIndent});
  write_paragraph(page, headline);
  if (finding.place)
    page.out << code_frame(finding.place, finding.label, {page.width, page.colour, 1, style});
  for (const RelatedPlace& related : finding.related) write_related(page, related);
  write_why_and_fix(page, finding, first_of_rule);
  page.out << '\n';
}

std::string_view path_of(const Finding& finding) {
  return finding.place ? std::string_view(finding.place.file->path) : "not about a file";
}

void write_findings(const Page& page, std::span<const Finding> findings) {
  std::set<std::string_view> rules_seen;
  for (size_t begin = 0; begin < findings.size();) {
    const std::string_view path = path_of(findings[begin]);
    size_t end = begin;
    while (end < findings.size() && path_of(findings[end]) == path) ++end;
    write_heading(page, path, counted(end - begin, "finding"));
    page.out << '\n';
    for (; begin < end; ++begin) {
      write_finding(page, findings[begin], rules_seen.insert(findings[begin].rule->id).second);
    }
  }
}

void write_undecided(const Page& page, const Undecided& undecided) {
  const Span message = {undecided.message};
  write_paragraph(page, {&message, 1});
  const std::string rules = joined(undecided.rules);
  if (!rules.empty()) write_labelled(page, "rules:", kUndecidedLabels, rules);
  const auto& places = undecided.places;
  const auto first =
      std::find_if(places.begin(), places.end(), [](const Place& place) { return bool(place); });
  if (first != places.end()) {
    const std::string number = counted(places.size(), "place") + (places.size() == 1 ? ":" : ", the first:");
    const Span where[] = {{number}, {show_position(*first), Style::strong, true}};
    write_labelled(page, "where:", kUndecidedLabels, where);
  }
  if (!undecided.advice.empty()) write_labelled(page, "help:", kUndecidedLabels, undecided.advice);
  page.out << '\n';
}

void write_all_undecided(const Page& page, std::span<const Undecided> all) {
  if (all.empty()) return;
  write_heading(page, "Cannot tell", counted(all.size(), "question"));
  page.out << '\n';
  for (const Undecided& undecided : all) write_undecided(page, undecided);
}

void write_errors(const Page& page, std::span<const Error> errors) {
  if (errors.empty()) return;
  write_heading(page, "Errors", fmt::format("{}", errors.size()));
  page.out << '\n';
  for (const Error& error : errors) {
    std::vector<Span> spans;
    if (!error.where.empty()) spans.push_back({error.where + ":", Style::strong, true});
    spans.push_back({"error:", Style::alarm});
    spans.push_back({error.what});
    write_paragraph(page, spans);
    if (!error.advice.empty()) write_labelled(page, "help:", kFindingLabels, error.advice);
    page.out << '\n';
  }
}

// "24 run, 2 left out (KRAY102, KRAY603)": ids where they are few enough to be read.
std::string rules_text(const Coverage& coverage) {
  const auto with_ids = [](std::string_view what, const std::vector<std::string>& ids) {
    std::string number = fmt::format("{} {}", ids.size(), what);
    if (ids.empty() || ids.size() > kListedRules) return number;
    return fmt::format("{} ({})", number, joined(ids));
  };
  const std::string run = with_ids("run", coverage.rules_run);
  return coverage.rules_skipped.empty() ? run : run + ", " + with_ids("left out", coverage.rules_skipped);
}

// "282 (2 analysed; recognised: 95 Helm template, 184 Kustomization; 1 failed)".
std::string parts_text(uint64_t total, std::string_view done, uint64_t done_number,
                       const std::map<std::string, uint64_t>& recognised, uint64_t failed) {
  const std::string middle = recognised.empty() ? "" : fmt::format("; recognised: {}", listed(recognised));
  return fmt::format("{} ({} {}{}; {} failed)", total, done_number, done, middle, failed);
}

void write_coverage(const Page& page, const Coverage& coverage) {
  const auto line = [&page](std::string_view label, const std::string& text) {
    write_labelled(page, label, kSummaryLabels, text);
  };
  line("files:", parts_text(coverage.files, "analysed", coverage.files_analysed, coverage.files_recognised,
                            coverage.files_failed));
  line("documents:", parts_text(coverage.documents, "with objects", coverage.documents_with_objects,
                                coverage.documents_recognised, coverage.documents_failed));
  line("objects:", fmt::format("{}", coverage.objects));
  line("pod classes:", fmt::format("{} ({} of Ray)", coverage.pod_classes, coverage.ray_pod_classes));
  line("rules:", rules_text(coverage));
}

void write_summary(const Page& page, const AuditReport& report) {
  const Span sentence = {outcome(report), Style::strong};
  page.out << wrap({&sentence, 1}, {page.width, 0, 0}, page.colour);
  if (nothing_to_audit(report.coverage)) return;
  page.out << '\n';
  write_coverage(page, report.coverage);
  for (const std::string& assumption : report.assumptions) {
    write_labelled(page, "assumed:", kSummaryLabels, assumption);
  }
}

}  // namespace

void write_text(const AuditReport& report, const TextOptions& options, std::ostream& out) {
  const Page page = {out, settled_width(options.width), options.colour};
  write_findings(page, report.findings);
  write_all_undecided(page, report.undecided);
  write_errors(page, report.errors);
  write_summary(page, report);
}

}  // namespace kray
