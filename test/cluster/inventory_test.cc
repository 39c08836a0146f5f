// Pins how objects are gathered (order, lists opened, patches left out), which namespace each one gets
// and what says so, and what is known about namespaces that the input creates.
#include "cluster/inventory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"

namespace kray {
namespace {

using test::line_of;
using test::LoadedInventory;
using test::text_of;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::string config_map(std::string_view name, std::string_view ns = {}) {
  std::string text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + std::string(name) + "\n";
  if (!ns.empty()) text += "  namespace: " + std::string(ns) + "\n";
  return text;
}

std::vector<std::string> names(const LoadedInventory& inventory) {
  std::vector<std::string> all;
  for (const Object& object : inventory->objects()) all.emplace_back(object.name);
  return all;
}

TEST(Inventory, KeepsTheOrderOfTheInput) {
  const LoadedInventory inventory(
      {{"b.yaml", config_map("one") + "---\n" + config_map("two")}, {"a.yaml", config_map("three")}});
  EXPECT_THAT(names(inventory), ElementsAre("one", "two", "three"));
  EXPECT_EQ(inventory->files_with_objects(), 2U);
}

TEST(Inventory, ReadsGroupVersionKindAndName) {
  const LoadedInventory inventory(R"(
apiVersion: security.istio.io/v1beta1
kind: AuthorizationPolicy
metadata: {name: allow}
---
apiVersion: v1
kind: Pod
metadata: {generateName: web-}
)");
  const Object& policy = inventory->objects()[0];
  EXPECT_EQ(policy.group, "security.istio.io");
  EXPECT_EQ(policy.version, "v1beta1");
  EXPECT_EQ(policy.kind, "AuthorizationPolicy");
  EXPECT_EQ(policy.qualified_kind(), "AuthorizationPolicy.security.istio.io");
  EXPECT_TRUE(policy.is("security.istio.io", "AuthorizationPolicy"));
  EXPECT_FALSE(policy.is("", "AuthorizationPolicy"));
  const Object& pod = inventory->objects()[1];
  EXPECT_EQ(pod.group, "");
  EXPECT_EQ(pod.version, "v1");
  EXPECT_EQ(pod.name, "web-");
  EXPECT_EQ(pod.qualified_kind(), "Pod");
}

TEST(Inventory, FindsObjectsByKind) {
  const LoadedInventory inventory(config_map("one") +
                                  "---\n{apiVersion: v1, kind: Secret, metadata: {name: s}}\n---\n" +
                                  config_map("two"));
  const auto maps = inventory->of_kind("", "ConfigMap");
  ASSERT_EQ(maps.size(), 2U);
  EXPECT_EQ(maps[0]->name, "one");
  EXPECT_EQ(maps[1]->name, "two");
  EXPECT_THAT(inventory->of_kind("", "Pod"), IsEmpty());
  EXPECT_THAT(inventory->of_kind("apps", "ConfigMap"), IsEmpty());
}

TEST(Object, NamePlaceIsTheNameElseTheKind) {
  const LoadedInventory inventory(R"(
apiVersion: v1
kind: Pod
metadata:
  name: named
---
apiVersion: v1
kind: Pod
metadata:
  generateName: generated-
---
apiVersion: v1
kind: Pod
metadata: {}
)");
  EXPECT_EQ(line_of(inventory->objects()[0].name_place()), "objects.yaml:4");
  EXPECT_EQ(text_of(inventory->objects()[0].name_place()), "named");
  EXPECT_EQ(line_of(inventory->objects()[1].name_place()), "objects.yaml:9");
  EXPECT_EQ(line_of(inventory->objects()[2].name_place()), "objects.yaml:12");
  EXPECT_EQ(text_of(inventory->objects()[2].name_place()), "Pod");
}

TEST(InventoryLists, KindList) {
  const LoadedInventory inventory(R"(
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: one}
- apiVersion: ray.io/v1
  kind: RayCluster
  metadata: {name: two}
)");
  EXPECT_THAT(names(inventory), ElementsAre("one", "two"));
  EXPECT_EQ(inventory.object("two").group, "ray.io");
  EXPECT_EQ(line_of(inventory.object("two").name_place()), "objects.yaml:9");
}

TEST(InventoryLists, TypedList) {
  const LoadedInventory inventory(R"(
apiVersion: ray.io/v1
kind: RayClusterList
items:
- apiVersion: ray.io/v1
  kind: RayCluster
  metadata: {name: one, namespace: team-a}
)");
  EXPECT_THAT(names(inventory), ElementsAre("one"));
  EXPECT_EQ(inventory.object("one").ns, "team-a");
}

// The API server's own answer to a list request leaves kind and apiVersion out of the items.
TEST(InventoryLists, ItemsOfTypedListsTakeTheirKindFromTheList) {
  const LoadedInventory inventory(R"(
apiVersion: ray.io/v1
kind: RayClusterList
items:
- metadata: {name: one}
)");
  const Object& one = inventory.object("one");
  EXPECT_TRUE(one.is("ray.io", "RayCluster"));
  EXPECT_EQ(one.version, "v1");
  EXPECT_EQ(one.scope, Scope::namespaced);
}

TEST(InventoryLists, TopLevelSequence) {
  const LoadedInventory inventory(
      "- {apiVersion: v1, kind: ConfigMap, metadata: {name: one}}\n"
      "- {apiVersion: v1, kind: ConfigMap, metadata: {name: two}}\n");
  EXPECT_THAT(names(inventory), ElementsAre("one", "two"));
}

TEST(InventoryLists, NestedLists) {
  const LoadedInventory inventory(R"(
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: one}}
- apiVersion: v1
  kind: List
  items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: two}}
  - apiVersion: v1
    kind: ConfigMapList
    items:
    - {metadata: {name: three}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: four}}
)");
  EXPECT_THAT(names(inventory), ElementsAre("one", "two", "three", "four"));
  EXPECT_EQ(inventory->of_kind("", "ConfigMap").size(), 4U);
}

