// How operators are recognised, and what their environment and flags say.
#include "derive/kuberay_operator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"

namespace kray {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string deployment(const std::string& name, const std::string& image, const std::string& more = "") {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name +
         ", namespace: ray}\nspec: {template: {spec: {containers: [{name: sidecar, image: proxy}, {name: "
         "manager, image: '" +
         image + "'" + more + "}]}}}\n";
}

std::vector<KubeRayOperator> operators_of(const test::LoadedInventory& inventory) {
  return find_kuberay_operators(*inventory);
}

TEST(KubeRayOperators, AreRecognisedByImageNameOrLabel) {
  for (const char* image :
       {"quay.io/kuberay/operator:v1.3.2", "kuberay/operator",
        "registry.example/mirror/kuberay/operator@sha256:aa", "registry.example/kuberay-operator:7"}) {
    const test::LoadedInventory inventory(deployment("ray", image));
    ASSERT_THAT(operators_of(inventory), SizeIs(1)) << image;
    EXPECT_EQ(operators_of(inventory)[0].container["name"].text(), "manager") << image;
  }
  const test::LoadedInventory by_name(deployment("kuberay-operator", "registry.example/platform/ray:7"));
  EXPECT_THAT(operators_of(by_name), SizeIs(1));
  for (const char* image :
       {"quay.io/kuberay/apiserver:v1.3.2", "example/operator:v1", "example/my-kuberay-operator-docs:v1"}) {
    const test::LoadedInventory inventory(deployment("ray", image));
    EXPECT_THAT(operators_of(inventory), IsEmpty()) << image;
  }
}

TEST(KubeRayOperators, TellVersionAccountAndSettings) {
  const test::LoadedInventory inventory(deployment(
      "ray", "quay.io/kuberay/operator:v1.6.2",
      ", args: ['--leader-election=true', '--watch-namespace=team-a,team-b'], env: [{name: "
      "ENABLE_INIT_CONTAINER_INJECTION, value: 'false'}, {name: CLUSTER_DOMAIN, value: cluster.example}]"));
  const KubeRayOperator one = operators_of(inventory).at(0);
  EXPECT_EQ(one.version, (Version{1, 6, 2}));
  EXPECT_EQ(one.service_account(), "default");
  EXPECT_THAT(one.watched_namespaces(), ElementsAre("team-a", "team-b"));
  EXPECT_FALSE(one.settings.init_container_injection);
  EXPECT_TRUE(one.settings.probes_injection);
  EXPECT_EQ(one.settings.cluster_domain, "cluster.example");
}

TEST(KubeRayOperators, TellTheirFeatureGates) {
  for (const char* args : {"'--feature-gates=RayCronJob=true,RayClusterNetworkPolicy=true'",
                           "--feature-gates, 'RayCronJob=false,RayClusterNetworkPolicy=true'"}) {
    const test::LoadedInventory inventory(
        deployment("ray", "kuberay/operator:v1.7.0", ", args: [" + std::string(args) + "]"));
    const KubeRaySettings settings = operators_of(inventory).at(0).settings;
    EXPECT_TRUE(settings.feature_gates_are_known);
    EXPECT_TRUE(settings.has_feature(kNetworkPolicyGate)) << args;
    EXPECT_TRUE(settings.has_feature(kIncrementalUpgradeGate)) << "on by default from 1.7";
  }
  const test::LoadedInventory old(deployment("ray", "kuberay/operator:v1.6.2",
                                             ", args: ['--feature-gates=RayClusterNetworkPolicy=true']"));
  EXPECT_FALSE(operators_of(old).at(0).settings.has_feature(kNetworkPolicyGate)) << "unknown to that version";
  EXPECT_FALSE(operators_of(old).at(0).settings.has_feature(kIncrementalUpgradeGate));
}

// Flags may have their value in the next word, as the chart writes them.
TEST(KubeRayOperators, ReadFlagsOfTwoWords) {
  const test::LoadedInventory inventory(
      deployment("ray", "kuberay/operator", ", args: ['--watch-namespace', 'team-a,team-b']"));
  EXPECT_THAT(operators_of(inventory).at(0).watched_namespaces(), ElementsAre("team-a", "team-b"));
}

// Only the exact word "false" switches it off (specs/kuberay-kubeflow.md B.1).
TEST(KubeRayOperators, ReadTheirEnvironmentAsTheOperatorDoes) {
  const test::LoadedInventory inventory(deployment(
      "ray", "kuberay/operator", ", env: [{name: ENABLE_INIT_CONTAINER_INJECTION, value: 'False'}]"));
  const KubeRayOperator one = operators_of(inventory).at(0);
  EXPECT_TRUE(one.settings.init_container_injection);
  EXPECT_EQ(one.version, std::nullopt);
  EXPECT_THAT(one.watched_namespaces(), IsEmpty());
}

}  // namespace
}  // namespace kray
