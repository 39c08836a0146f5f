// Reads the injectors of the input: ConfigMaps istio-sidecar-injector[-REVISION] (`config`, `values`) and
// istio[-REVISION] (`mesh`), the environment of Deployment istiod[-REVISION], and the nodes' kubelets.
//
// Parameters and defaults: specs/istio.md 0.3. What a control plane of revision "default" reads has no
// suffix. The Deployment's ENABLE_NATIVE_SIDECARS is what really counts; the chart copies it from
// the values.
#include <algorithm>
#include <utility>

#include "cluster/version.h"
#include "cluster/views.h"
#include "mesh/annotations.h"
#include "mesh/injector.h"

namespace kray {
namespace {

constexpr std::string_view kInjectorName = "istio-sidecar-injector";

std::string suffix_of(std::string_view revision) {
  return revision == "default" ? std::string() : "-" + std::string(revision);
}

// The revision in a name like "istio-sidecar-injector-canary"; nothing for other names.
std::optional<std::string> revision_in_name(std::string_view name, std::string_view base) {
  if (!name.starts_with(base)) return std::nullopt;
  const std::string_view rest = name.substr(base.size());
  if (rest.empty()) return "default";
  if (rest[0] != '-' || rest.size() == 1) return std::nullopt;
  return std::string(rest.substr(1));
}

std::vector<NodeRef> items_of(NodeRef list) {
  std::vector<NodeRef> items;
  for (const NodeRef item : list.items()) items.push_back(item);
  return items;
}

std::vector<std::string> texts_of(NodeRef list) {
  std::vector<std::string> texts;
  for (const NodeRef item : list.items()) texts.emplace_back(item.text());
  return texts;
}

void set_if_given(NodeRef value, std::string& setting) {
  if (value && value.is_scalar() && !value.is_null()) setting = std::string(value.text());
}

NativeSidecars native_of(std::string_view text) {
  if (text == "true") return NativeSidecars::on;
  return text == "false" ? NativeSidecars::off : NativeSidecars::automatic;
}

void read_config(NodeRef config, Injector& injector) {
  // An unquoted `off` is a boolean, which the string becomes "false": no known policy.
  if (const NodeRef policy = config["policy"]; policy.kind() == NodeKind::boolean) {
    injector.policy = policy.is_true() ? "true" : "false";
  } else {
    injector.policy = std::string(policy.text());
  }
  injector.never_selectors = items_of(config["neverInjectSelector"]);
  injector.always_selectors = items_of(config["alwaysInjectSelector"]);
  if (config["defaultTemplates"].size() > 0)
    injector.default_templates = texts_of(config["defaultTemplates"]);
  for (const Field field : config["aliases"].fields())
    injector.aliases[std::string(field.key.text())] = texts_of(field.value);
  for (const Field field : config["templates"].fields()) injector.templates.emplace(field.key.text());
}

void read_values(NodeRef values, Injector& injector) {
  const NodeRef proxy = values["global"]["proxy"];
  TrafficSettings& traffic = injector.traffic;
  set_if_given(proxy["includeInboundPorts"], traffic.include_inbound);
  set_if_given(proxy["excludeInboundPorts"], traffic.exclude_inbound);
  set_if_given(proxy["includeOutboundPorts"], traffic.include_outbound_ports);
  set_if_given(proxy["excludeOutboundPorts"], traffic.exclude_outbound_ports);
  set_if_given(proxy["includeIPRanges"], traffic.include_outbound_ranges);
  set_if_given(proxy["excludeIPRanges"], traffic.exclude_outbound_ranges);
  set_if_given(proxy["statusPort"], injector.status_port);
  injector.uses_cni = values["pilot"]["cni"]["enabled"].is_true() || values["istio_cni"]["enabled"].is_true();
  injector.native = native_of(values["pilot"]["env"]["ENABLE_NATIVE_SIDECARS"].text());
}

const Object* find_object(std::span<const Object* const> objects, std::string_view name,
                          std::string_view ns) {
  const auto found = std::find_if(objects.begin(), objects.end(),
                                  [&](const Object* one) { return one->name == name && one->ns == ns; });
  return found == objects.end() ? nullptr : *found;
}

void read_mesh(const Inventory& inventory, MeshTexts& texts, Injector& injector) {
  const Object* map =
      find_object(inventory.of_kind("", "ConfigMap"), "istio" + suffix_of(injector.revision), injector.ns);
  if (map == nullptr) return;
  const MeshTexts::Parsed mesh = texts.parse(map->node["data"]["mesh"].text());
  const ProxyConfigText proxy = read_proxy_config(mesh.root["defaultConfig"]);
  // A control plane that cannot read its mesh configuration does not come up.
  if (!mesh.ok || !proxy.ok) injector.is_readable = false;
  if (!proxy.interception.empty()) injector.traffic.mode = proxy.interception;
}

void read_environment(const Inventory& inventory, Injector& injector) {
  const Object* istiod = find_object(inventory.of_kind("apps", "Deployment"),
                                     "istiod" + suffix_of(injector.revision), injector.ns);
  if (istiod == nullptr) return;
  for (const NodeRef container : pod_template_of(*istiod).containers().items()) {
    for (const NodeRef variable : container["env"].items()) {
      if (variable["name"].text() == "ENABLE_NATIVE_SIDECARS")
        injector.native = native_of(variable["value"].text());
    }
  }
}

bool same_values(const std::vector<NodeRef>& a, const std::vector<NodeRef>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_value);
}

bool same_settings(const Injector& a, const Injector& b) {
  const auto simple = [](const Injector& one) {
    const TrafficSettings& traffic = one.traffic;
    return std::tie(one.policy, one.default_templates, one.aliases, one.templates, one.status_port,
                    one.uses_cni, one.is_readable, traffic.include_inbound, traffic.exclude_inbound,
                    traffic.include_outbound_ports, traffic.exclude_outbound_ports);
  };
  return simple(a) == simple(b) && same_values(a.never_selectors, b.never_selectors) &&
         same_values(a.always_selectors, b.always_selectors);
}

Injector read_injector(const Object& map, std::string revision, MeshTexts& texts) {
  Injector injector;
  injector.revision = std::move(revision);
  injector.ns = map.ns;
  injector.policy_place = map.node["data"]["config"].key_place();
  const MeshTexts::Parsed config = texts.parse(map.node["data"]["config"].text());
  const MeshTexts::Parsed values = texts.parse(map.node["data"]["values"].text());
  injector.is_readable = config.ok && values.ok && config.root.is_mapping();
  read_config(config.root, injector);
  read_values(values.root, injector);
  return injector;
}

// Of "v1.33.1" whether it is at least 1.33.
bool runs_native_sidecars(std::string_view kubelet) {
  const std::optional<Version> version = parse_version(kubelet);
  return version && *version >= Version{1, 33, 0};
}

}  // namespace

