// Reports of the bundled scenarios, byte for byte, and what other programs say of the SARIF ones.
//
// After a wanted change run with KRAY_UPDATE_GOLDEN=1 and review the difference line by line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ostream>
#include <vector>

#include "e2e/process.h"
#include "report/json_schema.h"
#include "report/sarif_schema.h"

namespace kray::test {
namespace {

namespace fs = std::filesystem;

struct GoldenCase {
  const char* name;  // of the file in reports/
  const char* arguments;
  int exit_code;
};

std::ostream& operator<<(std::ostream& out, const GoldenCase& one) { return out << one.name; }

constexpr GoldenCase kCases[] = {
    {"insecure.txt", "fixtures/scenarios/insecure", 1},
    {"insecure.sarif", "fixtures/scenarios/insecure -f sarif", 1},
    {"insecure.json", "fixtures/scenarios/insecure -f json", 1},
    {"secure.txt", "fixtures/scenarios/secure", 0},
    {"secure.sarif", "fixtures/scenarios/secure -f sarif", 0},
    {"secure.json", "fixtures/scenarios/secure -f json", 0},
    {"suppressed.txt", "fixtures/scenarios/suppressed", 0},
    {"suppressed.sarif", "fixtures/scenarios/suppressed -f sarif --sarif-include-suppressed", 0},
    {"suppressed.json", "fixtures/scenarios/suppressed -f json", 0},
    {"incomplete.txt", "fixtures/scenarios/secure/raycluster.yaml no/such/file.yaml", 3},
    {"incomplete.sarif", "fixtures/scenarios/secure/raycluster.yaml no/such/file.yaml -f sarif", 3},
    {"incomplete.json", "fixtures/scenarios/secure/raycluster.yaml no/such/file.yaml -f json", 3},
};

class Golden : public ::testing::TestWithParam<GoldenCase> {
 protected:
  fs::path file() const { return fs::path(KRAY_SOURCE_DIR) / "reports" / GetParam().name; }
};

class GoldenSarif : public Golden {};
class GoldenJson : public Golden {};

TEST_P(Golden, IsWhatTheBinaryWrites) {
  const Outcome outcome = run_shell(std::string("kray-audit ") + GetParam().arguments);
  EXPECT_EQ(outcome.exit_code, GetParam().exit_code);
  if (std::getenv("KRAY_UPDATE_GOLDEN") != nullptr) write_file(file(), outcome.out);
  EXPECT_EQ(outcome.out, read_file(file()));
}

TEST_P(GoldenSarif, IsValid) {
  if (!testing::have_sarif_schema()) GTEST_SKIP() << "skipped: no SARIF schema";
  EXPECT_THAT(testing::sarif_schema_errors(read_file(file())), ::testing::IsEmpty());
}

TEST_P(GoldenJson, IsValid) {
  EXPECT_THAT(testing::json_schema_errors("report-1.schema.json", read_file(file())), ::testing::IsEmpty());
}

// The SARIF Multitool with its own and GitHub's rules: no error and no warning.
TEST_P(GoldenSarif, PassesTheMultitool) {
  const char* tool = std::getenv("SARIF_MULTITOOL");
  if (tool == nullptr) {
    const char* required = std::getenv("KRAY_REQUIRE_SHARED");
    ASSERT_FALSE(required != nullptr && std::string(required) == "1")
        << "the SARIF Multitool is required: scripts/setup --multitool";
    GTEST_SKIP() << "skipped: SARIF_MULTITOOL is not set";
  }
  const Outcome outcome = run_shell("test/e2e/validate-sarif '" + file().string() + "'");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
}

std::string case_name(const ::testing::TestParamInfo<GoldenCase>& info) {
  std::string name = info.param.name;
  for (char& c : name) {
    if (c == '.') c = '_';
  }
  return name;
}

std::vector<GoldenCase> cases_of(const char* extension) {
  std::vector<GoldenCase> cases;
  for (const GoldenCase& one : kCases) {
    if (std::string(one.name).ends_with(extension)) cases.push_back(one);
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Reports, Golden, ::testing::ValuesIn(kCases), case_name);
INSTANTIATE_TEST_SUITE_P(Reports, GoldenSarif, ::testing::ValuesIn(cases_of(".sarif")), case_name);
INSTANTIATE_TEST_SUITE_P(Reports, GoldenJson, ::testing::ValuesIn(cases_of(".json")), case_name);

}  // namespace
}  // namespace kray::test
