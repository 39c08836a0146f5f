// Where one document ends and the next begins, before anything is parsed.
#include "manifest/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "manifest/parsed.h"

namespace kray {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> cut(const std::string& text, std::vector<Chunk> chunks) {
  std::vector<std::string> parts;
  for (const Chunk& chunk : chunks) parts.push_back(text.substr(chunk.begin, chunk.end - chunk.begin));
  return parts;
}

std::vector<std::string> yaml(const std::string& text) { return cut(text, split_documents(text)); }
std::vector<std::string> json(const std::string& text) { return cut(text, split_json(text)); }

TEST(SplitDocuments, AtMarkersInEveryPosition) {
  EXPECT_THAT(yaml("a: 1\n"), ElementsAre("a: 1\n"));
  EXPECT_THAT(yaml("---\na: 1\n"), ElementsAre("---\na: 1\n"));
  EXPECT_THAT(yaml("a: 1\n---\nb: 2\n"), ElementsAre("a: 1\n", "---\nb: 2\n"));
  EXPECT_THAT(yaml("a: 1\n---\nb: 2\n---"), ElementsAre("a: 1\n", "---\nb: 2\n", "---"));
  EXPECT_THAT(yaml("---\n---\n---\n"), ElementsAre("---\n", "---\n", "---\n"));
  EXPECT_THAT(yaml("a: 1\n---\t\nb: 2\n--- \nc: 3"), ElementsAre("a: 1\n", "---\t\nb: 2\n", "--- \nc: 3"));
}

TEST(SplitDocuments, AtMarkersWithSomethingBehindThem) {
  EXPECT_THAT(yaml("a: 1\n--- # c\nb: 2\n"), ElementsAre("a: 1\n", "--- # c\nb: 2\n"));
  EXPECT_THAT(yaml("a: 1\n--- text\n--- {b: 2}\n"), ElementsAre("a: 1\n", "--- text\n", "--- {b: 2}\n"));
}

TEST(SplitDocuments, NotAtWhatOnlyLooksLikeAMarker) {
  EXPECT_THAT(yaml("a: 1\n---b: 2\n"), ElementsAre("a: 1\n---b: 2\n"));
  EXPECT_THAT(yaml("a: 1\n----\n"), ElementsAre("a: 1\n----\n"));
  EXPECT_THAT(yaml("a: |\n  x\n  ---\n  y\n"), ElementsAre("a: |\n  x\n  ---\n  y\n"));
  EXPECT_THAT(yaml("a: --- b\n --- c\n"), ElementsAre("a: --- b\n --- c\n"));
}

TEST(SplitDocuments, InsideAnythingAtColumnZero) {
  EXPECT_THAT(yaml("a: |\n  x\n---\nb: 2\n"), ElementsAre("a: |\n  x\n", "---\nb: 2\n"));
  EXPECT_THAT(yaml("a: \"open\n---\nb: 2\n"), ElementsAre("a: \"open\n", "---\nb: 2\n"));
  EXPECT_THAT(yaml("a: [1,\n---\nb: 2\n"), ElementsAre("a: [1,\n", "---\nb: 2\n"));
}

TEST(SplitDocuments, PreambleBelongsToTheFirstDocument) {
  EXPECT_THAT(yaml("# licence\n\n  # more\n---\na: 1\n"), ElementsAre("# licence\n\n  # more\n---\na: 1\n"));
  EXPECT_THAT(yaml("\n\n---\na: 1\n"), ElementsAre("\n\n---\na: 1\n"));
  EXPECT_THAT(yaml("%YAML 1.1\n%TAG ! tag:x,2000:\n---\na: 1\n"),
              ElementsAre("%YAML 1.1\n%TAG ! tag:x,2000:\n---\na: 1\n"));
}

TEST(SplitDocuments, DirectivesGoWithTheDocumentBehindThem) {
  EXPECT_THAT(yaml("a: 1\n...\n%YAML 1.1\n---\nb: 2\n"),
              ElementsAre("a: 1\n...\n", "%YAML 1.1\n---\nb: 2\n"));
  EXPECT_THAT(yaml("a: 1\n...\n# c\n%YAML 1.1\n\n# d\n---\nb: 2\n---\nc: 3\n"),
              ElementsAre("a: 1\n...\n# c\n", "%YAML 1.1\n\n# d\n---\nb: 2\n", "---\nc: 3\n"));
  EXPECT_THAT(yaml("a: 1\n%YAML 1.1\n---\nb: 2\n"), ElementsAre("a: 1\n", "%YAML 1.1\n---\nb: 2\n"));
}

TEST(SplitDocuments, NothingIsNoDocument) {
  EXPECT_THAT(yaml(""), IsEmpty());
  EXPECT_THAT(yaml("\n \n"), IsEmpty());
  EXPECT_THAT(yaml("# only\n# comments"), IsEmpty());
  EXPECT_THAT(yaml("\xEF\xBB\xBF"), IsEmpty());
}

TEST(SplitDocuments, KnowsWindowsFiles) {
  EXPECT_THAT(yaml("a: 1\r\n---\r\nb: 2\r\n"), ElementsAre("a: 1\r\n", "---\r\nb: 2\r\n"));
  EXPECT_THAT(yaml("\xEF\xBB\xBF# c\r\n---\r\na: 1\r\n"), ElementsAre("# c\r\n---\r\na: 1\r\n"));
  EXPECT_THAT(yaml("\xEF\xBB\xBF---\r\na: 1"), ElementsAre("---\r\na: 1"));
}

TEST(SplitDocuments, LeavesNoGaps) {
  const std::string text = "# c\na: 1\n---\n# d\n\n---\nb: 2\n...\n# e\n---\n";
  std::string joined;
  for (const std::string& part : yaml(text)) joined += part;
  EXPECT_EQ(joined, text);
}

TEST(SplitJson, OneValueAfterTheOther) {
  EXPECT_THAT(json("{\"a\": 1}\n"), ElementsAre("{\"a\": 1}"));
  EXPECT_THAT(json(" {}\n[1]{\"b\": [{}]} \"x\" 1\t"),
              ElementsAre("{}", "[1]", "{\"b\": [{}]}", "\"x\"", "1"));
  EXPECT_THAT(json("\xEF\xBB\xBF{}"), ElementsAre("{}"));
  EXPECT_THAT(json(" \n"), IsEmpty());
}

TEST(SplitJson, BracketsInStringsDoNotCount) {
  EXPECT_THAT(json(R"({"a": "}{"} {"b\"}": "\\"})"), ElementsAre(R"({"a": "}{"})", R"({"b\"}": "\\"})"));
}

TEST(SplitJson, WhatIsNotClosedGoesToTheEnd) {
  EXPECT_THAT(json("{} {\"a\": [1"), ElementsAre("{}", "{\"a\": [1"));
  EXPECT_THAT(json("{\"a\": \"x} {}"), ElementsAre("{\"a\": \"x} {}"));
  EXPECT_THAT(json("\"\\"), ElementsAre("\"\\"));
  EXPECT_THAT(json("]}"), ElementsAre("]", "}"));
}

TEST(Documents, EveryChunkIsOneDocument) {
  EXPECT_EQ(testing::dump(testing::parse(
                "# c\na: 1\n--- # d\nb: 2\n--- text\n--- {c: 3}\n---\n...\n---\nd: |\n  x\n  ---\n  y\n")),
            "{a: 1}\n{b: 2}\n\"text\"\n{c: 3}\nnull\n{d: \"x\n---\ny\n\"}\n");
}

TEST(Documents, EndMarkersEndThem) {
  const ManifestFile file = testing::parse("a: 1\n...\n---\nb: 2\n...\n%YAML 1.1\n---\nc: 3\n...\n");
  EXPECT_EQ(testing::dump(file), "{a: 1}\n{b: 2}\n{c: 3}\n");
  EXPECT_THAT(testing::errors_of(file), IsEmpty());
}

TEST(Documents, TextBehindAnEndMarkerIsAnErrorNotSilence) {
  // Kubernetes' reader stops at the marker and never sees it.
  const ManifestFile file = testing::parse("a: 1\n...\nb: 2\n---\nc: 3\n");
  EXPECT_EQ(testing::dump(file), "{a: 1}\n{c: 3}\n");
  EXPECT_THAT(testing::errors_of(file), ElementsAre("3:1 did not find expected <document start>"));
}

TEST(Documents, DirectiveOfANewerVersionIsRefused) {
  // Kubernetes' reader refuses it; libyaml reads 1.2 as if it were 1.1.
  EXPECT_EQ(testing::parse("%YAML 2.0\n---\na: 1\n").errors.size(), 1U);
  EXPECT_EQ(testing::dump(testing::parse("%YAML 1.2\n---\na: 1\n")), "{a: 1}\n");
}

TEST(Documents, ManyEmptyOnesAreCounted) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "---\n";
  const ManifestFile file = testing::parse(text);
  EXPECT_EQ(file.documents.size(), 1000U);
  EXPECT_EQ(file.documents[999].kind, DocumentKind::empty);
  EXPECT_THAT(file.errors, IsEmpty());
}

}  // namespace
}  // namespace kray
