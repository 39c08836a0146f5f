// One line of JSON an answer: exact, with fields that do not apply left out.
#include "report/query_json.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

std::string line(const QueryAnswer& answer, std::string_view id = "r1") {
  std::string out;
  append_query_json(answer, id, out);
  return out;
}

TEST(QueryJson, Whole) {
  const SourceFile file("a.yaml", "one: 1\ntwo: 2\n");
  const Mark mark{{&file, 7, 10}, "allows it"};
  QueryAnswer answer;
  answer.allowed = Answer::yes;
  answer.reason = "a rule allows it";
  answer.transport = "mtls";
  answer.principal = "spiffe://cluster.local/ns/a/sa/b";
  answer.mtls = "STRICT";
  answer.chain = "tcp";
  answer.decided_by = {mark, {{}, "nowhere"}};
  QueryStep step;
  step.stage = Stage::policy;
  step.text = "a rule allows it";
  step.specs = "AP-6";
  step.marks = {{mark.place, ""}};
  answer.steps = {step};
  answer.change = "without it, it would be denied";
  EXPECT_EQ(line(answer),
            R"({"id":"r1","verdict":"allow","reason":"a rule allows it","transport":"mtls",)"
            R"("principal":"spiffe://cluster.local/ns/a/sa/b","mtls":"STRICT","chain":"tcp",)"
            R"("decidedBy":[{"file":"a.yaml","line":2,"what":"allows it"}],)"
            R"("steps":[{"stage":"AuthorizationPolicy","verdict":"allow","text":"a rule allows it",)"
            R"("specs":"AP-6","places":[{"file":"a.yaml","line":2}]}],)"
            R"("change":"without it, it would be denied"})"
            "\n");
}

TEST(QueryJson, LeavesOutWhatDoesNotApply) {
  QueryAnswer answer;
  answer.allowed = Answer::no;
  answer.reason = "no";
  EXPECT_EQ(line(answer, ""), R"({"id":"","verdict":"deny","reason":"no","decidedBy":[]})"
                              "\n");
  answer.allowed = Answer::unknown;
  EXPECT_EQ(line(answer, "a\"b\n"), R"({"id":"a\"b\n","verdict":"unknown","reason":"no","decidedBy":[]})"
                                    "\n");
}

TEST(QueryJson, IsWellFormedWhateverTheInput) {
  QueryAnswer answer;
  answer.reason = "bad \xff byte";
  EXPECT_EQ(
      line(answer),
      "{\"id\":\"r1\",\"verdict\":\"unknown\",\"reason\":\"bad \xEF\xBF\xBD byte\",\"decidedBy\":[]}\n");
}

}  // namespace
}  // namespace kray
