// ray-version-mismatch: Ray objects whose rayVersion and images do not all name the same Ray version.
//
// specs/kuberay-kubeflow.md F.2: rayVersion decides how the operator starts and probes Ray; processes of
// one cluster refuse to talk to another version. What is reported is the odd one out: images that differ
// from rayVersion, or rayVersion alone where the images agree among themselves.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "checks/ray_images.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 6> kPlaceholders = {"what", "found", "reference",
                                                           "kind", "name",  "namespace"};

// rayVersion, which may leave out the patch number: "2.44" says nothing against 2.44.1.
struct StatedVersion {
  NodeRef node;
  std::optional<Version> version;
  bool has_patch = false;

  explicit StatedVersion(NodeRef ray_version) : node(ray_version) {
    const std::string_view text = node.text();
    // "nightly", a commit or "3.0.0.dev0" names no release.
    if (text.find_first_not_of("0123456789.v") != std::string_view::npos) return;
    if (text.find('.') == std::string_view::npos) return;
    version = parse_version(text);
    has_patch = std::count(text.begin(), text.end(), '.') >= 2;
  }
  bool agrees(const Version& other) const {
    return version->major == other.major && version->minor == other.minor &&
           (!has_patch || version->patch == other.patch);
  }
};

struct Reference {
  std::string words;  // "'rayVersion' says 2.44.1"
  Place place;
  std::string short_words;
};

Match match_of(const Object& object, NodeRef blamed, std::string what, std::string_view found,
               const Reference& reference) {
  Match match;
  match.place = blamed.place();
  match.label = fmt::format("Ray {}", found);
  match.values = object_values(object);
  match.values["what"] = std::move(what);
  match.values["found"] = found;
  match.values["reference"] = reference.words;
  match.related.push_back(
      {reference.place, reference.short_words, fmt::format("The {} stands here.", reference.short_words)});
  match.subject = logical_name(object, blamed);
  return match;
}

Match match_image(const Object& object, const RayImage& image, const Reference& reference) {
  return match_of(object, image.node, fmt::format("Image of the {} has Ray", image.words),
                  image.versions.ray->to_string(), reference);
}

void check(const Object& object, CheckOutcome& outcome) {
  const StatedVersion stated(ray_cluster_spec_of(object).spec["rayVersion"]);
  std::vector<RayImage> images = ray_images_of(object);
  std::erase_if(images, [](const RayImage& image) { return !image.versions.ray; });
  if (images.empty()) return;
  const auto agrees = [&stated](const RayImage& image) { return stated.agrees(*image.versions.ray); };
  const bool images_differ = std::any_of(images.begin(), images.end(), [&images](const RayImage& image) {
    return *image.versions.ray != *images.front().versions.ray;
  });
  if (stated.version && std::any_of(images.begin(), images.end(), agrees)) {
    const Reference reference{fmt::format("'rayVersion' is {}", stated.node.text()), stated.node.place(),
                              "rayVersion of the cluster"};
    for (const RayImage& image : images) {
      if (!agrees(image)) outcome.matches.push_back(match_image(object, image, reference));
    }
    return;
  }
  const RayImage& first = images.front();
  const std::string version = first.versions.ray->to_string();
  if (stated.version) {
    const Reference reference{fmt::format("the image of the {} has {}", first.words, version),
                              first.node.place(), "image"};
    outcome.matches.push_back(match_of(
        object, stated.node, fmt::format("'rayVersion' of {} {} is", object.kind, quoted(object.name)),
        stated.node.text(), reference));
  }
  if (!images_differ) return;
  const Reference reference{fmt::format("that of the {} has {}", first.words, version), first.node.place(),
                            "other image"};
  for (const RayImage& image : images) {
    if (*image.versions.ray != *first.versions.ray)
      outcome.matches.push_back(match_image(object, image, reference));
  }
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (const Object& object : context.inventory.objects()) {
    if (is_ray_kind(object)) check(object, outcome);
  }
}

}  // namespace

constinit const Primitive kRayVersionMismatch = {"ray-version-mismatch", {}, kPlaceholders, run};

}  // namespace kray
