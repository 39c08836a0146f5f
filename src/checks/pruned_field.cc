// pruned-field: fields that the CRD of the deployed operator does not know yet, or no longer.
//
// specs/kuberay-kubeflow.md A.3 and section 0, items 1 to 8: the API server drops them without a word. Which
// version runs must be known, from the operator in the input or from an option; against the version that is
// only assumed, every field would be a guess.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "derive/ray_schema.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 6> kPlaceholders = {"path", "needs", "version",
                                                           "kind", "name",  "namespace"};

Match match_of(const Object& object, const PrunedField& field, const Version& deployed) {
  Match match;
  match.place = field.node.key_place();
  match.values = object_values(object);
  match.values["path"] = field.path;
  match.values["version"] = deployed.to_string();
  if (field.since && deployed < *field.since) {
    match.label = fmt::format("needs KubeRay {}.{}", field.since->major, field.since->minor);
    match.values["needs"] = fmt::format("needs KubeRay {}.{}", field.since->major, field.since->minor);
  } else {
    match.label = fmt::format("gone since KubeRay {}.{}", field.until->major, field.until->minor);
    match.values["needs"] =
        fmt::format("is gone since KubeRay {}.{}", field.until->major, field.until->minor);
  }
  match.subject = logical_name(object, field.node);
  return match;
}

Unknown version_unknown(const PrunedField& field) {
  return {.fact = "kuberay-version",
          .message =
              "The version of the KubeRay operator is not known, and some fields need a newer one than "
              "Kubeflow ships.",
          .advice = "Add the operator's Deployment to the input, or pass --assume kuberay=VERSION.",
          .place = field.node.key_place()};
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  const Version& deployed = context.kuberay.settings.version;
  for (const Object& object : context.inventory.objects()) {
    if (!is_ray_kind(object)) continue;
    for (const PrunedField& field : pruned_fields(object, deployed)) {
      const bool too_new = field.since && deployed < *field.since;
      if (!too_new && !field.until) continue;
      if (context.kuberay.version_is_certain) {
        outcome.matches.push_back(match_of(object, field, deployed));
      } else {
        outcome.unknowns.push_back(version_unknown(field));
      }
    }
  }
}

}  // namespace

constinit const Primitive kPrunedField = {"pruned-field", {}, kPlaceholders, run};

}  // namespace kray
