// A pod template is a mapping under a key called `template` or `…Template` whose `spec.containers` lists
// mappings with a name and an image. KServe writes the pod's spec itself as `predictor`, `transformer`,
// `explainer`. Patterns of policies that look like pods stand under other keys.
#include "derive/shaped_pods.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace kray {
namespace {

constexpr size_t kMostTemplates = 64;
constexpr int kDeepest = 8;

// Kubernetes' own groups: what of them makes pods is known.
bool is_built_in(const Object& object) {
  constexpr std::array<std::string_view, 4> kGroups = {"", "apps", "batch", "extensions"};
  return std::find(kGroups.begin(), kGroups.end(), object.group) != kGroups.end() ||
         object.group.ends_with(".k8s.io");
}

// Others make pods of it, in namespaces of their own: templates, and the runtimes of Kubeflow and KServe.
bool is_blueprint(const Object& object) {
  return object.scope == Scope::cluster || object.kind.ends_with("Template") ||
         object.kind.ends_with("Runtime");
}

bool has_containers(NodeRef spec) {
  const auto containers = spec["containers"].items();
  return spec["containers"].size() > 0 && std::all_of(containers.begin(), containers.end(), [](NodeRef one) {
           return one["name"].is_string() && one["image"].is_string();
         });
}

struct Found {
  PodTemplate pod_template;
  std::string path;  // below `spec`, without the template's own key where that says nothing
};

class Search {
 public:
  explicit Search(const Object& object) : is_kserve_(object.group == "serving.kserve.io") {
    visit(object.spec(), "", kDeepest);
  }
  const std::vector<Found>& found() const { return found_; }

 private:
  static bool is_template_key(std::string_view key) { return key == "template" || key.ends_with("Template"); }
  bool is_pod_spec_key(std::string_view key) const {
    return is_kserve_ && (key == "predictor" || key == "transformer" || key == "explainer");
  }

  void visit(NodeRef node, const std::string& path, int levels) {
    if (levels == 0 || steps_ == 0 || found_.size() == kMostTemplates) return;
    --steps_;
    for (const Field field : node.fields()) visit_field(field, path, levels);
    size_t index = 0;
    for (const NodeRef item : node.items()) visit(item, path_of_item(path, item, index++), levels - 1);
  }

  void visit_field(const Field& field, const std::string& path, int levels) {
    const std::string_view key = field.key.text();
    const std::string below = path.empty() ? std::string(key) : path + "/" + std::string(key);
    if (is_template_key(key) && has_containers(field.value["spec"])) {
      found_.push_back({{field.value["metadata"], field.value["spec"]}, key == "template" ? path : below});
    } else if (is_pod_spec_key(key) && has_containers(field.value)) {
      found_.push_back({{{}, field.value}, below});
    } else {
      visit(field.value, below, levels - 1);
    }
  }

  // Items are called by their name, as in JobSets.
  static std::string path_of_item(const std::string& path, NodeRef item, size_t index) {
    const std::string_view name = item["name"].text();
    return path + "/" + (name.empty() ? std::to_string(index) : std::string(name));
  }

  bool is_kserve_;
  size_t steps_ = 2000;  // aliases are followed, so that a small file may be a large tree
  std::vector<Found> found_;
};

}  // namespace

std::vector<PodClass> pod_classes_by_shape(const Object& object) {
  const bool is_known = is_built_in(object) || is_ray_kind(object) || object.is("kubeflow.org", "Notebook") ||
                        object.kind == "CustomResourceDefinition";
  if (is_known || is_blueprint(object)) return {};
  const Search search(object);
  std::vector<PodClass> classes;
  for (const Found& one : search.found()) {
    classes.push_back({.object = &object,
                       .pod_template = one.pod_template,
                       .role = PodRole::other,
                       .group = one.path,
                       .labels = labels_of(one.pod_template.metadata["labels"]),
                       .group_spec = {},
                       .group_labels = {},
                       .labels_are_certain = false});
  }
  return classes;
}

}  // namespace kray
