// All objects of a run, indexed: what the cluster would hold if the input were applied, with what its
// controllers make of it once derive/ has said so.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cluster/labels.h"
#include "cluster/object.h"
#include "manifest/document.h"
#include "manifest/kustomize.h"

namespace kray {

// A namespace that some object of the input creates. Overlays of one repository may define it
// several times; facts about it are certain only where all definitions agree.
struct NamespaceInfo {
  struct Definition {
    const Object* object = nullptr;  // Namespace, or Kubeflow Profile
    Labels labels;
    NodeRef labels_node;  // nothing if it has none or a Profile makes them
  };
  std::vector<Definition> definitions;
};

// One object that a controller makes of the input, as a manifest.
struct DerivedManifest {
  std::string text;            // JSON
  Place from;                  // the field of the input that causes it
  const Object* by = nullptr;  // the object of the input that it is made for
};

class Inventory {
 public:
  // `files` must outlive the inventory. `default_namespace` is that of -n, or empty.
  Inventory(const std::vector<ManifestFile>& files, const KustomizeIndex& kustomizations,
            std::string_view default_namespace);
  Inventory(const Inventory&) = delete;
  Inventory& operator=(const Inventory&) = delete;

  const std::vector<Object>& objects() const { return objects_; }  // in input order
  // Objects of one kind, in input order; empty if there are none.
  std::span<const Object* const> of_kind(std::string_view group, std::string_view kind) const;
  // Adds what controllers make (design section 2): once, before anyone asks for it. Left out are texts that
  // are no object, and objects that the input holds itself: what it says of them is what there is.
  void add_derived(const std::vector<DerivedManifest>& manifests);
  // Objects without a creationTimestamp are of one age: what a cluster would decide by age, their names do.
  void assume_equal_ages();
  std::span<const Object> derived() const { return derived_; }
  // Objects of one kind, those of the input first, then those that controllers make of them.
  std::span<const Object* const> all_of_kind(std::string_view group, std::string_view kind) const;
  // Null if no object of the input creates it.
  const NamespaceInfo* find_namespace(std::string_view name) const;
  uint64_t files_with_objects() const { return files_with_objects_; }
  // Documents that are objects by their looks but only patches, as kustomizations list them.
  uint64_t patch_documents() const { return patch_documents_; }
  bool is_patch_file(const ManifestFile& file) const;

 private:
  void read_scopes(const std::vector<ManifestFile>& files);
  void add_object(const ManifestFile& file, NodeRef node, std::string_view api_version,
                  std::string_view kind);
  Object identify(NodeRef node, std::string_view api_version, std::string_view kind) const;
  void place_in_namespace(const ManifestFile& file, Object& object) const;
  bool holds(const Object& derived) const;
  void index();

  const KustomizeIndex& kustomizations_;
  std::string default_namespace_;
  CustomScopes custom_scopes_;
  std::vector<Object> objects_;
  std::unordered_map<std::string, std::vector<const Object*>> by_kind_;
  std::vector<ManifestFile> derived_files_;
  std::vector<Object> derived_;
  std::unordered_map<std::string, std::vector<const Object*>> all_by_kind_;  // kinds with derived objects
  std::map<std::string, NamespaceInfo, std::less<>> namespaces_;
  uint64_t files_with_objects_ = 0;
  uint64_t patch_documents_ = 0;
};

}  // namespace kray
