// Reads dotted numbers; anything else is no version.
#include "cluster/version.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>

namespace kray {

std::string Version::to_string() const { return fmt::format("{}.{}.{}", major, minor, patch); }

std::optional<Version> parse_version(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  if (text.starts_with('-')) return std::nullopt;  // std::from_chars takes a sign
  std::array<int, 3> numbers{};
  size_t count = 0;
  while (count < numbers.size()) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), numbers[count]);
    if (failure != std::errc()) break;
    ++count;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (text.size() < 2 || text[0] != '.' || text[1] < '0' || text[1] > '9') break;
    text.remove_prefix(1);
  }
  if (count == 0) return std::nullopt;
  // "4d9c4a4" is a commit, not version 4.
  if (count == 1 && !text.empty() && std::isalnum(static_cast<unsigned char>(text.front())) != 0)
    return std::nullopt;
  return Version{numbers[0], numbers[1], numbers[2]};
}

}  // namespace kray
