// Where a Ray object names images, and how far a tag can be believed.
#include "checks/ray_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cluster/image.h"
#include "cluster/views.h"

namespace kray {
namespace {

std::string_view last_component(std::string_view repository) {
  const size_t slash = repository.rfind('/');
  return slash == std::string_view::npos ? repository : repository.substr(slash + 1);
}

// The names under which Ray's own images are mirrored.
bool is_ray_image_name(std::string_view name) {
  return name == "ray" || name == "ray-ml" || name == "ray-llm";
}

// "ray" as a word of the name: "my-ray", "ray_gpu", not "array" or "x-ray" alone.
bool has_ray_as_word(std::string_view name) {
  constexpr std::string_view kSeparators = "-_.";
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find_first_of(kSeparators, begin), name.size());
    if (name.substr(begin, end - begin) == "ray") return !name.starts_with("x-ray");
    begin = end + 1;
  }
  return false;
}

bool tells_of_ray(std::string_view repository, const RayTag& tag) {
  if (is_ray_repository(repository)) return true;
  const std::string_view name = last_component(repository);
  const bool has_suffix = tag.python.has_value() || !tag.platform.empty();
  return is_ray_image_name(name) || (has_suffix && has_ray_as_word(name));
}

void add(std::vector<RayImage>& images, NodeRef image, std::string words, bool is_node) {
  if (!image.is_string()) return;
  images.push_back({image, std::move(words), is_node, ray_image_versions(image.text())});
}

}  // namespace

RayImageVersions ray_image_versions(std::string_view image) {
  const ImageReference reference = parse_image(image);
  const std::optional<RayTag> tag = parse_ray_tag(reference.tag);
  if (!tag || !tells_of_ray(reference.repository, *tag)) return {};
  return {tag->version, tag->python};
}

std::vector<RayImage> ray_images_of(const Object& object) {
  std::vector<RayImage> images;
  const RayClusterSpec cluster = ray_cluster_spec_of(object);
  const std::string owner = fmt::format("{} '{}'", object.kind, object.name);
  add(images, cluster.head_template().first_container()["image"], "head group of " + owner, true);
  for (const RayWorkerGroup& group : cluster.worker_groups()) {
    add(images, group.pod_template().first_container()["image"],
        fmt::format("worker group '{}' of {}", group.name(), owner), true);
  }
  if (cluster.spec["enableInTreeAutoscaling"].is_true()) {
    add(images, cluster.autoscaler_options()["image"], "autoscaler of " + owner, false);
  }
  if (cluster.spec) {
    add(images, ray_submitter_template_of(object).first_container()["image"], "submitter of " + owner, false);
  }
  return images;
}

}  // namespace kray
