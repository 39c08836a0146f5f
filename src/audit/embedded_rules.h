// The rule files of rules/, compiled into the binary.
#pragma once

#include <span>
#include <string_view>

namespace kray {

struct EmbeddedRule {
  std::string_view path;  // "rules/KRAY101.yaml"
  std::string_view text;
};

std::span<const EmbeddedRule> embedded_rules();  // by file name

}  // namespace kray
