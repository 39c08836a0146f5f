// Paths as SARIF wants them: relative, percent-encoded URIs.
#pragma once

#include <string>
#include <string_view>

namespace kray {

// The URI of a path as SourceFile shows it, relative to the root that `uriBaseId` SRCROOT stands for.
std::string sarif_uri(std::string_view path);

}  // namespace kray