const Injector& InjectorSettings::find(std::string_view revision, std::string_view ns) const {
  for (const bool any_namespace : {false, true}) {
    for (const Injector& one : injectors) {
      if (one.revision == revision && (one.ns == ns || (any_namespace && (ns.empty() || one.ns.empty()))))
        return one;
    }
  }
  return fallback;
}

InjectorSettings read_injectors(const Inventory& inventory, MeshTexts& texts) {
  InjectorSettings settings;
  for (const Object* map : inventory.of_kind("", "ConfigMap")) {
    std::optional<std::string> revision = revision_in_name(map->name, kInjectorName);
    if (!revision || !map->node["data"]["config"]) continue;
    Injector injector = read_injector(*map, std::move(*revision), texts);
    read_mesh(inventory, texts, injector);
    read_environment(inventory, injector);
    const auto same = std::find_if(
        settings.injectors.begin(), settings.injectors.end(),
        [&](const Injector& one) { return one.revision == injector.revision && one.ns == injector.ns; });
    if (same == settings.injectors.end()) {
      settings.has_cni = settings.has_cni || injector.uses_cni;
      settings.injectors.push_back(std::move(injector));
    } else if (!same_settings(*same, injector)) {
      same->variants_differ = true;
    }
  }
  for (const Object* map : inventory.of_kind("", "ConfigMap")) {
    if (map->name == "istio-cni-config") settings.has_cni = settings.fallback.uses_cni = true;
  }
  for (const Object* node : inventory.of_kind("", "Node")) {
    settings.nodes[std::string(node->name)] =
        runs_native_sidecars(node->node["status"]["nodeInfo"]["kubeletVersion"].text());
  }
  return settings;
}

}  // namespace kray
