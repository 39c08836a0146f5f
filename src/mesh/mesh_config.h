// What a control plane is told about the mesh as a whole: ConfigMap istio[-REVISION], key `mesh`.
//
// Parameters and defaults: specs/istio.md 0.3. What the ConfigMap does not set, or what there is no
// ConfigMap for, is what a default install has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory.h"
#include "mesh/mesh_text.h"

namespace kray {

enum class PathNormalization : uint8_t { none, base, merge_slashes, decode_and_merge_slashes };  // AP-14

enum class ProviderKind : uint8_t { ext_authz_http, ext_authz_grpc, other };

// AP-21: what `provider.name` of a CUSTOM policy names.
struct ExtensionProvider {
  std::string name;
  ProviderKind kind = ProviderKind::other;
  friend bool operator==(const ExtensionProvider&, const ExtensionProvider&) = default;
};

struct MeshConfig {
  std::string root_namespace = "istio-system";
  std::string trust_domain = "cluster.local";
  std::vector<std::string> trust_domain_aliases;
  std::vector<std::string> ca_trust_domains;  // of all caCertificates
  PathNormalization path_normalization = PathNormalization::base;
  bool enable_auto_mtls = true;
  bool outbound_registry_only = false;  // outboundTrafficPolicy REGISTRY_ONLY: unknown hosts are refused
  // Who sees what has no exportTo of its own: "*", ".", "~" or namespaces.
  std::vector<std::string> default_service_export_to = {"*"};
  std::vector<std::string> default_virtual_service_export_to = {"*"};
  std::vector<std::string> default_destination_rule_export_to = {"*"};
  std::vector<NodeRef> discovery_selectors;  // LabelSelectors, an "or"; empty: all namespaces (GEN-2)
  std::vector<ExtensionProvider> extension_providers;

  bool from_input = false;  // false: the input has no such ConfigMap
  // Not empty: why none of the above can be relied on, as a clause ("ConfigMap 'istio' is defined several
  // times, not alike"). What stands above is then the first definition's.
  std::string uncertain;

  const ExtensionProvider* find_provider(std::string_view name) const;  // null: none
  // Those whose certificates the TLS layer accepts (2.6): the own one, aliases, those of caCertificates.
  std::vector<std::string> accepted_trust_domains() const;
};

// Of the ConfigMap in istio-system or, if there is none, of that name wherever it is. `texts` keeps the
// discovery selectors.
MeshConfig read_mesh_config(const Inventory& inventory, MeshTexts& texts,
                            std::string_view revision = "default");

}  // namespace kray
