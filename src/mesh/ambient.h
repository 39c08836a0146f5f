// Ambient mode: whether a pod's traffic goes through the node's ztunnel instead of a sidecar.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory.h"
#include "cluster/labels.h"
#include "derive/pod_class.h"
#include "mesh/injection.h"

namespace kray {

struct AmbientSettings {
  bool is_enabled = false;  // in the CNI plugin
  std::vector<std::string> excluded_namespaces = {"kube-system"};
};

// From ConfigMap istio-cni-config (AMBIENT_ENABLED, EXCLUDE_NAMESPACES); off if the input has none.
AmbientSettings read_ambient_settings(const Inventory& inventory);

struct AmbientPod {
  std::string_view ns;
  const Labels& labels;
  bool host_network = false;
  bool has_sidecar_status = false;  // annotation sidecar.istio.io/status, whatever its value
};

// With the namespace's labels known.
bool is_enrolled(const AmbientPod& pod, const Labels& namespace_labels, const AmbientSettings& settings);

// For a pod class, after injection; unknown where the namespace's labels or the injection are.
Answer decide_ambient(const PodClass& pods, const Inventory& inventory, const InjectionDecision& injection,
                      const AmbientSettings& settings);

// INJ-18: annotation ambient.istio.io/bypass-inbound-capture says so; other values than Go's booleans
// say nothing.
bool bypasses_inbound_capture(const Labels& annotations);

}  // namespace kray
