// Addresses through inet_pton, which is as strict as Go's parser about leading zeros. Host bits of a range
// are cut off (specs/istio.md 0.5-11).
#include "cluster/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace kray {
namespace {

uint8_t bits_of(const IpAddress& address) { return address.is_v6 ? 128 : 32; }

void clear_host_bits(IpAddress& address, uint8_t prefix) {
  for (size_t bit = prefix; bit < bits_of(address); ++bit) {
    address.bytes[bit / 8] &= static_cast<uint8_t>(~(0x80U >> (bit % 8)));
  }
}

}  // namespace

std::string to_string(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size());
  return text.data();
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  IpAddress address;
  address.is_v6 = text.find(':') != std::string_view::npos;
  if (inet_pton(address.is_v6 ? AF_INET6 : AF_INET, terminated.c_str(), address.bytes.data()) != 1)
    return std::nullopt;
  return address;
}

bool IpRange::contains(const IpAddress& address) const {
  if (address.is_v6 != network.is_v6) return false;
  const size_t whole = prefix / 8;
  if (!std::equal(network.bytes.begin(), network.bytes.begin() + whole, address.bytes.begin())) return false;
  const unsigned rest = prefix % 8U;
  return rest == 0 || ((network.bytes[whole] ^ address.bytes[whole]) >> (8U - rest)) == 0;
}

std::optional<IpRange> parse_ip_range(std::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<IpAddress> address = parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpRange range{.network = *address, .prefix = bits_of(*address)};
  if (slash == std::string_view::npos) return range;
  const std::string_view digits = text.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  const bool leading_zero = digits.size() > 1 && digits.front() == '0';
  if (error != std::errc() || end != digits.data() + digits.size() || leading_zero ||
      prefix > bits_of(*address))
    return std::nullopt;
  range.prefix = static_cast<uint8_t>(prefix);
  clear_host_bits(range.network, range.prefix);
  return range;
}

}  // namespace kray
