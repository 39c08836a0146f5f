// The inventory of small inputs: what of the model it tells, and where it says that it comes from.
#include "audit/take_inventory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "audit/cluster_model.h"
#include "support/temp_folder.h"

namespace kray {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kNamespace =
    "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team-a\n  labels: {istio-injection: enabled}\n---\n";

constexpr const char* kCluster =
    "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata:\n  name: demo\n  namespace: team-a\nspec:\n"
    "  headGroupSpec:\n    rayStartParams: {}\n    template:\n      spec:\n        containers:\n"
    "        - {name: h, image: \"rayproject/ray:2.44.1\"}\n---\n";

class TakeInventory : public testing::Test {
 protected:
  InventoryReport of(const std::string& text) {
    AuditSettings settings;
    settings.inputs.paths = {folder_.write("a.yaml", text)};
    settings.threads = 1;
    return take_inventory(settings);
  }

 private:
  test::TempFolder folder_;
};

uint32_t line_of(const Place& place) { return place ? place.file->lines().line_of(place.begin) : 0; }

TEST_F(TakeInventory, CountsKindsAndNamespaces) {
  const InventoryReport inventory = of(std::string(kNamespace) + kCluster);
  EXPECT_THAT(inventory.kinds, ElementsAre(std::pair("Namespace", 1U), std::pair("RayCluster.ray.io", 1U)));
  ASSERT_THAT(inventory.namespaces, SizeIs(1));
  EXPECT_EQ(inventory.namespaces[0].name, "team-a");
  EXPECT_EQ(inventory.namespaces[0].objects, 1U);
  EXPECT_EQ(inventory.namespaces[0].labels.at("istio-injection"), "enabled");
  EXPECT_EQ(line_of(inventory.namespaces[0].defined_by.at(0)), 4U);
}

TEST_F(TakeInventory, RayObjectsHaveWhatTheOperatorMakes) {
  const InventoryReport inventory = of(std::string(kNamespace) + kCluster);
  ASSERT_THAT(inventory.pods, SizeIs(1));
  const InventoryPod& head = inventory.pods[0];
  EXPECT_EQ(head.id, "team-a/RayCluster/demo/head");
  EXPECT_EQ(head.object, "RayCluster/team-a/demo");
  EXPECT_EQ(head.role, "head");
  EXPECT_EQ(head.labels.at("ray.io/node-type"), "head");
  EXPECT_EQ(head.injection.has_proxy, true);
  EXPECT_EQ(head.injection.why, "the labels of the namespace inject");
  EXPECT_FALSE(head.ray_ports.empty());
  ASSERT_THAT(inventory.services, SizeIs(1));
  EXPECT_EQ(inventory.services[0].name, "demo-head-svc");
  EXPECT_EQ(inventory.services[0].owner, "RayCluster/demo");
  EXPECT_THAT(inventory.services[0].selects, ElementsAre("head/headgroup"));
  EXPECT_THAT(inventory.services[0].selects_ids, ElementsAre("team-a/RayCluster/demo/head"));
  EXPECT_TRUE(inventory.services[0].from);
}

TEST_F(TakeInventory, RejectedObjectsSayByWhom) {
  const InventoryReport inventory =
      of("apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo, namespace: a}\nspec: {}\n");
  EXPECT_THAT(inventory.pods, IsEmpty());
  ASSERT_THAT(inventory.rejected, SizeIs(1));
  EXPECT_EQ(inventory.rejected[0].object, "RayCluster/a/demo");
  EXPECT_EQ(inventory.rejected[0].by, "api server");
}

TEST_F(TakeInventory, ObjectsOfTheInput) {
  const InventoryReport inventory =
      of("apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: a, labels: {app: web}}\n"
         "spec: {serviceAccountName: web, containers: [{name: c, image: \"i:1\", ports: [{containerPort: "
         "80}]}]}\n---\n"
         "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: a}\n"
         "spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}\n---\n"
         "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: a}\n"
         "spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: "
         "{number: "
         "80}}}}]}}]}\n---\n"
         "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: web, namespace: a}\n"
         "rules: [{apiGroups: [\"\"], resources: [pods], verbs: [get, list]}]\n---\n"
         "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: a}\nspec: "
         "{}\n---\n"
         "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: a}\n");
  ASSERT_THAT(inventory.pods, SizeIs(1));
  EXPECT_EQ(inventory.pods[0].id, "a/web");
  EXPECT_EQ(inventory.pods[0].role, "other");
  EXPECT_EQ(inventory.pods[0].service_account, "web");
  EXPECT_EQ(inventory.pods[0].containers[0].ports[0].port, 80);
  ASSERT_THAT(inventory.services, SizeIs(1));
  EXPECT_EQ(inventory.services[0].owner, "");
  EXPECT_EQ(inventory.services[0].type, "ClusterIP");
  EXPECT_THAT(inventory.services[0].selects, ElementsAre("a/web"));
  ASSERT_THAT(inventory.ingresses, SizeIs(1));
  EXPECT_EQ(inventory.ingresses[0].rules.at(0).port, "80");
  ASSERT_THAT(inventory.roles, SizeIs(1));
  EXPECT_THAT(inventory.roles[0].rules, ElementsAre(" pods get,list"));
  EXPECT_THAT(inventory.network_policies, SizeIs(1));
  EXPECT_THAT(inventory.service_accounts, SizeIs(1));
  EXPECT_THAT(inventory.undecided, SizeIs(1)) << "the labels of namespace a are not in the input";
}

TEST_F(TakeInventory, WhatProfilesAndNotebooksMake) {
  const InventoryReport inventory =
      of("apiVersion: kubeflow.org/v1\nkind: Profile\nmetadata: {name: team-a}\nspec: {owner: {kind: User, "
         "name: "
         "amy}}\n---\n"
         "apiVersion: kubeflow.org/v1\nkind: Notebook\nmetadata: {name: lab, namespace: team-a}\n"
         "spec: {template: {spec: {containers: [{name: lab}]}}}\n---\n" +
         std::string(kCluster));
  std::vector<std::string> made;
  for (const InventoryDerived& one : inventory.derived)
    made.push_back(one.kind + " " + one.name + " by " + one.made_by + ":" +
                   std::to_string(line_of(one.from)));
  EXPECT_THAT(made, ElementsAre("ServiceAccount default-editor by Profile 'team-a':3",
                                "RoleBinding default-editor by Profile 'team-a':3",
                                "ServiceAccount default-viewer by Profile 'team-a':3",
                                "RoleBinding default-viewer by Profile 'team-a':3",
                                "RoleBinding namespaceAdmin by Profile 'team-a':4",
                                "AuthorizationPolicy ns-owner-access-istio by Profile 'team-a':4",
                                "Service lab by Notebook 'lab':8",
                                "VirtualService notebook-team-a-lab by Notebook 'lab':8"))
      << "what KubeRay makes is among the Services";
}

TEST_F(TakeInventory, NetworkPoliciesBehindAFeatureGate) {
  std::string cluster = kCluster;
  cluster.insert(cluster.find("  headGroupSpec"), "  networkPolicy: {mode: DenyAllIngress}\n");
  const auto with = [&](const std::string& flag) {
    return of(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: kuberay-operator, namespace: ray}\n"
        "spec: {template: {spec: {containers: [{name: o, image: 'kuberay/operator:v1.7.0', args: [" +
        flag + "]}]}}}\n---\n" + cluster);
  };
  const InventoryReport off = with("");
  ASSERT_THAT(off.network_policies, SizeIs(1));
  EXPECT_TRUE(off.network_policies[0].is_gated);
  ASSERT_THAT(off.rejected, SizeIs(1));
  EXPECT_EQ(off.rejected[0].text, "networkPolicy needs the feature gate RayClusterNetworkPolicy");
  const InventoryReport on = with("--feature-gates=RayClusterNetworkPolicy=true");
  ASSERT_THAT(on.network_policies, SizeIs(1));
  EXPECT_EQ(on.network_policies[0].name, "demo-head");
  EXPECT_FALSE(on.network_policies[0].is_gated);
  EXPECT_TRUE(on.network_policies[0].limits_ingress);
  EXPECT_FALSE(on.network_policies[0].limits_egress);
  EXPECT_THAT(on.rejected, IsEmpty());
}

TEST_F(TakeInventory, KeepsErrors) {
  AuditSettings settings;
  settings.inputs.paths = {"no/such/file.yaml"};
  const InventoryReport inventory = take_inventory(settings);
  EXPECT_THAT(inventory.errors, SizeIs(1));
  EXPECT_THAT(inventory.kinds, IsEmpty());
}

}  // namespace
}  // namespace kray