TEST(InventoryLists, EmptyListHoldsNothing) {
  const LoadedInventory inventory("apiVersion: v1\nkind: List\nitems: []\n");
  EXPECT_THAT(names(inventory), IsEmpty());
  EXPECT_EQ(inventory->files_with_objects(), 0U);
}

TEST(InventoryLists, JsonLists) {
  const LoadedInventory inventory({{"live.json",
                                    R"({"apiVersion": "v1", "kind": "List", "items": [
{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}]})"}});
  EXPECT_THAT(names(inventory), ElementsAre("web"));
  EXPECT_EQ(line_of(inventory.object("web").name_place()), "live.json:2");
}

TEST(InventoryNamespace, TheObjectsOwn) {
  const LoadedInventory inventory(config_map("one", "team-a"), "elsewhere");
  const Object& one = inventory.object("one");
  EXPECT_EQ(one.ns, "team-a");
  EXPECT_EQ(one.ns_source, NamespaceSource::object);
  EXPECT_EQ(line_of(one.ns_place), "objects.yaml:5");
  EXPECT_EQ(text_of(one.ns_place), "namespace: team-a");
}

TEST(InventoryNamespace, TheOptionFillsWhatIsMissing) {
  const LoadedInventory inventory(config_map("one"), "team-a");
  const Object& one = inventory.object("one");
  EXPECT_EQ(one.ns, "team-a");
  EXPECT_EQ(one.ns_source, NamespaceSource::option);
  EXPECT_FALSE(one.ns_place);
}

TEST(InventoryNamespace, AnEmptyNamespaceIsNone) {
  const LoadedInventory inventory("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: ''}\n",
                                  "team-a");
  EXPECT_EQ(inventory.object("one").ns_source, NamespaceSource::option);
}

TEST(InventoryNamespace, NotSet) {
  const LoadedInventory inventory(config_map("one"));
  const Object& one = inventory.object("one");
  EXPECT_EQ(one.ns, "");
  EXPECT_EQ(one.ns_source, NamespaceSource::not_set);
  EXPECT_FALSE(one.ns_place);
}

