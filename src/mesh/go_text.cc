// Go's strconv, strings and netip, as far as Istio's validators and templates use them.
#include "mesh/go_text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>

namespace kray {
namespace {

constexpr std::string_view kBlanks = " \t\n\v\f\r";

bool is_address(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

}  // namespace

std::string_view trim_space(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

std::vector<std::string_view> split_commas(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t comma = text.find(','); comma != std::string_view::npos; comma = text.find(',')) {
    parts.push_back(text.substr(0, comma));
    text.remove_prefix(comma + 1);
  }
  parts.push_back(text);
  return parts;
}

std::vector<std::string_view> split_blanks(std::string_view text) {
  std::vector<std::string_view> words;
  for (text = trim_space(text); !text.empty(); text = trim_space(text)) {
    const size_t end = std::min(text.find_first_of(kBlanks), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::optional<bool> parse_go_bool(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "true", "TRUE", "True"};
  static constexpr std::array<std::string_view, 6> kFalse = {"0", "f", "F", "false", "FALSE", "False"};
  if (std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end()) return false;
  return std::nullopt;
}

std::optional<uint64_t> parse_go_uint(std::string_view text, unsigned bits) {
  if (text.empty()) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(c - '0');
    if (value >> bits != 0) return std::nullopt;
  }
  return value;
}

bool is_cidr(std::string_view text) {
  const size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view mask = text.substr(slash + 1);
  const std::optional<uint64_t> length = parse_go_uint(mask, 8);
  if (!length || (mask.size() > 1 && mask[0] == '0')) return false;
  const std::string_view address = text.substr(0, slash);
  if (address.find('\0') != std::string_view::npos) return false;
  return (is_address(AF_INET, address) && *length <= 32) || (is_address(AF_INET6, address) && *length <= 128);
}

}  // namespace kray
