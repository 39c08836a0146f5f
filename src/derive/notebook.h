// What Kubeflow's notebook controller makes of a Notebook: one pod class.
#pragma once

#include <vector>

#include "derive/pod_class.h"

namespace kray {

// Nothing for other kinds, and for a Notebook without a pod spec.
std::vector<PodClass> notebook_pod_classes(const Object& object);

}  // namespace kray
