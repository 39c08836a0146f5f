// Which namespace kustomizations give to the files they list, and which files are only patches.
#include "manifest/kustomize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <string>

#include "manifest/parsed.h"
#include "support/temp_folder.h"

namespace kray {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::located;

using Texts = std::map<std::string, std::string>;  // path to text

// An input of files.
class Input {
 public:
  Input(std::initializer_list<Texts::value_type> texts) : Input(Texts(texts)) {}
  explicit Input(const Texts& texts) {
    for (const auto& [path, text] : texts) files_.push_back(testing::parse(text, path));
    std::vector<const ManifestFile*> pointers;
    for (const ManifestFile& file : files_) pointers.push_back(&file);
    index_ = index_kustomizations(pointers);
  }

  const KustomizedFile& at(const std::string& path) const {
    static const KustomizedFile none;
    const auto found = index_.find(path);
    return found == index_.end() ? none : found->second;
  }
  // Namespaces a file ends up in; "-": a build that sets none.
  std::vector<std::string> namespaces(const std::string& path) const {
    std::vector<std::string> names;
    for (const NamespaceAssignment& one : at(path).namespaces) names.push_back(one.ns.empty() ? "-" : one.ns);
    return names;
  }

 private:
  std::vector<ManifestFile> files_;
  KustomizeIndex index_;
};

TEST(Kustomize, SetsTheNamespaceOfWhatItLists) {
  const Input input(
      {{"app/kustomization.yaml", "namespace: team\nresources:\n- pod.yaml\n- ./sub/../job.yaml\n"}});
  EXPECT_THAT(input.namespaces("app/pod.yaml"), ElementsAre("team"));
  EXPECT_THAT(input.namespaces("app/job.yaml"), ElementsAre("team"));
  EXPECT_THAT(input.namespaces("app/other.yaml"), IsEmpty()) << "not listed";
  EXPECT_EQ(located(input.at("app/pod.yaml").namespaces[0].place), "1:1-1:16 \"namespace: team\"");
  EXPECT_FALSE(input.at("app/pod.yaml").is_patch);
}

TEST(Kustomize, ListsWithoutANamespaceSetNone) {
  const Input input{{"kustomization.yaml", "resources: [pod.yaml]\n"}};
  EXPECT_THAT(input.namespaces("pod.yaml"), ElementsAre("-"));
  EXPECT_FALSE(input.at("pod.yaml").namespaces[0].place);
}

TEST(Kustomize, OuterWinsOverInner) {
  const Input input{
      {"base/kustomization.yaml", "namespace: inner\nresources: [pod.yaml]\n"},
      {"middle/kustomization.yaml", "resources: [../base]\n"},
      {"overlays/prod/kustomization.yaml", "namespace: outer\nresources: [../../middle]\n"},
  };
  EXPECT_THAT(input.namespaces("base/pod.yaml"), ElementsAre("outer"));
}

TEST(Kustomize, InnerCountsIfNothingAroundItSetsOne) {
  const Input input{
      {"base/kustomization.yaml", "namespace: inner\nresources: [pod.yaml]\n"},
      {"top/kustomization.yml", "bases: [../base/]\n"},
  };
  EXPECT_THAT(input.namespaces("base/pod.yaml"), ElementsAre("inner"));
}

TEST(Kustomize, SeveralOverlaysAreSeveralBuilds) {
  const Input input{
      {"base/kustomization.yaml", "namespace: inner\nresources: [pod.yaml]\n"},
      {"overlays/a/kustomization.yaml", "namespace: a\nresources: [../../base]\n"},
      {"overlays/b/kustomization.yaml", "namespace: b\nresources: [../../base]\n"},
      {"overlays/c/kustomization.yaml", "resources: [../../base]\n"},
  };
  EXPECT_THAT(input.namespaces("base/pod.yaml"), ElementsAre("a", "b", "inner"));
}

TEST(Kustomize, ComponentsAreListsToo) {
  const Input input{
      {"comp/kustomization.yaml",
       "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [extra.yaml]\n"},
      {"app/kustomization.yaml", "namespace: team\nresources: [pod.yaml]\ncomponents: [../comp]\n"},
  };
  EXPECT_THAT(input.namespaces("comp/extra.yaml"), ElementsAre("team"));
}

TEST(Kustomize, PatchesAreKnownFromEveryField) {
  const Input input{{"app/kustomization.yaml",
                     "resources: [pod.yaml]\npatchesStrategicMerge:\n- a.yaml\n- |\n  kind: "
                     "Pod\npatches:\n- path: b.yaml\n  target: {kind: Pod}\n"
                     "- patch: 'x'\npatchesJson6902:\n- path: c.yaml\nconfigurations: "
                     "[d.yaml]\nreplacements:\n- path: e.yaml\n"
                     "transformers: [f.yaml]\ngenerators: [g.yaml]\ncrds: [h.json]\n"}};
  for (const char* name : {"a.yaml", "b.yaml", "c.yaml", "d.yaml", "e.yaml", "f.yaml", "g.yaml", "h.json"}) {
    EXPECT_TRUE(input.at(std::string("app/") + name).is_patch) << name;
    EXPECT_THAT(input.namespaces(std::string("app/") + name), IsEmpty()) << name;
  }
  EXPECT_FALSE(input.at("app/pod.yaml").is_patch);
}

TEST(Kustomize, WhatIsAResourceSomewhereIsNoPatch) {
  const Input input{
      {"a/kustomization.yaml", "patches: [{path: ../shared.yaml}]\n"},
      {"b/kustomization.yaml", "namespace: b\nresources: [../shared.yaml]\n"},
  };
  EXPECT_FALSE(input.at("shared.yaml").is_patch);
  EXPECT_THAT(input.namespaces("shared.yaml"), ElementsAre("b"));
}

TEST(Kustomize, CyclesEnd) {
  const Input input{
      {"a/kustomization.yaml", "namespace: a\nresources: [../b, x.yaml]\n"},
      {"b/kustomization.yaml", "resources: [../c]\n"},
      {"c/kustomization.yaml", "resources: [../a, ../c, y.yaml]\n"},
      {"self/kustomization.yaml", "namespace: s\nresources: [., z.yaml]\n"},
  };
  EXPECT_THAT(input.namespaces("a/x.yaml"), ElementsAre("a"));
  EXPECT_THAT(input.namespaces("c/y.yaml"), ElementsAre("a"));
  EXPECT_THAT(input.namespaces("self/z.yaml"), ElementsAre("s"));
}

TEST(Kustomize, DiamondsAreNotWalkedOncePerPath) {
  // Each of 100 levels lists both folders of the next: 2^100 paths.
  Texts texts;
  for (int level = 0; level < 100; ++level) {
    for (const char* side : {"l", "r"}) {
      const std::string next = std::to_string(level + 1);
      texts[side + std::to_string(level) + "/kustomization.yaml"] =
          level == 99 ? "resources: [../pod.yaml]\n" : "resources: [../l" + next + ", ../r" + next + "]\n";
    }
  }
  texts["kustomization.yaml"] = "namespace: top\nresources: [l0, r0]\n";
  EXPECT_THAT(Input(texts).namespaces("pod.yaml"), ElementsAre("top"));
}

TEST(Kustomize, LongChainsAreFollowed) {
  Texts texts;
  constexpr int kLevels = 20'000;
  for (int level = 0; level < kLevels; ++level) {
    texts["k" + std::to_string(level) + "/kustomization.yaml"] =
        "resources: [../k" + std::to_string(level + 1) + "]\n";
  }
  texts["k0/kustomization.yaml"] += "namespace: top\n";
  texts["k" + std::to_string(kLevels) + "/kustomization.yaml"] = "resources: [pod.yaml]\n";
  EXPECT_THAT(Input(texts).namespaces("k" + std::to_string(kLevels) + "/pod.yaml"), ElementsAre("top"));
}

TEST(Kustomize, OnlyItsOwnFileNamesCount) {
  const Input input{
      {"app/a-sample.yaml",
       "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: sample\nresources: "
       "[pod.yaml]\n"},
      {"app/kustomization.yaml", "namespace: real\nresources: [pod.yaml]\n"},
      {"flux/apps.yaml",
       "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nresources: "
       "[pod.yaml]\nnamespace: n\n"},
  };
  EXPECT_THAT(input.namespaces("app/pod.yaml"), ElementsAre("real"));
  EXPECT_THAT(input.namespaces("flux/pod.yaml"), IsEmpty());
}

TEST(Kustomize, OddContentsAreHarmless) {
  const Input input{
      {"a/kustomization.yaml", "namespace: [x]\nresources: {pod.yaml: 1}\n"},
      {"b/kustomization.yaml",
       "namespace: ''\nresources: [1, ~, {a: b}, pod.yaml, \"in\\nline\", https://example.com/x]\n"},
      {"c/kustomization.yaml", ""},
      {"d/kustomization.yaml", "- a\n"},
  };
  EXPECT_THAT(input.namespaces("a/pod.yaml"), IsEmpty());
  EXPECT_THAT(input.namespaces("b/pod.yaml"), ElementsAre("-"));
}

class EnclosingKustomizations : public ::testing::Test {
 protected:
  std::vector<std::string> enclosing(const std::vector<std::string>& paths) const {
    std::vector<ManifestFile> files;
    for (const std::string& path : paths) files.push_back(testing::parse("a: 1\n", path));
    return enclosing_kustomizations(files);
  }

