// Suppressions: how they are written, what they cover, when they count, and which of them are idle.
#include "audit/suppression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/audit.h"
#include "support/temp_folder.h"

namespace kray {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Date kToday = 2026y / 11 / 24;

// A Pod whose image is in line 9, with a comment behind the image and one in the line before it.
std::string pod_text(const std::string& behind, const std::string& above = "") {
  return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: demo\n  namespace: team-a\nspec:\n  containers:\n"
         "  - name: main" +
         above + "\n    image: a:latest" + behind + "\n";
}

AuditReport audit_text(const std::string& text, bool ignore_suppressions = false,
                       const std::string& name = "a.yaml") {
  const test::TempFolder folder;
  AuditSettings settings;
  settings.inputs.paths = {folder.write(name, text)};
  settings.threads = 1;
  settings.today = kToday;
  settings.ignore_suppressions = ignore_suppressions;
  const LoadedRules rules = load_rules({});
  return run_audit(settings, select_rules(rules.set, {.only = {"KRAY603", "KRAY906"}, .skip = {}}));
}

std::vector<std::string> findings_of(const AuditReport& report) {
  std::vector<std::string> rules;
  for (const Finding& one : report.findings) rules.push_back(one.rule->id);
  return rules;
}

std::string message_of_idle(const AuditReport& report) {
  for (const Finding& one : report.findings) {
    if (one.rule->id == "KRAY906") return one.message;
  }
  return "";
}

std::string text_at(const Place& place) {
  return std::string(place.file->text().substr(place.begin, place.end - place.begin));
}

// Reason of the suppression that hides the finding of the Pod's image, or "reported".
std::string reason_behind(const std::string& comment) {
  const AuditReport report = audit_text(pod_text(comment));
  return report.suppressed.empty() ? "reported" : report.suppressed.front().reason;
}

TEST(ParseDate, OnlyDaysOfTheCalendarInOneForm) {
  EXPECT_EQ(parse_date("2027-01-31"), 2027y / 1 / 31);
  EXPECT_EQ(parse_date("2028-02-29"), 2028y / 2 / 29);
  for (const char* text :
       {"", "2027-02-29", "2027-13-01", "2027-1-31", "27-01-31", "2027-01-31 ", "2027/01/31", "tomorrow",
        "2027-01-3a", "-027-01-31", "2027-00-10", "2027-01-00"}) {
    EXPECT_FALSE(parse_date(text)) << text;
  }
}

TEST(SuppressionComment, HidesTheFindingOfItsLine) {
  EXPECT_EQ(reason_behind(""), "reported");
  EXPECT_EQ(reason_behind("  # kray-audit: ignore KRAY603 we test it"), "we test it");
  EXPECT_EQ(reason_behind("  #kray-audit:ignore   KRAY603:  we\ttest  it "), "we test it");
  EXPECT_EQ(reason_behind("  # kray-audit: ignore KRAY401,KRAY603 both"), "both");
  EXPECT_EQ(reason_behind("  # kray-audit: ignore KRAY401 , KRAY603: both"), "both");
  EXPECT_EQ(reason_behind("  # kray-audit: ignore KRAY603 see #12, ends until=2027-01-31 with it"),
            "see #12, ends with it");
  EXPECT_EQ(reason_behind("  # kray-audit: ignore KRAY603 \xE2\x9C\x94"), "\xE2\x9C\x94");
}

TEST(SuppressionComment, OtherCommentsHideNothing) {
  EXPECT_EQ(reason_behind("  # kray-audit: ignore KRAY401 we test it"), "reported");
  EXPECT_EQ(reason_behind("  # kray-audit: ignored KRAY603 we test it"), "reported");
  EXPECT_EQ(reason_behind("  # not kray-audit: ignore KRAY603 we test it"), "reported");
  EXPECT_EQ(reason_behind("  # kray-audit: -n team-a"), "reported");
  EXPECT_EQ(reason_behind("# kray-audit: ignore KRAY603 this is part of the image"), "reported");
}

TEST(SuppressionComment, AloneOnItsLineIsAboutTheNextOneThatIsNoComment) {
  const auto above = [](const std::string& lines) {
    return audit_text(pod_text("", lines)).suppressed.size();
  };
  EXPECT_EQ(above("\n    # kray-audit: ignore KRAY603 we test it"), 1U);
  EXPECT_EQ(above("\n    # kray-audit: ignore KRAY603 we test it\n    # and so on"), 1U);
  EXPECT_EQ(above("\n    # kray-audit: ignore KRAY603 we test it\n"), 0U) << "a blank line parts them";
  EXPECT_EQ(above("  # kray-audit: ignore KRAY603 this is about the name"), 0U);
  EXPECT_EQ(above("\r\n    # kray-audit: ignore KRAY603 we test it\r"), 1U);
}

TEST(SuppressionComment, FirstLineOfTheFile) {
  const std::string pod =
      R"({apiVersion: v1, kind: Pod, metadata: {name: p, namespace: a}, spec: {containers: [{image: "a:latest"}]}})";
  EXPECT_EQ(audit_text("# kray-audit: ignore KRAY603 we test it\n" + pod + "\n").suppressed.size(), 1U);
  EXPECT_EQ(
      audit_text("\xEF\xBB\xBF# kray-audit: ignore KRAY603 we test it\n" + pod + "\n").suppressed.size(), 1U);
}

TEST(SuppressionComment, TextInScalarsIsNoComment) {
  for (const char* value :
       {"|\n    # kray-audit: ignore KRAY603 no\n", ">-\n    a\n    # kray-audit: ignore KRAY603 no\n",
        "\"a\n    # kray-audit: ignore KRAY603 no\"\n", "'a # kray-audit: ignore KRAY603 no'\n",
        "{b: \"# kray-audit: ignore KRAY603 no\"}\n"}) {
    const std::string text =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: a}\ndata:\n  a: " +
        std::string(value);
    EXPECT_THAT(findings_of(audit_text(text)), IsEmpty()) << value;
  }
}

