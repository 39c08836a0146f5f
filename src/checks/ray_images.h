// The images that make up one Ray cluster, with the Ray and Python versions that their tags tell.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/object.h"
#include "cluster/version.h"
#include "manifest/tree.h"

namespace kray {

// What an image's tag says of Ray; nothing where it says nothing.
struct RayImageVersions {
  std::optional<Version> ray;
  std::optional<Version> python;
};

// Reads images of the Ray project, mirrors of them, and private images named after Ray whose tag follows
// the grammar of Ray's tags (specs/kuberay-kubeflow.md F.3). A private tag that is only a number is the
// version of that image, not of Ray.
RayImageVersions ray_image_versions(std::string_view image);

struct RayImage {
  NodeRef node;
  std::string words;     // "worker group 'small' of RayCluster 'demo'"
  bool is_node = false;  // runs a Ray node: head or worker
  RayImageVersions versions;
};

// Images of the head, of every worker group, of the autoscaler and of the submitter of a Ray object, in
// this order; of each pod the Ray container, which is the first (A.2). What is not given uses the head's.
std::vector<RayImage> ray_images_of(const Object& object);

}  // namespace kray
