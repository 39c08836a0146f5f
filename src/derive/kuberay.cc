// Ray pods as pod classes, from the derivation of ray_objects.h: labels as the operator sets them,
// whether or not it would come to make the pods.
#include "derive/kuberay.h"

#include <fmt/format.h>

#include <utility>

#include "derive/ray_objects.h"

namespace kray {
namespace {

PodRole role_of(const DerivedPod& pod) {
  switch (pod.role) {
    case RayPodRole::head: return PodRole::ray_head;
    case RayPodRole::worker: return PodRole::ray_worker;
    case RayPodRole::submitter: return PodRole::ray_submitter;
    case RayPodRole::redis_cleanup: return PodRole::ray_redis_cleanup;
  }
  return PodRole::other;
}

// The head's group is "headgroup" to the operator, but `head` to people (design section 7).
std::string group_of(const DerivedPod& pod) {
  return pod.role == RayPodRole::worker ? pod.group : std::string(to_string(pod.role));
}

}  // namespace

std::vector<PodClass> ray_pod_classes(const Object& object, const Version& kuberay) {
  KubeRaySettings settings;
  settings.version = kuberay;
  std::vector<PodClass> classes;
  for (DerivedPod& pod : ray_pods_as_written(object, settings)) {
    classes.push_back({.object = &object,
                       .pod_template = pod.pod_template,
                       .role = role_of(pod),
                       .group = group_of(pod),
                       .labels = std::move(pod.labels),
                       .group_spec = pod.group_spec,
                       .group_labels = pod.group_labels,
                       .service_account = std::move(pod.service_account_name)});
  }
  return classes;
}

const Object* selected_ray_cluster(const Object& job, const Inventory& inventory) {
  const std::string_view name = job.spec()["clusterSelector"]["ray.io/cluster"].text();
  if (name.empty()) return nullptr;
  for (const Object* cluster : inventory.of_kind("ray.io", "RayCluster")) {
    if (cluster->name == name && may_share_namespace(*cluster, job)) return cluster;
  }
  return nullptr;
}

std::optional<OperatorVersion> find_operator_version(const Inventory& inventory) {
  for (const Object* deployment : inventory.of_kind("apps", "Deployment")) {
    for (const NodeRef container : pod_template_of(*deployment).containers().items()) {
      const std::string_view image = container["image"].text();
      const size_t repository = image.find("kuberay/operator:");
      if (repository == std::string_view::npos) continue;
      const std::optional<Version> version = parse_version(image.substr(image.find(':', repository) + 1));
      if (!version) continue;
      const Place place = container["image"].place();
      return OperatorVersion{
          *version, fmt::format("{}:{}", place.file->path, place.file->lines().line_of(place.begin))};
    }
  }
  return std::nullopt;
}

}  // namespace kray
