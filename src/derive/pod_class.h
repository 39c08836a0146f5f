// Pod classes: the sets of identical pods that the workloads of the input make.
//
// Reachability and rules look at pod classes, never at replicas. A class is named as design section 7
// says: "NS/NAME" for a Pod, else "NS/Kind/NAME[/GROUP]".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory.h"
#include "cluster/version.h"
#include "cluster/views.h"

namespace kray {

enum class PodRole : uint8_t { other, ray_head, ray_worker, ray_submitter };

struct PodClass {
  const Object* object = nullptr;  // what makes the pods
  PodTemplate pod_template;
  PodRole role = PodRole::other;
  std::string group;     // "head", a worker group's name, "submitter"; empty for others
  Labels labels;         // of the running pods, before injection
  NodeRef group_spec;    // headGroupSpec or the worker group; nothing for others
  NodeRef group_labels;  // of the group itself, where the operator merges them over the template's

  // Where the running pod's label comes from; nothing for labels that the operator adds.
  NodeRef label(std::string_view key) const {
    const NodeRef of_group = group_labels[key];
    return of_group ? of_group : pod_template.label(key);
  }

  bool is_ray_node() const { return role == PodRole::ray_head || role == PodRole::ray_worker; }
  std::string id() const;
  // "head group of RayCluster 'demo'", "Deployment 'web'".
  std::string describe() const;
};

// Every pod class of the inventory, in input order; within a Ray object head, workers, submitter.
std::vector<PodClass> pod_classes(const Inventory& inventory, const Version& kuberay);

}  // namespace kray
