// Pod classes: the sets of identical pods that the workloads of the input make.
//
// Kinds that nobody here knows count too where they carry a pod template by its shape; what their
// controller adds to the pods is then not known.
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

enum class PodRole : uint8_t { other, ray_head, ray_worker, ray_submitter, ray_redis_cleanup };

struct PodClass {
  const Object* object = nullptr;  // what makes the pods
  PodTemplate pod_template;        // nothing for the submitter that KubeRay makes up itself
  PodRole role = PodRole::other;
  // "head", a worker group's name, "submitter", "redis-cleanup"; for kinds that nobody here knows the path
  // of the template below `spec` ("pytorchReplicaSpecs/Worker"); else empty.
  std::string group;
  Labels labels;         // of the running pods, before injection
  NodeRef group_spec;    // headGroupSpec or the worker group; nothing for others
  NodeRef group_labels;  // of the group itself, where the operator merges them over the template's
  // False: the controller may add labels, or leave some out. No finding can rest on a label that such pods
  // have or lack.
  bool labels_are_certain = true;
  std::string service_account = {};  // that the operator gives Ray's pods; empty: the template's

  // Where the running pod's label comes from; nothing for labels that the operator adds.
  NodeRef label(std::string_view key) const {
    const NodeRef of_group = group_labels[key];
    return of_group ? of_group : pod_template.label(key);
  }

  // Its template is the head's, and what that says is said of the head.
  bool shares_template() const { return role == PodRole::ray_redis_cleanup; }
  bool is_ray_node() const { return role == PodRole::ray_head || role == PodRole::ray_worker; }
  std::string id() const;
  // "head group of RayCluster 'demo'", "Deployment 'web'".
  std::string describe() const;
};

// Every pod class of the inventory, in input order; within a Ray object head, workers, the pod that
// cleans up Redis, submitter.
std::vector<PodClass> pod_classes(const Inventory& inventory, const Version& kuberay);

}  // namespace kray
