// Reasoning with what the input does not say: Kleene's three values over Answer.
#pragma once

#include "cluster/answer.h"

namespace kray {

constexpr Answer answer_of(bool is_so) { return is_so ? Answer::yes : Answer::no; }

constexpr Answer negation(Answer one) {
  if (one == Answer::unknown) return Answer::unknown;
  return one == Answer::yes ? Answer::no : Answer::yes;
}

// Whether some element satisfies `holds`, which gives an Answer.
template <typename Range, typename Holds>
Answer any_of(const Range& range, const Holds& holds) {
  Answer result = Answer::no;
  for (const auto& one : range) {
    result = either(result, holds(one));
    if (result == Answer::yes) break;
  }
  return result;
}

// Whether all elements do.
template <typename Range, typename Holds>
Answer all_of(const Range& range, const Holds& holds) {
  Answer result = Answer::yes;
  for (const auto& one : range) {
    result = both(result, holds(one));
    if (result == Answer::no) break;
  }
  return result;
}

}  // namespace kray
