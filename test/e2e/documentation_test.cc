// The examples in the documentation, run: every ```console block of README.md and docs/*.md.
//
// A line that begins with "$ " is a command, run at the top of the project; the lines up to the next
// command are what it prints, on standard output and standard error together. A line that is just
// "..." stands for any number of lines. Commands that are no kray-audit run (installing, building) are
// in ```sh blocks, which are not run.
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "e2e/process.h"

namespace kray::test {
namespace {

namespace fs = std::filesystem;

struct Example {
  std::string file;
  int line = 0;
  std::string command;
  std::vector<std::string> expected;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<Example> examples_in(const fs::path& file) {
  std::vector<Example> examples;
  bool inside = false;
  int number = 0;
  for (const std::string& line : lines_of(read_file(file))) {
    ++number;
    if (line.starts_with("```")) {
      inside = !inside && line == "```console";
    } else if (inside && line.starts_with("$ ")) {
      examples.push_back({file.filename().string(), number, line.substr(2), {}});
    } else if (inside && !examples.empty()) {
      examples.back().expected.push_back(line);
    }
  }
  return examples;
}

// Whether `actual` from `at` on is `expected` from `from` on, "..." standing for any lines.
bool matches(const std::vector<std::string>& expected, size_t from, const std::vector<std::string>& actual,
             size_t at) {
  if (from == expected.size()) return at == actual.size();
  if (expected[from] != "...")
    return at < actual.size() && expected[from] == actual[at] && matches(expected, from + 1, actual, at + 1);
  for (size_t skip = at; skip <= actual.size(); ++skip) {
    if (matches(expected, from + 1, actual, skip)) return true;
  }
  return false;
}

TEST(Documentation, RulePagesAreWhatTheRulesSay) {
  const TempFolder folder;
  const Outcome outcome =
      run_shell(std::string("KRAY_AUDIT='") + KRAY_BINARY + "' scripts/generate-rule-pages '" +
                folder.path().string() + "' && diff -r docs/rules '" + folder.path().string() + "'");
  EXPECT_EQ(outcome.exit_code, 0) << "run scripts/generate-rule-pages\n" << outcome.out << outcome.err;
}

TEST(Documentation, ExamplesPrintWhatTheySay) {
  std::vector<Example> examples = examples_in(fs::path(KRAY_SOURCE_DIR) / "README.md");
  EXPECT_FALSE(examples.empty()) << "the README shows no real output";
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(KRAY_SOURCE_DIR) / "docs")) {
    if (entry.path().extension() != ".md") continue;
    for (Example& example : examples_in(entry.path())) examples.push_back(std::move(example));
  }
  for (const Example& example : examples) {
    const Outcome outcome = run_shell(example.command + " 2>&1");
    EXPECT_TRUE(matches(example.expected, 0, lines_of(outcome.out), 0))
        << example.file << ":" << example.line << ": $ " << example.command << "\nprints\n"
        << outcome.out;
  }
}

}  // namespace
}  // namespace kray::test
