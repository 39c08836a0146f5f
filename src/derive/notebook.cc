// specs/kuberay-kubeflow.md F.1: the template of a Notebook has only a spec. Labels and annotations of the
// pods are those of the Notebook itself, with `statefulset` and `notebook-name` added.
#include "derive/notebook.h"

#include <string>
#include <utility>

namespace kray {

std::vector<PodClass> notebook_pod_classes(const Object& object) {
  const NodeRef spec = object.spec()["template"]["spec"];
  if (!object.is("kubeflow.org", "Notebook") || !spec) return {};
  Labels labels = labels_of(object.metadata()["labels"]);
  labels.insert_or_assign("statefulset", std::string(object.name));
  labels.insert_or_assign("notebook-name", std::string(object.name));
  return {{.object = &object,
           .pod_template = {object.metadata(), spec},
           .role = PodRole::other,
           .group = {},
           .labels = std::move(labels),
           .group_spec = {},
           .group_labels = {}}};
}

}  // namespace kray
