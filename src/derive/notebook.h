// What Kubeflow's notebook controller makes of a Notebook: one pod class, the Service before it and the
// VirtualService that leads to it from Kubeflow's gateway.
#pragma once

#include <string>
#include <vector>

#include "derive/pod_class.h"

namespace kray {

// Nothing for other kinds, and for a Notebook without a pod spec.
std::vector<PodClass> notebook_pod_classes(const Object& object);

// Settings of the notebook controller.
struct NotebookSettings {
  bool uses_istio = true;                             // env USE_ISTIO, without it there is no VirtualService
  std::string gateway = "kubeflow/kubeflow-gateway";  // env ISTIO_GATEWAY
  std::string host = "*";                             // env ISTIO_HOST
  std::string cluster_domain = "cluster.local";       // env CLUSTER_DOMAIN
};

// Those of the controller in the input, Kubeflow's own where it says nothing.
NotebookSettings find_notebook_settings(const Inventory& inventory);

// The Service and the VirtualService (specs/kuberay-kubeflow.md F.1).
std::vector<DerivedManifest> notebook_manifests(const Object& notebook, const NotebookSettings& settings);

}  // namespace kray
