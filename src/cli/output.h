// Where reports go: standard output, or files that are replaced whole or not at all.
#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "source/error.h"

namespace kray {

// Calls `write` with a stream and puts what it wrote to `path` ("-" or empty: standard output). A file
// is written beside its place and renamed, so a failed run leaves the old one.
std::optional<Error> write_output(const std::string& path, const std::function<void(std::ostream&)>& write);

}  // namespace kray
