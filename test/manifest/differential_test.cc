// Compares every tree with what an independent reader, yaml-cpp, makes of the same text: structure, scalar
// text, and where scalars begin. Then the facts that are known of the corpus.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "manifest/load.h"
#include "manifest/parsed.h"
#include "manifest/split.h"
#include "manifest/yaml_reader.h"
#include "support/shared_folder.h"

namespace kray {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

// The first difference between two trees, or "".
class Comparison {
 public:
  Comparison(const SourceFile& file, std::string_view text, uint32_t base)
      : file_(file), text_(text), base_(base) {}

  std::string compare(NodeRef ours, const YAML::Node& theirs) {
    compare_node(ours, theirs);
    return difference_;
  }
  size_t compared() const { return compared_; }

 private:
  void compare_node(NodeRef ours, const YAML::Node& theirs) {
    if (!difference_.empty()) return;
    ++compared_;
    if (ours.is_null() != theirs.IsNull()) return differ(ours, "null or not");
    if (ours.is_null()) return;
    if (ours.is_mapping() != theirs.IsMap() || ours.is_sequence() != theirs.IsSequence())
      return differ(ours, "kind");
    if (ours.is_scalar()) return compare_scalar(ours, theirs);
    if (ours.size() != theirs.size())
      return differ(ours, fmt::format("{} and {} children", ours.size(), theirs.size()));
    auto other = theirs.begin();
    if (ours.is_mapping()) {
      for (const Field field : ours.fields()) {
        compare_node(field.key, other->first);
        compare_node(field.value, other->second);
        ++other;
      }
    } else {
      for (const NodeRef item : ours.items()) compare_node(item, *other++);
    }
  }

  void compare_scalar(NodeRef ours, const YAML::Node& theirs) {
    if (ours.text() != theirs.Scalar())
      return differ(ours, fmt::format("\"{}\" and \"{}\"", ours.text(), theirs.Scalar()));
    // Theirs begins with the anchor or tag, ours with the value.
    const size_t line = line_begin(theirs.Mark().line);
    const bool has_anchor =
        text_.substr(line, text_.find('\n', line) - line).find('&') != std::string_view::npos;
    if (has_anchor || (theirs.Tag() != "?" && theirs.Tag() != "!")) return;
    // Their columns count bytes.
    const size_t begin = base_ + line + static_cast<size_t>(theirs.Mark().column);
    if (ours.place().begin != begin)
      differ(ours, fmt::format("begins at {} and {}", ours.place().begin, begin));
  }

  size_t line_begin(int line) {
    while (known_line_ < line) {
      known_begin_ = text_.find('\n', known_begin_) + 1;
      ++known_line_;
    }
    while (known_line_ > line) {
      known_begin_ = known_begin_ < 2 ? 0 : text_.rfind('\n', known_begin_ - 2) + 1;
      --known_line_;
    }
    return known_begin_;
  }

  void differ(NodeRef ours, const std::string& what) {
    if (difference_.empty()) {
      difference_ = fmt::format("{}:{} {}: {}", file_.path, testing::range(ours.place()), ours.path(), what);
    }
  }

  const SourceFile& file_;
  std::string_view text_;
  uint32_t base_;
  int known_line_ = 0;
  size_t known_begin_ = 0;
  size_t compared_ = 0;
  std::string difference_;
};

struct Outcome {
  size_t documents = 0;  // that both could read, empty ones left out
  size_t nodes = 0;
  std::vector<std::string> differences;
};

// Reads every document of a file in full with both readers.
void compare_file(const SourceFile& file, Outcome& outcome) {
  for (const Chunk& chunk : split_documents(file.text())) {
    const ReadOutcome ours = read_yaml(file, chunk.begin, chunk.end, Limits());
    const std::string text(file.text().substr(chunk.begin, chunk.end - chunk.begin));
    if (text.find("<<:") != std::string::npos) continue;  // yaml-cpp knows no merge keys
    YAML::Node theirs;
    try {
      theirs = YAML::Load(text);
    } catch (const YAML::Exception&) {
      continue;
    }
    if (ours.error || ours.trees.size() != 1) continue;
    const NodeRef root(ours.trees[0].get(), 0);
    if (root.is_null() && theirs.IsNull()) continue;
    Comparison comparison(file, text, chunk.begin);
    const std::string difference = comparison.compare(root, theirs);
    if (!difference.empty()) outcome.differences.push_back(difference);
    ++outcome.documents;
    outcome.nodes += comparison.compared();
  }
}

std::vector<InputFile> manifests_below(const fs::path& folder) {
  return discover_inputs({{folder.string()}, {}}).files;
}

Outcome compare_folder(const fs::path& folder) {
  Outcome outcome;
  for (const InputFile& input : manifests_below(folder)) {
    const auto file = read_input(input, Limits().file_bytes);
    if (file.ok() && input.path.find(".json") == std::string::npos) compare_file(*file.value(), outcome);
  }
  return outcome;
}

TEST(Differential, InlineDocuments) {
  const char* const texts[] = {
      "a: 1\n",
      "a:\n  b:\n  - c\n  - d: e\n    f: g\n  -\n  - - x\n    - y\n",
      "a: one\n  two\n\n  three\nb: 'it''s\n  folded\n\n  twice'\nc: \"x\\ty\\\n  z \\u00e9\\x41\"\n",
      "a: |\n  x\n   y\n\n  z\n\nb: >\n  p\n  q\n\n    r\n  s\nc: |-\n  t\n\nd: |+\n  u\n\ne: >2-\n   v\n",
      "{a: [1, {b: c}, 'd', \"e\"], f: {}, g: [], h: }\n",
      "a: &x {b: 1}\nc: *x\nd: [*x, &y z, *y]\n",
      "? a\n: b\n? - c\n",
      "a: !!str 1\nb: !local x\n",
      "# c\n--- # d\na: b # e\n# f\n",
      "- a: 1\n  b: 2\n-\n  c: 3\n- [d]\n",
      "a:\n- b\n- c\nd: e\n",
      "\"quoted key\": x\n'other key': y\n",
      "a: http://x:80/y#z\nb: x#y\nc: -x\nd: ?y\ne: :z\nf: a, b\n",
      "é日本: 😀\nx: [ü, 'ä', \"ö\"]\ny: |\n  ß\nz: 1\n",
      "a: yes\nb: ~\nc:\nd: null\ne: ''\nf: Null\n",
      "a: 'x\n\n\n  y'\nb: \"  x  \n  y  \"\n",
      "a: >-\n\n  lead\n\n\n  gap\n",
      "--- |\n text\n",
      "--- text\n",
      "- - - a\n    - b\n  - c\n- d\n",
  };
  Outcome outcome;
  size_t expected = 0;
  for (const char* text : texts) {
    compare_file(*testing::source_of(text, text), outcome);
    ++expected;
  }
  EXPECT_THAT(outcome.differences, IsEmpty());
  EXPECT_GE(outcome.documents, expected - 1) << "a mapping with a list as key is for yaml-cpp alone";
}

TEST(Differential, ProjectFiles) {
  size_t documents = 0;
  for (const char* folder : {"fixtures", "rules"}) {
    const Outcome outcome = compare_folder(fs::path(KRAY_SOURCE_DIR) / folder);
    EXPECT_THAT(outcome.differences, IsEmpty());
    EXPECT_GT(outcome.nodes, 0U);
    documents += outcome.documents;
  }
  EXPECT_GT(documents, 10U);
}

class Corpus : public ::testing::Test {
 protected:
  void SetUp() override { KRAY_NEEDS_SHARED(); }

