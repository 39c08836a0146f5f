// Labels of Ray pods as the operator sets them.
//
// specs/kuberay-kubeflow.md B.1: the template's labels first, then the operator's; users can override
// all of the operator's but node-type, group and cluster. Section 0, A.2: from operator 1.5 on, the
// labels of a group are merged too and beat the template's; older operators drop that field.
// Section 0, B.10: the cluster of a RayJob or RayService has a random name.
#include "derive/kuberay.h"

#include <fmt/format.h>

#include <cctype>
#include <utility>

namespace kray {
namespace {

constexpr Version kGroupLabelsSince{1, 5, 0};
constexpr Version kShortClusterNamesSince{1, 4, 0};
constexpr size_t kLongestLabel = 63;

// Random parts are written "xxxxx": no selector that names a cluster can match them.
std::string cluster_name(const Object& object, const Version& kuberay) {
  std::string own_name(object.name);
  if (object.metadata()["name"].text().empty()) own_name += "xxxxx";  // metadata.generateName
  if (object.kind == "RayCluster") return own_name;
  // The RayJob that a RayCronJob makes has a random name of its own.
  if (object.kind == "RayCronJob") return fmt::format("{}-xxxxx-xxxxx", own_name);
  const bool brief = kuberay >= kShortClusterNamesSince;
  return fmt::format("{}{}-xxxxx", own_name, brief ? "" : "-raycluster");
}

// The operator's CheckLabel: the last 63 characters, punctuation at their beginning written as 'r'.
std::string shortened_label(std::string text) {
  if (text.size() > kLongestLabel) text.erase(0, text.size() - kLongestLabel);
  if (!text.empty() && std::ispunct(static_cast<unsigned char>(text.front())) != 0) text.front() = 'r';
  return text;
}

// The labels of a group, where the operator merges them into those of its pods.
NodeRef group_labels_of(NodeRef group_spec, const Version& kuberay) {
  return kuberay >= kGroupLabelsSince ? group_spec["labels"] : NodeRef();
}

Labels ray_labels(const PodTemplate& pod_template, NodeRef group_labels, const std::string& cluster,
                  std::string_view node_type, std::string_view group) {
  Labels labels = labels_of(pod_template.metadata["labels"]);
  for (auto& [key, value] : labels_of(group_labels)) labels.insert_or_assign(key, value);
  labels.insert_or_assign("ray.io/cluster", cluster);
  labels.insert_or_assign("ray.io/node-type", std::string(node_type));
  labels.insert_or_assign("ray.io/group", std::string(group));
  labels.try_emplace("ray.io/is-ray-node", "yes");
  labels.try_emplace("ray.io/identifier", shortened_label(fmt::format("{}-{}", cluster, node_type)));
  labels.try_emplace("app.kubernetes.io/name", "kuberay");
  labels.try_emplace("app.kubernetes.io/created-by", "kuberay-operator");
  return labels;
}

}  // namespace

std::vector<PodClass> ray_pod_classes(const Object& object, const Version& kuberay) {
  std::vector<PodClass> classes;
  const RayClusterSpec cluster = ray_cluster_spec_of(object);
  const std::string name = cluster_name(object, kuberay);
  if (cluster.head()) {
    const PodTemplate pod_template = cluster.head_template();
    const NodeRef group_labels = group_labels_of(cluster.head(), kuberay);
    classes.push_back({.object = &object,
                       .pod_template = pod_template,
                       .role = PodRole::ray_head,
                       .group = "head",
                       .labels = ray_labels(pod_template, group_labels, name, "head", "headgroup"),
                       .group_spec = cluster.head(),
                       .group_labels = group_labels});
  }
  for (const RayWorkerGroup& worker : cluster.worker_groups()) {
    const PodTemplate pod_template = worker.pod_template();
    const NodeRef group_labels = group_labels_of(worker.node, kuberay);
    classes.push_back({.object = &object,
                       .pod_template = pod_template,
                       .role = PodRole::ray_worker,
                       .group = std::string(worker.name()),
                       .labels = ray_labels(pod_template, group_labels, name, "worker", worker.name()),
                       .group_spec = worker.node,
                       .group_labels = group_labels});
  }
  if (const PodTemplate submitter = ray_submitter_template_of(object)) {
    classes.push_back({.object = &object,
                       .pod_template = submitter,
                       .role = PodRole::ray_submitter,
                       .group = "submitter",
                       .labels = labels_of(submitter.metadata["labels"]),
                       .group_spec = {},
                       .group_labels = {}});
  }
  return classes;
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
