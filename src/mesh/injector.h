// Istio's injectors: their configuration, whether one takes a pod, and what it makes of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory.h"
#include "cluster/labels.h"
#include "mesh/capture.h"
#include "mesh/mesh_text.h"

namespace kray {

enum class NativeSidecars : uint8_t { off, on, automatic };

// One control plane's injector. The defaults are those of a default install.
struct Injector {
  std::string revision = "default";
  std::string ns = "istio-system";

  std::string policy = "enabled";        // exact: everything but "enabled" and "disabled" never injects
  std::vector<NodeRef> never_selectors;  // LabelSelectors; each list is an "or"
  std::vector<NodeRef> always_selectors;
  std::vector<std::string> default_templates = {"sidecar"};
  std::map<std::string, std::vector<std::string>, std::less<>> aliases;
  std::set<std::string, std::less<>> templates;  // empty: the built-in ones

  TrafficSettings traffic;  // of values global.proxy, and the mesh's interceptionMode ("NONE" too)
  std::string status_port = "15020";
  bool uses_cni = false;  // pods get istio-validation in place of istio-init
  NativeSidecars native = NativeSidecars::automatic;

  bool is_readable = true;       // false: its texts are no YAML
  bool variants_differ = false;  // the input defines it several times, not alike
  Place policy_place;            // of the ConfigMap's `config`; nowhere for a default install
};

struct InjectorSettings {
  std::vector<Injector> injectors;
  Injector fallback;     // of a control plane whose ConfigMap is not in the input: a default install's
  bool has_cni = false;  // some injector relies on the CNI plugin, or the plugin's ConfigMap is in the input
  std::map<std::string, bool, std::less<>> nodes;  // known nodes: kubelet is at least 1.33

  // The injector of a webhook's control plane.
  const Injector& find(std::string_view revision, std::string_view ns) const;
};

// `texts` keeps the parsed texts of ConfigMaps.
InjectorSettings read_injectors(const Inventory& inventory, MeshTexts& texts);

// A pod on its way through the injectors.
struct PodState {
  std::string ns;
  bool host_network = false;
  std::string node_name;
  Labels labels;
  Labels annotations;
  bool has_proxy = false;         // istio-proxy among the containers
  bool has_native_proxy = false;  // among the init containers
  std::string proxy_type;         // second argument of istio-proxy: "sidecar", "router"
  bool has_istio_init = false;
  bool has_validation = false;
  TrafficSettings init;  // arguments of istio-init
};

PodState pod_state(std::string_view ns, const Labels& labels, NodeRef annotations, NodeRef spec);

enum class Decline : uint8_t {
  host_network,
  ignored_namespace,
  label_false,
  annotation_false,
  never_selector,
  policy,
};
// Stage B; nothing: it injects.
std::optional<Decline> declines(const Injector& injector, const PodState& pod);
bool is_ignored_namespace(std::string_view ns);

enum class ProxyKind : uint8_t {
  none,
  sidecar,
  router,      // template "gateway": takes no traffic of the pod's
  grpc_agent,  // serves gRPC libraries in the pod, takes no traffic
  unknown,     // of a template that is not built in
};

// What one injector makes of a pod; the pod is refused if `refusal` is not empty.
struct Injected {
  std::string refusal;
  std::string refused_annotation;  // the first one to blame
  ProxyKind proxy = ProxyKind::none;
};
// `nodes_are_new`: the answer of native mode "auto" where nodes are asked.
Injected inject(const Injector& injector, bool nodes_are_new, PodState& pod);

// Whether every node that counts for the pod runs native sidecars; nothing if no node is known.
std::optional<bool> nodes_run_native_sidecars(const InjectorSettings& settings, const PodState& pod);

}  // namespace kray
