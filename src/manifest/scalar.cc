// Scalar resolution in the order of go-yaml version 2: fixed words first, then integers by base,
// then floats; what is none of these is a string.
#include "manifest/scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

namespace kray {
namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::string without_underscores(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  std::copy_if(text.begin(), text.end(), std::back_inserter(plain), [](char c) { return c != '_'; });
  return plain;
}

// Digits of a base after sign and prefix, which must be all of `digits`.
std::optional<uint64_t> parse_digits(std::string_view digits, int base) {
  uint64_t value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (digits.empty() || failure != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

constexpr uint64_t kLargestNegative = uint64_t{1} << 63U;

struct Integer {
  bool negative = false;
  uint64_t magnitude = 0;
};

std::optional<Integer> parse_integer(std::string_view text) {
  const std::string plain = without_underscores(text);
  std::string_view rest = plain;
  Integer integer;
  if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) {
    integer.negative = rest.front() == '-';
    rest.remove_prefix(1);
  }
  int base = 10;
  if (rest.size() > 1 && rest[0] == '0') {
    const char letter = static_cast<char>(rest[1] | 0x20);
    if (letter == 'x' || letter == 'b' || letter == 'o') {
      base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
      rest.remove_prefix(2);
    } else if (parse_digits(rest, 8)) {
      base = 8;
    }
  }
  const std::optional<uint64_t> magnitude = parse_digits(rest, base);
  if (!magnitude || (integer.negative && *magnitude > kLargestNegative)) return std::nullopt;
  integer.magnitude = *magnitude;
  return integer;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?, and not too large for a float. Underscores
// may stand in it unless it begins with the point.
bool is_float(std::string_view text) {
  const std::string plain = text.front() == '.' ? std::string(text) : without_underscores(text);
  size_t at = 0;
  const auto digits = [&plain, &at] {
    const size_t from = at;
    while (at < plain.size() && plain[at] >= '0' && plain[at] <= '9') ++at;
    return at - from;
  };
  const auto sign = [&plain, &at] {
    if (at < plain.size() && (plain[at] == '+' || plain[at] == '-')) ++at;
  };
  sign();
  const size_t whole = digits();
  size_t fraction = 0;
  if (at < plain.size() && plain[at] == '.') {
    ++at;
    fraction = digits();
  }
  if (whole == 0 && fraction == 0) return false;
  if (at < plain.size() && (plain[at] == 'e' || plain[at] == 'E')) {
    ++at;
    sign();
    if (digits() == 0) return false;
  }
  return at == plain.size() && !std::isinf(std::strtod(plain.c_str(), nullptr));
}

}  // namespace

ResolvedScalar resolve_plain_scalar(std::string_view text) {
  if (text.empty() || one_of(text, {"~", "null", "Null", "NULL"})) return {NodeKind::null};
  const char first = text.front();
  if (std::string_view("yYnNtTfFoO").find(first) != std::string_view::npos) {
    if (one_of(text, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) {
      return {NodeKind::boolean, true};
    }
    if (one_of(text, {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})) {
      return {NodeKind::boolean, false};
    }
    return {NodeKind::string};
  }
  if ((first < '0' || first > '9') && first != '.' && first != '+' && first != '-') return {NodeKind::string};
  if (one_of(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan",
                    ".NaN", ".NAN"})) {
    return {NodeKind::floating};
  }
  if (parse_integer(text)) return {NodeKind::integer};
  if (is_float(text)) return {NodeKind::floating};
  return {NodeKind::string};
}

std::optional<int64_t> integer_value(std::string_view text) {
  const std::optional<Integer> integer = parse_integer(text);
  if (!integer || (!integer->negative && integer->magnitude >= kLargestNegative)) return std::nullopt;
  return static_cast<int64_t>(integer->negative ? 0 - integer->magnitude : integer->magnitude);
}

}  // namespace kray
