// Whether the cluster that the input describes is one of Kubeflow's, and what the input says of its Profiles.
#pragma once

#include <string_view>

#include "checks/context.h"

namespace kray {

// Profiles, Notebooks, the profile controller or the CRD of Profiles are in the input, or pods run as one of
// the service accounts that only a Profile makes (specs/kuberay-kubeflow.md E.1).
bool uses_kubeflow(const CheckContext& context);

// "default-editor" and "default-viewer": they exist where a Profile made the namespace.
bool is_profile_account(std::string_view service_account);

}  // namespace kray