TEST(InventoryNamespace, ClusterScopedKindsNeverHaveOne) {
  const LoadedInventory inventory({{"kustomization.yaml", "namespace: team-a\nresources: [roles.yaml]\n"},
                                   {"roles.yaml",
                                    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: "
                                    "{name: all, namespace: team-b}\n---\n"
                                    "apiVersion: kubeflow.org/v1\nkind: Profile\nmetadata: {name: ana}\n"}},
                                  "team-c");
  for (const char* name : {"all", "ana"}) {
    EXPECT_EQ(inventory.object(name).ns, "") << name;
    EXPECT_EQ(inventory.object(name).ns_source, NamespaceSource::cluster_scoped) << name;
    EXPECT_FALSE(inventory.object(name).ns_place) << name;
  }
}

TEST(InventoryNamespace, KindsOfUnknownScopeTakeOnlyTheirOwn) {
  const LoadedInventory inventory(
      {{"kustomization.yaml", "namespace: team-a\nresources: [fleet.yaml]\n"},
       {"fleet.yaml",
        "{apiVersion: example.com/v1, kind: Fleet, metadata: {name: open}}\n---\n"
        "{apiVersion: example.com/v1, kind: Fleet, metadata: {name: own, namespace: team-b}}\n"}},
      "team-c");
  EXPECT_EQ(inventory.object("open").ns_source, NamespaceSource::not_set);
  EXPECT_EQ(inventory.object("own").ns, "team-b");
  EXPECT_EQ(inventory.object("own").ns_source, NamespaceSource::object);
}

TEST(InventoryNamespace, TheKustomizationBeatsTheObjectAndTheOption) {
  const LoadedInventory inventory({{"kustomization.yaml", "resources:\n- one.yaml\nnamespace: team-a\n"},
                                   {"one.yaml", config_map("one", "team-b") + "---\n" + config_map("two")},
                                   {"other.yaml", config_map("three")}},
                                  "team-c");
  for (const char* name : {"one", "two"}) {
    const Object& object = inventory.object(name);
    EXPECT_EQ(object.ns, "team-a") << name;
    EXPECT_EQ(object.ns_source, NamespaceSource::kustomization) << name;
    EXPECT_EQ(line_of(object.ns_place), "kustomization.yaml:3") << name;
    EXPECT_EQ(text_of(object.ns_place), "namespace: team-a") << name;
  }
  EXPECT_EQ(inventory.object("three").ns, "team-c");
}

TEST(InventoryNamespace, TheOverlayBeatsItsBase) {
  const LoadedInventory inventory(
      {{"base/kustomization.yaml", "namespace: base\nresources: [one.yaml]\n"},
       {"base/one.yaml", config_map("one", "own")},
       {"overlay/kustomization.yaml", "resources: [../base]\nnamespace: overlay\n"}});
  const Object& one = inventory.object("one");
  EXPECT_EQ(one.ns, "overlay");
  EXPECT_EQ(one.ns_source, NamespaceSource::kustomization);
  EXPECT_EQ(line_of(one.ns_place), "overlay/kustomization.yaml:2");
  ASSERT_NE(one.builds, nullptr);
  EXPECT_EQ(one.builds->size(), 1U);
}

constexpr const char* kTwoOverlays = "resources: [../base]\nnamespace: ";

TEST(InventoryNamespace, BuildsThatAgree) {
  const LoadedInventory inventory({{"base/kustomization.yaml", "resources: [one.yaml]\n"},
                                   {"base/one.yaml", config_map("one")},
                                   {"test/kustomization.yaml", std::string(kTwoOverlays) + "team-a\n"},
                                   {"live/kustomization.yaml", std::string(kTwoOverlays) + "team-a\n"}});
  EXPECT_EQ(inventory.object("one").ns, "team-a");
  EXPECT_EQ(inventory.object("one").ns_source, NamespaceSource::kustomization);
}

