// Reasoning with what the input does not say: Kleene's three values over Answer.
#pragma once

#include "cluster/answer.h"

namespace kray {

constexpr Answer answer_of(bool is_so) { return is_so ? Answer::yes : Answer::no; }

constexpr Answer negation(Answer one) {
  if (one == Answer::unknown) return Answer::unknown;
  return one == Answer::yes ? Answer::no : Answer::yes;
}

constexpr Answer conjunction(Answer a, Answer b) {
  if (a == Answer::no || b == Answer::no) return Answer::no;
  return a == Answer::yes && b == Answer::yes ? Answer::yes : Answer::unknown;
}

constexpr Answer disjunction(Answer a, Answer b) {
  if (a == Answer::yes || b == Answer::yes) return Answer::yes;
  return a == Answer::no && b == Answer::no ? Answer::no : Answer::unknown;
}

// Whether some element satisfies `holds`, which gives an Answer.
template <typename Range, typename Holds>
Answer any_of(const Range& range, const Holds& holds) {
  Answer result = Answer::no;
  for (const auto& one : range) {
    result = disjunction(result, holds(one));
    if (result == Answer::yes) break;
  }
  return result;
}

// Whether all elements do.
template <typename Range, typename Holds>
Answer all_of(const Range& range, const Holds& holds) {
  Answer result = Answer::yes;
  for (const auto& one : range) {
    result = conjunction(result, holds(one));
    if (result == Answer::no) break;
  }
  return result;
}

}  // namespace kray
