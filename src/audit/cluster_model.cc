// Joins the rooms up to mesh/: load, place in namespaces, derive pods, decide injection.
#include "audit/cluster_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "derive/derived_objects.h"
#include "derive/kuberay.h"

namespace kray {
namespace {

// What Kubeflow deploys; used where the input has no operator and no assumption is given.
constexpr Version kDefaultKuberay{1, 3, 2};

Error error_of(const ParseError& error) {
  const LineIndex& lines = error.place.file->lines();
  return {fmt::format("{}:{}:{}", error.place.file->path, lines.line_of(error.place.begin),
                      lines.column_codepoints(error.place.begin)),
          error.message, error.advice};
}

// Design section 10, promise 4: no report shows a Secret's value. The annotation is kubectl's copy of
// the whole object.
void hide_secrets(const Inventory& inventory) {
  const auto hide = [](NodeRef value) { value.place().file->hide(value.place().begin, value.place().end); };
  for (const Object* secret : inventory.of_kind("", "Secret")) {
    for (const char* data : {"data", "stringData"}) {
      for (const Field field : secret->node[data].fields()) hide(field.value);
    }
    if (const NodeRef copy =
            secret->metadata()["annotations"]["kubectl.kubernetes.io/last-applied-configuration"])
      hide(copy);
  }
}

}  // namespace

ClusterModel::ClusterModel(const AuditSettings& settings) : settings_(settings) {
  load();
  inventory_.emplace(loaded_.files, kustomizations_, settings_.default_namespace);
  hide_secrets(*inventory_);
  learn_about_kuberay();
  inventory_->add_derived(derive_objects(*inventory_, kuberay_.settings));
  if (settings_.assume_equal_ages) inventory_->assume_equal_ages();
  mesh_ = read_mesh_settings(*inventory_);
  pods_ = pod_classes(*inventory_, kuberay_.settings.version);
  injection_.reserve(pods_.size());
  for (const PodClass& one : pods_)
    injection_.push_back(decide_injection(one, *inventory_, mesh_, settings_.injection));
}

std::vector<std::shared_ptr<const SourceFile>> ClusterModel::sources() const {
  std::vector<std::shared_ptr<const SourceFile>> sources;
  for (const LoadedManifests* part : {&loaded_, &enclosing_}) {
    for (const ManifestFile& file : part->files) sources.push_back(file.source);
  }
  return sources;
}

void ClusterModel::load() {
  InputSet inputs = discover_inputs(settings_.inputs);
  errors_ = std::move(inputs.errors);
  loaded_ = load_manifests(inputs.files, settings_.limits, settings_.threads);
  files_found_ = inputs.files.size();
  files_failed_ = loaded_.errors.size();
  std::move(loaded_.errors.begin(), loaded_.errors.end(), std::back_inserter(errors_));
  for (const ManifestFile& file : loaded_.files) {
    for (const ParseError& error : file.errors) errors_.push_back(error_of(error));
  }
  load_enclosing_kustomizations();
}

// Kustomizations around the input say where files go; they are read but not audited.
void ClusterModel::load_enclosing_kustomizations() {
  std::vector<InputFile> around;
  for (const std::string& path : enclosing_kustomizations(loaded_.files)) around.push_back({path, path});
  enclosing_ = load_manifests(around, settings_.limits, settings_.threads);
  std::vector<const ManifestFile*> all;
  for (const ManifestFile& file : loaded_.files) all.push_back(&file);
  for (const ManifestFile& file : enclosing_.files) all.push_back(&file);
  kustomizations_ = index_kustomizations(all);
}

Version ClusterModel::choose_kuberay() {
  if (settings_.assumed_kuberay) {
    kuberay_.version_is_certain = true;
    kuberay_words_ =
        fmt::format("KubeRay operator {} (from --assume)", settings_.assumed_kuberay->to_string());
    return *settings_.assumed_kuberay;
  }
  if (const auto found = find_operator_version(*inventory_)) {
    kuberay_.version_is_certain = true;
    kuberay_words_ = fmt::format("KubeRay operator {} (from {})", found->version.to_string(), found->origin);
    return found->version;
  }
  kuberay_words_ =
      fmt::format("KubeRay operator {}, as Kubeflow deploys it (say another with --assume kuberay=VERSION)",
                  kDefaultKuberay.to_string());
  return kDefaultKuberay;
}

void ClusterModel::learn_about_kuberay() {
  const std::vector<KubeRayOperator> operators = find_kuberay_operators(*inventory_);
  if (!operators.empty()) kuberay_.settings = operators.front().settings;
  kuberay_.settings.version = choose_kuberay();
  kuberay_.settings_are_certain = !operators.empty();
}

}  // namespace kray
