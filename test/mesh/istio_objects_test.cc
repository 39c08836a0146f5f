// Which objects a control plane reads, and which of two is the older (specs/istio.md 0.4).
#include "mesh/istio_objects.h"

#include <gtest/gtest.h>

#include "mesh/mesh_fixture.h"

namespace kray {
namespace {

using test::a_namespace;
using test::LoadedInventory;

// `more` begins with a comma: ", labels: {istio.io/rev: canary}".
std::string a_rule(const std::string& name, const std::string& more = "", const std::string& ns = "team-a") {
  return "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: " + name +
         (ns.empty() ? "" : ", namespace: " + ns) + more + "}\nspec: {host: web}\n";
}

std::string created(const std::string& day) { return ", creationTimestamp: '2025-01-" + day + "T00:00:00Z'"; }

std::vector<std::string> names_of(const LoadedInventory& inventory, const MeshConfig& mesh = {},
                                  std::string_view revision = "default") {
  std::vector<std::string> names;
  for (const Object* one :
       istio_objects(*inventory, "networking.istio.io", "DestinationRule", mesh, revision))
    names.emplace_back(one->name);
  return names;
}

TEST(IstioObjects, Gen1TheRevisionLabelIsComparedExactly) {
  const LoadedInventory inventory(a_rule("all") + a_rule("canary", ", labels: {istio.io/rev: canary}") +
                                  a_rule("default", ", labels: {istio.io/rev: default}") +
                                  a_rule("hidden", ", labels: {istio.io/rev: ''}"));
  EXPECT_EQ(names_of(inventory), (std::vector<std::string>{"all", "default"}));
  EXPECT_EQ(names_of(inventory, {}, "canary"), (std::vector<std::string>{"all", "canary"}));
  EXPECT_EQ(names_of(inventory, {}, "stable"), std::vector<std::string>{"all"});
}

TEST(IstioObjects, Gen2NamespacesThatAreNotDiscovered) {
  const LoadedInventory inventory(
      test::a_mesh("discoverySelectors: [{matchLabels: {mesh: 'on'}}]") + a_namespace("mesh: 'on'") +
      a_namespace("", "team-b") + a_namespace("mesh: 'on'", "team-c") + a_namespace("", "team-c") +
      a_rule("a") + a_rule("b", "", "team-b") + a_rule("c", "", "team-c") + a_rule("d", "", "team-d"));
  MeshTexts texts;
  const MeshConfig mesh = read_mesh_config(*inventory, texts);
  EXPECT_EQ(names_of(inventory, mesh), (std::vector<std::string>{"a", "c", "d"}));
  EXPECT_EQ(is_read(inventory.object("a"), *inventory, mesh, "default"), Answer::yes);
  EXPECT_EQ(is_read(inventory.object("b"), *inventory, mesh, "default"), Answer::no);
  EXPECT_EQ(is_read(inventory.object("c"), *inventory, mesh, "default"), Answer::unknown);
  EXPECT_EQ(is_discovered("team-d", *inventory, mesh), Answer::unknown);
}

TEST(IstioObjects, Gen3OldestFirstThenNameThenNamespace) {
  const LoadedInventory inventory(a_rule("z", created("01")) + a_rule("b", created("02")) +
                                  a_rule("a", created("02"), "team-b") + a_rule("a", created("02")));
  EXPECT_EQ(names_of(inventory), (std::vector<std::string>{"z", "a", "a", "b"}));
  const auto all = istio_objects(*inventory, "networking.istio.io", "DestinationRule", {});
  EXPECT_EQ(all[1]->ns, "team-a");
  for (const Object* a : all) {
    for (const Object* b : all) EXPECT_TRUE(order_is_known(*a, *b));
  }
}

TEST(IstioObjects, Gen3TheOrderIsNotKnownWithoutTimes) {
  const LoadedInventory inventory(a_rule("a") + a_rule("b", created("01")) + a_rule("c", created("02")) +
                                  a_rule("d", ", creationTimestamp: yesterday"));
  const auto& object = [&inventory](const char* name) -> const Object& { return inventory.object(name); };
  EXPECT_FALSE(order_is_known(object("a"), object("b")));
  EXPECT_TRUE(order_is_known(object("b"), object("c")));
  EXPECT_FALSE(order_is_known(object("c"), object("d")));
}

TEST(IstioObjects, Gen3AnAssumedAgeLetsNamesDecide) {
  LoadedInventory inventory(a_rule("b") + a_rule("a") + a_rule("z", created("01")));
  inventory.assume_equal_ages();
  EXPECT_EQ(names_of(inventory), (std::vector<std::string>{"a", "b", "z"}));
  EXPECT_TRUE(order_is_known(inventory.object("a"), inventory.object("b")));
  EXPECT_TRUE(order_is_known(inventory.object("a"), inventory.object("z")));
}

TEST(IstioObjects, Gen3OfPeerAuthenticationsOfOneAgeTheFirstCounts) {
  LoadedInventory inventory(R"(
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: b, namespace: team-a}
spec: {mtls: {mode: PERMISSIVE}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: a, namespace: team-a}
spec: {mtls: {mode: STRICT}}
)");
  inventory.assume_equal_ages();
  EXPECT_TRUE(is_older(inventory.object("b"), inventory.object("a")));
  EXPECT_FALSE(is_older(inventory.object("a"), inventory.object("b")));
}

TEST(IstioObjects, TwoDefinitionsOfOneObjectHaveNoOrder) {
  const LoadedInventory inventory(a_rule("a", created("01")) + a_rule("a", created("02")));
  const auto all = istio_objects(*inventory, "networking.istio.io", "DestinationRule", {});
  EXPECT_FALSE(order_is_known(*all[0], *all[1]));
}

std::vector<std::string> candidates(const Oldest& oldest) {
  std::vector<std::string> names;
  for (const Object* one : oldest.candidates) names.emplace_back(one->name);
  return names;
}

TEST(OldestOf, AllThatMayBeTheOldest) {
  const LoadedInventory inventory(a_rule("new", created("09")) + a_rule("old", created("01")) +
                                  a_rule("timeless"));
  const auto contender = [&inventory](const char* name, bool is_certain = true) {
    return Contender{&inventory.object(name), is_certain};
  };
  EXPECT_EQ(candidates(oldest_of({contender("new"), contender("old")})), std::vector<std::string>{"old"});
  EXPECT_EQ(candidates(oldest_of({contender("new"), contender("old"), contender("timeless")})),
            (std::vector<std::string>{"timeless", "old"}));
  const Oldest doubtful = oldest_of({contender("new"), contender("old", false)});
  EXPECT_EQ(candidates(doubtful), (std::vector<std::string>{"old", "new"}));
  EXPECT_FALSE(doubtful.may_be_none);
  EXPECT_TRUE(oldest_of({contender("old", false)}).may_be_none);
  EXPECT_TRUE(oldest_of({}).may_be_none);
}

TEST(LivesIn, IsOpenWhereOneNamespaceIsNotSet) {
  const LoadedInventory inventory(a_rule("here") + a_rule("somewhere", "", ""));
  EXPECT_EQ(lives_in(inventory.object("here"), "team-a"), Answer::yes);
  EXPECT_EQ(lives_in(inventory.object("here"), "team-b"), Answer::no);
  EXPECT_EQ(lives_in(inventory.object("here"), ""), Answer::unknown);
  EXPECT_EQ(lives_in(inventory.object("somewhere"), "team-a"), Answer::unknown);
  EXPECT_EQ(lives_in(inventory.object("somewhere"), ""), Answer::yes);
}

}  // namespace
}  // namespace kray
