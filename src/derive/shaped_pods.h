// Pod templates in kinds that nobody here knows, found by their shape: Argo Rollouts, Kubeflow's training
// jobs, LeaderWorkerSets, InferenceServices, …
#pragma once

#include <vector>

#include "derive/pod_class.h"

namespace kray {

// Nothing for Kubernetes' own kinds, for Ray objects and Notebooks, and for objects without such templates.
std::vector<PodClass> pod_classes_by_shape(const Object& object);

}  // namespace kray
