// What the KubeRay operator makes, as manifests: Services, Ingresses, Gateways with their routes,
// NetworkPolicies, ServiceAccounts, Roles with their bindings.
#pragma once

#include <vector>

#include "cluster/inventory.h"
#include "derive/ray_objects.h"

namespace kray {

// `object` is the Ray object that it was derived from. Objects that the API server refuses and
// NetworkPolicies that nobody makes are left out; so are pods, which are pod classes, and Secrets.
std::vector<DerivedManifest> ray_manifests(const Object& object, const RayDerivation& made);

}  // namespace kray
