// Pins which pods a name or an address means.
#include "reach/pod_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"

namespace kray::test {
namespace {

using testing::IsEmpty;

constexpr const char* kManifests = R"(
apiVersion: v1
kind: Pod
metadata: {name: web-0, namespace: team-a}
spec: {containers: [{name: main}]}
status: {podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: node-agent, namespace: team-a}
spec: {hostNetwork: true, containers: [{name: main}]}
status: {podIP: 192.168.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: old, namespace: team-a}
spec: {containers: [{name: main}]}
status: {podIP: 10.0.0.7}
---
apiVersion: v1
kind: Pod
metadata: {name: new, namespace: team-a}
spec: {containers: [{name: main}]}
status: {podIP: 10.0.0.7}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: team-a}
spec: {template: {spec: {containers: [{name: main}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: twice, namespace: team-a}
spec: {template: {spec: {containers: [{name: main}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: twice, namespace: team-a}
spec: {template: {spec: {containers: [{name: main}]}}}
---
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: demo, namespace: team-a}
spec:
  headGroupSpec: {rayStartParams: {}, template: {spec: {containers: [{name: head}]}}}
  workerGroupSpecs:
  - {groupName: small, rayStartParams: {}, template: {spec: {containers: [{name: worker}]}}}
)";

class Directory : public testing::Test {
 protected:
  std::string id(const PodDirectory::Found& found) const {
    return found.index ? pods_.at(*found.index).id() : found.problem;
  }
  std::string named(const char* name) const { return id(directory_.find(name)); }
  std::string at(const char* ip) const { return id(directory_.find_by_ip(parse_ip(ip).value())); }

  const LoadedInventory inventory_{kManifests};
  const std::vector<PodClass> pods_ = pod_classes(*inventory_, {1, 3, 2});
  const PodDirectory directory_{pods_};
};

TEST_F(Directory, FindsPodsAndClassesByTheirNames) {
  for (const char* name : {"team-a/web-0", "team-a/Deployment/web", "team-a/RayCluster/demo/head",
                           "team-a/RayCluster/demo/small"})
    EXPECT_EQ(named(name), name);
}

TEST_F(Directory, SaysWhatMayHaveBeenMeant) {
  EXPECT_EQ(named("team-a/Deployment/wed"),
            "there is no pod 'team-a/Deployment/wed' in the input; did you mean 'team-a/Deployment/web'?");
  EXPECT_EQ(named("elsewhere"), "there is no pod 'elsewhere' in the input");
}

TEST_F(Directory, AsksForTheGroup) {
  EXPECT_EQ(named("team-a/RayCluster/demo"),
            "'team-a/RayCluster/demo' has several groups of pods, 'team-a/RayCluster/demo/head' is one");
}

TEST_F(Directory, TakesNoneOfTwo) {
  EXPECT_EQ(named("team-a/Deployment/twice"), "'team-a/Deployment/twice' is defined 2 times in the input");
  EXPECT_EQ(at("10.0.0.7"), "2 pods of the input have the address 10.0.0.7, 'team-a/old' is one");
}

TEST_F(Directory, FindsPodsByBothAddresses) {
  EXPECT_EQ(at("10.0.0.1"), "team-a/web-0");
  EXPECT_EQ(at("fd00::1"), "team-a/web-0");
  EXPECT_THAT(at("10.0.0.2"), IsEmpty());
  // That is the node's.
  EXPECT_THAT(at("192.168.0.1"), IsEmpty());
}

}  // namespace
}  // namespace kray::test
