// Pins which texts are addresses and ranges, and that IPv4 and IPv6 never mix.
#include "cluster/ip_address.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

bool holds(std::string_view range, std::string_view address) {
  return parse_ip_range(range).value().contains(parse_ip(address).value());
}

TEST(IpAddress, IsReadAsGoReadsIt) {
  EXPECT_TRUE(parse_ip("10.0.0.1"));
  EXPECT_TRUE(parse_ip("::1"));
  EXPECT_TRUE(parse_ip("2001:db8::a:1"));
  for (const char* text :
       {"", "10.0.0", "10.0.0.01", "10.0.0.256", "10.0.0.1 ", "fe80::1%eth0", "host", "1:2"})
    EXPECT_FALSE(parse_ip(text)) << text;
  EXPECT_FALSE(parse_ip(std::string_view("10.0.0.1\0", 9)));
}

TEST(IpRange, ClearsHostBits) {
  EXPECT_TRUE(holds("10.244.1.77/24", "10.244.1.3"));
  EXPECT_FALSE(holds("10.244.1.77/24", "10.244.2.3"));
  EXPECT_TRUE(holds("10.244.1.128/25", "10.244.1.200"));
  EXPECT_FALSE(holds("10.244.1.128/25", "10.244.1.127"));
  EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(IpRange, OfABareAddressHoldsThatAddressAlone) {
  EXPECT_TRUE(holds("10.0.0.1", "10.0.0.1"));
  EXPECT_FALSE(holds("10.0.0.1", "10.0.0.2"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
}

TEST(IpRange, NeverMixesVersions) {
  EXPECT_FALSE(holds("::/0", "10.0.0.1"));
  EXPECT_FALSE(holds("0.0.0.0/0", "::1"));
  EXPECT_FALSE(holds("::ffff:10.0.0.1", "10.0.0.1"));
}

TEST(IpRange, RefusesOtherMasks) {
  for (const char* text :
       {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "/8"})
    EXPECT_FALSE(parse_ip_range(text)) << text;
}

}  // namespace
}  // namespace kray
