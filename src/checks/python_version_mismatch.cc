// python-version-mismatch: heads, workers and notebooks of one Ray cluster with different Python versions.
//
// specs/kuberay-kubeflow.md F.1 to F.3. Only what tags say: an image without "-pyXY" has whatever was
// Ray's default when it was built, and nothing is concluded from that. A notebook belongs to a cluster
// only if it says so: by RAY_ADDRESS, or by an image that is itself one of Ray's.
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "checks/ray_images.h"
#include "cluster/image.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 6> kPlaceholders = {"subject", "found", "reference",
                                                           "kind",    "name",  "namespace"};

std::string minor_version(const Version& version) {
  return fmt::format("{}.{}", version.major, version.minor);
}

Match match_of(const Object& object, NodeRef image, std::string_view words, const Version& found,
               const RayImage& reference) {
  Match match;
  match.place = image.place();
  match.label = fmt::format("Python {}", minor_version(found));
  match.values = object_values(object);
  match.values["subject"] = words;
  match.values["found"] = minor_version(found);
  match.values["reference"] =
      fmt::format("the {} has {}", reference.words, minor_version(*reference.versions.python));
  match.related.push_back(
      {reference.node.place(), "image of the " + reference.words,
       fmt::format("This image has Python {}.", minor_version(*reference.versions.python))});
  match.subject = logical_name(object, image);
  return match;
}

// The first Ray node whose image names its Python version: the head, if it does.
std::optional<RayImage> reference_of(const std::vector<RayImage>& images) {
  const auto found = std::find_if(images.begin(), images.end(), [](const RayImage& image) {
    return image.is_node && image.versions.python.has_value();
  });
  if (found == images.end()) return std::nullopt;
  return *found;
}

// Python of a notebook's image: a Ray image's tag, the tag's own "-py311" or "-python-3.11", or Kubeflow's
// notebook servers of releases 1.9 and 1.10, which have 3.11.
std::optional<Version> notebook_python(std::string_view image) {
  if (const auto python = ray_image_versions(image).python) return python;
  const ImageReference reference = parse_image(image);
  static const RE2 kInTag(R"((?:^|[-_.])py(?:thon)?-?(3)\.?(\d{1,2})(?:$|[-_.]))");
  int major = 0;
  int minor = 0;
  if (RE2::PartialMatch(re2::StringPiece(reference.tag.data(), reference.tag.size()), kInTag, &major, &minor))
    return Version{major, minor, 0};
  const bool of_kubeflow = reference.repository.starts_with("kubeflownotebookswg/jupyter-") ||
                           reference.repository.starts_with("kubeflow/kubeflow/notebook-servers/jupyter-");
  const std::optional<Version> release = parse_version(reference.tag);
  if (of_kubeflow && release && release->major == 1 && (release->minor == 9 || release->minor == 10))
    return Version{3, 11, 0};
  return std::nullopt;
}

// The cluster that RAY_ADDRESS names ("ray://demo-head-svc.team-a:10001"), or that a notebook on a Ray
// image of the same namespace can only mean.
bool uses(NodeRef container, const Object& cluster) {
  for (const NodeRef variable : container["env"].items()) {
    if (variable["name"].text() == "RAY_ADDRESS")
      return variable["value"].text().find(fmt::format("//{}-", cluster.name)) != std::string_view::npos;
  }
  return ray_image_versions(container["image"].text()).python.has_value();
}

void check_notebooks(const CheckContext& context, const Object& cluster, const RayImage& reference,
                     CheckOutcome& outcome) {
  for (const Object* notebook : context.inventory.of_kind("kubeflow.org", "Notebook")) {
    if (!may_share_namespace(*notebook, cluster)) continue;
    const NodeRef container = notebook->spec()["template"]["spec"]["containers"].at(0);
    if (!uses(container, cluster)) continue;
    const std::optional<Version> python = notebook_python(container["image"].text());
    if (!python || *python == *reference.versions.python) continue;
    outcome.matches.push_back(match_of(*notebook, container["image"],
                                       fmt::format("Notebook {}", quoted(notebook->name)), *python,
                                       reference));
  }
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (const Object& object : context.inventory.objects()) {
    if (!is_ray_kind(object)) continue;
    const std::vector<RayImage> images = ray_images_of(object);
    const std::optional<RayImage> reference = reference_of(images);
    if (!reference) continue;
    for (const RayImage& image : images) {
      const std::optional<Version>& python = image.versions.python;
      if (!image.is_node || !python || *python == *reference->versions.python) continue;
      outcome.matches.push_back(
          match_of(object, image.node, "Image of the " + image.words, *python, *reference));
    }
    check_notebooks(context, object, *reference, outcome);
  }
}

}  // namespace

constinit const Primitive kPythonVersionMismatch = {"python-version-mismatch", {}, kPlaceholders, run};

}  // namespace kray
