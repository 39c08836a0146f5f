// What the mesh's ConfigMap says, and what holds where it says nothing.
#include "mesh/mesh_config.h"

#include <gtest/gtest.h>

#include "mesh/mesh_fixture.h"

namespace kray {
namespace {

using test::a_config_map;
using test::a_mesh;
using test::LoadedInventory;

// Lives as long as the selectors that the configuration points to.
struct Read {
  explicit Read(const std::string& text, std::string_view revision = "default")
      : inventory(text), config(read_mesh_config(*inventory, texts, revision)) {}
  const MeshConfig* operator->() const { return &config; }

  LoadedInventory inventory;
  MeshTexts texts;
  MeshConfig config;
};

TEST(MeshConfig, DefaultsOfAnInstallThatIsNotInTheInput) {
  const Read mesh(test::a_pod());
  EXPECT_FALSE(mesh->from_input);
  EXPECT_EQ(mesh->root_namespace, "istio-system");
  EXPECT_EQ(mesh->trust_domain, "cluster.local");
  EXPECT_EQ(mesh->path_normalization, PathNormalization::base);
  EXPECT_TRUE(mesh->enable_auto_mtls);
  EXPECT_FALSE(mesh->outbound_registry_only);
  EXPECT_EQ(mesh->default_service_export_to, std::vector<std::string>{"*"});
  EXPECT_TRUE(mesh->discovery_selectors.empty());
  EXPECT_TRUE(mesh->uncertain.empty());
}

TEST(MeshConfig, EveryFieldThatIsRead) {
  const Read mesh(a_mesh(R"(rootNamespace: mesh-config
trustDomain: corp.example
trustDomainAliases: [old.example]
caCertificates: [{pem: x, trustDomains: [partner.example]}]
pathNormalization: {normalization: DECODE_AND_MERGE_SLASHES}
enableAutoMtls: false
outboundTrafficPolicy: {mode: REGISTRY_ONLY}
defaultServiceExportTo: [".", edge]
defaultVirtualServiceExportTo: ["."]
defaultDestinationRuleExportTo: ["~"]
discoverySelectors: [{matchLabels: {mesh: "on"}}]
extensionProviders:
- {name: opa, envoyExtAuthzGrpc: {service: opa.opa, port: 9191}}
- {name: login, envoyExtAuthzHttp: {service: login.auth, port: 80}}
- {name: traces, zipkin: {service: z, port: 9411}})"));
  EXPECT_TRUE(mesh->from_input);
  EXPECT_EQ(mesh->root_namespace, "mesh-config");
  EXPECT_EQ(mesh->accepted_trust_domains(),
            (std::vector<std::string>{"corp.example", "old.example", "partner.example"}));
  EXPECT_EQ(mesh->path_normalization, PathNormalization::decode_and_merge_slashes);
  EXPECT_FALSE(mesh->enable_auto_mtls);
  EXPECT_TRUE(mesh->outbound_registry_only);
  EXPECT_EQ(mesh->default_service_export_to, (std::vector<std::string>{".", "edge"}));
  EXPECT_EQ(mesh->default_virtual_service_export_to, std::vector<std::string>{"."});
  EXPECT_EQ(mesh->default_destination_rule_export_to, std::vector<std::string>{"~"});
  EXPECT_EQ(mesh->discovery_selectors.size(), 1U);
  EXPECT_EQ(mesh->find_provider("opa")->kind, ProviderKind::ext_authz_grpc);
  EXPECT_EQ(mesh->find_provider("login")->kind, ProviderKind::ext_authz_http);
  EXPECT_EQ(mesh->find_provider("traces")->kind, ProviderKind::other);
  EXPECT_EQ(mesh->find_provider("none"), nullptr);
}

TEST(MeshConfig, WordsForThePathNormalization) {
  const auto of = [](const std::string& word) {
    return Read(a_mesh("pathNormalization: {normalization: " + word + "}"))->path_normalization;
  };
  EXPECT_EQ(of("NONE"), PathNormalization::none);
  EXPECT_EQ(of("BASE"), PathNormalization::base);
  EXPECT_EQ(of("DEFAULT"), PathNormalization::base);
  EXPECT_EQ(of("MERGE_SLASHES"), PathNormalization::merge_slashes);
}

TEST(MeshConfig, EachRevisionHasItsOwn) {
  const std::string text = a_mesh("trustDomain: a") + a_mesh("trustDomain: b", "-canary");
  EXPECT_EQ(Read(text)->trust_domain, "a");
  EXPECT_EQ(Read(text, "canary")->trust_domain, "b");
  EXPECT_EQ(Read(text, "other")->trust_domain, "cluster.local");
}

TEST(MeshConfig, AConfigMapElsewhereCountsIfThereIsNoOther) {
  const std::string elsewhere =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: mesh}\n"
      "data: {mesh: 'trustDomain: elsewhere'}\n";
  EXPECT_EQ(Read(elsewhere)->trust_domain, "elsewhere");
  EXPECT_EQ(Read(elsewhere + a_mesh("trustDomain: a"))->trust_domain, "a");
}

TEST(MeshConfig, DefinitionsThatDifferAreSaidToDoSo) {
  EXPECT_EQ(Read(a_mesh("trustDomain: a") + a_mesh("trustDomain: b"))->uncertain,
            "ConfigMap 'istio' is defined several times, not alike");
  EXPECT_EQ(Read(a_mesh("trustDomain: a") + a_mesh("{trustDomain: a, accessLogFile: x}"))->uncertain, "");
  EXPECT_NE(Read(a_mesh("discoverySelectors: [{matchLabels: {a: b}}]") +
                 a_mesh("discoverySelectors: [{matchLabels: {a: c}}]"))
                ->uncertain,
            "");
  EXPECT_EQ(Read(a_mesh("a: [b"))->uncertain, "the text 'mesh' of ConfigMap 'istio' is no YAML");
}

}  // namespace
}  // namespace kray
