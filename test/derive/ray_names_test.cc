// Pins how the operator shortens names and what Kubernetes accepts.
#include "derive/ray_names.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

TEST(RayNames, CheckedNamesKeepTheirLast50Characters) {
  EXPECT_EQ(ray_checked_name("demo"), "demo");
  EXPECT_EQ(ray_checked_name("9lives"), "rlives");
  EXPECT_EQ(ray_checked_name(std::string(10, 'a') + "-" + std::string(49, 'b')), "r" + std::string(49, 'b'));
  EXPECT_EQ(ray_checked_name(""), "");
}

TEST(RayNames, CheckedLabelsKeepTheirLast63Characters) {
  EXPECT_EQ(ray_checked_label("9lives"), "9lives");
  EXPECT_EQ(ray_checked_label("a" + std::string(63, '.')), "r" + std::string(62, '.'));
}

TEST(RayNames, PodPrefixes) {
  EXPECT_EQ(ray_pod_prefix("Demo-UPPER", "worker"), "demo-upper-worker-");
  EXPECT_EQ(ray_pod_prefix(std::string(60, 'a'), "head"), std::string(50, 'a') + "-head-");
}

TEST(RayNames, DnsLabels) {
  EXPECT_FALSE(invalid_dns1035_label("a-1"));
  for (const char* name : {"", "1a", "a-", "A", "a.b", "a_b"})
    EXPECT_TRUE(invalid_dns1035_label(name)) << name;
  EXPECT_FALSE(invalid_dns1123_label("1a"));
  EXPECT_TRUE(invalid_dns1123_label(std::string(64, 'a')));
  EXPECT_FALSE(invalid_dns1123_subdomain("a.1-b.c"));
  for (const char* name : {"", ".a", "a.", "a..b", "a.-b"})
    EXPECT_TRUE(invalid_dns1123_subdomain(name)) << name;
  EXPECT_TRUE(invalid_dns1123_subdomain(std::string(254, 'a')));
}

TEST(RayNames, Labels) {
  for (const char* value : {"", "a", "A_b.c-1"}) EXPECT_FALSE(invalid_label_value(value)) << value;
  for (const char* value : {"-a", "a ", "a/b", "é"}) EXPECT_TRUE(invalid_label_value(value)) << value;
  for (const char* key : {"a", "ray.io/cluster"}) EXPECT_FALSE(invalid_label_key(key)) << key;
  for (const char* key : {"/a", "a/", "a/b/c", "A.b/c"}) EXPECT_TRUE(invalid_label_key(key)) << key;
}

TEST(RayNames, Ports) {
  EXPECT_FALSE(invalid_port_name("serve-grpc"));
  for (const char* name : {"a-port-name-too-long", "Dashboard", "serve-", "-a", "a--b", "123"})
    EXPECT_TRUE(invalid_port_name(name)) << name;
}

}  // namespace
}  // namespace kray
