// Reads every definition of the ConfigMap as istiod lays it over its defaults: a field that is set replaces
// the default as a whole, so an empty message has the zero values of its enumerations.
#include "mesh/mesh_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "cluster/config_views.h"

namespace kray {
namespace {

constexpr std::string_view kControlPlaneNamespace = "istio-system";

void set_text(NodeRef value, std::string& setting) {
  if (!value.text().empty()) setting = std::string(value.text());
}

void add_texts(NodeRef list, std::vector<std::string>& texts) {
  for (const NodeRef item : list.items()) texts.emplace_back(item.text());
}

void set_texts(NodeRef list, std::vector<std::string>& setting) {
  if (list.size() == 0) return;
  setting.clear();
  add_texts(list, setting);
}

PathNormalization path_normalization_of(std::string_view text) {
  if (text == "NONE") return PathNormalization::none;
  if (text == "MERGE_SLASHES") return PathNormalization::merge_slashes;
  if (text == "DECODE_AND_MERGE_SLASHES") return PathNormalization::decode_and_merge_slashes;
  return PathNormalization::base;
}

ProviderKind kind_of(NodeRef provider) {
  if (provider["envoyExtAuthzHttp"]) return ProviderKind::ext_authz_http;
  return provider["envoyExtAuthzGrpc"] ? ProviderKind::ext_authz_grpc : ProviderKind::other;
}

MeshConfig config_of(NodeRef mesh) {
  MeshConfig config;
  set_text(mesh["rootNamespace"], config.root_namespace);
  set_text(mesh["trustDomain"], config.trust_domain);
  add_texts(mesh["trustDomainAliases"], config.trust_domain_aliases);
  for (const NodeRef certificate : mesh["caCertificates"].items())
    add_texts(certificate["trustDomains"], config.ca_trust_domains);
  config.path_normalization = path_normalization_of(mesh["pathNormalization"]["normalization"].text());
  if (const NodeRef value = mesh["enableAutoMtls"]; !value.is_null())
    config.enable_auto_mtls = value.is_true();
  // REGISTRY_ONLY is the enumeration's zero: what a policy without a mode says.
  if (const NodeRef policy = mesh["outboundTrafficPolicy"]; policy.is_mapping())
    config.outbound_registry_only = policy["mode"].is_null() || policy["mode"].text() == "REGISTRY_ONLY";
  set_texts(mesh["defaultServiceExportTo"], config.default_service_export_to);
  set_texts(mesh["defaultVirtualServiceExportTo"], config.default_virtual_service_export_to);
  set_texts(mesh["defaultDestinationRuleExportTo"], config.default_destination_rule_export_to);
  for (const NodeRef selector : mesh["discoverySelectors"].items())
    config.discovery_selectors.push_back(selector);
  for (const NodeRef provider : mesh["extensionProviders"].items())
    config.extension_providers.push_back({std::string(provider["name"].text()), kind_of(provider)});
  config.from_input = true;
  return config;
}

bool same_config(const MeshConfig& a, const MeshConfig& b) {
  const auto simple = [](const MeshConfig& one) {
    return std::tie(one.root_namespace, one.trust_domain, one.trust_domain_aliases, one.ca_trust_domains,
                    one.path_normalization, one.enable_auto_mtls, one.outbound_registry_only,
                    one.default_service_export_to, one.default_virtual_service_export_to,
                    one.default_destination_rule_export_to, one.extension_providers);
  };
  return simple(a) == simple(b) &&
         std::equal(a.discovery_selectors.begin(), a.discovery_selectors.end(), b.discovery_selectors.begin(),
                    b.discovery_selectors.end(), same_value);
}

std::vector<const Object*> config_maps(const Inventory& inventory, std::string_view name) {
  std::vector<const Object*> anywhere;
  for (const Object* map : inventory.all_of_kind("", "ConfigMap")) {
    if (map->name == name && ConfigMapView(*map).data("mesh")) anywhere.push_back(map);
  }
  std::vector<const Object*> in_place;
  std::copy_if(anywhere.begin(), anywhere.end(), std::back_inserter(in_place),
               [](const Object* map) { return map->ns == kControlPlaneNamespace; });
  return in_place.empty() ? anywhere : in_place;
}

}  // namespace

const ExtensionProvider* MeshConfig::find_provider(std::string_view name) const {
  const auto found = std::find_if(extension_providers.begin(), extension_providers.end(),
                                  [name](const ExtensionProvider& one) { return one.name == name; });
  return found == extension_providers.end() ? nullptr : &*found;
}

std::vector<std::string> MeshConfig::accepted_trust_domains() const {
  std::vector<std::string> accepted = {trust_domain};
  accepted.insert(accepted.end(), trust_domain_aliases.begin(), trust_domain_aliases.end());
  accepted.insert(accepted.end(), ca_trust_domains.begin(), ca_trust_domains.end());
  return accepted;
}

MeshConfig read_mesh_config(const Inventory& inventory, MeshTexts& texts, std::string_view revision) {
  const std::string name = revision == "default" ? "istio" : fmt::format("istio-{}", revision);
  MeshConfig first;
  for (const Object* map : config_maps(inventory, name)) {
    const MeshTexts::Parsed mesh = texts.parse(ConfigMapView(*map).data("mesh").text());
    const MeshConfig one = config_of(mesh.root);
    if (!first.from_input) {
      first = one;
    } else if (!same_config(first, one) && first.uncertain.empty()) {
      first.uncertain = fmt::format("ConfigMap '{}' is defined several times, not alike", name);
    }
    if (!mesh.ok) first.uncertain = fmt::format("the text 'mesh' of ConfigMap '{}' is no YAML", name);
  }
  return first;
}

}  // namespace kray
