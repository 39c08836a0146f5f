// Versions of operators and images: "v1.3.2", "2.44.1".
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace kray {

struct Version {
  int major = 0;
  int minor = 0;
  int patch = 0;
  friend auto operator<=>(const Version&, const Version&) = default;

  std::string to_string() const;
};

// One to three numbers, an optional "v" before them; what follows ("-rc.0", "-py311") is ignored. A
// single number with a letter right behind it is no version: images are also tagged with commits.
std::optional<Version> parse_version(std::string_view text);

}  // namespace kray
