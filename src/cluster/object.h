// A Kubernetes object of the input, and where it will live.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/scope.h"
#include "manifest/kustomize.h"
#include "manifest/tree.h"

namespace kray {

// What decided an object's namespace, the strongest first.
enum class NamespaceSource : uint8_t {
  cluster_scoped,  // it has none
  kustomization,   // every build that lists its file sets the same namespace
  object,          // metadata.namespace
  option,          // -n on the command line
  controller,      // a controller makes the object there
  not_set,         // nothing says
};

struct Object {
  NodeRef node;
  std::string_view group;    // empty: the core group
  std::string_view version;  // "v1"
  std::string_view kind;
  std::string_view name;  // metadata.name, else metadata.generateName; may be empty
  Scope scope = Scope::unknown;

  std::string ns;  // empty if cluster-scoped or not set
  NamespaceSource ns_source = NamespaceSource::not_set;
  Place ns_place;  // the text that decided, if it stands in the input
  // All builds of kustomizations that list its file: more than one namespace is possible.
  const std::vector<NamespaceAssignment>* builds = nullptr;
  // Taken to be of one age with all others that have no creationTimestamp (--assume age=equal).
  bool is_of_assumed_age = false;
  // For an object that a controller makes: the field of the input that makes it do so. Its own nodes
  // stand in a text that nobody wrote, so their places are for nobody's eyes.
  Place derived_from;
  const Object* made_for = nullptr;  // of a derived object: the one of the input that it is made for

  bool is_derived() const { return static_cast<bool>(derived_from); }
  bool is(std::string_view of_group, std::string_view of_kind) const {
    return group == of_group && kind == of_kind;
  }
  NodeRef metadata() const { return node["metadata"]; }
  NodeRef spec() const { return node["spec"]; }
  // "AuthorizationPolicy.security.istio.io", "Service".
  std::string qualified_kind() const;
  // Where an object is named when nothing finer will do: its name, else its kind.
  Place name_place() const;
  // Where a field of this object can be shown: its own place, or what made a derived object.
  Place shown(const Place& place) const { return is_derived() ? derived_from : place; }
};

// Both in one namespace, as far as is known: namespaces that are not set may be the same one.
bool may_share_namespace(const Object& a, const Object& b);

}  // namespace kray
