// Gathers objects from documents (opening lists), decides each one's namespace, and indexes them.
//
// A Kubeflow Profile creates a Namespace of its name with the labels of specs/kuberay-kubeflow.md
// section E.1.
#include "cluster/inventory.h"

#include <algorithm>

namespace kray {
namespace {

std::string kind_key(std::string_view group, std::string_view kind) {
  return std::string(group).append("/").append(kind);
}

// Labels of the Namespace that Kubeflow's profile controller makes, as kubeflow/manifests sets it up.
Labels profile_labels() {
  return {{"istio-injection", "enabled"},
          {"app.kubernetes.io/part-of", "kubeflow-profile"},
          {"katib.kubeflow.org/metrics-collector-injection", "enabled"},
          {"serving.kubeflow.org/inferenceservice", "enabled"},
          {"pipelines.kubeflow.org/enabled", "true"},
          {"pod-security.kubernetes.io/enforce", "baseline"}};
}

// Calls `visit(node, apiVersion, kind)` for each object of a document, lists opened. Items of a typed
// list ("RayClusterList") as the API server sends it leave out what the list says for all of them.
template <typename Visit>
void for_each_object(NodeRef root, std::string_view api_version, std::string_view kind, const Visit& visit) {
  if (root["apiVersion"]) api_version = root["apiVersion"].text();
  if (root["kind"]) kind = root["kind"].text();
  const bool is_list = root.is_mapping() && root["items"].is_sequence() && kind.ends_with("List");
  if (!root.is_sequence() && !is_list) {
    visit(root, api_version, kind);
    return;
  }
  const NodeRef list = is_list ? root["items"] : root;
  const std::string_view item_kind =
      is_list ? kind.substr(0, kind.size() - std::string_view("List").size()) : "";
  for (const NodeRef item : list.items()) {
    if (item.is_mapping()) for_each_object(item, item_kind.empty() ? "" : api_version, item_kind, visit);
  }
}

// What is made for an object whose namespace is not known lives there too, wherever that is.
NamespaceSource source_of_derived(const Object& object) {
  if (object.scope == Scope::cluster) return NamespaceSource::cluster_scoped;
  return object.ns.empty() ? NamespaceSource::not_set : NamespaceSource::controller;
}

}  // namespace

Inventory::Inventory(const std::vector<ManifestFile>& files, const KustomizeIndex& kustomizations,
                     std::string_view default_namespace)
    : kustomizations_(kustomizations), default_namespace_(default_namespace) {
  read_scopes(files);
  for (const ManifestFile& file : files) {
    const size_t before = objects_.size();
    for (const Document& document : file.documents) {
      if (document.kind != DocumentKind::object && document.kind != DocumentKind::custom_resource_definition)
        continue;
      if (is_patch_file(file)) {
        ++patch_documents_;
      } else {
        for_each_object(document.root(), "", "",
                        [&](NodeRef node, std::string_view api_version, std::string_view kind) {
                          add_object(file, node, api_version, kind);
                        });
      }
    }
    if (objects_.size() > before) ++files_with_objects_;
  }
  index();
}

bool Inventory::is_patch_file(const ManifestFile& file) const {
  const auto kustomized = kustomizations_.find(file.source->path);
  return kustomized != kustomizations_.end() && kustomized->second.is_patch;
}

void Inventory::read_scopes(const std::vector<ManifestFile>& files) {
  for (const ManifestFile& file : files) {
    for (const Document& document : file.documents) {
      if (document.kind != DocumentKind::object && document.kind != DocumentKind::custom_resource_definition)
        continue;
      for_each_object(document.root(), "", "", [this](NodeRef node, std::string_view, std::string_view kind) {
        if (kind != "CustomResourceDefinition") return;
        const NodeRef spec = node["spec"];
        const Scope scope = spec["scope"].text() == "Cluster" ? Scope::cluster : Scope::namespaced;
        custom_scopes_[kind_key(spec["group"].text(), spec["names"]["kind"].text())] = scope;
      });
    }
  }
}

Object Inventory::identify(NodeRef node, std::string_view api_version, std::string_view kind) const {
  Object object;
  object.node = node;
  const size_t slash = api_version.find('/');
  object.group = slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
  object.version = slash == std::string_view::npos ? api_version : api_version.substr(slash + 1);
  object.kind = kind;
  object.name = node["metadata"]["name"].text();
  if (object.name.empty()) object.name = node["metadata"]["generateName"].text();
  object.scope = scope_of(object.group, object.kind, custom_scopes_);
  return object;
}

void Inventory::add_object(const ManifestFile& file, NodeRef node, std::string_view api_version,
                           std::string_view kind) {
  Object object = identify(node, api_version, kind);
  place_in_namespace(file, object);
  objects_.push_back(std::move(object));
}

void Inventory::place_in_namespace(const ManifestFile& file, Object& object) const {
  if (object.scope == Scope::cluster) {
    object.ns_source = NamespaceSource::cluster_scoped;
    return;
  }
  const NodeRef own = object.metadata()["namespace"];
  // A custom kind that nobody describes may be cluster-scoped: only its own word counts.
  const auto kustomized =
      object.scope == Scope::unknown ? kustomizations_.end() : kustomizations_.find(file.source->path);
  if (kustomized != kustomizations_.end() && !kustomized->second.namespaces.empty()) {
    object.builds = &kustomized->second.namespaces;
    const NamespaceAssignment& first = object.builds->front();
    const bool agreed = std::all_of(object.builds->begin(), object.builds->end(),
                                    [&first](const NamespaceAssignment& one) { return one.ns == first.ns; });
    if (agreed && !first.ns.empty()) {
      object.ns = first.ns;
      object.ns_source = NamespaceSource::kustomization;
      object.ns_place = first.place;
      return;
    }
    // Builds that differ leave it open; the object's own word counts only where a build lets it stand.
    const bool all_set = std::none_of(object.builds->begin(), object.builds->end(),
                                      [](const NamespaceAssignment& one) { return one.ns.empty(); });
    if (!agreed && (all_set || own.text().empty())) return;
  }
  if (!own.text().empty()) {
    object.ns = own.text();
    object.ns_source = NamespaceSource::object;
    object.ns_place = own.field_place();
  } else if (!default_namespace_.empty() && object.scope == Scope::namespaced) {
    object.ns = default_namespace_;
    object.ns_source = NamespaceSource::option;
  }
}

void Inventory::index() {
  for (const Object& object : objects_) {
    by_kind_[kind_key(object.group, object.kind)].push_back(&object);
    const bool is_profile = object.is("kubeflow.org", "Profile");
    if (!is_profile && !object.is("", "Namespace")) continue;
    NamespaceInfo::Definition definition{.object = &object, .labels = {}, .labels_node = {}};
    if (is_profile) {
      definition.labels = profile_labels();
    } else {
      definition.labels_node = object.metadata()["labels"];
      definition.labels = labels_of(definition.labels_node);
    }
    definition.labels.insert_or_assign("kubernetes.io/metadata.name", std::string(object.name));
    namespaces_[std::string(object.name)].definitions.push_back(std::move(definition));
  }
}

std::span<const Object* const> Inventory::of_kind(std::string_view group, std::string_view kind) const {
  const auto found = by_kind_.find(kind_key(group, kind));
  if (found == by_kind_.end()) return {};
  return found->second;
}

// One of the same kind and name, in what may be the same namespace.
bool Inventory::holds(const Object& derived) const {
  const auto own = of_kind(derived.group, derived.kind);
  return std::any_of(own.begin(), own.end(), [&derived](const Object* one) {
    return one->name == derived.name && may_share_namespace(*one, derived);
  });
}

void Inventory::add_derived(const std::vector<DerivedManifest>& manifests) {
  derived_files_.reserve(manifests.size());
  derived_.reserve(manifests.size());
  for (const DerivedManifest& manifest : manifests) {
    const ManifestFile& file = derived_files_.emplace_back(
        parse_manifest(std::make_shared<const SourceFile>("derived.json", manifest.text), Limits{}));
    if (file.documents.empty()) continue;
    const NodeRef node = file.documents.front().root();
    Object object = identify(node, node["apiVersion"].text(), node["kind"].text());
    object.derived_from = manifest.from;
    object.made_for = manifest.by;
    object.ns = object.metadata()["namespace"].text();
    object.ns_source = source_of_derived(object);
    if (!holds(object)) derived_.push_back(std::move(object));
  }
  for (const Object& object : derived_) {
    const std::string key = kind_key(object.group, object.kind);
    auto [of_kind, is_new] = all_by_kind_.try_emplace(key);
    if (is_new) of_kind->second = by_kind_[key];
    of_kind->second.push_back(&object);
  }
}

void Inventory::assume_equal_ages() {
  for (std::vector<Object>* objects : {&objects_, &derived_}) {
    for (Object& object : *objects)
      object.is_of_assumed_age = object.metadata()["creationTimestamp"].is_null();
  }
}

std::span<const Object* const> Inventory::all_of_kind(std::string_view group, std::string_view kind) const {
  const auto found = all_by_kind_.find(kind_key(group, kind));
  if (found == all_by_kind_.end()) return of_kind(group, kind);
  return found->second;
}

const NamespaceInfo* Inventory::find_namespace(std::string_view name) const {
  const auto found = namespaces_.find(name);
  return found == namespaces_.end() ? nullptr : &found->second;
}

}  // namespace kray
