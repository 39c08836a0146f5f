// Input made to exhaust time, memory or the stack: every one ends with a clear error, or is simply read.
//
// Nothing is timed here: what is quadratic or worse in the wrong place would run into the test's time limit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>

#include "manifest/document.h"
#include "manifest/parsed.h"

namespace kray {
namespace {

using ::testing::ElementsAre;
using testing::errors_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::parse;
using testing::range;
using testing::root_of;

std::string repeated(const std::string& part, size_t times) {
  std::string text;
  text.reserve(part.size() * times);
  for (size_t i = 0; i < times; ++i) text += part;
  return text;
}

// The only error of a text that has nothing else to give.
std::string error_of(std::string text, const std::string& path = "manifest.yaml") {
  const ManifestFile file = parse(std::move(text), path);
  EXPECT_EQ(file.errors.size(), 1U);
  EXPECT_THAT(file.documents, IsEmpty());
  return file.errors.empty() ? "" : errors_of(file)[0];
}

// Fails if the process ever held more than so many bytes. Sanitizers hold more for reasons of their own.
void expect_peak_memory_below(long mebibytes) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  EXPECT_LT(usage.ru_maxrss / 1024, mebibytes);
#else
  static_cast<void>(mebibytes);
#endif
}

constexpr size_t kDeep = 100'000;
constexpr const char* kTooDeep = "nested deeper than 512 levels";

TEST(HostileDepth, FlowSequences) {
  EXPECT_EQ(error_of(repeated("[", kDeep)), std::string("1:513 ") + kTooDeep);
}
TEST(HostileDepth, FlowMappings) {
  EXPECT_THAT(error_of("a: " + repeated("{a: ", kDeep)), HasSubstr(kTooDeep));
}
TEST(HostileDepth, FlowMappingsOfManyLines) {
  EXPECT_THAT(error_of("a: " + repeated("{a:\n", kDeep)), HasSubstr(kTooDeep));
}
TEST(HostileDepth, BlockSequences) {
  EXPECT_THAT(error_of(repeated("- ", kDeep) + "x\n"), HasSubstr(kTooDeep));
}
TEST(HostileDepth, BlockMappings) {
  std::string text;
  for (size_t level = 0; level < 2000; ++level) text += std::string(level, ' ') + "a:\n";
  EXPECT_EQ(error_of(text), std::string("513:513 ") + kTooDeep);
}
TEST(HostileDepth, ExplicitKeys) {
  EXPECT_THAT(error_of(repeated("? ", kDeep)), HasSubstr("stands where a mapping key must be"));
}
TEST(HostileDepth, Braces) {
  EXPECT_EQ(parse(repeated("{", kDeep)).documents.size() + parse(repeated("{", kDeep)).errors.size(), 1U);
}
TEST(HostileDepth, BehindABadKey) { EXPECT_EQ(parse("? [a]\n: " + repeated("[", kDeep)).errors.size(), 1U); }
TEST(HostileDepth, JsonArrays) {
  EXPECT_EQ(error_of(repeated("[", kDeep), "a.json"), std::string("1:513 ") + kTooDeep);
}
TEST(HostileDepth, JsonObjects) {
  const std::string text = repeated("{\"a\":", kDeep) + "1" + repeated("}", kDeep);
  EXPECT_THAT(error_of(text, "a.json"), HasSubstr(kTooDeep));
  EXPECT_THAT(error_of(text), HasSubstr(kTooDeep)) << "in a .yaml file";
}
TEST(HostileDepth, InWhatAnOutlineLeavesOut) {
  EXPECT_THAT(error_of("kind: CustomResourceDefinition\nspec: {versions: " + repeated("[", kDeep)),
              HasSubstr(kTooDeep));
}
TEST(HostileDepth, JustBelowTheLimitIsRead) {
  const ManifestFile file = parse("[" + repeated("[", 511) + repeated("]", 511) + ", x]");
  EXPECT_THAT(file.errors, IsEmpty());
  EXPECT_EQ(root_of(file).at(1).text(), "x");
}

TEST(HostileAliases, BillionLaughs) {
  std::string text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below + repeated(", " + below, 9) +
            "]\n";
  }
  EXPECT_THAT(error_of(text), HasSubstr("aliases expand to more than 10000000 values"));
  expect_peak_memory_below(100);
}

TEST(HostileAliases, BillionLaughsInMappings) {
  std::string text = "a0: &a0 {x: lol}\n";
  for (int i = 1; i < 64; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " {p: " + below + ", q: " + below + "}\n";
  }
  EXPECT_THAT(error_of(text), HasSubstr("aliases expand to more than"));
}

