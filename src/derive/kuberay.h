// What the KubeRay operator makes of a Ray object: its pod classes with the labels they will carry.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "derive/pod_class.h"

namespace kray {

// Pod classes of one of the four Ray kinds (specs/kuberay-kubeflow.md A.2, B.1 and section 0).
std::vector<PodClass> ray_pod_classes(const Object& object, const Version& kuberay);

struct OperatorVersion {
  Version version;
  std::string origin;  // where it was taken from, for people: "deploy.yaml:12"
};

// The version of the operator Deployment in the input; nothing if there is none or its image has no
// version in its tag.
std::optional<OperatorVersion> find_operator_version(const Inventory& inventory);

// The RayCluster of the input that a RayJob selects instead of having one made; null if there is none.
const Object* selected_ray_cluster(const Object& job, const Inventory& inventory);

}  // namespace kray
