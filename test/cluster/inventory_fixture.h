// Manifests written in a test, loaded the way an audit loads files: parsed, kustomizations indexed,
// gathered into an Inventory.
#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/inventory.h"
#include "manifest/document.h"
#include "manifest/kustomize.h"

namespace kray::test {

struct TestFile {
  std::string path;
  std::string text;  // a line end right at its beginning is left out, so that raw strings count from 1
};

inline std::string yaml_text(std::string_view text) {
  if (text.starts_with('\n')) text.remove_prefix(1);
  return std::string(text);
}

inline ManifestFile parse(const TestFile& file) {
  ManifestFile parsed =
      parse_manifest(std::make_shared<const SourceFile>(file.path, yaml_text(file.text)), Limits{});
  if (!parsed.errors.empty()) throw std::invalid_argument(file.path + ": " + parsed.errors.front().message);
  return parsed;
}

class LoadedInventory {
 public:
  explicit LoadedInventory(std::initializer_list<TestFile> files, std::string_view default_namespace = {}) {
    std::vector<const ManifestFile*> pointers;
    files_.reserve(files.size());
    for (const TestFile& file : files) pointers.push_back(&files_.emplace_back(parse(file)));
    kustomizations_ = index_kustomizations(pointers);
    inventory_ = std::make_unique<Inventory>(files_, kustomizations_, default_namespace);
  }
  // One file, "objects.yaml". A template, so that braces always mean a list of files.
  template <std::convertible_to<std::string_view> Text>
  explicit LoadedInventory(const Text& text, std::string_view default_namespace = {})
      : LoadedInventory({TestFile{"objects.yaml", std::string(text)}}, default_namespace) {}

  const Inventory& operator*() const { return *inventory_; }
  const Inventory* operator->() const { return inventory_.get(); }

  void assume_equal_ages() { inventory_->assume_equal_ages(); }
  void add_derived(const std::vector<DerivedManifest>& manifests) { inventory_->add_derived(manifests); }

  // The first object of that name; the test ends with an exception if there is none.
  const Object& object(std::string_view name) const {
    for (const Object& one : inventory_->objects()) {
      if (one.name == name) return one;
    }
    throw std::out_of_range("no object named " + std::string(name));
  }

 private:
  std::vector<ManifestFile> files_;
  KustomizeIndex kustomizations_;
  std::unique_ptr<Inventory> inventory_;
};

// "objects.yaml:7": where a place begins; "nowhere" if it is in no file.
inline std::string line_of(const Place& place) {
  if (!place) return "nowhere";
  return place.file->path + ":" + std::to_string(place.file->lines().line_of(place.begin));
}

// The text of the input that a place spans.
inline std::string text_of(const Place& place) {
  if (!place) return {};
  return std::string(place.file->text().substr(place.begin, place.end - place.begin));
}

}  // namespace kray::test
