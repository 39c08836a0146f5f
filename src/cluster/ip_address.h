// IP addresses and CIDR ranges, as Go's net package reads them for Kubernetes and Istio.
//
// IPv4 and IPv6 never mix: "::ffff:10.0.0.1" is no IPv4 address (specs/istio.md 0.5-11), and "::/0" holds
// none (specs/networkpolicy.md 8).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kray {

struct IpAddress {
  std::array<uint8_t, 16> bytes{};  // network order; IPv4 in the first four
  bool is_v6 = false;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// Dotted decimal without leading zeros, or IPv6 without a zone; nothing for any other text.
std::optional<IpAddress> parse_ip(std::string_view text);

// Dotted decimal, or IPv6 in its shortest form.
std::string to_string(const IpAddress& address);

struct IpRange {
  IpAddress network;  // host bits cleared
  uint8_t prefix = 0;

  bool contains(const IpAddress& address) const;
};

// "10.0.0.0/8", or a bare address, which is a range of one. Host bits may be set: they are cleared.
std::optional<IpRange> parse_ip_range(std::string_view text);

}  // namespace kray
