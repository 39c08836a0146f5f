// The KubeRay operators of the input: where they run, as whom, and how they are set up.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory.h"
#include "cluster/views.h"
#include "derive/ray_settings.h"

namespace kray {

struct KubeRayOperator {
  const Object* deployment = nullptr;
  PodTemplate pod_template;
  NodeRef container;               // that runs the operator
  std::optional<Version> version;  // nothing if the image's tag has none
  KubeRaySettings settings;        // of its environment; `version` only if there is one

  std::string_view service_account() const;
  // Value of an environment variable; nothing if it is not set.
  NodeRef env(std::string_view name) const;
  // Names of the namespaces whose Ray objects it looks at; empty: all.
  std::vector<std::string> watched_namespaces() const;
};

// Deployments that run KubeRay's image, a mirror of it, or carry the labels of its chart.
std::vector<KubeRayOperator> find_kuberay_operators(const Inventory& inventory);

// What a run knows of the operator that will read its Ray objects.
struct KubeRayKnowledge {
  KubeRaySettings settings;
  bool version_is_certain = false;    // from the input or an option; else what Kubeflow ships is assumed
  bool settings_are_certain = false;  // the operator is in the input
};

}  // namespace kray
