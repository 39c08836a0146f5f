// popen for standard output, a file for standard error.
#include "e2e/process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace kray::test {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << "cannot read " << path;
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << text;
  ASSERT_TRUE(out.good()) << "cannot write " << path;
}

Outcome run_shell(const std::string& command, const fs::path& folder) {
  const TempFolder scratch;
  const fs::path errors = scratch.path() / "err";
  const std::string binaries = fs::path(KRAY_BINARY).parent_path().string();
  const std::string script = "cd '" + folder.string() + "' && PATH='" + binaries +
                             "':$PATH && unset NO_COLOR GITHUB_REPOSITORY GITHUB_SHA GITHUB_SERVER_URL; { " +
                             command + "\n} 2>'" + errors.string() + "'";
  Outcome outcome;
  FILE* pipe = popen(script.c_str(), "r");
  if (pipe == nullptr) std::abort();
  std::array<char, 65536> buffer{};
  for (size_t got = 0; (got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    outcome.out.append(buffer.data(), got);
  const int status = pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  outcome.err = read_file(errors);
  return outcome;
}

}  // namespace kray::test
