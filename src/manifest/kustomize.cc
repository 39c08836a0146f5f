// The graph of kustomizations: an edge from each to the files and folders it lists. Walking it from
// every root gives each file the namespace of the outermost kustomization on the way that sets one.
#include "manifest/kustomize.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>

namespace kray {
namespace {

namespace fs = std::filesystem;

std::string normal(const fs::path& path) {
  std::string text = path.lexically_normal().generic_string();
  if (text.size() > 1 && text.back() == '/') text.pop_back();
  return text.empty() ? "." : text;
}

struct Kustomization {
  NodeRef root;
  std::vector<std::string> resources;  // normalised paths of files or folders
  std::vector<std::string> fragments;  // patches and configurations
  bool has_parent = false;
};

void append_paths(const fs::path& folder, NodeRef list, std::string_view field,
                  std::vector<std::string>& paths) {
  for (const NodeRef item : list.items()) {
    const NodeRef path = field.empty() ? item : item[field];
    if (path.is_string() && path.text().find('\n') == std::string_view::npos) {
      paths.push_back(normal(folder / std::string(path.text())));
    }
  }
}

Kustomization read_kustomization(const std::string& path, NodeRef root) {
  const fs::path folder = fs::path(path).parent_path();
  Kustomization result{.root = root, .resources = {}, .fragments = {}};
  for (const char* field : {"resources", "bases", "components"})
    append_paths(folder, root[field], "", result.resources);
  for (const char* field :
       {"patchesStrategicMerge", "configurations", "transformers", "generators", "crds"}) {
    append_paths(folder, root[field], "", result.fragments);
  }
  for (const char* field : {"patches", "patchesJson6902", "replacements"}) {
    append_paths(folder, root[field], "path", result.fragments);
  }
  return result;
}

class KustomizeGraph {
 public:
  explicit KustomizeGraph(const std::vector<const ManifestFile*>& files) {
    for (const ManifestFile* file : files) {
      for (const Document& document : file->documents) {
        const std::string& path = file->source->path;
        if (document.kind != DocumentKind::kustomization) continue;
        if (!is_kustomization_name(fs::path(path).filename().string())) continue;
        by_folder_.emplace(normal(fs::path(path).parent_path()), read_kustomization(path, document.root()));
      }
    }
    for (auto& [folder, kustomization] : by_folder_) {
      for (const std::string& resource : kustomization.resources) {
        const auto child = by_folder_.find(resource);
        if (child != by_folder_.end() && child->first != folder) child->second.has_parent = true;
      }
    }
  }

  KustomizeIndex index() {
    for (const auto& [folder, kustomization] : by_folder_) {
      if (!kustomization.has_parent) visit_all(folder);
    }
    // What is left has no root: kustomizations that list one another in a circle.
    for (const auto& [folder, kustomization] : by_folder_) {
      if (!reached_.contains(folder)) visit_all(folder);
    }
    for (const auto& [folder, kustomization] : by_folder_) {
      for (const std::string& fragment : kustomization.fragments) {
        KustomizedFile& file = index_[fragment];
        if (file.namespaces.empty()) file.is_patch = true;
      }
    }
    return std::move(index_);
  }

 private:
  struct Visit {
    std::string folder;
    NamespaceAssignment outer;
  };

  // Depth first with a stack of its own: the input decides how deep kustomizations are nested.
  void visit_all(const std::string& root) {
    std::vector<Visit> pending = {{root, {}}};
    while (!pending.empty()) {
      const Visit next = std::move(pending.back());
      pending.pop_back();
      visit(next, pending);
    }
  }

  void visit(const Visit& visit, std::vector<Visit>& pending) {
    const std::string& folder = visit.folder;
    NamespaceAssignment outer = visit.outer;
    // Coming here again with the same outer namespace adds nothing: this ends cycles, and keeps
    // diamonds from being walked once a path.
    if (!visited_.insert({folder, outer.place.file, outer.place.begin}).second) return;
    reached_.insert(folder);
    const Kustomization& kustomization = by_folder_.at(folder);
    const NodeRef ns = kustomization.root["namespace"];
    if (outer.ns.empty() && !ns.text().empty()) outer = {std::string(ns.text()), ns.field_place()};
    const auto first_pending = static_cast<std::ptrdiff_t>(pending.size());
    for (const std::string& resource : kustomization.resources) {
      if (by_folder_.contains(resource)) {
        pending.push_back({resource, outer});
      } else {
        add(resource, outer);
      }
    }
    std::reverse(pending.begin() + first_pending, pending.end());
  }

  void add(const std::string& path, const NamespaceAssignment& assignment) {
    std::vector<NamespaceAssignment>& known = index_[path].namespaces;
    const bool there = std::any_of(known.begin(), known.end(), [&assignment](const NamespaceAssignment& one) {
      return one.ns == assignment.ns && one.place == assignment.place;
    });
    if (!there) known.push_back(assignment);
  }

  std::map<std::string, Kustomization> by_folder_;  // ordered: results must not depend on hashing
  std::set<std::tuple<std::string, const SourceFile*, uint32_t>> visited_;
  std::set<std::string> reached_;
  KustomizeIndex index_;
};

}  // namespace

bool is_kustomization_name(std::string_view file_name) {
  return file_name == "kustomization.yaml" || file_name == "kustomization.yml" ||
         file_name == "Kustomization";
}

KustomizeIndex index_kustomizations(const std::vector<const ManifestFile*>& files) {
  return KustomizeGraph(files).index();
}

std::vector<std::string> enclosing_kustomizations(const std::vector<ManifestFile>& files) {
  constexpr int kMostLevels = 12;
  std::set<std::string> known;
  std::set<fs::path> folders;
  for (const ManifestFile& file : files) {
    known.insert(file.source->path);
    folders.insert(fs::path(file.source->path).parent_path());
  }
  std::set<std::string> found;
  std::set<fs::path> looked_at;
  for (const fs::path& start : folders) {
    std::error_code failure;
    fs::path folder = start.empty() ? fs::path(".") : start;
    for (int level = 0; level < kMostLevels && looked_at.insert(folder).second; ++level) {
      for (const char* name : {"kustomization.yaml", "kustomization.yml", "Kustomization"}) {
        const std::string path = normal(folder / name);
        if (!known.contains(path) && fs::is_regular_file(path, failure)) found.insert(path);
      }
      // The repository's root bounds the search, and for a relative path the working directory.
      if (fs::exists(folder / ".git", failure) || folder == "." || folder.filename() == ".." ||
          folder.parent_path() == folder) {
        break;
      }
      folder = folder.has_parent_path() ? folder.parent_path() : ".";
    }
  }
  return {found.begin(), found.end()};
}

}  // namespace kray
