// What a run reads, and what the cluster will make of it: the inputs, their objects, the pods and sidecars
// that come of them. The audit and the inventory command look at the same one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "cluster/inventory.h"
#include "derive/kuberay_operator.h"
#include "derive/pod_class.h"
#include "manifest/kustomize.h"
#include "manifest/load.h"
#include "mesh/injection.h"
#include "mesh/settings.h"

namespace kray {

class ClusterModel {
 public:
  explicit ClusterModel(const AuditSettings& settings);
  ClusterModel(const ClusterModel&) = delete;
  ClusterModel& operator=(const ClusterModel&) = delete;

  const std::vector<ManifestFile>& files() const { return loaded_.files; }  // in input order
  // Those, and the kustomizations around them: everything that places point into.
  std::vector<std::shared_ptr<const SourceFile>> sources() const;
  uint64_t files_found() const { return files_found_; }    // those that could not be read too
  uint64_t files_failed() const { return files_failed_; }  // could not be read
  const std::vector<Error>& errors() const { return errors_; }
  const Inventory& inventory() const { return *inventory_; }
  const KubeRayKnowledge& kuberay() const { return kuberay_; }
  // "KubeRay operator 1.3.2 (from deploy.yaml:12)".
  const std::string& kuberay_words() const { return kuberay_words_; }
  const MeshSettings& mesh() const { return mesh_; }
  const std::vector<PodClass>& pods() const { return pods_; }
  const std::vector<InjectionDecision>& injection() const { return injection_; }  // of pods, same order
  const AuditSettings& settings() const { return settings_; }

 private:
  void load();
  void load_enclosing_kustomizations();
  Version choose_kuberay();
  void learn_about_kuberay();

  const AuditSettings& settings_;
  LoadedManifests loaded_;
  LoadedManifests enclosing_;
  uint64_t files_found_ = 0;
  uint64_t files_failed_ = 0;
  std::vector<Error> errors_;
  KustomizeIndex kustomizations_;
  std::optional<Inventory> inventory_;
  KubeRayKnowledge kuberay_;
  std::string kuberay_words_;
  MeshSettings mesh_;
  std::vector<PodClass> pods_;
  std::vector<InjectionDecision> injection_;
};

}  // namespace kray
