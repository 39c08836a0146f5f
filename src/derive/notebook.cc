// specs/kuberay-kubeflow.md F.1: the template of a Notebook has only a spec. Labels and annotations of the
// pods are those of the Notebook itself, with `statefulset` and `notebook-name` added. The Service leads from
// port 80 to the first port of the first container.
#include "derive/notebook.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "derive/container_env.h"
#include "derive/json_manifest.h"
#include "manifest/scalar.h"

namespace kray {
namespace {

constexpr int64_t kServicePort = 80;
constexpr int64_t kNotebookPort = 8888;
const Labels kNone;

std::string service_text(const Object& notebook, NodeRef port) {
  const Labels selector = {{"statefulset", std::string(notebook.name)}};
  return manifest_text({.api_version = "v1",
                        .kind = "Service",
                        .name = notebook.name,
                        .ns = notebook.ns,
                        .labels = kNone,
                        .annotations = kNone},
                       [&](ManifestJson& json) {
                         put_key(json, "spec");
                         json.StartObject();
                         put_text(json, "type", "ClusterIP");
                         put_labels(json, "selector", selector);
                         put_key(json, "ports");
                         json.StartArray();
                         json.StartObject();
                         put_text(json, "name", fmt::format("http-{}", notebook.name));
                         put_text(json, "protocol", "TCP");
                         put_integer(json, "port", kServicePort);
                         put_integer(json, "targetPort", integer_value(port.text()).value_or(kNotebookPort));
                         json.EndObject();
                         json.EndArray();
                         json.EndObject();
                       });
}

// {"key": {"inner": "text"}}, as VirtualServices have many.
void put_nested(ManifestJson& json, std::string_view key, std::string_view inner, std::string_view text) {
  put_key(json, key);
  json.StartObject();
  put_text(json, inner, text);
  json.EndObject();
}

void put_destination(ManifestJson& json, const std::string& host) {
  put_key(json, "route");
  json.StartArray();
  json.StartObject();
  put_key(json, "destination");
  json.StartObject();
  put_text(json, "host", host);
  put_key(json, "port");
  json.StartObject();
  put_integer(json, "number", kServicePort);
  json.EndObject();
  json.EndObject();
  json.EndObject();
  json.EndArray();
}

std::string virtual_service_text(const Object& notebook, const NotebookSettings& settings) {
  const std::string name = fmt::format("notebook-{}-{}", notebook.ns, notebook.name);
  const std::string prefix = fmt::format("/notebook/{}/{}/", notebook.ns, notebook.name);
  const std::string_view own =
      notebook.metadata()["annotations"]["notebooks.kubeflow.org/http-rewrite-uri"].text();
  return manifest_text({.api_version = "networking.istio.io/v1alpha3",
                        .kind = "VirtualService",
                        .name = name,
                        .ns = notebook.ns,
                        .labels = kNone,
                        .annotations = kNone},
                       [&](ManifestJson& json) {
                         put_key(json, "spec");
                         json.StartObject();
                         put_texts(json, "hosts", {settings.host});
                         put_texts(json, "gateways", {settings.gateway});
                         put_key(json, "http");
                         json.StartArray();
                         json.StartObject();
                         put_key(json, "match");
                         json.StartArray();
                         json.StartObject();
                         put_nested(json, "uri", "prefix", prefix);
                         json.EndObject();
                         json.EndArray();
                         put_nested(json, "rewrite", "uri", own.empty() ? std::string_view(prefix) : own);
                         put_destination(json, fmt::format("{}.{}.svc.{}", notebook.name, notebook.ns,
                                                           settings.cluster_domain));
                         json.EndObject();
                         json.EndArray();
                         json.EndObject();
                       });
}

}  // namespace

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

NotebookSettings find_notebook_settings(const Inventory& inventory) {
  const ContainerEnv env = find_controller(inventory, "notebook-controller");
  NotebookSettings settings;
  if (const auto uses_istio = env.value("USE_ISTIO")) settings.uses_istio = *uses_istio == "true";
  const std::pair<const char*, std::string*> texts[] = {{"ISTIO_GATEWAY", &settings.gateway},
                                                        {"ISTIO_HOST", &settings.host},
                                                        {"CLUSTER_DOMAIN", &settings.cluster_domain}};
  for (const auto& [name, setting] : texts) {
    if (const auto own = env.value(name); own && !own->empty()) *setting = *own;
  }
  return settings;
}

std::vector<DerivedManifest> notebook_manifests(const Object& notebook, const NotebookSettings& settings) {
  const NodeRef container = NotebookView(notebook).pod_spec()["containers"].at(0);
  if (!container || notebook.name.empty()) return {};
  const NodeRef port = container["ports"].at(0)["containerPort"];
  std::vector<DerivedManifest> made;
  made.push_back(
      {service_text(notebook, port), port ? port.field_place() : notebook.name_place(), &notebook});
  // Its name and its host have the namespace in them.
  if (settings.uses_istio && !notebook.ns.empty())
    made.push_back({virtual_service_text(notebook, settings), notebook.name_place(), &notebook});
  return made;
}

}  // namespace kray
