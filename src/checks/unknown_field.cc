// unknown-field: fields of Ray objects that no version of KubeRay knows. The API server drops them, so
// they do nothing, and often the field that was meant is missing.
//
// Known is what the built-in table (derive/ray_schema.h, KubeRay 1.3 to 1.7) or a CRD of the input knows.
// A field that only another version has is another rule's business. Under an operator that is newer than
// the table, a field is unknown only if it is a slip of one that is known.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/custom_schema.h"
#include "checks/describe.h"
#include "checks/primitives.h"
#include "cluster/similar.h"
#include "derive/ray_schema.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 5> kPlaceholders = {"field", "meant", "kind", "name", "namespace"};

constexpr Version kLastKnown{1, 7, 999};  // the table's last version, whatever its patch
constexpr size_t kMostSlips = 2;

// Real fields of every object's metadata that mean nothing in a template; tools write some of them.
constexpr std::array<std::string_view, 9> kMetadataFields = {
    "creationTimestamp", "generateName",    "generation", "uid",          "resourceVersion",
    "selfLink",          "ownerReferences", "namespace",  "managedFields"};

bool is_metadata_field(NodeRef node) {
  return node.parent().key_text() == "metadata" &&
         std::find(kMetadataFields.begin(), kMetadataFields.end(), node.key_text()) != kMetadataFields.end();
}

std::string meant_by(const PrunedField& field) {
  const bool is_slip =
      !field.nearest.empty() && edit_distance(field.node.key_text(), field.nearest) <= kMostSlips;
  return is_slip ? field.nearest : std::string();
}

Match match_of(const Object& object, const PrunedField& field) {
  const std::string meant = meant_by(field);
  Match match;
  match.place = field.node.key_place();
  match.label = "dropped by the API server";
  match.values = object_values(object);
  match.values["field"] = field.path;
  match.values["meant"] = meant.empty() ? "" : fmt::format(" (did you mean '{}'?)", meant);
  match.fix =
      meant.empty() ? "Remove the field, or move it to where it belongs." : fmt::format("Write '{}'.", meant);
  match.subject = logical_name(object, field.node);
  return match;
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  const bool is_newer = context.kuberay.version_is_certain && context.kuberay.settings.version > kLastKnown;
  CustomSchemas schemas(context.files);
  for (const Object& object : context.inventory.objects()) {
    if (!is_ray_kind(object)) continue;
    for (const PrunedField& field : pruned_fields(object, kLastKnown)) {
      if (field.since || is_metadata_field(field.node)) continue;
      if (is_newer && meant_by(field).empty()) continue;
      if (!schemas.knows_field(object, field.node)) outcome.matches.push_back(match_of(object, field));
    }
  }
}

}  // namespace

constinit const Primitive kUnknownField = {"unknown-field", {}, kPlaceholders, run};

}  // namespace kray
