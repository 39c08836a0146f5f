// Which PeerAuthentication decides for a port (specs/istio.md 3).
#include "mesh/peer_authentication.h"

#include <gtest/gtest.h>

#include "mesh/mesh_fixture.h"

namespace kray {
namespace {

using test::LoadedInventory;

// `spec` in flow style; `more` begins with a comma.
std::string a_policy(const std::string& name, const std::string& ns, const std::string& spec,
                     const std::string& more = ", creationTimestamp: '2025-01-01T00:00:00Z'") {
  return "---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: " + name +
         (ns.empty() ? "" : ", namespace: " + ns) + more + "}\nspec: {" + spec + "}\n";
}
std::string mode(const std::string& word) { return "mtls: {mode: " + word + "}"; }
std::string younger(const std::string& day) { return ", creationTimestamp: '2025-02-" + day + "T00:00:00Z'"; }

constexpr const char* kSelector = "selector: {matchLabels: {app: web}}, ";

struct World {
  explicit World(const std::string& text)
      : inventory(text + test::a_pod()),
        config(read_mesh_config(*inventory, texts)),
        policies(*inventory, config) {}
  MtlsDecision port(uint16_t number, const std::string& ns = "team-a") const {
    return policies.mode(ns, {{"app", "web"}}, number);
  }
  MtlsMode mode_of(uint16_t number, const std::string& ns = "team-a") const {
    const MtlsDecision decision = port(number, ns);
    EXPECT_TRUE(decision.is_certain()) << decision.uncertain;
    EXPECT_TRUE(decision.may_be(decision.mode));
    return decision.mode;
  }

