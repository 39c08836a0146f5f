// What Kubeflow's profile controller makes of a Profile, beside the Namespace that Inventory knows.
#pragma once

#include <string>
#include <vector>

#include "cluster/inventory.h"

namespace kray {

// Who may reach the namespace of a Profile: the settings of the profile controller.
struct ProfileSettings {
  std::string gateway_principal;              // env ISTIO_INGRESS_GATEWAY_PRINCIPAL
  std::string pipelines_principal;            // env KFP_UI_PRINCIPAL
  std::string notebook_controller_principal;  // env NOTEBOOK_CONTROLLER_PRINCIPAL
  std::string user_header = "kubeflow-userid";
  std::string user_prefix;  // before the owner's name in that header
};

// Those of the controller in the input, Kubeflow's own where it says nothing.
ProfileSettings find_profile_settings(const Inventory& inventory);

// ServiceAccounts, RoleBindings, the AuthorizationPolicy of the owner and the ResourceQuota
// (specs/kuberay-kubeflow.md E.1). Nothing for a Profile whose namespace the input gives to somebody else.
std::vector<DerivedManifest> profile_manifests(const Object& profile, const Inventory& inventory,
                                               const ProfileSettings& settings);

}  // namespace kray
