// The options that say what is read and what is taken for granted: the same for every command that reads
// manifests.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "source/error.h"

namespace kray {

struct InputArguments {
  std::vector<std::string> paths;
  std::vector<std::string> excludes;
  std::string ns;
  std::vector<std::string> assumptions;
  uint64_t max_file_size = 256;  // MiB
  unsigned threads = 0;
};

void add_input_options(CLI::App& command, InputArguments& arguments);

// Errors: an assumption that nobody knows, or whose value is none.
Result<AuditSettings> read_settings(const InputArguments& arguments);

}  // namespace kray
