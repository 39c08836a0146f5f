// One check over manifests that a test writes as text, without files and rules around it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/field_check.h"
#include "checks/primitive.h"
#include "manifest/kustomize.h"
#include "manifest/yaml_reader.h"

namespace kray {

// A YAML text and its tree.
class Yaml {
 public:
  explicit Yaml(std::string text, std::string path = "rule.yaml")
      : file_(std::make_shared<const SourceFile>(std::move(path), std::move(text))),
        outcome_(read_yaml(*file_, 0, static_cast<uint32_t>(file_->bytes.size()), Limits())) {}

  NodeRef root() const { return {outcome_.trees.at(0).get(), 0}; }

 private:
  std::shared_ptr<const SourceFile> file_;
  ReadOutcome outcome_;
};

inline std::string text_at(const Place& place) {
  return place ? std::string(place.file->text().substr(place.begin, place.end - place.begin))
               : std::string("(nowhere)");
}

inline uint32_t line_at(const Place& place) { return place ? place.file->lines().line_of(place.begin) : 0; }

// What a check sees; places in outcomes stay valid as long as the run does.
class CheckRun {
 public:
  CheckRun& file(std::string path, std::string text) {
    files_.push_back(
        parse_manifest(std::make_shared<const SourceFile>(std::move(path), std::move(text)), Limits()));
    return *this;
  }
  CheckRun& option_namespace(std::string ns) {
    default_namespace_ = std::move(ns);
    return *this;
  }
  CheckRun& kuberay(Version version) {
    kuberay_ = version;
    kuberay_is_certain_ = true;
    return *this;
  }
  CheckRun& assume_injection(std::string label) {
    injection_.assumed_namespace_label = std::move(label);
    return *this;
  }

  CheckOutcome run(std::string_view primitive, const Parameters& parameters = {}) {
    return with_context([&](const CheckContext& context, CheckOutcome& outcome) {
      find_primitive(primitive)->run(context, parameters, outcome);
    });
  }
  // `check` is the `for`, `where` and `require` of a rule.
  CheckOutcome run_fields(const std::string& check) {
    const Yaml rule(check);
    const Result<FieldCheck> compiled = compile_field_check(rule.root());
    if (!compiled.ok()) throw std::runtime_error(compiled.error().to_string());
    return with_context([&](const CheckContext& context, CheckOutcome& outcome) {
      run_field_check(compiled.value(), context, outcome);
    });
  }

 private:
  template <typename Check>
  CheckOutcome with_context(const Check& check) {
    std::vector<const ManifestFile*> all;
    for (const ManifestFile& one : files_) all.push_back(&one);
    kustomizations_ = index_kustomizations(all);
    inventory_.emplace(files_, kustomizations_, default_namespace_);
    pods_ = pod_classes(*inventory_, kuberay_);
    decisions_.clear();
    for (const PodClass& one : pods_) decisions_.push_back(decide_injection(one, *inventory_, injection_));
    CheckOutcome outcome;
    CheckContext context{files_, *inventory_, pods_, decisions_, default_namespace_};
    context.kuberay = knowledge_of_kuberay(*inventory_);
    check(context, outcome);
    return outcome;
  }

  KubeRayKnowledge knowledge_of_kuberay(const Inventory& inventory) const {
    KubeRayKnowledge knowledge;
    const std::vector<KubeRayOperator> operators = find_kuberay_operators(inventory);
    if (!operators.empty()) knowledge.settings = operators.front().settings;
    knowledge.settings.version = kuberay_;
    knowledge.version_is_certain = kuberay_is_certain_;
    knowledge.settings_are_certain = !operators.empty();
    return knowledge;
  }

  std::vector<ManifestFile> files_;
  std::string default_namespace_;
  Version kuberay_{1, 3, 2};
  bool kuberay_is_certain_ = false;
  InjectionSettings injection_;
  KustomizeIndex kustomizations_;
  std::optional<Inventory> inventory_;
  std::vector<PodClass> pods_;
  std::vector<InjectionDecision> decisions_;
};

// A Namespace; `labels` in flow style.
inline std::string namespace_text(std::string_view name,
                                  std::string_view labels = "{istio-injection: enabled}") {
  return "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: " + std::string(name) +
         "\n  labels: " + std::string(labels) + "\n---\n";
}

// A RayCluster 'demo' in team-a with a head and a group 'small'; metadata of their templates in flow
// style.
inline std::string ray_cluster_text(std::string_view head_metadata = "{}",
                                    std::string_view worker_metadata = "{}") {
  return "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata:\n  name: demo\n  namespace: team-a\nspec:\n"
         "  headGroupSpec:\n    rayStartParams: {}\n    template:\n      metadata: " +
         std::string(head_metadata) +
         "\n      spec:\n        containers:\n        - {name: head, image: \"rayproject/ray:2.44.1\"}\n"
         "  workerGroupSpecs:\n  - groupName: small\n    rayStartParams: {}\n    template:\n      "
         "metadata: " +
         std::string(worker_metadata) +
         "\n      spec:\n        containers:\n        - {name: worker, image: "
         "\"rayproject/ray:2.44.1\"}\n---\n";
}

}  // namespace kray
