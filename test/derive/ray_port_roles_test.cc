// Pins which port of a Ray pod has which role (specs/kuberay-kubeflow.md A.4).
#include "derive/ray_port_roles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "derive/ray_manifest.h"

namespace kray {
namespace {

using test::Derived;
using test::RayParts;
using test::text_of;
using testing::ElementsAre;
using testing::IsEmpty;

// "gcs 6379 ray-default": a role, its ports, and who says so.
std::string describe(const RayRolePort& port) {
  std::string text(to_string(port.role));
  if (port.kind == RayRolePort::Kind::random) text += " random";
  if (port.kind == RayRolePort::Kind::unknown) text += " unknown";
  for (const PortRange& range : port.ranges) {
    text += " " + std::to_string(range.first);
    if (range.last != range.first) text += "-" + std::to_string(range.last);
  }
  switch (port.origin) {
    case RayPortOrigin::start_params: return text + " params";
    case RayPortOrigin::command: return text + " command";
    case RayPortOrigin::container_port: return text + " container";
    case RayPortOrigin::operator_default: return text + " operator";
    case RayPortOrigin::ray_default: return text + " ray";
  }
  return text;
}

std::vector<std::string> describe_all(const DerivedPod& pod) {
  std::vector<std::string> texts;
  for (const RayRolePort& port : ray_port_roles(pod)) texts.push_back(describe(port));
  return texts;
}

// Its place is not valid any more: the manifest is gone.
RayRolePort head_port(const RayParts& parts, RayPortRole role) {
  const Derived derived(parts);
  for (const RayRolePort& port : ray_port_roles(derived.head())) {
    if (port.role == role) return port;
  }
  throw std::out_of_range("no such role");
}

TEST(RayPortRoles, DefaultsOfTheHead) {
  EXPECT_THAT(describe_all(Derived(RayParts{}).head()),
              ElementsAre("gcs 6379 ray", "dashboard 8265 ray", "client 10001 ray", "serve 8000 ray",
                          "metrics 8080 operator", "agent 52365 operator", "node-manager random ray",
                          "object-manager random ray", "runtime-env-agent random ray",
                          "agent-grpc random ray", "worker 10002-19999 ray"));
}

TEST(RayPortRoles, DefaultsOfWorkers) {
  EXPECT_THAT(describe_all(Derived(RayParts{}).worker()),
              ElementsAre("serve 8000 ray", "metrics 8080 operator", "agent 52365 operator",
                          "node-manager random ray", "object-manager random ray",
                          "runtime-env-agent random ray", "agent-grpc random ray", "worker 10002-19999 ray"));
}

TEST(RayPortRoles, PinnedPortsKnowTheirPlace) {
  const Derived derived({.params = "port: '6380', node-manager-port: '6381', max-worker-port: '10012'"});
  const std::vector<RayRolePort> ports = ray_port_roles(derived.head());
  EXPECT_EQ(describe(ports[0]), "gcs 6380 params");
  EXPECT_EQ(text_of(ports[0].from), "port");
  EXPECT_EQ(describe(ports[6]), "node-manager 6381 params");
  EXPECT_EQ(describe(ports.back()), "worker 10002-10012 params");
  EXPECT_TRUE(ports.back().is(10012));
  EXPECT_FALSE(ports.back().is(10013));
}

TEST(RayPortRoles, ListsOfWorkerPorts) {
  EXPECT_EQ(describe(head_port({.params = "worker-port-list: '10002,10005'"}, RayPortRole::worker)),
            "worker 10002 10005 params");
  EXPECT_EQ(describe(head_port({.params = "worker-port-list: '10002,x'"}, RayPortRole::worker)),
            "worker unknown params");
}

TEST(RayPortRoles, ShellAndZero) {
  EXPECT_EQ(describe(head_port({.params = "dashboard-port: $PORT"}, RayPortRole::dashboard)),
            "dashboard unknown params");
  EXPECT_EQ(describe(head_port({.params = "object-manager-port: '0'"}, RayPortRole::object_manager)),
            "object-manager random params");
  EXPECT_EQ(describe(head_port({.params = "port: '70000'"}, RayPortRole::gcs)), "gcs unknown params");
}

TEST(RayPortRoles, ServePortsAreThoseOfTheContainer) {
  const Derived derived(
      {.ports = "{containerPort: 8001, name: serve}, {containerPort: 9000, name: serve-grpc}"});
  const RayRolePort port = ray_port_roles(derived.head()).at(3);
  EXPECT_EQ(describe(port), "serve 8001 9000 container");
  EXPECT_EQ(text_of(port.from), "{containerPort: 8001, name: serve}");
}

TEST(RayPortRoles, DashboardsThatNobodyReaches) {
  EXPECT_FALSE(head_port(RayParts{}, RayPortRole::dashboard).loopback_only);
  EXPECT_TRUE(head_port({.params = "dashboard-host: 127.0.0.1"}, RayPortRole::dashboard).loopback_only);
  EXPECT_THROW(head_port({.params = "include-dashboard: 'false'"}, RayPortRole::dashboard),
               std::out_of_range);
}

TEST(RayPortRoles, OwnCommandsReplaceTheParameters) {
  const RayParts parts{
      .params = "port: '1'",
      .container = "command: [bash, -c, 'ray start --head --port=6380 --dashboard-port 8266; sleep 1']"};
  const Derived derived(parts);
  const std::vector<RayRolePort> ports = ray_port_roles(derived.head());
  EXPECT_EQ(describe(ports[0]), "gcs 6380 command");
  EXPECT_EQ(describe(ports[1]), "dashboard 8266 command");
  EXPECT_TRUE(ports[1].loopback_only);
  EXPECT_EQ(describe(ports[4]), "metrics random ray");
}

TEST(RayPortRoles, GeneratedCommandsKeepTheParameters) {
  const RayParts parts{.annotations = "ray.io/overwrite-container-cmd: 'true'",
                       .params = "port: '6380'",
                       .container = "command: [bash, -c, 'prepare && $KUBERAY_GEN_RAY_START_CMD']"};
  EXPECT_EQ(describe(head_port(parts, RayPortRole::gcs)), "gcs 6380 params");
}

TEST(RayPortRoles, CommandsThatSayNothing) {
  const RayParts parts{.annotations = "ray.io/overwrite-container-cmd: 'true'",
                       .container = "command: [/start.sh]"};
  EXPECT_EQ(describe(head_port(parts, RayPortRole::gcs)), "gcs unknown 6379 ray");
}

TEST(RayPortRoles, SubmittersStartNoRay) {
  EXPECT_THAT(ray_port_roles(Derived({.kind = "RayJob"}).pod(RayPodRole::submitter)), IsEmpty());
}

}  // namespace
}  // namespace kray
