// Container image references, and what the tag of a Ray image says.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "cluster/version.h"

namespace kray {

// "registry:5000/rayproject/ray:2.44.1-py311@sha256:…" in its parts; each is empty if it is not there.
// Views into the text that was parsed.
struct ImageReference {
  std::string_view registry;    // first component if it has a dot or a colon or is "localhost"
  std::string_view repository;  // "rayproject/ray"
  std::string_view tag;
  std::string_view digest;  // "sha256:…"
};

ImageReference parse_image(std::string_view text);

// The tag grammar of rayproject images (specs/kuberay-kubeflow.md F.3):
// {version}[-extra][-pyXY][-platform][-arch].
struct RayTag {
  std::string_view version_text;   // "2.44.1", "latest", "nightly", a commit
  std::optional<Version> version;  // if it is a release
  std::optional<Version> python;   // "py311" is 3.11; absent: what Ray had as default then
  std::string_view platform;       // "cpu", "gpu", "tpu", "cu121"
};

// Nothing if the tag does not follow the grammar.
std::optional<RayTag> parse_ray_tag(std::string_view tag);

// A repository of the Ray project, by its last components: "rayproject/ray", "ray-ml", "ray-llm", also
// through a mirror.
bool is_ray_repository(std::string_view repository);

}  // namespace kray
