// Splits from the right: digest, then tag (a colon after the last slash), then registry and repository.
#include "cluster/image.h"

#include <re2/re2.h>

#include <string>

namespace kray {
namespace {

std::string_view as_view(const re2::StringPiece& piece) { return {piece.data(), piece.size()}; }

bool is_registry(std::string_view component) {
  return component == "localhost" || component.find_first_of(".:") != std::string_view::npos;
}

}  // namespace

ImageReference parse_image(std::string_view text) {
  ImageReference image;
  if (const size_t at = text.find('@'); at != std::string_view::npos) {
    image.digest = text.substr(at + 1);
    text = text.substr(0, at);
  }
  const size_t last_slash = text.rfind('/');
  const size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && (last_slash == std::string_view::npos || colon > last_slash)) {
    image.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  const size_t first_slash = text.find('/');
  if (first_slash != std::string_view::npos && is_registry(text.substr(0, first_slash))) {
    image.registry = text.substr(0, first_slash);
    text = text.substr(first_slash + 1);
  }
  image.repository = text;
  return image;
}

std::optional<RayTag> parse_ray_tag(std::string_view tag) {
  static const RE2 kGrammar(
      R"((nightly|latest|\d+\.\d+\.\d+(?:rc\d+|\.[0-9a-z]+)?|[0-9a-f]{6,40})(-extra)?(?:-py(\d)(\d{1,2}))?(?:-(cpu|gpu|tpu|cu\d+))?(?:-(aarch64))?)");
  re2::StringPiece version;
  re2::StringPiece extra;
  re2::StringPiece python_major;
  re2::StringPiece python_minor;
  re2::StringPiece platform;
  re2::StringPiece architecture;
  if (!RE2::FullMatch(re2::StringPiece(tag.data(), tag.size()), kGrammar, &version, &extra, &python_major,
                      &python_minor, &platform, &architecture)) {
    return std::nullopt;
  }
  RayTag parsed;
  parsed.version_text = as_view(version);
  if (parsed.version_text.find('.') != std::string_view::npos)
    parsed.version = parse_version(parsed.version_text);
  if (!python_major.empty()) {
    parsed.python = Version{std::stoi(std::string(as_view(python_major))),
                            std::stoi(std::string(as_view(python_minor))), 0};
  }
  parsed.platform = as_view(platform);
  return parsed;
}

bool is_ray_repository(std::string_view repository) {
  for (const std::string_view name : {"ray", "ray-ml", "ray-llm"}) {
    const std::string full = "rayproject/" + std::string(name);
    if (repository == full || repository.ends_with("/" + full)) return true;
  }
  return false;
}

}  // namespace kray