  LoadedManifests load(const char* folder) const {
    return load_manifests(manifests_below(corpus_ / folder), Limits());
  }

  fs::path corpus_ = fs::path(KRAY_SOURCE_DIR) / "../shared/corpus";
};

struct Counts {
  size_t files = 0;
  size_t templates = 0;  // Helm template files
  size_t documents = 0;  // of the other files
  size_t placeholder_files = 0;
  size_t empty = 0;
  size_t definitions = 0;
  size_t kustomizations = 0;
  std::vector<std::string> errors;
  std::vector<std::string> duplicates;
};

Counts count(const LoadedManifests& loaded) {
  Counts counts;
  counts.files = loaded.files.size();
  for (const Error& error : loaded.errors) counts.errors.push_back(error.to_string());
  for (const ManifestFile& file : loaded.files) {
    for (const std::string& broken : testing::broken_invariants(file))
      ADD_FAILURE() << file.source->path << ": " << broken;
    for (const std::string& error : testing::errors_of(file))
      counts.errors.push_back(file.source->path + ":" + error);
    for (const DuplicateKey& duplicate : file.duplicates)
      counts.duplicates.push_back(file.source->path + ": " + duplicate.key);
    if (file.is_template) {
      ++counts.templates;
      continue;
    }
    counts.documents += file.documents.size();
    bool has_placeholders = false;
    for (const Document& document : file.documents) {
      has_placeholders = has_placeholders || document.kind == DocumentKind::placeholder_template;
      counts.empty += document.kind == DocumentKind::empty ? 1 : 0;
      counts.definitions += document.kind == DocumentKind::custom_resource_definition ? 1 : 0;
      counts.kustomizations += document.kind == DocumentKind::kustomization ? 1 : 0;
    }
    counts.placeholder_files += has_placeholders ? 1 : 0;
  }
  return counts;
}

TEST_F(Corpus, KubeflowManifests) {
  const Counts counts = count(load("kubeflow-manifests"));
  EXPECT_EQ(counts.files, 1120U);
  EXPECT_EQ(counts.templates, 95U);
  EXPECT_EQ(counts.documents, 1631U);
  EXPECT_EQ(counts.empty, 15U);
  EXPECT_EQ(counts.definitions, 126U);
  EXPECT_THAT(counts.errors, IsEmpty());
  EXPECT_THAT(counts.duplicates, IsEmpty());
}

TEST_F(Corpus, Kuberay) {
  const Counts counts = count(load("kuberay"));
  EXPECT_EQ(counts.files, 297U);
  EXPECT_EQ(counts.templates, 28U);
  EXPECT_EQ(counts.documents, 399U);
  EXPECT_EQ(counts.placeholder_files, 13U);
  EXPECT_EQ(counts.kustomizations, 14U);
  EXPECT_THAT(counts.errors, IsEmpty());
  EXPECT_THAT(counts.duplicates, IsEmpty());
}

TEST_F(Corpus, RenderedIsAnalysedWhole) {
  const Counts counts = count(load("rendered"));
  EXPECT_EQ(counts.files, 2U);
  EXPECT_EQ(counts.templates, 0U) << "although a ConfigMap of it holds template text";
  EXPECT_EQ(counts.placeholder_files, 0U);
  EXPECT_THAT(counts.errors, IsEmpty());
  EXPECT_GT(counts.documents, 580U);
}

TEST_F(Corpus, AgreesWithAnIndependentReader) {
  for (const char* folder : {"kubeflow-manifests", "kuberay", "rendered"}) {
    const Outcome outcome = compare_folder(corpus_ / folder);
    EXPECT_THAT(outcome.differences, IsEmpty());
    EXPECT_GT(outcome.documents, 300U) << folder;
  }
}

}  // namespace
}  // namespace kray
