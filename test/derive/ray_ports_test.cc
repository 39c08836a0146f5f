// Pins which ports the Service of a Ray head lists, and which of them are meant for users.
#include "derive/ray_ports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"
#include "derive/kuberay.h"

namespace kray {
namespace {

using test::LoadedInventory;
using testing::ElementsAre;

// "8265 dashboard" for each port of a head with these containers, in YAML flow style.
std::vector<std::string> service_ports(const std::string& containers) {
  const LoadedInventory inventory(
      "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo}\n"
      "spec: {headGroupSpec: {template: {spec: {containers: " +
      containers + "}}}}\n");
  const std::vector<PodClass> classes = ray_pod_classes(inventory.object("demo"), {1, 3, 2});
  std::vector<std::string> all;
  for (const RayPort& port : head_service_ports(classes.at(0).pod_template)) {
    all.push_back(std::to_string(port.number) + " " + port.name);
  }
  return all;
}

TEST(HeadServicePorts, DefaultsWhereNothingIsDeclared) {
  for (const char* containers : {"[{name: ray}]", "[{name: ray, ports: []}]", "[]"}) {
    EXPECT_THAT(service_ports(containers), ElementsAre("10001 client", "6379 gcs-server", "8265 dashboard",
                                                       "8000 serve", "8080 metrics"))
        << containers;
  }
}

TEST(HeadServicePorts, DeclaredPortsReplaceTheDefaults) {
  EXPECT_THAT(
      service_ports(
          "[{ports: [{containerPort: 6380, name: gcs-server}, {containerPort: 8266, name: dashboard}, "
          "{containerPort: 9090, name: metrics}]}]"),
      ElementsAre("6380 gcs-server", "8266 dashboard", "9090 metrics"));
}

// By name: a port 8080 that is called something else does not count.
TEST(HeadServicePorts, MetricsIsAddedUnlessAPortIsNamedSo) {
  EXPECT_THAT(service_ports("[{ports: [{containerPort: 8265, name: dashboard}]}]"),
              ElementsAre("8265 dashboard", "8080 metrics"));
  EXPECT_THAT(service_ports("[{ports: [{containerPort: 8080, name: web}]}]"),
              ElementsAre("8080 web", "8080 metrics"));
}

TEST(HeadServicePorts, OnlyTheFirstContainerCounts) {
  EXPECT_THAT(
      service_ports("[{ports: [{containerPort: 8265}]}, {ports: [{containerPort: 1234, name: other}]}]"),
      ElementsAre("8265 ", "8080 metrics"));
}

TEST(IsPublicRayPort, ServeAndMetrics) {
  for (const RayPort& port : {RayPort{8000, "serve"}, RayPort{9000, "serve-grpc"}, RayPort{8080, "metrics"},
                              RayPort{1, "serve"}, RayPort{8000, ""}, RayPort{8080, ""}}) {
    EXPECT_TRUE(is_public_ray_port(port)) << port.number << " " << port.name;
  }
  for (const RayPort& port :
       {RayPort{8265, "dashboard"}, RayPort{10001, "client"}, RayPort{6379, "gcs-server"}, RayPort{8265, ""},
        RayPort{8000, "http"}, RayPort{9000, "server"}, RayPort{8080, "web"}}) {
    EXPECT_FALSE(is_public_ray_port(port)) << port.number << " " << port.name;
  }
}

}  // namespace
}  // namespace kray
