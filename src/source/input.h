// Which files an audit reads, and reading them.
//
// Folders are walked recursively for .yaml, .yml and .json; .git and node_modules are left out.
// A path given by name is read whatever it is called, a pipe included. "-" is standard input.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "source/error.h"
#include "source/source_file.h"

namespace kray {

struct InputOptions {
  std::vector<std::string> paths;
  // Globs ('*' crosses '/'): a file or folder is left out if one matches its shown path, or the
  // part of that path from any component on.
  std::vector<std::string> excludes;
};

struct InputFile {
  std::string path;   // to open; "-": standard input
  std::string shown;  // as SourceFile::path
};

struct InputSet {
  std::vector<InputFile> files;  // arguments in order, a folder's files sorted by path; no file twice
  std::vector<Error> errors;     // paths that do not exist or cannot be listed
};

InputSet discover_inputs(const InputOptions& options);

// Reads the whole file. Errors: not readable, a folder, or more than `max_bytes` bytes.
Result<std::unique_ptr<SourceFile>> read_input(const InputFile& input, uint64_t max_bytes);

}  // namespace kray
