// token-auth-off: Ray clusters that could ask their clients for a token and do not.
//
// specs/kuberay-kubeflow.md A.3 and section 0, A.5: Ray 2.52 and later checks a token if told to; KubeRay
// 1.5 and later sets that up by authOptions. Absent, empty or `{}` leaves it off. Under an older operator
// there is nothing to switch on in the manifest, and nothing is reported.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "cluster/image.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 5> kPlaceholders = {"version", "why", "kind", "name", "namespace"};

constexpr Version kRayWithTokens{2, 52, 0};
constexpr Version kOperatorWithTokens{1, 5, 0};

struct RayVersion {
  Version version;
  NodeRef from;  // rayVersion or the image of the head
};

// What the user says the version is, else what the image is tagged with.
std::optional<RayVersion> ray_version_of(const RayClusterSpec& cluster) {
  const NodeRef said = cluster.spec["rayVersion"];
  if (const auto version = parse_version(said.text())) return RayVersion{*version, said};
  const NodeRef image = cluster.head_template().first_container()["image"];
  const ImageReference reference = parse_image(image.text());
  const auto tag = is_ray_repository(reference.repository) ? parse_ray_tag(reference.tag) : std::nullopt;
  return tag && tag->version ? std::optional(RayVersion{*tag->version, image}) : std::nullopt;
}

// Set up by hand, without the operator.
bool sets_auth_mode(const RayClusterSpec& cluster) {
  const auto env = cluster.head_template().first_container()["env"].items();
  return std::any_of(env.begin(), env.end(), [](NodeRef variable) {
    return variable["name"].text() == "RAY_AUTH_MODE" && variable["value"].text() != "disabled";
  });
}

void check(const Object& object, CheckOutcome& outcome) {
  const RayClusterSpec cluster = ray_cluster_spec_of(object);
  const std::optional<RayVersion> ray = ray_version_of(cluster);
  const NodeRef options = cluster.spec["authOptions"];
  const std::string_view mode = options["mode"].text();
  if (!ray || ray->version < kRayWithTokens || mode == "token" || (mode.empty() && sets_auth_mode(cluster)))
    return;
  Match match;
  match.place = ray->from.field_place();
  if (options) match.place = options["mode"] ? options["mode"].field_place() : options.key_place();
  match.label = "no token is asked for";
  match.values = object_values(object);
  match.values["version"] = ray->version.to_string();
  match.values["why"] = mode.empty() ? "authOptions sets no mode" : fmt::format("the mode is '{}'", mode);
  match.fix = "Set 'authOptions: {mode: token}'.";
  match.subject = logical_name(object, options ? options : ray->from);
  outcome.matches.push_back(std::move(match));
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  if (context.kuberay.settings.version < kOperatorWithTokens) return;
  for (const Object& object : context.inventory.objects()) {
    // v1alpha1 has no authOptions.
    if (is_ray_kind(object) && object.version == "v1") check(object, outcome);
  }
}

}  // namespace

constinit const Primitive kTokenAuthOff = {"token-auth-off", {}, kPlaceholders, run};

}  // namespace kray
