// One sentence, then a numbered step for each thing on the way, each with the line that decides it.
#include "report/query_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <span>
#include <string_view>
#include <vector>

#include "report/code_frame.h"
#include "report/style.h"
#include "report/wrap.h"

namespace kray {
namespace {

constexpr int kIndent = 4;

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
    case Answer::yes: return {"allowed", "can reach", "passes", Style::advice};
    case Answer::no: return {"denied", "cannot reach", "stops", Style::alarm};
    case Answer::unknown: break;
  }
  return {"cannot tell", "may or may not reach", "cannot tell", Style::warning};
}

void write_paragraph(const Page& page, std::span<const Span> spans) {
  page.out << wrap(spans, {page.width, 0, kIndent}, page.colour);
}

void write_step(const Page& page, size_t number, const QueryStep& step, bool with_specs) {
  const Words words = words_for(step.passes);
  std::vector<Span> spans = {{fmt::format("{}.", number), Style::faint},
                             {fmt::format("{}:", to_string(step.stage)), Style::strong},
                             {fmt::format("{},", words.step), words.style},
                             {step.text}};
  if (with_specs && !step.specs.empty())
    spans.push_back({fmt::format("[{}]", step.specs), Style::faint, true});
  write_paragraph(page, spans);
  for (const Mark& mark : step.marks) {
    if (!mark.place) continue;
    const Span position[] = {{"   " + show_position(mark.place), Style::strong, true}};
    page.out << "   " << wrap(position, {page.width, 3, kIndent}, page.colour);
    page.out << code_frame(mark.place, mark.label, {page.width, page.colour, 0, words.style});
  }
}

}  // namespace

void write_query_text(const QueryAnswer& answer, const AskedQuestion& question, bool with_specs,
                      const TextOptions& options, std::ostream& out) {
  const Page page{out, options.width <= 0 ? 100 : std::clamp(options.width, 40, 120), options.colour};
  const Words words = words_for(answer.allowed);
  const Span headline[] = {
      {fmt::format("{}:", words.verdict), words.style},
      {fmt::format("{} {} {}: {}.", question.from, words.verb, question.to, answer.reason)}};
  write_paragraph(page, headline);
  if (!answer.steps.empty()) out << '\n';
  for (size_t i = 0; i < answer.steps.size(); ++i) write_step(page, i + 1, answer.steps[i], with_specs);
  if (answer.change.empty()) return;
  out << '\n';
  const Span change[] = {{"to change it:", Style::faint}, {answer.change}};
  write_paragraph(page, change);
}

}  // namespace kray
