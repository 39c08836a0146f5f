// Runs the built binary as a user would, through a shell, and keeps what it said.
#pragma once

#include <filesystem>
#include <string>

namespace kray::test {

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

// Runs `command` with /bin/sh in `folder`; "kray-audit" in it is the built binary. The environment has
// no NO_COLOR and no CI variables.
Outcome run_shell(const std::string& command, const std::filesystem::path& folder = KRAY_SOURCE_DIR);

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& text);

// A folder of its own for a test, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// ../shared, or an empty path where a clone has none. With KRAY_REQUIRE_SHARED=1 a missing one fails
// the test that asks.
std::filesystem::path shared_folder();

}  // namespace kray::test

// Skips the test where the corpus is not there; never where it is required.
#define KRAY_NEEDS_SHARED() \
  if (kray::test::shared_folder().empty()) GTEST_SKIP() << "skipped: no ../shared beside this clone"
