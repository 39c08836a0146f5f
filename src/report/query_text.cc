// One sentence, then a numbered step for each thing on the way, each with the line that decides it.
#include "report/query_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/code_frame.h"
#include "report/style.h"
#include "report/wrap.h"

namespace kray {
namespace {

constexpr int kIndent = 4;
// Of a step with more places than `kMostFrames` the first few are shown.
constexpr size_t kMostFrames = 4;
constexpr size_t kFirstFrames = 3;

struct Page {
  std::ostream& out;
  int width;
  bool colour;
};

struct Words {
  std::string_view verdict;
  std::string_view verb;
  std::string_view step;
  Style style;
};

Words words_for(Answer allowed) {
  switch (allowed) {
    case Answer::yes: return {"Allowed", "can reach", "passes", Style::advice};
    case Answer::no: return {"Denied", "cannot reach", "stops it", Style::alarm};
    case Answer::unknown: break;
  }
  return {"Cannot tell", "may or may not reach", "cannot tell", Style::warning};
}

void write_paragraph(const Page& page, std::span<const Span> spans) {
  page.out << wrap(spans, {page.width, 0, kIndent}, page.colour);
}

// A clause as a sentence; names keep their case.
std::string sentence_of(std::string text) {
  if (text.empty()) return text;
  const bool is_name = text.starts_with("rules[") || text.starts_with("mTLS") || text.starts_with("ztunnel");
  if (!is_name && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  if (!text.ends_with('.') && !text.ends_with('?')) text += '.';
  return text;
}

void write_frames(const Page& page, const QueryStep& step, Style style) {
  std::vector<const Mark*> marks;
  for (const Mark& mark : step.marks) {
    if (mark.place) marks.push_back(&mark);
  }
  const size_t shown = marks.size() > kMostFrames ? kFirstFrames : marks.size();
  for (size_t i = 0; i < shown; ++i) {
    const Span position[] = {{"   " + show_position(marks[i]->place), Style::strong, true}};
    page.out << "   " << wrap(position, {page.width, 3, kIndent}, page.colour);
    page.out << code_frame(marks[i]->place, marks[i]->label, {page.width, page.colour, 0, style});
  }
  if (shown == marks.size()) return;
  const Span rest[] = {{fmt::format("and {} more places", marks.size() - shown), Style::faint}};
  page.out << "      " << wrap(rest, {page.width, 6, kIndent}, page.colour);
}

void write_step(const Page& page, size_t number, const QueryStep& step, bool with_specs) {
  const Words words = words_for(step.passes);
  std::vector<Span> spans = {{fmt::format("{}.", number), Style::faint},
                             {fmt::format("{}:", to_string(step.stage)), Style::strong},
                             {fmt::format("{}.", words.step), words.style},
                             {sentence_of(step.text)}};
  if (with_specs && !step.specs.empty())
    spans.push_back({fmt::format("[{}]", step.specs), Style::faint, true});
  write_paragraph(page, spans);
  write_frames(page, step, words.style);
}

// What comes after the step that stops it decides nothing.
size_t steps_to_show(const QueryAnswer& answer, bool all) {
  for (size_t i = 0; !all && i < answer.steps.size(); ++i) {
    if (answer.steps[i].passes == Answer::no) return i + 1;
  }
  return answer.steps.size();
}

}  // namespace

void write_query_text(const QueryAnswer& answer, const AskedQuestion& question, bool with_specs,
                      const TextOptions& options, std::ostream& out) {
  const Page page{out, options.width <= 0 ? 100 : std::clamp(options.width, 40, 120), options.colour};
  const Words words = words_for(answer.allowed);
  const Span headline[] = {{fmt::format("{}:", words.verdict), words.style},
                           {fmt::format("{} {} {}:", question.from, words.verb, question.to)},
                           {answer.reason.ends_with('?') ? answer.reason : answer.reason + "."}};
  write_paragraph(page, headline);
  const size_t shown = steps_to_show(answer, with_specs);
  if (shown > 0) out << '\n';
  for (size_t i = 0; i < shown; ++i) write_step(page, i + 1, answer.steps[i], with_specs);
  if (answer.change.empty()) return;
  out << '\n';
  const Span change[] = {{"To change it:", Style::faint}, {sentence_of(answer.change)}};
  write_paragraph(page, change);
}

}  // namespace kray
