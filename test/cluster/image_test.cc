// Image references and the tags of Ray images.
#include "cluster/image.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

TEST(Image, SplitsIntoParts) {
  const struct {
    const char* text;
    const char *registry, *repository, *tag, *digest;
  } cases[] = {
      {"ray", "", "ray", "", ""},
      {"rayproject/ray:2.44.1", "", "rayproject/ray", "2.44.1", ""},
      {"registry.example:5000/rayproject/ray", "registry.example:5000", "rayproject/ray", "", ""},
      {"registry.example:5000/ray:1", "registry.example:5000", "ray", "1", ""},
      {"localhost/ray:1", "localhost", "ray", "1", ""},
      {"quay.io/kuberay/operator:v1.3.2@sha256:abc", "quay.io", "kuberay/operator", "v1.3.2", "sha256:abc"},
      {"ray@sha256:abc", "", "ray", "", "sha256:abc"},
      {"", "", "", "", ""},
  };
  for (const auto& one : cases) {
    const ImageReference image = parse_image(one.text);
    EXPECT_EQ(image.registry, one.registry) << one.text;
    EXPECT_EQ(image.repository, one.repository) << one.text;
    EXPECT_EQ(image.tag, one.tag) << one.text;
    EXPECT_EQ(image.digest, one.digest) << one.text;
  }
}

TEST(RayTag, ReadsVersionPythonAndPlatform) {
  const std::optional<RayTag> full = parse_ray_tag("2.44.1-py311-cpu");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->version, (Version{2, 44, 1}));
  EXPECT_EQ(full->python, (Version{3, 11, 0}));
  EXPECT_EQ(full->platform, "cpu");
  const std::optional<RayTag> old = parse_ray_tag("2.9.0-py39");
  ASSERT_TRUE(old);
  EXPECT_EQ(old->python, (Version{3, 9, 0}));
  const std::optional<RayTag> bare = parse_ray_tag("2.46.0");
  ASSERT_TRUE(bare);
  EXPECT_FALSE(bare->python);
  for (const char* tag : {"2.56.0-py312-cu130", "2.46.0.0e19ea", "2.50.0rc1", "2.49.2.deprecated",
                          "2.54.0-extra-py312-cpu", "2.9.0-py310-gpu-aarch64"}) {
    const std::optional<RayTag> parsed = parse_ray_tag(tag);
    ASSERT_TRUE(parsed) << tag;
    EXPECT_TRUE(parsed->version) << tag;
  }
}

TEST(RayTag, MovingTagsAndCommitsHaveNoVersion) {
  for (const char* tag : {"latest", "nightly", "nightly-py310-gpu", "a1b2c3d"}) {
    const std::optional<RayTag> parsed = parse_ray_tag(tag);
    ASSERT_TRUE(parsed) << tag;
    EXPECT_FALSE(parsed->version) << tag;
  }
}

TEST(RayTag, RefusesWhatIsNoRayTag) {
  for (const char* tag : {"custom-version", "test", "v2.44.1", "2.44", ""})
    EXPECT_FALSE(parse_ray_tag(tag)) << tag;
}

TEST(Image, KnowsRaysRepositories) {
  EXPECT_TRUE(is_ray_repository("rayproject/ray"));
  EXPECT_TRUE(is_ray_repository("mirror/rayproject/ray-ml"));
  EXPECT_FALSE(is_ray_repository("myrayproject/ray"));
  EXPECT_FALSE(is_ray_repository("acme/ray"));
}

}  // namespace
}  // namespace kray
