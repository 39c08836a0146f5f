// Everything a check may look at.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "checks/ineffective_suppression.h"
#include "cluster/inventory.h"
#include "derive/kuberay_operator.h"
#include "derive/pod_class.h"
#include "manifest/document.h"
#include "mesh/injection.h"

namespace kray {

struct CheckContext {
  const std::vector<ManifestFile>& files;
  const Inventory& inventory;
  const std::vector<PodClass>& pods;
  const std::vector<InjectionDecision>& injection;  // of pods, same order
  std::string default_namespace;                    // of -n; empty if not given
  // Known to the check that runs last; empty for all others.
  std::span<const IneffectiveSuppression> ineffective_suppressions = {};
  KubeRayKnowledge kuberay = {};
};

}  // namespace kray
