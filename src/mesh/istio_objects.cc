// Filters (GEN-1, GEN-2) and sorts (GEN-3); times are compared as texts, which the API server writes in one
// form only.
#include "mesh/istio_objects.h"

#include <algorithm>
#include <functional>
#include <tuple>

#include "cluster/labels.h"

namespace kray {
namespace {

// "2025-01-31T09:30:00Z", as the API server writes every creationTimestamp; empty for anything else.
std::string_view creation_time(const Object& object) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  const std::string_view text = object.metadata()["creationTimestamp"].text();
  const auto fits = [](char form, char c) { return form == '0' ? c >= '0' && c <= '9' : form == c; };
  return std::equal(kForm.begin(), kForm.end(), text.begin(), text.end(), fits) ? text : std::string_view();
}

bool selects(const MeshConfig& mesh, const Labels& labels) {
  return std::any_of(mesh.discovery_selectors.begin(), mesh.discovery_selectors.end(),
                     [&labels](NodeRef selector) { return matches_label_selector(selector, labels); });
}

}  // namespace

bool is_for_revision(const Object& object, std::string_view revision) {
  const NodeRef label = object.metadata()["labels"]["istio.io/rev"];
  return label.is_null() || label.text() == revision;
}

Answer is_discovered(std::string_view ns, const Inventory& inventory, const MeshConfig& mesh) {
  if (mesh.discovery_selectors.empty()) return Answer::yes;
  const NamespaceInfo* info = inventory.find_namespace(ns);
  if (info == nullptr) return Answer::unknown;
  size_t selected = 0;
  for (const NamespaceInfo::Definition& definition : info->definitions)
    selected += selects(mesh, definition.labels) ? 1 : 0;
  if (selected == info->definitions.size()) return Answer::yes;
  return selected == 0 ? Answer::no : Answer::unknown;
}

Answer is_read(const Object& object, const Inventory& inventory, const MeshConfig& mesh,
               std::string_view revision) {
  if (!is_for_revision(object, revision)) return Answer::no;
  return is_discovered(object.ns, inventory, mesh);
}

std::vector<const Object*> istio_objects(const Inventory& inventory, std::string_view group,
                                         std::string_view kind, const MeshConfig& mesh,
                                         std::string_view revision) {
  std::vector<const Object*> objects;
  for (const Object* object : inventory.all_of_kind(group, kind)) {
    if (is_read(*object, inventory, mesh, revision) != Answer::no) objects.push_back(object);
  }
  std::stable_sort(objects.begin(), objects.end(),
                   [](const Object* a, const Object* b) { return is_older(*a, *b); });
  return objects;
}

bool is_older(const Object& a, const Object& b) {
  const std::string_view time_a = creation_time(a);
  const std::string_view time_b = creation_time(b);
  // Of PeerAuthentications of one age istiod takes the first that it comes upon, whatever its name: so it
  // answered in the conformance sets (directed p0997, random c0134).
  const bool by_position = a.kind == "PeerAuthentication" && a.is_of_assumed_age && b.is_of_assumed_age;
  if (by_position && time_a == time_b) return std::less<>()(&a, &b);
  return std::tie(time_a, a.name, a.ns) < std::tie(time_b, b.name, b.ns);
}

bool order_is_known(const Object& a, const Object& b) {
  if (a.name == b.name && a.ns == b.ns) return &a == &b;
  const auto is_known = [](const Object& one) {
    return one.is_of_assumed_age || !creation_time(one).empty();
  };
  return is_known(a) && is_known(b);
}

Answer lives_in(const Object& object, std::string_view ns) {
  if (object.ns_source != NamespaceSource::not_set) {
    if (object.ns == ns) return Answer::yes;
    return ns.empty() ? Answer::unknown : Answer::no;
  }
  if (ns.empty()) return Answer::yes;  // not known of either: most likely one place
  if (object.builds == nullptr) return Answer::unknown;
  const bool possible =
      std::any_of(object.builds->begin(), object.builds->end(),
                  [ns](const NamespaceAssignment& one) { return one.ns.empty() || one.ns == ns; });
  return possible ? Answer::unknown : Answer::no;
}

Oldest oldest_of(const std::vector<Contender>& contenders) {
  Oldest oldest;
  for (const Contender& one : contenders) {
    oldest.may_be_none = oldest.may_be_none && !one.is_certain;
    const bool is_beaten = std::any_of(contenders.begin(), contenders.end(), [&one](const Contender& other) {
      return other.is_certain && order_is_known(*other.object, *one.object) &&
             is_older(*other.object, *one.object);
    });
    if (!is_beaten) oldest.candidates.push_back(one.object);
  }
  std::stable_sort(oldest.candidates.begin(), oldest.candidates.end(),
                   [](const Object* a, const Object* b) { return is_older(*a, *b); });
  return oldest;
}

}  // namespace kray
