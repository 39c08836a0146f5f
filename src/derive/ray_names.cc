// The grammars are those of Kubernetes' apimachinery: RFC 1035 and 1123 labels, subdomains, IANA service
// names, qualified names.
#include "derive/ray_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace kray {
namespace {

constexpr size_t kLongestName = 50;
constexpr size_t kLongestLabel = 63;
constexpr size_t kLongestSubdomain = 253;
constexpr size_t kLongestPortName = 15;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_lower_alphanumeric(char c) { return is_lower(c) || is_digit(c); }
bool is_alphanumeric(char c) { return is_lower_alphanumeric(c) || (c >= 'A' && c <= 'Z'); }

// Punctuation of Unicode in ASCII: the symbols $ + < = > ^ ` | ~ are none.
bool is_punctuation(char c) {
  return std::ispunct(static_cast<unsigned char>(c)) != 0 &&
         std::string_view("$+<=>^`|~").find(c) == std::string_view::npos;
}

bool is_dns_label(std::string_view text) {
  return !text.empty() && is_lower_alphanumeric(text.front()) && is_lower_alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
}

std::optional<std::string> longer_than(std::string_view text, size_t limit) {
  if (text.size() <= limit) return std::nullopt;
  return fmt::format("must be no more than {} characters", limit);
}

bool is_label_word(std::string_view text) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

std::string ray_checked_name(std::string name) {
  if (name.size() > kLongestName) name.erase(0, name.size() - kLongestName);
  if (!name.empty() && (is_digit(name.front()) || is_punctuation(name.front()))) name.front() = 'r';
  return name;
}

std::string ray_checked_label(std::string value) {
  if (value.size() > kLongestLabel) value.erase(0, value.size() - kLongestLabel);
  if (!value.empty() && is_punctuation(value.front())) value.front() = 'r';
  return value;
}

std::string ray_pod_prefix(std::string_view prefix, std::string_view node_type) {
  std::string name = fmt::format("{}-{}-", prefix.substr(0, kLongestName), node_type);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

std::optional<std::string> invalid_dns1035_label(std::string_view name) {
  if (auto problem = longer_than(name, kLongestLabel)) return problem;
  if (is_dns_label(name) && is_lower(name.front())) return std::nullopt;
  return "must be lower case letters, digits and '-', begin with a letter and end with a letter or digit";
}

std::optional<std::string> invalid_dns1123_label(std::string_view name) {
  if (auto problem = longer_than(name, kLongestLabel)) return problem;
  if (is_dns_label(name)) return std::nullopt;
  return "must be lower case letters, digits and '-', begin and end with a letter or digit";
}

std::optional<std::string> invalid_dns1123_subdomain(std::string_view name) {
  if (auto problem = longer_than(name, kLongestSubdomain)) return problem;
  for (size_t begin = 0;;) {
    const size_t dot = std::min(name.find('.', begin), name.size());
    if (!is_dns_label(name.substr(begin, dot - begin)))
      return "must be lower case letters, digits, '-' and '.', begin and end with a letter or digit";
    if (dot == name.size()) return std::nullopt;
    begin = dot + 1;
  }
}

std::optional<std::string> invalid_label_value(std::string_view value) {
  if (auto problem = longer_than(value, kLongestLabel)) return problem;
  if (value.empty() || is_label_word(value)) return std::nullopt;
  return "must be letters, digits, '-', '_' and '.', begin and end with a letter or digit";
}

std::optional<std::string> invalid_label_key(std::string_view key) {
  const size_t slash = key.find('/');
  if (slash != std::string_view::npos && invalid_dns1123_subdomain(key.substr(0, slash)))
    return "the prefix must be a DNS subdomain";
  const std::string_view name = slash == std::string_view::npos ? key : key.substr(slash + 1);
  if (auto problem = longer_than(name, kLongestLabel)) return problem;
  if (is_label_word(name)) return std::nullopt;
  return "must be letters, digits, '-', '_' and '.', begin and end with a letter or digit";
}

std::optional<std::string> invalid_port_name(std::string_view name) {
  if (auto problem = longer_than(name, kLongestPortName)) return problem;
  const bool right_characters =
      std::all_of(name.begin(), name.end(), [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
  if (!right_characters) return "must be lower case letters, digits and '-'";
  if (std::none_of(name.begin(), name.end(), is_lower)) return "must have a letter";
  if (name.starts_with('-') || name.ends_with('-') || name.find("--") != std::string_view::npos)
    return "must not begin or end with '-' or have two in a row";
  return std::nullopt;
}

}  // namespace kray
