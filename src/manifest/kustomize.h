// What kustomization.yaml files say about other files: the namespace they end up in, and which of
// them are patches rather than objects.
//
// Kustomize sets `namespace:` on everything a kustomization lists, over what the object says itself,
// and an outer kustomization over an inner one. A file may be built into several namespaces.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "manifest/document.h"

namespace kray {

// Only files of these names are read by kustomize.
bool is_kustomization_name(std::string_view file_name);

struct NamespaceAssignment {
  std::string ns;  // empty: this build sets none
  Place place;     // the kustomization's `namespace:` field; empty if none is set
};

struct KustomizedFile {
  // One entry a build (outermost kustomization) that lists the file, duplicates left out; empty: no
  // kustomization of the input lists it as a resource.
  std::vector<NamespaceAssignment> namespaces;
  bool is_patch = false;  // listed as a patch (or another fragment) and never as a resource
};

// By SourceFile::path.
using KustomizeIndex = std::unordered_map<std::string, KustomizedFile>;

KustomizeIndex index_kustomizations(const std::vector<const ManifestFile*>& files);

// Paths of kustomization files that are not part of the input but stand in the folder of a file of
// it or above (up to the repository's root): they may name its namespace.
std::vector<std::string> enclosing_kustomizations(const std::vector<ManifestFile>& files);

}  // namespace kray
