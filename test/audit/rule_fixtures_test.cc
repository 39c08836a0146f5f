// Every fixture of fixtures/rules/ against the embedded rules: its name says whether its rule must
// report, its marks say on which lines (fixtures/rules/README.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "support/expectations.h"

namespace kray {
namespace {

namespace fs = std::filesystem;

const fs::path kFixtures = fs::path(KRAY_SOURCE_DIR) / "fixtures" / "rules";

struct Fixture {
  fs::path path;
  std::string rule;  // the name of the folder it lies in
  bool must_pass = false;
};

void PrintTo(const Fixture& fixture, std::ostream* out) {
  *out << fixture.path.lexically_relative(kFixtures).string();
}

std::vector<Fixture> all_fixtures() {
  std::vector<Fixture> fixtures;
  for (const fs::directory_entry& folder : fs::directory_iterator(kFixtures)) {
    if (!folder.is_directory()) continue;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".expect") continue;
      const std::string name = entry.path().filename().string();
      fixtures.push_back({entry.path(), folder.path().filename().string(), name.starts_with("pass-")});
    }
  }
  std::sort(fixtures.begin(), fixtures.end(),
            [](const Fixture& a, const Fixture& b) { return a.path < b.path; });
  return fixtures;
}

AuditSettings settings_for(const Fixture& fixture, const std::vector<std::string>& options) {
  AuditSettings settings;
  settings.inputs.paths = {fixture.path.string()};
  settings.threads = 1;
  for (size_t i = 0; i < options.size(); i += 2) {
    const std::string value = i + 1 < options.size() ? options[i + 1] : "";
    const size_t equals = value.find('=');
    if (options[i] == "-n") {
      settings.default_namespace = value;
    } else if (options[i] == "--assume" && value.starts_with("kuberay=")) {
      settings.assumed_kuberay = parse_version(value.substr(equals + 1));
    } else if (options[i] == "--assume" && value.starts_with("istio-injection=")) {
      settings.injection.assumed_namespace_label = value.substr(equals + 1);
    } else {
      throw std::runtime_error("fixtures know no option " + options[i] + " " + value);
    }
  }
  return settings;
}

ExpectedLine line_of(const Finding& finding) {
  return {fs::weakly_canonical(finding.place.file->path).string(),
          finding.place.file->lines().line_of(finding.place.begin)};
}

std::set<ExpectedLine> lines_of(const AuditReport& report, const std::string& rule) {
  std::set<ExpectedLine> lines;
  for (const Finding& finding : report.findings) {
    if (finding.rule->id == rule) lines.insert(line_of(finding));
  }
  return lines;
}

class RuleFixtures : public testing::TestWithParam<Fixture> {};

TEST_P(RuleFixtures, IsReportedExactlyWhereMarked) {
  const Fixture& fixture = GetParam();
  const LoadedRules rules = load_rules({});
  const SelectedRules selected = select_rules(rules.set, {.only = {}, .skip = {}, .strict = true});
  Expectations expected = read_expectations(fixture.path);
  const AuditReport report = run_audit(settings_for(fixture, expected.options), selected);

  std::set<ExpectedLine>& own = expected.lines[fixture.rule];
  if (fixture.must_pass)
    ASSERT_THAT(own, testing::IsEmpty()) << "a pass fixture with a mark of its own rule";
  else
    ASSERT_THAT(own, testing::Not(testing::IsEmpty())) << "a fail fixture without a mark of its own rule";
  for (const auto& [rule, lines] : expected.lines) {
    EXPECT_EQ(lines_of(report, rule), lines) << rule;
  }
  for (const Finding& finding : report.findings) {
    EXPECT_TRUE(finding.place) << finding.message;
    const bool is_serious = finding.severity >= Severity::high && !expected.lines.contains(finding.rule->id);
    EXPECT_FALSE(fixture.must_pass && is_serious)
        << line_of(finding).second << ": " << finding.rule->id << " " << finding.message;
    EXPECT_THAT(finding.message, testing::EndsWith("."));
    EXPECT_THAT(finding.message,
                testing::Not(testing::ContainsRegex("the (a|an|the) |  |[^'/]\\{[a-z]|''|\\.\\.$")))
        << "not one clean sentence";
    EXPECT_THAT(finding.message.find(". "), std::string::npos) << "not one sentence: " << finding.message;
  }
}

std::string test_name(const testing::TestParamInfo<Fixture>& parameter) {
  std::string name = parameter.param.rule + "_" + parameter.param.path.filename().string();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, RuleFixtures, testing::ValuesIn(all_fixtures()), test_name);

TEST(RuleFixtureFolders, EveryRuleHasPassesAndFails) {
  const std::vector<Fixture> fixtures = all_fixtures();
  for (const Rule& rule : load_rules({}).set.rules) {
    const auto count = [&](bool must_pass) {
      return std::count_if(fixtures.begin(), fixtures.end(), [&](const Fixture& fixture) {
        return fixture.rule == rule.info.id && fixture.must_pass == must_pass;
      });
    };
    EXPECT_GE(count(true), 1) << rule.info.id;
    EXPECT_GE(count(false), 1) << rule.info.id;
    EXPECT_EQ(rule.info.fixtures, "rules/" + rule.info.id);
  }
}

TEST(RuleFixtureFolders, EveryFixtureBelongsToARuleAndSaysWhatItIs) {
  const LoadedRules rules = load_rules({});
  for (const Fixture& fixture : all_fixtures()) {
    const auto& all = rules.set.rules;
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const Rule& rule) {
      return rule.info.id == fixture.rule;
    })) << fixture.path;
    const std::string name = fixture.path.filename().string();
    EXPECT_TRUE(name.starts_with("pass-") || name.starts_with("fail-")) << fixture.path;
  }
}

}  // namespace
}  // namespace kray