TEST(InventoryNamespace, BuildsThatDifferLeaveItOpen) {
  const LoadedInventory inventory(
      {{"base/kustomization.yaml", "resources: [one.yaml]\n"},
       {"base/one.yaml", config_map("one") + "---\n" + config_map("own", "team-c")},
       {"test/kustomization.yaml", std::string(kTwoOverlays) + "team-a\n"},
       {"live/kustomization.yaml", std::string(kTwoOverlays) + "team-b\n"}},
      "team-d");
  // Both builds overwrite what the second one says itself, and neither is -n's business.
  for (const char* name : {"one", "own"}) {
    const Object& object = inventory.object(name);
    EXPECT_EQ(object.ns, "") << name;
    EXPECT_EQ(object.ns_source, NamespaceSource::not_set) << name;
    ASSERT_NE(object.builds, nullptr) << name;
    EXPECT_EQ(object.builds->size(), 2U) << name;
  }
}

TEST(InventoryNamespace, ABuildWithoutNamespaceLetsTheObjectsOwnStand) {
  const LoadedInventory inventory(
      {{"kustomization.yaml", "resources: [one.yaml]\n"}, {"one.yaml", config_map("one", "team-a")}});
  EXPECT_EQ(inventory.object("one").ns, "team-a");
  EXPECT_EQ(inventory.object("one").ns_source, NamespaceSource::object);
}

TEST(InventoryNamespace, ABuildWithoutNamespaceLeavesItToTheOption) {
  const LoadedInventory inventory(
      {{"kustomization.yaml", "resources: [one.yaml]\n"}, {"one.yaml", config_map("one")}}, "team-a");
  EXPECT_EQ(inventory.object("one").ns, "team-a");
  EXPECT_EQ(inventory.object("one").ns_source, NamespaceSource::option);
}

TEST(InventoryPatches, PatchFilesAreNoObjects) {
  const LoadedInventory inventory(
      {{"kustomization.yaml", "resources: [one.yaml]\npatches:\n- path: patch.yaml\n"},
       {"one.yaml", config_map("one")},
       {"patch.yaml", config_map("one") + "data: {key: value}\n"}});
  EXPECT_THAT(names(inventory), ElementsAre("one"));
  EXPECT_EQ(inventory->patch_documents(), 1U);
  EXPECT_EQ(inventory->files_with_objects(), 1U);
}

TEST(InventoryPatches, AFileThatIsAResourceToSomebodyIsAnObject) {
  const LoadedInventory inventory({{"a/kustomization.yaml", "patchesStrategicMerge: [../one.yaml]\n"},
                                   {"b/kustomization.yaml", "resources: [../one.yaml]\n"},
                                   {"one.yaml", config_map("one")}});
  EXPECT_THAT(names(inventory), ElementsAre("one"));
  EXPECT_EQ(inventory->patch_documents(), 0U);
}

TEST(InventoryNamespaces, LabelsOfANamespace) {
  const LoadedInventory inventory(R"(
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
  labels:
    istio-injection: enabled
)");
  const NamespaceInfo* info = inventory->find_namespace("team-a");
  ASSERT_NE(info, nullptr);
  ASSERT_EQ(info->definitions.size(), 1U);
  EXPECT_THAT(info->definitions[0].labels,
              ElementsAre(Pair("istio-injection", "enabled"), Pair("kubernetes.io/metadata.name", "team-a")));
  EXPECT_EQ(line_of(info->definitions[0].labels_node["istio-injection"].field_place()), "objects.yaml:6");
  EXPECT_EQ(inventory->find_namespace("team-b"), nullptr);
}

