// What image tags are believed to say, and how the checks on versions word and place what they find.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/check_run.h"
#include "checks/ray_images.h"

namespace kray {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string ray_of(std::string_view image) {
  const auto version = ray_image_versions(image).ray;
  return version ? version->to_string() : "";
}

TEST(RayImageVersions, AreThoseOfRaysOwnImagesAndTheirMirrors) {
  EXPECT_EQ(ray_of("rayproject/ray:2.44.1"), "2.44.1");
  EXPECT_EQ(ray_of("registry.example:5000/mirror/rayproject/ray-ml:2.44.1-py311-gpu"), "2.44.1");
  EXPECT_EQ(ray_of("registry.example/mirror/ray:2.44.1"), "2.44.1");
  EXPECT_EQ(ray_of("registry.example/team/my-ray:2.44.1-py311"), "2.44.1");
  EXPECT_EQ(ray_of("registry.example/team/my_ray:2.44.1-gpu"), "2.44.1");
}

TEST(RayImageVersions, AreNotGuessed) {
  for (const char* image :
       {"rayproject/ray", "rayproject/ray:nightly", "rayproject/ray:0e19ea", "team/my-ray:2.44.1",
        "team/array:2.44.1-py311", "team/x-ray:2.44.1-py311", "team/x-ray-viewer:2.44.1-py311",
        "python:3.11.2-py311", "rayproject/ray@sha256:aa", "rayproject/ray:2.44.1-custom", ""}) {
    EXPECT_EQ(ray_of(image), "") << image;
  }
}

std::string cluster_text(const std::string& ray_version, const std::string& head, const std::string& worker) {
  return "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo, namespace: team-a}\nspec:\n" +
         (ray_version.empty() ? "" : "  rayVersion: " + ray_version + "\n") +
         "  headGroupSpec: {template: {spec: {containers: [{name: head, image: " + head +
         "}]}}}\n  workerGroupSpecs: [{groupName: small, template: {spec: {containers: [{name: worker, "
         "image: " +
         worker + "}]}}}]\n---\n";
}

TEST(RayVersionMismatch, NamesBothVersionsAndShowsTheOtherPlace) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", cluster_text("\"2.44.1\"", "'rayproject/ray:2.44.1'", "'rayproject/ray:2.43.0'"))
          .run("ray-version-mismatch");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  const Match& match = outcome.matches[0];
  EXPECT_EQ(match.values.at("what"), "Image of the worker group 'small' of RayCluster 'demo' has Ray");
  EXPECT_EQ(match.values.at("found"), "2.43.0");
  EXPECT_EQ(match.values.at("reference"), "'rayVersion' is 2.44.1");
  EXPECT_EQ(text_at(match.related.at(0).place), "\"2.44.1\"");
}

TEST(RayVersionMismatch, BlamesRayVersionWhereTheImagesAgree) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", cluster_text("\"2.9.0\"", "'rayproject/ray:2.44.1'", "'rayproject/ray:2.44.1'"))
          .run("ray-version-mismatch");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(text_at(outcome.matches[0].place), "\"2.9.0\"");
  EXPECT_EQ(outcome.matches[0].values.at("what"), "'rayVersion' of RayCluster 'demo' is");
}

// 3.0.0.dev0 and 2.44 with a suffix are no releases; three numbers with a "v" are.
TEST(RayVersionMismatch, ComparesReleasesOnly) {
  for (const char* version : {"\"3.0.0.dev0\"", "nightly", "\"2\"", "\"\"", "\"v2.44.1\"", "\"2.44\""}) {
    CheckRun run;
    EXPECT_THAT(
        run.file("a.yaml", cluster_text(version, "'rayproject/ray:2.44.1'", "'rayproject/ray:2.44.1'"))
            .run("ray-version-mismatch")
            .matches,
        IsEmpty())
        << version;
  }
}

TEST(PythonVersionMismatch, NamesTheHeadAsReference) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", cluster_text("", "'rayproject/ray:2.44.1-py311'", "'rayproject/ray:2.44.1-py310'"))
          .run("python-version-mismatch");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(outcome.matches[0].values.at("found"), "3.10");
  EXPECT_EQ(outcome.matches[0].values.at("reference"), "the head group of RayCluster 'demo' has 3.11");
}

TEST(PythonVersionMismatch, ReadsThePythonOfNotebookImages) {
  const struct {
    const char* image;
    const char* python;
  } images[] = {{"team/notebook:1.0-python3.10", "3.10"},
                {"team/notebook:py39-cuda", "3.9"},
                {"kubeflownotebookswg/jupyter-scipy:v1.9.2", "3.11"},
                {"team/notebook:py2", ""},
                {"kubeflownotebookswg/codeserver-python:v1.9.2", ""},
                {"team/happy311:1.0", ""}};
  for (const auto& [image, python] : images) {
    CheckRun run;
    const CheckOutcome outcome =
        run.file("a.yaml",
                 cluster_text("", "'rayproject/ray:2.44.1-py312'", "'rayproject/ray:2.44.1-py312'") +
                     "apiVersion: kubeflow.org/v1\nkind: Notebook\nmetadata: {name: lab, namespace: team-a}\n"
                     "spec: {template: {spec: {containers: [{name: lab, image: '" +
                     image + "', env: [{name: RAY_ADDRESS, value: 'ray://demo-head-svc:10001'}]}]}}}\n")
            .run("python-version-mismatch");
    EXPECT_EQ(outcome.matches.empty() ? "" : outcome.matches[0].values.at("found"), python) << image;
  }
}

}  // namespace
}  // namespace kray