TEST(SuppressionComment, BehindTheHeaderOfABlockScalarIsOne) {
  const AuditReport report = audit_text(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: a}\ndata:\n"
      "  a: |  # kray-audit: ignore KRAY603 nothing here\n    text\n");
  EXPECT_EQ(message_of_idle(report), "The suppression of KRAY603 hides no finding.");
}

TEST(SuppressionComment, ADocumentThatCannotBeParsedHasNone) {
  const AuditReport report = audit_text("a: [\n# kray-audit: ignore KRAY603 no\n---\n" +
                                        pod_text("  # kray-audit: ignore KRAY603 we test it"));
  EXPECT_THAT(findings_of(report), IsEmpty());
  EXPECT_EQ(report.suppressed.size(), 1U);
}

TEST(SuppressionComment, JsonHasNone) {
  const AuditReport report = audit_text(
      R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "a"},
 "spec": {"containers": [{"name": "# kray-audit: ignore KRAY603 no", "image": "a:latest"}]}})",
      false, "a.json");
  EXPECT_THAT(findings_of(report), ElementsAre("KRAY603"));
}

TEST(SuppressionAnnotation, CoversItsObject) {
  const auto suppressed = [](const std::string& value) {
    const std::string text =
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  namespace: a\n  annotations:\n"
        "    kray-audit.dev/ignore: " +
        value + "\nspec:\n  containers:\n  - image: a:latest\n  - image: b:latest\n---\n" + pod_text("");
    return audit_text(text).suppressed.size();
  };
  EXPECT_EQ(suppressed("\"KRAY603: we test it\""), 2U);
  EXPECT_EQ(suppressed("KRAY603 we test it"), 2U);
  EXPECT_EQ(suppressed("\"KRAY401: x; KRAY603: we test it;\""), 2U);
  EXPECT_EQ(suppressed("|\n      KRAY401: x\n      KRAY603: we test it"), 2U);
  EXPECT_EQ(suppressed("\"KRAY401: x\\nKRAY603: we test it\""), 2U);
  EXPECT_EQ(suppressed("\"KRAY603: until=2026-11-24 the last day counts\""), 2U);
  EXPECT_EQ(suppressed("\"KRAY603: until=2026-11-23 is past\""), 0U);
  EXPECT_EQ(suppressed("\"KRAY603\""), 0U);
  EXPECT_EQ(suppressed("\"KRAY603:\""), 0U);
}