  LoadedInventory inventory;
  MeshTexts texts;
  MeshConfig config;
  PeerAuthentications policies;
};

TEST(PeerAuthentication, PermissiveWithoutAPolicy) {
  const MtlsDecision decision = World("").port(80);
  EXPECT_EQ(decision.mode, MtlsMode::permissive);
  EXPECT_EQ(decision.policy, nullptr);
  EXPECT_TRUE(decision.is_certain());
}

TEST(PeerAuthentication, TheMostSpecialClassThatSetsAModeDecides) {
  const std::string mesh = a_policy("default", "istio-system", mode("STRICT"));
  const std::string ns = a_policy("default", "team-a", mode("DISABLE"));
  const std::string workload = a_policy("web", "team-a", kSelector + mode("PERMISSIVE"));
  EXPECT_EQ(World(mesh).mode_of(80), MtlsMode::strict);
  EXPECT_EQ(World(mesh + ns).mode_of(80), MtlsMode::disable);
  EXPECT_EQ(World(mesh + ns + workload).mode_of(80), MtlsMode::permissive);
  EXPECT_EQ(World(mesh + ns + workload).mode_of(80, "team-b"), MtlsMode::strict);
  EXPECT_EQ(World(mesh + a_policy("web", "team-a", kSelector + mode("UNSET"))).mode_of(80), MtlsMode::strict);
  EXPECT_EQ(World(mesh + a_policy("web", "team-a", "selector: {matchLabels: {app: db}}, " + mode("DISABLE")))
                .mode_of(80),
            MtlsMode::strict);
}

TEST(PeerAuthentication, TheDecidingFieldIsNamed) {
  const World world(a_policy("default", "team-a", mode("STRICT")));
  EXPECT_EQ(world.port(80).policy->name, "default");
  EXPECT_EQ(test::text_of(world.port(80).place), "mode: STRICT");
}

TEST(PeerAuthentication, Pa1TheOldestOfAClassCountsEvenIfItSaysNothing) {
  EXPECT_EQ(
      World(a_policy("b", "team-a", mode("STRICT")) + a_policy("a", "team-a", mode("DISABLE"), younger("01")))
          .mode_of(80),
      MtlsMode::strict);
  EXPECT_EQ(
      World(a_policy("b", "team-a", "") + a_policy("a", "team-a", mode("STRICT"), younger("01"))).mode_of(80),
      MtlsMode::permissive);
}

TEST(PeerAuthentication, Pa1WithoutTimestampsBothAreCandidates) {
  const MtlsDecision open =
      World(a_policy("a", "team-a", mode("STRICT"), "") + a_policy("b", "team-a", mode("DISABLE"), ""))
          .port(80);
  EXPECT_EQ(open.uncertain, "which of PeerAuthentications 'a' and 'b' is older is not in the input");
  EXPECT_TRUE(open.may_be(MtlsMode::strict));
  EXPECT_TRUE(open.may_be(MtlsMode::disable));
  EXPECT_FALSE(open.may_be(MtlsMode::permissive));
  const std::string agreeing =
      a_policy("a", "team-a", mode("STRICT"), "") + a_policy("b", "team-a", mode("STRICT"), "");
  EXPECT_EQ(World(agreeing).mode_of(80), MtlsMode::strict);
  // What a more special class settles is settled.
  EXPECT_EQ(World(a_policy("a", "team-a", mode("STRICT"), "") + a_policy("b", "team-a", mode("DISABLE"), "") +
                  a_policy("web", "team-a", kSelector + mode("STRICT")))
                .mode_of(80),
            MtlsMode::strict);
}

TEST(PeerAuthentication, Pa2SelectorsInTheRootNamespaceAreIgnored) {
  const std::string text = a_policy("web", "istio-system", kSelector + mode("STRICT"));
  EXPECT_EQ(World(text).mode_of(80), MtlsMode::permissive);
  EXPECT_EQ(World(text).mode_of(80, "istio-system"), MtlsMode::permissive);
  EXPECT_EQ(
      World(a_policy("a", "istio-system", "selector: {matchLabels: {}}, " + mode("STRICT"))).mode_of(80),
      MtlsMode::strict);
}

TEST(PeerAuthentication, Pa3Pa4PortsOfTheWinningWorkloadPolicy) {
  const std::string ports = "portLevelMtls: {8080: {mode: DISABLE}, '9090': {mode: UNSET}}";
  const std::string winner = a_policy("web", "team-a", kSelector + mode("STRICT") + ", " + ports);
  EXPECT_EQ(World(winner).mode_of(8080), MtlsMode::disable);
  EXPECT_EQ(World(winner).mode_of(9090), MtlsMode::strict);
  EXPECT_EQ(World(winner).mode_of(80), MtlsMode::strict);
  const std::string loser = a_policy("web2", "team-a", kSelector + ports, younger("03"));
  EXPECT_EQ(World(a_policy("web", "team-a", kSelector + mode("STRICT")) + loser).mode_of(8080),
            MtlsMode::strict);
}

TEST(PeerAuthentication, APolicyThatAdmissionRefusesDoesNotExist) {
  EXPECT_EQ(World(a_policy("default", "team-a", mode("STRICTEST"))).mode_of(80), MtlsMode::permissive);
  EXPECT_EQ(World(a_policy("default", "team-a", mode("STRICT") + ", portLevelMtls: {80: {mode: DISABLE}}"))
                .mode_of(80),
            MtlsMode::permissive);
}

TEST(PeerAuthentication, Pa10ClientsLookAtTheNamespaceAndTheMesh) {
  const World world(a_policy("default", "team-a", mode("DISABLE")) +
                    a_policy("web", "team-a", kSelector + mode("STRICT")));
  EXPECT_EQ(world.policies.namespace_mode("team-a").mode, MtlsMode::disable);
  EXPECT_EQ(world.policies.namespace_mode("team-b").mode, MtlsMode::permissive);
}

TEST(PeerAuthentication, Gen1PoliciesOfAnotherRevisionAreNotRead) {
  const std::string text = a_policy("default", "team-a", mode("STRICT"), ", labels: {istio.io/rev: canary}");
  const World world(text);
  EXPECT_EQ(world.mode_of(80), MtlsMode::permissive);
  EXPECT_EQ(PeerAuthentications(*world.inventory, world.config, "canary").mode("team-a", {}, 80).mode,
            MtlsMode::strict);
}

TEST(PeerAuthentication, APolicyWithoutANamespaceMayCount) {
  const MtlsDecision open = World(a_policy("default", "", mode("STRICT"))).port(80);
  EXPECT_EQ(open.uncertain, "whether PeerAuthentication 'default' counts here is not in the input");
  EXPECT_TRUE(open.may_be(MtlsMode::permissive));
  EXPECT_EQ(World(a_policy("default", "", mode("STRICT"))).mode_of(80, ""), MtlsMode::strict);
}

TEST(PeerAuthentication, TheRootNamespaceIsThatOfTheMeshConfiguration) {
  const std::string text = test::a_mesh("rootNamespace: root") + a_policy("default", "root", mode("STRICT"));
  EXPECT_EQ(World(text).mode_of(80), MtlsMode::strict);
}

}  // namespace
}  // namespace kray
