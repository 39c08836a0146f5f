// The answer to a question for people: exact text at a fixed width, and what colour adds.
#include "report/query_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <sstream>

namespace kray {
namespace {

using testing::HasSubstr;
using testing::Not;

const AskedQuestion kQuestion{.from = "a pod of namespace 'team-b'", .to = "port 8265 of team-a/web"};

class QueryText : public testing::Test {
 protected:
  Mark mark(uint32_t line, std::string label) const {
    const uint32_t begin = file_.lines().line_begin(line);
    return {{&file_, begin, begin + 3}, std::move(label)};
  }

  static QueryStep step(Stage stage, Answer passes, std::string text) {
    QueryStep one;
    one.stage = stage;
    one.passes = passes;
    one.text = std::move(text);
    return one;
  }

  static std::string text(const QueryAnswer& answer, const TextOptions& options = {60, false},
                          bool with_specs = false) {
    std::ostringstream out;
    write_query_text(answer, kQuestion, with_specs, options, out);
    return out.str();
  }

  QueryAnswer denied() const {
    QueryAnswer answer;
    answer.allowed = Answer::no;
    answer.reason = "rules[0] of AuthorizationPolicy 'team-a/no' denies it";
    answer.steps = {step(Stage::transport, Answer::yes, "plaintext, as the client has no sidecar"),
                    step(Stage::policy, Answer::no, answer.reason),
                    step(Stage::exposure, Answer::yes, "later")};
    answer.steps[0].specs = "CL-1";
    answer.steps[1].marks = {mark(2, "denies it")};
    answer.change = "without rules[0] it would be allowed";
    return answer;
  }

  const SourceFile file_{"a.yaml", "one: 1\ntwo: 2\nsix: 6\nten: 10\nsay: 4\n"};
};

TEST_F(QueryText, VerdictStepsAndChange) {
  EXPECT_EQ(text(denied()), R"(Denied: a pod of namespace 'team-b' cannot reach port 8265
    of team-a/web: rules[0] of AuthorizationPolicy
    'team-a/no' denies it.

1. transport: passes. Plaintext, as the client has no
    sidecar.
2. AuthorizationPolicy: stops it. rules[0] of
    AuthorizationPolicy 'team-a/no' denies it.
      a.yaml:2:1
    2 | two: 2
      | ^^^ denies it

To change it: Without rules[0] it would be allowed.
)");
}

TEST_F(QueryText, ExplainShowsIdsAndWhatComesAfter) {
  const std::string all = text(denied(), {60, false}, true);
  EXPECT_THAT(all, HasSubstr("sidecar. [CL-1]\n"));
  EXPECT_THAT(all, HasSubstr("3. exposure: passes. Later.\n"));
}

TEST_F(QueryText, OtherVerdicts) {
  QueryAnswer answer;
  answer.allowed = Answer::yes;
  answer.reason = "nothing denies it";
  EXPECT_EQ(text(answer, {100, false}),
            "Allowed: a pod of namespace 'team-b' can reach port 8265 of team-a/web: nothing denies it.\n");
  answer.allowed = Answer::unknown;
  answer.reason = "there is no pod 'x' in the input; did you mean 'y'?";
  EXPECT_EQ(text(answer, {120, false}),
            "Cannot tell: a pod of namespace 'team-b' may or may not reach port 8265 of team-a/web: there is "
            "no pod "
            "'x' in the input;\n    did you mean 'y'?\n");
}

TEST_F(QueryText, OfManyPlacesTheFirstFew) {
  QueryAnswer answer;
  answer.steps = {step(Stage::ingress, Answer::unknown, "open")};
  for (uint32_t line = 1; line <= 4; ++line) answer.steps[0].marks.push_back(mark(line, ""));
  EXPECT_THAT(text(answer), HasSubstr("a.yaml:4:1\n"));
  answer.steps[0].marks.push_back(mark(5, ""));
  EXPECT_THAT(text(answer), HasSubstr("a.yaml:3:1\n"));
  EXPECT_THAT(text(answer), Not(HasSubstr("a.yaml:4:1")));
  EXPECT_THAT(text(answer), HasSubstr("      and 2 more places\n"));
}

TEST_F(QueryText, ColourAddsNothingElse) {
  const std::string plain = text(denied());
  const std::string coloured = text(denied(), {60, true});
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
  EXPECT_THAT(coloured, HasSubstr("\x1b["));
  EXPECT_EQ(std::regex_replace(coloured, std::regex("\x1b\\[[0-9;]*m"), ""), plain);
}

}  // namespace
}  // namespace kray
