// Definitions are read again whole, and only for the kind and version that is asked for.
#include "checks/custom_schema.h"

#include <gtest/gtest.h>

#include <memory>

#include "checks/check_run.h"

namespace kray {
namespace {

std::string definition(const std::string& schema) {
  return "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: "
         "rayclusters.ray.io}\n"
         "spec:\n  group: ray.io\n  names: {kind: RayCluster, plural: rayclusters}\n  scope: Namespaced\n  "
         "versions:\n"
         "  - name: v1\n    schema:\n      openAPIV3Schema: " +
         schema + "\n";
}

class CustomSchemasTest : public testing::Test {
 protected:
  bool knows(const std::string& schema, const std::string& object_text, std::string_view field,
             std::string_view version = "v1") {
    files_.clear();
    files_.push_back(parse_manifest(
        std::make_shared<const SourceFile>("crd.yaml", "a: b\n---\n" + definition(schema)), Limits()));
    files_.push_back(parse_manifest(std::make_shared<const SourceFile>("a.yaml", object_text), Limits()));
    object_ = {};
    object_.node = files_[1].documents.at(0).root();
    object_.group = "ray.io";
    object_.version = version;
    object_.kind = "RayCluster";
    const NodeRef list = object_.node["spec"]["list"];
    return CustomSchemas(files_).knows_field(object_, list ? list.at(0)[field] : object_.node["spec"][field]);
  }

 private:
  std::vector<ManifestFile> files_;
  Object object_;
};

TEST_F(CustomSchemasTest, FollowsTheSchema) {
  EXPECT_TRUE(knows("{properties: {spec: {properties: {a: {}}}}}", "spec: {a: 1}", "a"));
  EXPECT_FALSE(knows("{properties: {spec: {properties: {a: {}}}}}", "spec: {b: 1}", "b"));
  EXPECT_FALSE(knows("{properties: {spec: {properties: {a: {}}}}}", "spec: {a: 1}", "a", "v1alpha1"));
  EXPECT_TRUE(knows("{properties: {spec: {additionalProperties: {type: string}}}}", "spec: {a: x}", "a"));
  EXPECT_TRUE(knows("{properties: {spec: {additionalProperties: true}}}", "spec: {a: x}", "a"));
  EXPECT_TRUE(
      knows("{properties: {spec: {x-kubernetes-preserve-unknown-fields: true}}}", "spec: {a: x}", "a"));
  EXPECT_TRUE(knows("{properties: {spec: {properties: {list: {items: {properties: {a: {}}}}}}}}",
                    "spec: {list: [{a: 1}]}", "a"));
  EXPECT_FALSE(
      knows("{properties: {spec: {properties: {list: {items: {}}}}}}", "spec: {list: [{a: 1}]}", "a"));
  EXPECT_FALSE(knows("{}", "spec: {a: 1}", "a"));
  EXPECT_FALSE(knows("nothing", "spec: {a: 1}", "a"));
}

// What stands behind an anchor elsewhere has no path of its own in the object.
TEST_F(CustomSchemasTest, DoesNotFollowAliases) {
  EXPECT_FALSE(
      knows("{properties: {spec: {additionalProperties: true}}}", "other: &x {a: 1}\nspec: {<<: *x}", "c"));
}

}  // namespace
}  // namespace kray