  test::TempFolder folder_;
  test::WorkingDirectory here_{folder_.path()};
};

TEST_F(EnclosingKustomizations, AreFoundInTheFolderAndAbove) {
  folder_.write("kustomization.yaml");
  folder_.write("app/kustomization.yml");
  folder_.write("app/deep/er/pod.yaml");
  folder_.write("beside/kustomization.yaml");
  EXPECT_THAT(enclosing({"app/deep/er/pod.yaml", "app/deep/er/job.yaml"}),
              ElementsAre("app/kustomization.yml", "kustomization.yaml"));
  EXPECT_THAT(enclosing({"pod.yaml"}), ElementsAre("kustomization.yaml"));
}

TEST_F(EnclosingKustomizations, AreLeftOutIfTheyAreInput) {
  folder_.write("app/kustomization.yaml");
  EXPECT_THAT(enclosing({"app/pod.yaml", "app/kustomization.yaml"}), IsEmpty());
}

TEST_F(EnclosingKustomizations, EndAtTheRepositorysRoot) {
  folder_.write("kustomization.yaml");
  folder_.write("repo/.git/HEAD");
  folder_.write("repo/kustomization.yaml");
  folder_.write("repo/app/pod.yaml");
  EXPECT_THAT(enclosing({"repo/app/pod.yaml"}), ElementsAre("repo/kustomization.yaml"));
  EXPECT_THAT(enclosing({folder_ / "repo/app/pod.yaml"}), ElementsAre(folder_ / "repo/kustomization.yaml"));
}

TEST_F(EnclosingKustomizations, OfFilesThatAreNotOnDiskAreNone) {
  EXPECT_THAT(enclosing({"<stdin>", "no/such/file.yaml"}), IsEmpty());
}

}  // namespace
}  // namespace kray
