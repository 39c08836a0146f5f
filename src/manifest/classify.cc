// Tells Kubernetes objects from everything else that is kept in YAML files beside them.
//
// The shapes are those met in real repositories (specs/kuberay-kubeflow.md section G): kustomize
// files and fragments, JSON6902 lists, Helm values, GitHub workflows, configuration of client programs.
#include <algorithm>
#include <array>

#include "manifest/document.h"
#include "manifest/kustomize.h"

namespace kray {
namespace {

// A placeholder of a template engine where a name should be.
bool has_placeholder(NodeRef node) { return node.text().find("{{") != std::string_view::npos; }

bool is_json_patch(NodeRef root) {
  if (root.size() == 0) return false;
  const auto items = root.items();
  return std::all_of(items.begin(), items.end(),
                     [](NodeRef item) { return item["op"].is_string() && item["path"].is_string(); });
}

bool is_object_like(NodeRef node) { return node["apiVersion"].is_string() && node["kind"].is_string(); }

DocumentKind classify_sequence(NodeRef root) {
  if (is_json_patch(root)) return DocumentKind::json_patch;
  const auto items = root.items();
  const bool objects = std::any_of(items.begin(), items.end(), is_object_like);
  return objects ? DocumentKind::object : DocumentKind::other;
}

// Everything the API server stores has a name; a file that has none is meant for a program.
// Lists and kinds given by generateName are the exceptions.
bool is_stored_object(NodeRef root) {
  if (root["items"].is_sequence() && root["kind"].text().ends_with("List")) return true;
  const NodeRef metadata = root["metadata"];
  return !metadata["name"].text().empty() || !metadata["generateName"].text().empty();
}

// Objects that have no name because somebody forgot it are still objects: these kinds are no
// program's configuration.
bool is_known_workload_group(std::string_view api_version) {
  static constexpr std::array<std::string_view, 6> kGroups = {
      "ray.io/", "security.istio.io/", "networking.istio.io/", "apps/", "batch/", "kubeflow.org/"};
  return api_version == "v1" ||
         std::any_of(kGroups.begin(), kGroups.end(),
                     [api_version](std::string_view group) { return api_version.starts_with(group); });
}

DocumentKind classify_object(NodeRef root) {
  const std::string_view api_version = root["apiVersion"].text();
  const std::string_view kind = root["kind"].text();
  if ((kind == "Kustomization" || kind == "Component") &&
      api_version.starts_with("kustomize.config.k8s.io/")) {
    return DocumentKind::kustomization;
  }
  if (root["$patch"]) return DocumentKind::patch;
  const NodeRef metadata = root["metadata"];
  if (has_placeholder(metadata["name"]) || has_placeholder(metadata["namespace"]) ||
      has_placeholder(root["kind"])) {
    return DocumentKind::placeholder_template;
  }
  if (!is_stored_object(root) && (!is_known_workload_group(api_version) || kind == "Config")) {
    return DocumentKind::client_config;
  }
  return kind == "CustomResourceDefinition" ? DocumentKind::custom_resource_definition : DocumentKind::object;
}

}  // namespace

std::string_view to_string(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::object: return "Kubernetes object";
    case DocumentKind::custom_resource_definition: return "CustomResourceDefinition";
    case DocumentKind::kustomization: return "Kustomization";
    case DocumentKind::patch: return "Kustomize patch";
    case DocumentKind::json_patch: return "JSON patch";
    case DocumentKind::helm_template: return "Helm template";
    case DocumentKind::placeholder_template: return "template with placeholders";
    case DocumentKind::helm_values: return "Helm values";
    case DocumentKind::workflow: return "GitHub workflow";
    case DocumentKind::client_config: return "configuration of a program";
    case DocumentKind::empty: return "empty";
    case DocumentKind::other: return "other YAML";
  }
  return "";
}

DocumentKind classify_document(NodeRef root, std::string_view file_name) {
  if (root.is_null()) return DocumentKind::empty;
  if (root.is_sequence()) return classify_sequence(root);
  if (!root.is_mapping()) return DocumentKind::other;
  if (is_kustomization_name(file_name)) return DocumentKind::kustomization;
  if (is_object_like(root)) return classify_object(root);
  if (file_name == "Chart.yaml" || (file_name.starts_with("values") && !root["kind"]))
    return DocumentKind::helm_values;
  // YAML 1.1 reads the key `on` as the boolean true; its text stays.
  if (root["on"] && root["jobs"]) return DocumentKind::workflow;
  if (root["$patch"] || (root["kind"] && root["metadata"])) return DocumentKind::patch;
  return DocumentKind::other;
}

}  // namespace kray