TEST(HostileAliases, OneBigValueNamedOften) {
  const std::string text =
      "a: &a [" + repeated("x, ", 100'000) + "]\nb: [" + repeated("*a, ", 100'000) + "]\n";
  EXPECT_THAT(error_of(text), HasSubstr("aliases expand to more than"));
}

TEST(HostileAliases, BombsOfMergeKeys) {
  std::string text = "a0: &a0 {k0: &v [1, 2, 3]}\n";
  for (int i = 1; i < 64; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " {<<: [" + below + ", " + below + "], k" +
            std::to_string(i) + ": " + below + "}\n";
  }
  EXPECT_EQ(parse(text).errors.size(), 1U);
  expect_peak_memory_below(200);
}

TEST(HostileAliases, ManyAnchorsAndManyAliases) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "- &a" + std::to_string(i) + " [x]\n";
  for (int i = 0; i < 200'000; ++i) text += "- *a" + std::to_string(i) + "\n";
  const ManifestFile file = parse(text);
  EXPECT_THAT(file.errors, IsEmpty());
  EXPECT_EQ(root_of(file).size(), 400'000U);
}

TEST(HostileAliases, MergeIntoAMappingOfManyKeys) {
  std::string text = "a: &a {x: 1}\nb:\n  <<: *a\n";
  for (int i = 0; i < 300'000; ++i) text += "  k" + std::to_string(i) + ": 1\n";
  const ManifestFile file = parse(text);
  EXPECT_THAT(file.errors, IsEmpty());
  EXPECT_EQ(root_of(file)["b"].size(), 300'001U);
}

TEST(HostileAliases, MergesThatMultiplyFields) {
  std::string text = "a: &a {";
  for (int i = 0; i < 10'000; ++i) text += "k" + std::to_string(i) + ": 1, ";
  text += "}\nb:\n" + repeated("- {<<: *a}\n", 100'000);
  EXPECT_EQ(parse(text).errors.size(), 1U);
  expect_peak_memory_below(900);
}

constexpr size_t kHugeScalar = size_t{64} << 20U;

TEST(HostileSize, PlainScalar) {
  const ManifestFile file = parse("a: " + std::string(kHugeScalar, 'x') + "\nb: 1\n");
  EXPECT_EQ(root_of(file)["a"].text().size(), kHugeScalar);
  EXPECT_EQ(range(root_of(file)["b"].place()), "2:4-2:5");
}

TEST(HostileSize, PlainScalarBeyondAscii) {
  const ManifestFile file = parse("a: " + repeated("é", kHugeScalar / 4) + "\nb: 1\n");
  EXPECT_EQ(root_of(file)["a"].text().size(), kHugeScalar / 2);
  EXPECT_EQ(range(root_of(file)["b"].place()), "2:4-2:5");
}

TEST(HostileSize, QuotedScalar) {
  const ManifestFile file = parse("a: \"" + repeated("\\n", kHugeScalar / 2) + "\"\nb: 1\n");
  EXPECT_EQ(root_of(file)["a"].text().size(), kHugeScalar / 2);
}

TEST(HostileSize, BlockScalar) {
  const ManifestFile file = parse("a: |\n" + repeated("  x\n", kHugeScalar / 4) + "b: 1\n");
  EXPECT_EQ(root_of(file)["a"].text().size(), kHugeScalar / 2);
  EXPECT_EQ(root_of(file)["b"].text(), "1");
}

TEST(HostileSize, JsonString) {
  const ManifestFile file = parse("{\"a\": \"" + std::string(kHugeScalar, 'x') + "\", \"b\": 1}", "a.json");
  EXPECT_EQ(root_of(file)["a"].text().size(), kHugeScalar);
  EXPECT_EQ(root_of(file)["b"].text(), "1");
}

TEST(HostileSize, CommentsAndBlanks) {
  EXPECT_EQ(root_of(parse("#" + std::string(kHugeScalar, 'x') + "\na: 1\n"))["a"].text(), "1");
  EXPECT_EQ(root_of(parse(std::string(kHugeScalar / 4, '\n') + "a: 1\n"))["a"].text(), "1");
  EXPECT_THAT(parse(std::string(kHugeScalar, ' ')).documents, IsEmpty());
}

TEST(HostileSize, AFileOverItsLimitIsNotRead) {
  Limits limits;
  limits.nodes_per_document = 1000;
  EXPECT_THAT(errors_of(parse(repeated("- x\n", 2000), "a.yaml", limits)),
              ElementsAre(HasSubstr("more than 1000 values")));
  EXPECT_THAT(errors_of(parse("[1" + repeated(", 1", 2000) + "]", "a.json", limits)),
              ElementsAre(HasSubstr("more than 1000 values")));
}

TEST(HostileCount, MoreDocumentsThanTheLimit) {
  EXPECT_EQ(error_of(repeated("---\n", 200'000)), "100001:1 more than 100000 documents");
  EXPECT_THAT(error_of(repeated("a: 1\n---\n", 200'000)), HasSubstr("more than 100000 documents"));
  EXPECT_THAT(error_of(repeated("{}\n", 200'000), "a.json"), HasSubstr("more than 100000 documents"));
}

TEST(HostileCount, DocumentsBehindDirectivesAndEndMarkers) {
  EXPECT_THAT(parse(repeated("%YAML 1.1\n---\na: 1\n...\n", 50'000)).errors, IsEmpty());
  EXPECT_EQ(parse("a: 1\n" + repeated("%YAML 1.1\n", 100'000)).errors.size(), 1U);
}

TEST(HostileCount, BadDocumentsAreAllCounted) {
  const ManifestFile file = parse(repeated("a: [\n---\n", 50'000));
  EXPECT_EQ(file.errors.size(), 50'000U);
}

TEST(HostileCount, AMillionKeysInOneMapping) {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "k" + std::to_string(i) + ": 1\n";
  const ManifestFile file = parse(text);
  EXPECT_THAT(file.errors, IsEmpty());
  EXPECT_EQ(root_of(file).size(), 1'000'000U);
  EXPECT_EQ(root_of(file)["k999999"].text(), "1");
}

TEST(HostileCount, AMillionKeysInOneJsonObject) {
  std::string text = "{\"a\": 1";
  for (int i = 0; i < 1'000'000; ++i) text += ",\"k" + std::to_string(i) + "\":1";
  const ManifestFile file = parse(text + "}", "a.json");
  EXPECT_EQ(root_of(file).size(), 1'000'001U);
}

TEST(HostileCount, OneKeyAMillionTimes) {
  const ManifestFile file = parse(repeated("a: 1\n", 1'000'000));
  EXPECT_EQ(file.duplicates.size(), 999'999U);
  EXPECT_EQ(range(file.duplicates.back().second), "1000000:1-1000000:2");
}

TEST(HostileCount, DuplicatesInManyItems) {
  const ManifestFile file = parse(repeated("- {a: 1, a: 2}\n", 300'000));
  ASSERT_EQ(file.duplicates.size(), 300'000U);
  EXPECT_EQ(file.duplicates.back().path, "[299999]");
}

TEST(HostileCount, KeysAndValuesBeyondAscii) {
  std::string text = "a: ä\n";
  for (int i = 0; i < 50'000; ++i) {
    text += "é" + std::to_string(i) + ":\n- ü\n- ä: 'ö'\n  ß: |\n    ñ\n- [å, {æ: ø}]\n-\n";
  }
  const ManifestFile file = parse(text);
  EXPECT_THAT(errors_of(file), IsEmpty());
  EXPECT_EQ(root_of(file).size(), 50'001U);
}

TEST(HostileBytes, InvalidUtf8IsFoundAtItsByte) {
  const char* message = "not UTF-8 text";
  struct Case {
    std::string before;
    std::string bad;
  };
  const Case cases[] = {
      {"", "\x80"},
      {"a: ", "\xFF"},
      {"é: ", "\xC3"},
      {"a: x\nb: é", "\xE9t\xE9"},
      {"日本", "\xF0\x9F\x98"},
      {"a: ", "\xC0\xAF"},
      {"a: ", "\xED\xA0\x80"},
      {std::string(65'535, 'a'), "\xFE"},
      {repeated("é", 100'001) + "a", "\xA0 b"},
      {repeated("😀x", 33'333), "\xF8\x88\x80\x80\x80"},
  };
  for (const Case& one : cases) {
    for (const char* after : {"", "\n", " and more: text\n"}) {
      const ManifestFile file = parse(one.before + one.bad + after);
      ASSERT_EQ(file.errors.size(), 1U);
      EXPECT_EQ(file.errors[0].message, message);
      EXPECT_EQ(file.errors[0].place.begin, one.before.size());
      EXPECT_EQ(file.errors[0].place.end, one.before.size() + 1);
      EXPECT_THAT(file.documents, IsEmpty());
      EXPECT_THAT(file.errors[0].advice, HasSubstr("UTF-8"));
    }
  }
}

TEST(HostileBytes, InvalidUtf8AtTheEndOfAHugeFile) {
  const ManifestFile file = parse(repeated("é", kHugeScalar / 2) + "\xE9");
  ASSERT_EQ(file.errors.size(), 1U);
  EXPECT_EQ(file.errors[0].place.begin, kHugeScalar);
}

TEST(HostileBytes, InvalidUtf8InJson) {
  EXPECT_EQ(error_of("{\"a\": \"\xFF\"}", "a.json"), "1:8 not UTF-8 text");
}

TEST(HostileBytes, Utf16) {
  const std::string little(
      "\xFF\xFE"
      "a\0:\0 \0"
      "1\0\n\0",
      12);
  const std::string big(
      "\xFE\xFF\0a\0:\0 \0"
      "1\0\n",
      12);
  for (const std::string& text : {little, big}) {
    EXPECT_EQ(error_of(text), "1:1 UTF-16 text, expected UTF-8");
    EXPECT_EQ(error_of(text, "a.json"), "1:1 UTF-16 text, expected UTF-8");
  }
  EXPECT_THAT(error_of(little.substr(2)), HasSubstr("control characters are not allowed"))
      << "without its mark";
  EXPECT_THAT(error_of(std::string("\xFF\xFE\0\0a\0\0\0", 8)), HasSubstr("UTF-16 text")) << "UTF-32";
}

TEST(HostileBytes, NulAndControlCharactersAreFoundAtTheirByte) {
  for (const char control : {'\0', '\x01', '\x07', '\b', '\x1B', '\x7F'}) {
    for (const std::string& before : {std::string("a: x"), std::string("é: \"x"), std::string("a: 1 # "),
                                      std::string(40'000, ' ') + "ü: |\n  "}) {
      const ManifestFile file = parse(before + control + "y\n");
      ASSERT_EQ(file.errors.size(), 1U) << before << static_cast<int>(control);
      EXPECT_EQ(file.errors[0].message, "control characters are not allowed");
      EXPECT_EQ(file.errors[0].place.begin, before.size());
    }
  }
}

TEST(HostileBytes, ControlCharactersHideNoOtherDocument) {
  const ManifestFile file = parse(std::string("ok: 1\n---\nb: \0\n---\nalso: ok\n", 28));
  EXPECT_EQ(testing::dump(file), "{ok: 1}\n{also: \"ok\"}\n");
  EXPECT_THAT(errors_of(file), ElementsAre("3:4 control characters are not allowed"));
}

TEST(HostileBytes, NulInJson) {
  EXPECT_THAT(error_of(std::string("{\"a\": \"\0\"}", 10), "a.json"),
              HasSubstr("1:8 a control character in a string"));
  EXPECT_THAT(error_of(std::string("{\"a\": \0}", 8), "a.json"), HasSubstr("not valid JSON"));
}

TEST(HostileText, UnterminatedQuotes) {
  for (const char* quote : {"'", "\""}) {
    const ManifestFile file = parse(std::string("ok: 1\na: ") + quote + repeated("text\n ", 1'000'000));
    EXPECT_THAT(errors_of(file),
                ElementsAre(HasSubstr("while scanning a quoted scalar that begins in line 2")));
  }
  EXPECT_THAT(error_of("{\"a\": \"" + std::string(10'000'000, 'x'), "a.json"),
              HasSubstr("1:7 a string that is not closed"));
}

TEST(HostileText, ManyQuotesThatAreNotClosed) {
  EXPECT_EQ(parse(repeated("\"\\", 1'000'000), "a.json").errors.size(), 1U);
  EXPECT_GE(parse(repeated("\" \n", 1'000'001), "a.json").errors.size(), 1U);
}

TEST(HostileText, HugeKeys) {
  const std::string key(1'000'000, 'k');
  EXPECT_EQ(error_of("{" + key + ": 1}").empty(), false)
      << "a key of one line ends after 1024 characters in YAML";
  EXPECT_EQ(parse(key + ": 1\n").errors.size(), 1U);
  EXPECT_EQ(root_of(parse("{? " + key + " : 1}\n"))[key].text(), "1");
  EXPECT_EQ(root_of(parse("{\"" + key + "\": 1}"))[key].text(), "1") << "JSON knows no such limit";
  EXPECT_EQ(parse("{" + repeated("a, ", 100'000) + "}\n").duplicates.size(), 99'999U);
}

TEST(HostileText, ManyPossibleKeys) {
  EXPECT_THAT(parse("[" + repeated("a, ", 1'000'000) + "]\n").errors, IsEmpty());
  EXPECT_EQ(parse(repeated("[a, ", 500) + repeated("b, ", 100'000) + repeated("]", 500)).errors.size(), 0U);
}

TEST(HostileText, TemplateTextThatExplainsNothingFast) {
  EXPECT_GE(parse(repeated("a: {{ b\n", 200'000)).documents.size(), 1U);
  EXPECT_GE(parse(repeated("a: }} b: {{\n---\n", 50'000)).documents.size(), 1U);
}

}  // namespace
}  // namespace kray
