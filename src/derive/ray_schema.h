// What the API server makes of a Ray object: the fields it drops because the CRD of the installed
// operator does not know them, and the reasons for which it refuses the whole object.
//
// specs/kuberay-kubeflow.md A.1 to A.3 and section 0, items 1 to 8. Structural schemas prune unknown
// fields silently; required fields, types, enumerations and minima are refused. Fields with a default
// are never missing; readers fill the default in (see ray_spec.cc).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/object.h"
#include "cluster/version.h"
#include "manifest/tree.h"

namespace kray {

struct PrunedField {
  NodeRef node;                  // the value; its key_place() is where the field is named
  std::string path;              // "spec.workerGroupSpecs[0].labels"
  std::optional<Version> since;  // first version whose CRD knows it; nothing: none we know does
  std::optional<Version> until;  // version that dropped it, for fields that are gone
  std::string nearest;           // a known field of the same mapping with nearly the same name, or empty
};

struct SchemaViolation {
  Place place;
  std::string text;  // "spec.headGroupSpec.rayStartParams: Required value"
};

struct Admission {
  std::vector<PrunedField> pruned;
  std::vector<SchemaViolation> violations;  // empty: the CRD accepts the object

  std::vector<uint32_t> pruned_indices;  // nodes of `pruned`, sorted

  bool is_pruned(NodeRef value) const;
  // A field as the operator sees it: nothing if it was dropped or is null.
  NodeRef field(NodeRef parent, std::string_view key) const;
};

// The CRD check of one of the four Ray kinds in its own apiVersion, for that operator version. Kinds
// and versions that do not exist there have one violation and nothing else.
Admission admit_ray_object(const Object& object, const Version& kuberay);

// Fields that the API server drops, in document order; for rules that look at nothing else.
std::vector<PrunedField> pruned_fields(const Object& object, const Version& kuberay);

}  // namespace kray
