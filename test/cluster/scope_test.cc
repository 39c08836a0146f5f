// Pins which kinds live in a namespace: built-in kinds and known products from the table, others only
// if a CustomResourceDefinition of the input says so.
#include "cluster/scope.h"

#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"

namespace kray {
namespace {

TEST(ScopeOf, ClusterScopedBuiltInKinds) {
  for (const char* kind : {"Namespace", "Node", "PersistentVolume"}) {
    EXPECT_EQ(scope_of("", kind, {}), Scope::cluster) << kind;
  }
  EXPECT_EQ(scope_of("rbac.authorization.k8s.io", "ClusterRole", {}), Scope::cluster);
  EXPECT_EQ(scope_of("rbac.authorization.k8s.io", "ClusterRoleBinding", {}), Scope::cluster);
  EXPECT_EQ(scope_of("apiextensions.k8s.io", "CustomResourceDefinition", {}), Scope::cluster);
  EXPECT_EQ(scope_of("admissionregistration.k8s.io", "MutatingWebhookConfiguration", {}), Scope::cluster);
  EXPECT_EQ(scope_of("networking.k8s.io", "IngressClass", {}), Scope::cluster);
  EXPECT_EQ(scope_of("networking.k8s.io", "IPAddress", {}), Scope::cluster);
  EXPECT_EQ(scope_of("networking.k8s.io", "ServiceCIDR", {}), Scope::cluster);
  EXPECT_EQ(scope_of("storage.k8s.io", "StorageClass", {}), Scope::cluster);
  EXPECT_EQ(scope_of("storage.k8s.io", "VolumeAttributesClass", {}), Scope::cluster);
  EXPECT_EQ(scope_of("resource.k8s.io", "ResourceSlice", {}), Scope::cluster);
}

TEST(ScopeOf, NamespacedBuiltInKinds) {
  for (const char* kind :
       {"Pod", "Service", "ServiceAccount", "Secret", "ConfigMap", "ReplicationController"}) {
    EXPECT_EQ(scope_of("", kind, {}), Scope::namespaced) << kind;
  }
  EXPECT_EQ(scope_of("apps", "Deployment", {}), Scope::namespaced);
  EXPECT_EQ(scope_of("batch", "CronJob", {}), Scope::namespaced);
  EXPECT_EQ(scope_of("rbac.authorization.k8s.io", "Role", {}), Scope::namespaced);
  EXPECT_EQ(scope_of("networking.k8s.io", "NetworkPolicy", {}), Scope::namespaced);
  EXPECT_EQ(scope_of("storage.k8s.io", "CSIStorageCapacity", {}), Scope::namespaced);
  EXPECT_EQ(scope_of("resource.k8s.io", "ResourceClaim", {}), Scope::namespaced);
}

TEST(ScopeOf, ProductsOfTheTable) {
  EXPECT_EQ(scope_of("kubeflow.org", "Profile", {}), Scope::cluster);
  EXPECT_EQ(scope_of("kubeflow.org", "Notebook", {}), Scope::namespaced);
  EXPECT_EQ(scope_of("gateway.networking.k8s.io", "GatewayClass", {}), Scope::cluster);
  EXPECT_EQ(scope_of("gateway.networking.k8s.io", "HTTPRoute", {}), Scope::namespaced);
  EXPECT_EQ(scope_of("security.istio.io", "AuthorizationPolicy", {}), Scope::namespaced);
  for (const char* kind : {"RayCluster", "RayJob", "RayService", "RayCronJob"}) {
    EXPECT_EQ(scope_of("ray.io", kind, {}), Scope::namespaced) << kind;
  }
}

TEST(ScopeOf, GroupMattersNotOnlyKind) {
  EXPECT_EQ(scope_of("example.com", "Namespace", {}), Scope::unknown);
  EXPECT_EQ(scope_of("example.com", "Profile", {}), Scope::unknown);
}

TEST(ScopeOf, CustomKindIsUnknownUnlessDescribed) {
  const CustomScopes custom = {{"example.com/Fleet", Scope::cluster},
                               {"example.com/Ship", Scope::namespaced}};
  EXPECT_EQ(scope_of("example.com", "Fleet", {}), Scope::unknown);
  EXPECT_EQ(scope_of("example.com", "Fleet", custom), Scope::cluster);
  EXPECT_EQ(scope_of("example.com", "Ship", custom), Scope::namespaced);
  EXPECT_EQ(scope_of("example.org", "Ship", custom), Scope::unknown);
}

constexpr const char* kFleetDefinition = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: fleets.example.com
spec:
  group: example.com
  scope: Cluster
  names: {kind: Fleet, plural: fleets}
  versions:
  - name: v1
    schema:
      openAPIV3Schema: {type: object}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ships.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Ship, plural: ships}
)";

// The definition may come after the object, in another file.
TEST(Inventory, ReadsScopesFromDefinitionsOfTheInput) {
  const test::LoadedInventory inventory(
      {{"a.yaml",
        "{apiVersion: example.com/v1, kind: Fleet, metadata: {name: north}}\n---\n"
        "{apiVersion: example.com/v1, kind: Ship, metadata: {name: swan}}\n---\n"
        "{apiVersion: example.com/v1, kind: Buoy, metadata: {name: red}}\n"},
       {"crds.yaml", kFleetDefinition}},
      "team-a");
  EXPECT_EQ(inventory.object("north").scope, Scope::cluster);
  EXPECT_EQ(inventory.object("north").ns_source, NamespaceSource::cluster_scoped);
  EXPECT_EQ(inventory.object("swan").scope, Scope::namespaced);
  EXPECT_EQ(inventory.object("swan").ns, "team-a");
  EXPECT_EQ(inventory.object("red").scope, Scope::unknown);
}

// `kubectl get crd -o yaml` puts definitions into a List.
TEST(Inventory, ReadsScopesFromDefinitionsInLists) {
  const test::LoadedInventory inventory(R"(
apiVersion: v1
kind: List
items:
- apiVersion: apiextensions.k8s.io/v1
  kind: CustomResourceDefinition
  metadata: {name: fleets.example.com}
  spec:
    group: example.com
    scope: Cluster
    names: {kind: Fleet, plural: fleets}
- apiVersion: example.com/v1
  kind: Fleet
  metadata: {name: north}
)");
  EXPECT_EQ(inventory.object("north").scope, Scope::cluster);
}

}  // namespace
}  // namespace kray
