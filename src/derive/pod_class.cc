// Collects pod classes object by object.
#include "derive/pod_class.h"

#include <fmt/format.h>

#include <utility>

#include "derive/kuberay.h"
#include "derive/notebook.h"
#include "derive/shaped_pods.h"

namespace kray {

std::string PodClass::id() const {
  std::string text = object->ns.empty() ? "-" : object->ns;
  if (!object->is("", "Pod")) text += fmt::format("/{}", object->kind);
  text += fmt::format("/{}", object->name);
  if (!group.empty()) text += "/" + group;
  return text;
}

std::string PodClass::describe() const {
  const std::string maker = fmt::format("{} '{}'", object->kind, object->name);
  switch (role) {
    case PodRole::other: return group.empty() ? maker : fmt::format("{} of {}", group, maker);
    case PodRole::ray_head: return "head group of " + maker;
    case PodRole::ray_worker: return fmt::format("worker group '{}' of {}", group, maker);
    case PodRole::ray_submitter: return "submitter of " + maker;
    case PodRole::ray_redis_cleanup: return "Redis cleanup of " + maker;
  }
  return maker;
}

std::vector<PodClass> pod_classes(const Inventory& inventory, const Version& kuberay) {
  std::vector<PodClass> classes;
  for (const Object& object : inventory.objects()) {
    if (is_ray_kind(object)) {
      for (PodClass& one : ray_pod_classes(object, kuberay)) classes.push_back(std::move(one));
    } else if (const PodTemplate pod_template = pod_template_of(object)) {
      classes.push_back({.object = &object,
                         .pod_template = pod_template,
                         .role = PodRole::other,
                         .group = {},
                         .labels = labels_of(pod_template.metadata["labels"]),
                         .group_spec = {},
                         .group_labels = {}});
    } else {
      std::vector<PodClass> others = notebook_pod_classes(object);
      if (others.empty()) others = pod_classes_by_shape(object);
      for (PodClass& one : others) classes.push_back(std::move(one));
    }
  }
  return classes;
}

}  // namespace kray