TEST(SuppressionAnnotation, OfAPodTemplateCoversTheTemplate) {
  const auto group = [](const std::string& name, const std::string& metadata) {
    return "  - groupName: " + name + "\n    template:\n      metadata: " + metadata +
           "\n      spec:\n        containers:\n        - {name: w, image: \"rayproject/ray:latest\"}\n";
  };
  const AuditReport report = audit_text(
      "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo, namespace: team-a}\nspec:\n"
      "  headGroupSpec:\n    template:\n      spec:\n        containers:\n"
      "        - {name: h, image: \"rayproject/ray:nightly\"}\n  workerGroupSpecs:\n" +
      group("one", "{annotations: {kray-audit.dev/ignore: \"KRAY603: we test it\"}}") + group("two", "{}"));
  EXPECT_THAT(findings_of(report), ElementsAre("KRAY603", "KRAY603"));
  ASSERT_EQ(report.suppressed.size(), 1U);
  EXPECT_EQ(text_at(report.suppressed.front().place), "KRAY603: we test it");
}

TEST(SuppressionAnnotation, IsTextThatKubernetesWouldTake) {
  EXPECT_EQ(message_of_idle(audit_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: a, "
                                       "annotations: {kray-audit.dev/ignore: 603}}\n")),
            "This suppression names no rule, so it hides nothing.");
}

TEST(Suppressions, SayWhyTheyDoNotCount) {
  const auto message = [](const std::string& words) {
    return message_of_idle(audit_text(pod_text("  # kray-audit: ignore " + words)));
  };
  EXPECT_EQ(message("KRAY603"), "The suppression of KRAY603 gives no reason, so it does not count.");
  EXPECT_EQ(message("KRAY603 --"), "The suppression of KRAY603 gives no reason, so it does not count.");
  EXPECT_EQ(message("KRAY603 until=2026-11-23 it is new"),
            "The suppression of KRAY603 ended on 2026-11-23, so it does not count any more.");
  EXPECT_EQ(message("KRAY603 until=soon it is new"),
            "The suppression of KRAY603 ends on 'soon', which is no date, so it does not count.");
  EXPECT_EQ(message("KRAY603 until= it is new"),
            "The suppression of KRAY603 ends on '(nothing)', which is no date, so it does not count.");
  EXPECT_EQ(
      message("KRAY603 until=2027-01-01 until=2028-01-01 it is new"),
      "The suppression of KRAY603 ends on '2027-01-01 and 2028-01-01', which is no date, so it does not "
      "count.");
  EXPECT_EQ(message("kray603 it is new"),
            "This suppression names 'kray603', which is no rule's id, so it hides nothing.");
  EXPECT_EQ(message("KRAY603 until=2026-11-24 it is new"), "");
}

TEST(Suppressions, RulesThatDidNotRunAreNotJudged) {
  EXPECT_EQ(message_of_idle(audit_text("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  namespace: a"
                                       "  # kray-audit: ignore KRAY101, ACME001 it is fine\n")),
            "");
}

TEST(Suppressions, AreLeftOutOnRequest) {
  const AuditReport report = audit_text(pod_text("  # kray-audit: ignore KRAY603 we test it"), true);
  EXPECT_THAT(findings_of(report), ElementsAre("KRAY603"));
  EXPECT_THAT(report.suppressed, IsEmpty());
}

TEST(Suppressions, OfTheirOwnRuleHideNothing) {
  const AuditReport report = audit_text(pod_text("  # kray-audit: ignore KRAY906, KRAY603"));
  EXPECT_THAT(findings_of(report), ElementsAre("KRAY603", "KRAY906"));
}

TEST(Suppressions, ManyInOneFileTakeLinearTime) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "# kray-audit: ignore KRAY603 we test it kray-audit: kray-audit:\n";
  EXPECT_EQ(audit_text(text + pod_text("")).findings.size(), 1U + 20000U);
}

}  // namespace
}  // namespace kray
