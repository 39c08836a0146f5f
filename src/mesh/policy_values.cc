// The rules are those of istiod's pkg/config/security, stated in specs/istio.md (AP-10 for keys of `when`).
#include "mesh/policy_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <span>

#include "cluster/ip_address.h"
#include "cluster/similar.h"

namespace kray {
namespace {

constexpr std::string_view kNotAnAddress = "is not an IP address or CIDR";
constexpr uint32_t kLastPort = 65535;
constexpr size_t kLongestServiceAccount = 320;

constexpr std::array<std::string_view, 13> kConditionKeys = {
    "source.ip",        "remote.ip",          "source.namespace",       "source.serviceAccount",
    "source.principal", "source.trustDomain", "request.auth.principal", "request.auth.audiences",
    "destination.ip",   "destination.port",   "connection.sni",         "request.auth.presenter",
    "request.headers"};
// Keys that take a name in brackets behind them.
constexpr std::array<std::string_view, 3> kBracketKeys = {"request.headers", "request.auth.claims",
                                                          "experimental.envoy.filters."};

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<uint32_t> number_of(std::string_view digits) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (!is_digits(digits) || error != std::errc()) return std::nullopt;
  return value;
}

bool is_bracket_key(std::string_view key) {
  return std::any_of(kBracketKeys.begin(), kBracketKeys.end(),
                     [key](std::string_view prefix) { return key.starts_with(prefix); });
}

}  // namespace

std::optional<std::string> wrong_ip(std::string_view value) {
  if (parse_ip_range(value)) return std::nullopt;
  // An interface behind the address ("fe80::1%eth0") is accepted where there is no mask.
  const size_t zone = value.find('%');
  const bool has_zone = zone != std::string_view::npos && value.find('/') == std::string_view::npos;
  const std::optional<IpAddress> address = has_zone ? parse_ip(value.substr(0, zone)) : std::nullopt;
  if (address && address->is_v6) return std::nullopt;
  return std::string(kNotAnAddress);
}

std::optional<std::string> wrong_port(std::string_view value) {
  const std::optional<uint32_t> port = number_of(value);
  if (!port || *port > kLastPort) return "is not a port number from 0 to 65535";
  return std::nullopt;
}

std::optional<std::string> wrong_path(std::string_view value) {
  const bool has_template =
      value.find("{*}") != std::string_view::npos || value.find("{**}") != std::string_view::npos;
  while (value.starts_with('/')) value.remove_prefix(1);
  while (value.ends_with('/')) value.remove_suffix(1);
  bool had_last_operator = false;
  for (size_t begin = 0; begin <= value.size();) {
    const size_t end = std::min(value.find('/', begin), value.size());
    const std::string_view segment = value.substr(begin, end - begin);
    begin = end + 1;
    const bool is_operator = segment == "{*}" || segment == "{**}";
    if (is_operator && had_last_operator)
      return "has an operator behind the double star, which must be the last one";
    if (segment == "{**}") had_last_operator = true;
    if (is_operator) continue;
    if (segment.find_first_of("{}") != std::string_view::npos)
      return "has braces that are no path template of a whole segment";
    if (has_template && segment.find('*') != std::string_view::npos)
      return "has both a path template and a '*' beside it";
  }
  return std::nullopt;
}

std::optional<std::string> wrong_service_account(std::string_view value) {
  if (value.size() > kLongestServiceAccount) return "has more than 320 characters";
  if (std::count(value.begin(), value.end(), '/') > 1) return "is not 'ACCOUNT' or 'NAMESPACE/ACCOUNT'";
  if (value.find('*') != std::string_view::npos) return "has a wildcard, which service accounts cannot have";
  return std::nullopt;
}

std::optional<std::string> wrong_condition_key(std::string_view key) {
  if (is_bracket_key(key)) {
    const size_t open = key.find('[');
    if (open != std::string_view::npos && open > 0 && key.ends_with(']') && open + 2 < key.size())
      return std::nullopt;
    return "needs a name in brackets, as in 'request.headers[x-team]'";
  }
  if (std::find(kConditionKeys.begin(), kConditionKeys.end(), key) != kConditionKeys.end())
    return std::nullopt;
  const std::string nearest = nearest_name(key, kConditionKeys);
  return nearest.empty() ? "is no attribute that conditions know"
                         : "is no attribute that conditions know (did you mean '" + nearest + "'?)";
}

std::optional<std::string> wrong_condition_value(std::string_view key, std::string_view value) {
  if (key == "source.ip" || key == "remote.ip" || key == "destination.ip") return wrong_ip(value);
  if (key == "destination.port") return wrong_port(value);
  if (key == "source.serviceAccount") return wrong_service_account(value);
  return std::nullopt;
}

}  // namespace kray
