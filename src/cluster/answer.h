// Yes, no, or what the input does not say (design section 2).
#pragma once

#include <cstdint>

namespace kray {

enum class Answer : uint8_t { no, yes, unknown };

// Both hold: a `no` decides whatever the other is.
constexpr Answer both(Answer a, Answer b) {
  if (a == Answer::no || b == Answer::no) return Answer::no;
  return a == Answer::yes && b == Answer::yes ? Answer::yes : Answer::unknown;
}

// One of them holds: a `yes` decides whatever the other is.
constexpr Answer either(Answer a, Answer b) {
  if (a == Answer::yes || b == Answer::yes) return Answer::yes;
  return a == Answer::no && b == Answer::no ? Answer::no : Answer::unknown;
}

}  // namespace kray
