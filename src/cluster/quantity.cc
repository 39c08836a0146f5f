// A number and a suffix: binary (Ki … Ei), decimal (n … E), or an exponent.
#include "cluster/quantity.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

namespace kray {
namespace {

std::optional<double> factor_of(std::string_view suffix) {
  static constexpr std::array<std::pair<std::string_view, double>, 16> kFactors = {
      {{"", 1.0},
       {"n", 1e-9},
       {"u", 1e-6},
       {"m", 1e-3},
       {"k", 1e3},
       {"M", 1e6},
       {"G", 1e9},
       {"T", 1e12},
       {"P", 1e15},
       {"E", 1e18},
       {"Ki", 1024.0},
       {"Mi", 1048576.0},
       {"Gi", 1073741824.0},
       {"Ti", 1099511627776.0},
       {"Pi", 1125899906842624.0},
       {"Ei", 1152921504606846976.0}}};
  for (const auto& [name, factor] : kFactors) {
    if (name == suffix) return factor;
  }
  return std::nullopt;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<double> parse_quantity(std::string_view text) {
  size_t end = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const size_t digits_begin = end;
  while (end < text.size() && (is_digit(text[end]) || text[end] == '.')) ++end;
  if (end == digits_begin || text.substr(digits_begin, end - digits_begin) == ".") return std::nullopt;
  std::string_view suffix = text.substr(end);
  // "1e3" is an exponent, "1E" a suffix.
  if (suffix.size() > 1 && (suffix[0] == 'e' || suffix[0] == 'E') &&
      (is_digit(suffix[1]) || suffix[1] == '-' || suffix[1] == '+')) {
    end = text.size();
    suffix = {};
  }
  const std::string number(text.substr(0, end));
  char* stop = nullptr;
  const double value = std::strtod(number.c_str(), &stop);
  const std::optional<double> factor = factor_of(suffix);
  if (stop != number.c_str() + number.size() || !factor || !std::isfinite(value)) return std::nullopt;
  return value * *factor;
}

}  // namespace kray