// The label is the API server's: whatever the manifest says, it is the name.
TEST(InventoryNamespaces, MetadataNameLabelIsAlwaysTheName) {
  const LoadedInventory inventory(
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: team-a, labels: {kubernetes.io/metadata.name: "
      "other}}\n");
  EXPECT_THAT(inventory->find_namespace("team-a")->definitions[0].labels,
              Contains(Pair("kubernetes.io/metadata.name", "team-a")));
}

TEST(InventoryNamespaces, AProfileMakesOne) {
  for (const char* version : {"v1", "v1beta1"}) {
    const LoadedInventory inventory(
        std::string("apiVersion: kubeflow.org/") + version +
        "\nkind: Profile\nmetadata:\n  name: ana\nspec: {owner: {kind: User, name: ana@example.com}}\n");
    const NamespaceInfo* info = inventory->find_namespace("ana");
    ASSERT_NE(info, nullptr) << version;
    ASSERT_EQ(info->definitions.size(), 1U);
    EXPECT_THAT(
        info->definitions[0].labels,
        ElementsAre(Pair("app.kubernetes.io/part-of", "kubeflow-profile"), Pair("istio-injection", "enabled"),
                    Pair("katib.kubeflow.org/metrics-collector-injection", "enabled"),
                    Pair("kubernetes.io/metadata.name", "ana"),
                    Pair("pipelines.kubeflow.org/enabled", "true"),
                    Pair("pod-security.kubernetes.io/enforce", "baseline"),
                    Pair("serving.kubeflow.org/inferenceservice", "enabled")));
    EXPECT_FALSE(info->definitions[0].labels_node);
    EXPECT_EQ(line_of(info->definitions[0].object->name_place()), "objects.yaml:4");
  }
}

TEST(InventoryNamespaces, EveryDefinitionIsKept) {
  const LoadedInventory inventory(
      {{"a.yaml",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: team-a, labels: {istio-injection: enabled}}\n"},
       {"b.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: team-a}\n"}});
  const NamespaceInfo* info = inventory->find_namespace("team-a");
  ASSERT_NE(info, nullptr);
  ASSERT_EQ(info->definitions.size(), 2U);
  EXPECT_TRUE(info->definitions[0].labels.contains("istio-injection"));
  EXPECT_FALSE(info->definitions[1].labels.contains("istio-injection"));
  EXPECT_EQ(line_of(info->definitions[1].object->name_place()), "b.yaml:3");
}

TEST(InventoryNamespaces, OtherGroupsNamespaceIsNone) {
  const LoadedInventory inventory("apiVersion: example.com/v1\nkind: Namespace\nmetadata: {name: team-a}\n");
  EXPECT_EQ(inventory->find_namespace("team-a"), nullptr);
}

TEST(InventoryDerived, ComesAfterTheInputAndKnowsItsCause) {
  LoadedInventory inventory(config_map("a", "x"));
  const Object& cause = inventory.object("a");
  const auto manifest = [&cause](const std::string& metadata) {
    return DerivedManifest{R"({"apiVersion": "v1", "kind": "ConfigMap", "metadata": )" + metadata + "}",
                           cause.name_place(), &cause};
  };
  inventory.add_derived({manifest(R"({"name": "b", "namespace": "x"})"), manifest(R"({"name": "c"})"),
                         manifest(R"({"name": "a", "namespace": "x"})"), manifest("\xff")});
  const auto all = inventory->all_of_kind("", "ConfigMap");
  ASSERT_EQ(all.size(), 3U) << "one is in the input, one is no JSON";
  EXPECT_EQ(all[0], &cause);
  EXPECT_EQ(all[1]->name, "b");
  EXPECT_EQ(all[1]->ns_source, NamespaceSource::controller);
  EXPECT_EQ(all[1]->made_for, &cause);
  EXPECT_EQ(all[1]->shown(all[1]->name_place()), cause.name_place());
  EXPECT_EQ(all[2]->name, "c");
  EXPECT_EQ(all[2]->ns_source, NamespaceSource::not_set);
  EXPECT_EQ(inventory->of_kind("", "ConfigMap").size(), 1U);
}

TEST(MayShareNamespace, OnlyKnownDifferenceSeparates) {
  const LoadedInventory inventory(config_map("a", "x") + "---\n" + config_map("b", "x") + "---\n" +
                                  config_map("c", "y") + "---\n" + config_map("d"));
  EXPECT_TRUE(may_share_namespace(inventory.object("a"), inventory.object("b")));
  EXPECT_FALSE(may_share_namespace(inventory.object("a"), inventory.object("c")));
  EXPECT_TRUE(may_share_namespace(inventory.object("a"), inventory.object("d")));
  EXPECT_TRUE(may_share_namespace(inventory.object("d"), inventory.object("c")));
}

}  // namespace
}  // namespace kray
