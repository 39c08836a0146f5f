// ray-in-namespace: Ray workloads in one of the given namespaces, which belong to others.
//
// The line that put them there is the one to change: the object's own, or that of a kustomization.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array kParameters = {ParameterDescription{"namespaces", true}};
constexpr std::array<std::string_view, 3> kPlaceholders = {"kind", "name", "namespace"};

Match match_at(const Object& object, Place place, const std::string& ns) {
  Match match;
  match.place = place ? place : object.name_place();
  match.label = "a namespace of the platform";
  match.values = object_values(object);
  match.values["namespace"] = ns;
  match.subject = logical_name(object);
  return match;
}

void check(const Object& object, std::span<const std::string> namespaces, CheckOutcome& outcome) {
  if (object.ns_source == NamespaceSource::not_set && object.builds != nullptr) {
    for (const NamespaceAssignment& build : *object.builds) {
      if (contains(namespaces, build.ns)) outcome.matches.push_back(match_at(object, build.place, build.ns));
    }
  } else if (object.ns_source == NamespaceSource::not_set) {
    outcome.unknowns.push_back(namespace_not_set(object));
  } else if (contains(namespaces, object.ns)) {
    outcome.matches.push_back(match_at(object, object.ns_place, object.ns));
  }
}

void run(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome) {
  for (const Object& object : context.inventory.objects()) {
    if (is_ray_kind(object)) check(object, parameter(parameters, "namespaces"), outcome);
  }
}

}  // namespace

constinit const Primitive kRayInNamespace = {"ray-in-namespace", kParameters, kPlaceholders, run};

}  // namespace kray
