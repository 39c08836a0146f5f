// Files are read in parallel, and the outcome does not show it.
#include "manifest/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "manifest/parsed.h"
#include "support/temp_folder.h"

namespace kray {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Load : public ::testing::Test {
 protected:
  std::vector<InputFile> write_files(int count) const {
    std::vector<InputFile> inputs;
    for (int i = 0; i < count; ++i) {
      const std::string name = "f" + std::to_string(i) + ".yaml";
      // Files of very different sizes, some of them broken, so that threads finish out of order.
      std::string text = "n: " + std::to_string(i) + "\n";
      for (int line = 0; line < (i * 7919) % 500; ++line) text += "k" + std::to_string(line) + ": [a, b]\n";
      if (i % 10 == 3) text += "bad: [\n---\nafter: 1\n";
      inputs.push_back({folder_.write(name, text), name});
    }
    return inputs;
  }

  static std::string describe(const LoadedManifests& loaded) {
    std::string text;
    for (const ManifestFile& file : loaded.files) {
      text += file.source->path + "\n" + testing::dump(file);
      for (const std::string& error : testing::errors_of(file)) text += error + "\n";
    }
    for (const Error& error : loaded.errors) text += error.to_string() + "\n";
    return text;
  }

  test::TempFolder folder_;
};

TEST_F(Load, KeepsTheOrderOfTheInput) {
  const std::vector<InputFile> inputs = write_files(50);
  const LoadedManifests loaded = load_manifests(inputs, {}, 8);
  ASSERT_EQ(loaded.files.size(), inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_EQ(loaded.files[i].source->path, inputs[i].shown);
    if (!loaded.files[i].errors.empty()) continue;
    EXPECT_EQ(testing::root_of(loaded.files[i])["n"].text(), std::to_string(i));
  }
}

TEST_F(Load, GivesTheSameWhateverTheNumberOfThreads) {
  std::vector<InputFile> inputs = write_files(50);
  inputs.insert(inputs.begin() + 20, {folder_ / "gone.yaml", "gone.yaml"});
  const std::string one = describe(load_manifests(inputs, {}, 1));
  for (int run = 0; run < 5; ++run) EXPECT_EQ(describe(load_manifests(inputs, {}, 8)), one);
  EXPECT_EQ(describe(load_manifests(inputs, {})), one);
  EXPECT_EQ(describe(load_manifests(inputs, {}, 1000)), one) << "more threads than files";
}

TEST_F(Load, AnUnreadableFileHidesNoOther) {
  const std::vector<InputFile> inputs = {{folder_.write("a.yaml"), "a.yaml"},
                                         {folder_ / "gone.yaml", "gone.yaml"},
                                         {folder_.path().string(), "folder"},
                                         {folder_.write("b.yaml"), "b.yaml"}};
  const LoadedManifests loaded = load_manifests(inputs, {}, 2);
  ASSERT_EQ(loaded.files.size(), 2U);
  EXPECT_EQ(loaded.files[1].source->path, "b.yaml");
  ASSERT_EQ(loaded.errors.size(), 2U);
  EXPECT_EQ(loaded.errors[0].where, "gone.yaml");
  EXPECT_EQ(loaded.errors[1].where, "folder");
}

TEST_F(Load, AFileOverTheLimitIsAnError) {
  Limits limits;
  limits.file_bytes = 1000;
  const LoadedManifests loaded =
      load_manifests({{folder_.write("big.yaml", "a: " + std::string(1000, 'x')), "big.yaml"},
                      {folder_.write("small.yaml"), "small.yaml"}},
                     limits);
  EXPECT_EQ(loaded.files.size(), 1U);
  ASSERT_EQ(loaded.errors.size(), 1U);
  EXPECT_EQ(loaded.errors[0].where, "big.yaml");
}

TEST_F(Load, NothingIsNothing) {
  const LoadedManifests loaded = load_manifests({}, {}, 4);
  EXPECT_THAT(loaded.files, IsEmpty());
  EXPECT_THAT(loaded.errors, IsEmpty());
}

}  // namespace
}  // namespace kray
