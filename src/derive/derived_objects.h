// All objects that controllers make of the input: KubeRay's operator, Kubeflow's profile and notebook
// controllers. Engines look at them as at those of the input (Inventory::all_of_kind).
#pragma once

#include <vector>

#include "cluster/inventory.h"
#include "derive/ray_settings.h"

namespace kray {

// For Inventory::add_derived, in input order of what they are made for.
std::vector<DerivedManifest> derive_objects(const Inventory& inventory, const KubeRaySettings& settings);

}  // namespace kray
