// Runs the built binary as a user would, through a shell, and keeps what it said.
#pragma once

#include <filesystem>
#include <string>

#include "support/temp_folder.h"

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

}  // namespace kray::test
