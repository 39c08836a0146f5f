// JSON gives the same tree and places as YAML, and errors that say where.
#include "manifest/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "manifest/parsed.h"

namespace kray {
namespace {

using testing::dump;
using ::testing::ElementsAre;
using testing::errors_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kinds_of;
using testing::located;
using testing::range;
using testing::root_of;
using testing::spelled;

ManifestFile json(std::string text) { return testing::parse(std::move(text), "in/manifest.json"); }

TEST(Json, GivesTheTreeThatYamlGives) {
  const char* const text =
      R"({"kind": "Pod", "spec": {"a": [1, 2.5, true, false, null, "x", [], {}], "b": {"c": "yes"}}, "e": -0})";
  EXPECT_EQ(dump(root_of(json(text))),
            R"({kind: "Pod", spec: {a: [1, 2.5, true, false, null, "x", [], {}], b: {c: "yes"}}, e: -0})");
  EXPECT_EQ(dump(root_of(testing::parse("# YAML, for the comment\n" + std::string(text)))),
            dump(root_of(json(text))));
}

TEST(Json, PlacesKeysAndValues) {
  const ManifestFile file = json(
      "{\n  \"kind\" : \"Pod\" ,\n  \"spec\":{\"a\":[1 , {\"b\":true}\n  ], \"c\": null},\n  \"d\": {},\n  "
      "\"e\": [ ]\n}\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(range(root.place()), "1:1-7:2");
  EXPECT_EQ(located(root["kind"].key_place()), "2:3-2:9 \"\"kind\"\"");
  EXPECT_EQ(located(root["kind"].place()), "2:12-2:17 \"\"Pod\"\"");
  EXPECT_EQ(located(root["kind"].field_place()), "2:3-2:17 \"\"kind\" : \"Pod\"\"");
  EXPECT_EQ(located(root["spec"]["a"].place()), "3:15-4:4 \"[1 , {\"b\":true}\n  ]\"");
  EXPECT_EQ(located(root["spec"]["a"].at(0).place()), "3:16-3:17 \"1\"");
  EXPECT_EQ(located(root["spec"]["a"].at(1).place()), "3:20-3:30 \"{\"b\":true}\"");
  EXPECT_EQ(located(root["spec"]["a"].at(1)["b"].place()), "3:25-3:29 \"true\"");
  EXPECT_EQ(located(root["spec"]["c"].place()), "4:11-4:15 \"null\"");
  EXPECT_EQ(located(root["d"].place()), "5:8-5:10 \"{}\"");
  EXPECT_EQ(located(root["e"].place()), "6:8-6:11 \"[ ]\"");
  EXPECT_EQ(root["spec"]["a"].at(1)["b"].path(), "spec/a[1]/b");
}

TEST(Json, PlacesBehindEscapesAndUnicode) {
  const ManifestFile file = json("{\"é😀\": \"日本\", \"a\\\"]}\": \"x\\n\\u0041\\ud83d\\ude00\", \"z\": 1}");
  const NodeRef root = root_of(file);
  EXPECT_EQ(located(root["é😀"].place()), "1:8-1:12 \"\"日本\"\"");
  EXPECT_EQ(root["a\"]}"].text(), "x\nA😀");
  EXPECT_EQ(spelled(root["a\"]}"].key_place()), "\"a\\\"]}\"");
  EXPECT_EQ(spelled(root["a\"]}"].place()), "\"x\\n\\u0041\\ud83d\\ude00\"");
  EXPECT_EQ(spelled(root["z"].place()), "1");
}

TEST(Json, StringsStayStringsAndNumbersNumbers) {
  const NodeRef none;
  const ManifestFile file =
      json(R"({"a": "yes", "b": "1", "c": "", "d": 1, "e": 1.0, "f": 1e3, "g": 9223372036854775808,
      "h": 99999999999999999999, "i": -99999999999999999999, "j": "~", "k": 0})");
  const NodeRef root = root_of(file);
  for (const char* key : {"a", "b", "c", "j"}) EXPECT_TRUE(root[key].is_string()) << key;
  for (const char* key : {"d", "g", "k"}) EXPECT_EQ(root[key].kind(), NodeKind::integer) << key;
  for (const char* key : {"e", "f", "h", "i"}) EXPECT_EQ(root[key].kind(), NodeKind::floating) << key;
  EXPECT_EQ(root["h"].text(), "99999999999999999999");
  EXPECT_EQ(root["f"].text(), "1e3");
}

TEST(Json, DuplicateKeysAreNotedWithBothPlaces) {
  const ManifestFile file = json("{\"a\": {\"x\": 1, \"y\": 2, \"\\u0078\": 3}}");
  ASSERT_EQ(file.duplicates.size(), 1U);
  EXPECT_EQ(file.duplicates[0].key, "x");
  EXPECT_EQ(file.duplicates[0].path, "a");
  EXPECT_EQ(range(file.duplicates[0].first), "1:8-1:11");
  EXPECT_EQ(range(file.duplicates[0].second), "1:24-1:32");
  EXPECT_EQ(root_of(file)["a"]["x"].text(), "3");
}

TEST(Json, MergeKeysMeanNothing) {
  EXPECT_EQ(dump(root_of(json(R"({"<<": {"x": 1}, "a": 2})"))), "{<<: {x: 1}, a: 2}");
}

TEST(Json, SeveralDocuments) {
  const ManifestFile file = json("\xEF\xBB\xBF{\"a\": 1}\n{\"b\": 2} [3]\n");
  EXPECT_EQ(dump(file), "{a: 1}\n{b: 2}\n[3]\n");
  EXPECT_EQ(range(file.documents[1].place), "2:1-2:9");
}

TEST(Json, ABadDocumentHidesNoOther) {
  const ManifestFile file = json("{\"a\": 1}\n{\"b\": tru}\n{\"c\": 3}\n{\"d\": }\n{\"e\": 5}\n");
  EXPECT_EQ(dump(file), "{a: 1}\n{c: 3}\n{e: 5}\n");
  EXPECT_THAT(errors_of(file), ElementsAre(HasSubstr("2:7 not valid JSON"), HasSubstr("4:7 not valid JSON")));
}

TEST(Json, BareScalars) {
  EXPECT_THAT(kinds_of(json("null")), ElementsAre("empty"));
  EXPECT_EQ(dump(json("\"a\\tb\"")), "\"a\tb\"\n");
  EXPECT_EQ(dump(json("12 1.5 true false\n-7")), "12\n1.5\ntrue\nfalse\n-7\n");
  for (const char* text :
       {"tru", "nul", "hello", "1,2", "01", "1.", "truefalse", "'a'", "-", "+1", "\"a\"x", "// c"}) {
    const ManifestFile file = json(text);
    EXPECT_GE(file.errors.size(), 1U) << text;
    EXPECT_THAT(errors_of(file), ::testing::Contains(HasSubstr("not valid JSON"))) << text;
  }
}

TEST(Json, ErrorsSayWhere) {
  struct Case {
    const char* text;
    const char* error;
  };
  const Case cases[] = {
      {"{\n  \"a\": nope\n}", "2:8 not valid JSON"},
      {"{\n  \"a\": 1,\n}", "3:1 not valid JSON"},
      {"{\n  \"a\" 1\n}", "2:7 not valid JSON"},
      {"{\n  a: 1\n}", "2:3 not valid JSON"},
      {"[1 2]", "1:4 not valid JSON"},
      {"[1,\n\n01]", "3:1 not valid JSON"},
      {"[1, 2}", "1:6 not valid JSON"},
      {"[\"a\",\n \"b\\q\"]", "2:2 not valid JSON"},
      {"{\"a\": \"x\ny\"}", "1:9 a control character in a string, expected an escape such as \\n"},
      {"{\"a\": 1,\n \"b\": \"x}\n", "2:7 a string that is not closed"},
      {"{\"a\": \"x\\\"}", "1:7 a string that is not closed"},
      {"[1, 2] ]", "1:8 not valid JSON"},
      {"[1] trailing", "1:5 not valid JSON"},
      {"{\"a\": 1e999}", "1:7 not valid JSON"},
  };
  for (const Case& one : cases) EXPECT_THAT(errors_of(json(one.text)), ElementsAre(one.error)) << one.text;
}

TEST(Json, TruncatedAnywhereIsAnError) {
  const std::string whole = R"({"kind": "Pod", "spec": {"a": [1, {"b": "x\n"}, true]}})";
  for (size_t size = 1; size < whole.size(); ++size) {
    const ManifestFile file = json(whole.substr(0, size));
    EXPECT_EQ(file.errors.size(), 1U) << whole.substr(0, size);
    EXPECT_THAT(file.documents, IsEmpty()) << whole.substr(0, size);
  }
  EXPECT_THAT(json(whole).errors, IsEmpty());
}

TEST(Json, DeepNestingHasALimit) {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_THAT(json(nested(512)).errors, IsEmpty());
  EXPECT_THAT(errors_of(json(nested(513))), ElementsAre("1:513 nested deeper than 512 levels"));
}

TEST(Json, InvalidFilesOfThatNameAreErrors) {
  EXPECT_EQ(json("{a: 1}").errors.size(), 1U);
  EXPECT_EQ(json("a: b\n").errors.size(), 2U) << "neither word is JSON";
  EXPECT_EQ(json("---\n{}\n").errors.size(), 1U);
  EXPECT_THAT(json("").errors, IsEmpty());
  EXPECT_THAT(json("").documents, IsEmpty());
}

TEST(Json, IsKnownByItsFirstBraceInAnyFile) {
  EXPECT_EQ(dump(testing::parse("\n  {\"a\": \"yes\", \"b\": [\"x\\/y\"]}\n{\"c\": 1}\n")),
            "{a: \"yes\", b: [\"x/y\"]}\n{c: 1}\n");
  EXPECT_EQ(dump(testing::parse("[1, 2]", "<stdin>")), "[1, 2]\n");
}

TEST(Json, YamlFlowThatOnlyLooksLikeItIsYaml) {
  EXPECT_EQ(dump(testing::parse("{a: yes, 'b': [x, z,], c}\n")), "{a: true, b: [\"x\", \"z\"], c: null}\n");
  EXPECT_EQ(dump(testing::parse("{\"a\": 1} # comment\n---\n{\"b\": 2}\n")), "{a: 1}\n{b: 2}\n");
  const ManifestFile broken = testing::parse("{\"a\": 1,\n\"b\": [}\n");
  EXPECT_THAT(errors_of(broken), ElementsAre(HasSubstr("2:7 ")));
}

}  // namespace
}  // namespace kray
