// -f FORMAT[=FILE]: which reports a run writes, and where to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "source/error.h"

namespace kray {

struct Format {
  std::string name;  // one of those that the command knows
  std::string path;  // empty or "-": standard output
};

bool goes_to_stdout(const Format& format);

// The first of `known` if no text is given. Errors: a format that is not known, a file without a name, more
// than one report for standard output.
Result<std::vector<Format>> read_formats(const std::vector<std::string>& texts,
                                         const std::vector<std::string_view>& known);

}  // namespace kray
