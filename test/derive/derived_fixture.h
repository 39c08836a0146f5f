// An inventory with what controllers make of it, and short ways to look at that.
#pragma once

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory_fixture.h"
#include "derive/derived_objects.h"

namespace kray::test {

struct DerivedInventory {
  LoadedInventory inventory;

  explicit DerivedInventory(const std::string& text, const KubeRaySettings& settings = {}) : inventory(text) {
    inventory.add_derived(derive_objects(*inventory, settings));
  }

  // "Service team-a/demo-head-svc", in the order in which they are made.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const Object& one : inventory->derived())
      all.push_back(std::string(one.kind) + " " + one.ns + "/" + std::string(one.name));
    return all;
  }

  const Object& object(std::string_view kind, std::string_view name) const {
    for (const Object& one : inventory->derived()) {
      if (one.kind == kind && one.name == name) return one;
    }
    throw std::out_of_range("nothing makes " + std::string(kind) + " " + std::string(name));
  }

  // What stands at the place that causes it.
  std::string cause(std::string_view kind, std::string_view name) const {
    const Place& place = object(kind, name).derived_from;
    return std::string(place.file->text().substr(place.begin, place.end - place.begin));
  }
};

// A node in YAML's flow style: "{a: [1, b]}".
inline std::string flow(NodeRef node) {
  std::string text;
  if (node.is_mapping()) {
    for (const Field field : node.fields())
      text += (text.empty() ? "" : ", ") + std::string(field.key.text()) + ": " + flow(field.value);
    return "{" + text + "}";
  }
  if (node.is_sequence()) {
    for (const NodeRef item : node.items()) text += (text.empty() ? "" : ", ") + flow(item);
    return "[" + text + "]";
  }
  return node.is_string() && node.text().empty() ? "''" : std::string(node.text());
}

}  // namespace kray::test
