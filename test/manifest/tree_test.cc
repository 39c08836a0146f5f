// Places and look-ups: where each key and value begins and ends in every style YAML has, and what
// NodeRef says about what is there and what is not.
#include "manifest/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "manifest/parsed.h"

namespace kray {
namespace {

using testing::dump;
using ::testing::ElementsAre;
using testing::errors_of;
using ::testing::IsEmpty;
using testing::located;
using testing::parse;
using testing::range;
using testing::root_of;
using testing::spelled;

static_assert(sizeof(Node) == 32, "a node is two to a cache line");

TEST(Places, PlainScalars) {
  const ManifestFile file = parse("kind: Pod # why\nspec:\n  x:   two words  \n  1: 2\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(located(root["kind"].key_place()), "1:1-1:5 \"kind\"");
  EXPECT_EQ(located(root["kind"].place()), "1:7-1:10 \"Pod\"");
  EXPECT_EQ(located(root["spec"]["x"].place()), "3:8-3:17 \"two words\"");
  EXPECT_EQ(located(root["spec"]["1"].place()), "4:6-4:7 \"2\"");
  EXPECT_EQ(root["spec"]["x"].text(), "two words");
}

TEST(Places, PlainScalarsOfSeveralLines) {
  const ManifestFile file = parse("a: one\n  two\n\n  three # c\nb: x\n");
  EXPECT_EQ(located(root_of(file)["a"].place()), "1:4-4:8 \"one\n  two\n\n  three\"");
  EXPECT_EQ(root_of(file)["a"].text(), "one two\nthree");
  EXPECT_EQ(located(root_of(file)["b"].key_place()), "5:1-5:2 \"b\"");
}

TEST(Places, QuotedScalarsWithTheirQuotes) {
  const ManifestFile file =
      parse("a: 'it''s'  # c\nb: \"x\\n\\x41\\u00e9\\U0001F600\"\n'c d': \"\"\n\"e\\tf\": ''\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(located(root["a"].place()), "1:4-1:11 \"'it''s'\"");
  EXPECT_EQ(root["a"].text(), "it's");
  EXPECT_EQ(range(root["b"].place()), "2:4-2:29");
  EXPECT_EQ(root["b"].text(), "x\nAé😀");
  EXPECT_EQ(located(root["c d"].key_place()), "3:1-3:6 \"'c d'\"");
  EXPECT_EQ(located(root["c d"].place()), "3:8-3:10 \"\"\"\"");
  EXPECT_EQ(root["c d"].text(), "");
  EXPECT_TRUE(root["c d"].is_string());
  EXPECT_EQ(located(root["e\tf"].key_place()), "4:1-4:7 \"\"e\\tf\"\"");
}

TEST(Places, QuotedScalarsOfSeveralLines) {
  const ManifestFile file = parse("a: 'x\n\n  y'\nb: \"c\\\n  d\n  e\"\nc: 1\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(range(root["a"].place()), "1:4-3:5");
  EXPECT_EQ(root["a"].text(), "x\ny");
  EXPECT_EQ(range(root["b"].place()), "4:4-6:5");
  EXPECT_EQ(root["b"].text(), "cd e");
  EXPECT_EQ(range(root["c"].key_place()), "7:1-7:2");
}

TEST(Places, BlockScalarsFromIndicatorToLastLine) {
  const ManifestFile file = parse(
      "a: |\n  x\n   y\n\n# c\nb: >-  # folded\n  p\n  q\n\n  r\nc: |+\n  s\n\nd: |2\n   t\ne: |\nf: 1\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(located(root["a"].place()), "1:4-3:5 \"|\n  x\n   y\"");
  EXPECT_EQ(root["a"].text(), "x\n y\n");
  EXPECT_EQ(range(root["b"].place()), "6:4-10:4");
  EXPECT_EQ(root["b"].text(), "p q\nr");
  EXPECT_EQ(located(root["c"].place()), "11:4-12:4 \"|+\n  s\"");
  EXPECT_EQ(root["c"].text(), "s\n\n");
  EXPECT_EQ(root["d"].text(), " t\n");
  EXPECT_EQ(located(root["e"].place()), "16:4-16:5 \"|\"");
  EXPECT_EQ(root["e"].text(), "");
  EXPECT_TRUE(root["e"].is_string());
  EXPECT_EQ(range(root["f"].field_place()), "17:1-17:5");
}

TEST(Places, EmptyValuesStandBehindTheirColon) {
  const ManifestFile file = parse("a:\nb: ~\nc: null  # c\nd: {e: , f}\ng:\n- \n- x\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(located(root["a"].place()), "1:3-1:3 \"\"");
  EXPECT_EQ(located(root["a"].field_place()), "1:1-1:3 \"a:\"");
  EXPECT_TRUE(root["a"] && root["a"].is_null());
  EXPECT_EQ(located(root["b"].place()), "2:4-2:5 \"~\"");
  EXPECT_EQ(located(root["c"].place()), "3:4-3:8 \"null\"");
  EXPECT_TRUE(root["d"]["e"].is_null());
  EXPECT_TRUE(root["d"]["f"].is_null());
  EXPECT_EQ(range(root["g"].at(0).place()), "6:2-6:2");
}

TEST(Places, BlockContainersEndWithTheirLastValue) {
  const ManifestFile file =
      parse("spec:\n  a: 1\n  b:\n    c: 2  # c\n\n# d\nlist:\n- x\n- y: 1\n  z: 2\n\n\nlast:\n  - p\n  -\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(located(root["spec"].place()), "2:3-4:9 \"a: 1\n  b:\n    c: 2\"");
  EXPECT_EQ(located(root["spec"].field_place()), "1:1-4:9 \"spec:\n  a: 1\n  b:\n    c: 2\"");
  EXPECT_EQ(located(root["list"].place()), "8:1-10:7 \"- x\n- y: 1\n  z: 2\"");
  EXPECT_EQ(located(root["list"].at(1).place()), "9:3-10:7 \"y: 1\n  z: 2\"");
  EXPECT_EQ(range(root["last"].place()), "14:3-15:4");
  EXPECT_EQ(range(root.place()), "1:1-15:4");
}

TEST(Places, FlowContainersWithTheirBrackets) {
  const ManifestFile file =
      parse("a: {x: 1, \"y\": [2, 3 ]}  # c\nb: [\n  {p: q},\n  r\n]\nc: {}\nd: [ ]\ne: [f: g, ]\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(located(root["a"].place()), "1:4-1:24 \"{x: 1, \"y\": [2, 3 ]}\"");
  EXPECT_EQ(located(root["a"]["y"].key_place()), "1:11-1:14 \"\"y\"\"");
  EXPECT_EQ(located(root["a"]["y"].place()), "1:16-1:23 \"[2, 3 ]\"");
  EXPECT_EQ(range(root["b"].place()), "2:4-5:2");
  EXPECT_EQ(located(root["b"].at(0)["p"].place()), "3:7-3:8 \"q\"");
  EXPECT_EQ(located(root["c"].place()), "6:4-6:6 \"{}\"");
  EXPECT_EQ(located(root["d"].place()), "7:4-7:7 \"[ ]\"");
  EXPECT_EQ(located(root["e"].at(0).place()), "8:5-8:9 \"f: g\"");
}

TEST(Places, AnchorsAndTagsAreNotPartOfTheValue) {
  const ManifestFile file = parse(
      "a: &x one\nb: !!str &y two\nc: &z !local 'three'\nd: &m {p: 1}\ne: &n\n  q: 2\nf: !!map &o  # why\n  "
      "r: 3\n"
      "g: &s\n- t\nh: &u |\n  v\ni: &w\nj: &aa\n  - k\n&l key: 1\nm: &bb # c\n  late\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(located(root["a"].place()), "1:7-1:10 \"one\"");
  EXPECT_EQ(located(root["b"].place()), "2:13-2:16 \"two\"");
  EXPECT_EQ(located(root["c"].place()), "3:14-3:21 \"'three'\"");
  EXPECT_EQ(located(root["d"].place()), "4:7-4:13 \"{p: 1}\"");
  EXPECT_EQ(located(root["e"].place()), "6:3-6:7 \"q: 2\"");
  EXPECT_EQ(located(root["f"].place()), "8:3-8:7 \"r: 3\"");
  EXPECT_EQ(located(root["g"].place()), "10:1-10:4 \"- t\"");
  EXPECT_EQ(located(root["h"].place()), "11:7-12:4 \"|\n  v\"");
  EXPECT_EQ(located(root["i"].place()), "13:6-13:6 \"\"") << "an anchor of nothing";
  EXPECT_EQ(located(root["j"].place()), "15:3-15:6 \"- k\"");
  EXPECT_EQ(located(root["key"].key_place()), "16:4-16:7 \"key\"");
  EXPECT_EQ(located(root["m"].place()), "18:3-18:7 \"late\"");
}

TEST(Places, ExplicitKeys) {
  const ManifestFile file = parse("? a\n: 1\n? |\n  long\n: 2\n? b\nc: 3\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(located(root["a"].field_place()), "1:3-2:4 \"a\n: 1\"");
  EXPECT_EQ(root["long\n"].text(), "2");
  EXPECT_TRUE(root["b"] && root["b"].is_null());
}

TEST(Places, CountBytesNotCharacters) {
  const ManifestFile file =
      parse("# é日本😀\ntitel: \"Grüße 😀\" # ü\n日本: [ö, {ß: ä}]\nlast: |\n  é\nx: y\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(located(root["titel"].place()), "2:8-2:17 \"\"Grüße 😀\"\"");
  EXPECT_EQ(located(root["日本"].key_place()), "3:1-3:3 \"日本\"");
  EXPECT_EQ(located(root["日本"].place()), "3:5-3:16 \"[ö, {ß: ä}]\"");
  EXPECT_EQ(located(root["日本"].at(1)["ß"].place()), "3:13-3:14 \"ä\"");
  EXPECT_EQ(located(root["last"].place()), "4:7-5:4 \"|\n  é\"");
  EXPECT_EQ(located(root["x"].field_place()), "6:1-6:5 \"x: y\"");
}

TEST(Places, CountBytesInEveryDocument) {
  const ManifestFile file = parse("a: ä\n---\nb: ö\n---\n# é\nc: x\n");
  EXPECT_EQ(located(root_of(file, 1)["b"].place()), "3:4-3:5 \"ö\"");
  EXPECT_EQ(located(root_of(file, 2)["c"].place()), "6:4-6:5 \"x\"");
}

TEST(Places, WindowsFiles) {
  const ManifestFile file = parse(
      "\xEF\xBB\xBF"
      "a: 1\r\nb:\r\n  - x y\r\n  - \"q\r\n    r\"\r\nc: |\r\n  s\r\n  t\r\nd: ü\r\ne: 2\r\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(located(root["a"].field_place()), "1:1-1:5 \"a: 1\"");
  EXPECT_EQ(located(root["b"].at(0).place()), "3:5-3:8 \"x y\"");
  EXPECT_EQ(range(root["b"].place()), "3:3-5:7");
  EXPECT_EQ(root["b"].at(1).text(), "q r");
  EXPECT_EQ(located(root["c"].place()), "6:4-8:4 \"|\r\n  s\r\n  t\"");
  EXPECT_EQ(root["c"].text(), "s\nt\n");
  EXPECT_EQ(located(root["e"].place()), "10:4-10:5 \"2\"");
}

TEST(Places, LoneCarriageReturnsEndLines) {
  const ManifestFile file = parse("a: 1\rb:\r  c: 2\r");
  EXPECT_EQ(located(root_of(file)["b"]["c"].place()), "3:6-3:7 \"2\"");
}

TEST(Places, UnicodeLineSeparatorsEndYamlLinesOnly) {
  // YAML 1.1 folds at NEL and the separators; a report's reader does not see lines end there.
  const ManifestFile file = parse(
      "a: \"x\xC2\x85"
      "y\"\nb: 1\n");
  EXPECT_EQ(located(root_of(file)["b"].place()), "2:4-2:5 \"1\"");
}

TEST(NodeRef, NothingGivesNothing) {
  const NodeRef nothing;
  EXPECT_FALSE(nothing);
  EXPECT_TRUE(nothing.is_null());
  EXPECT_FALSE(nothing.is_scalar() || nothing.is_mapping() || nothing.is_sequence() || nothing.is_string() ||
               nothing.is_true());
  EXPECT_EQ(nothing.size(), 0U);
  EXPECT_EQ(nothing.text(), "");
  EXPECT_EQ(nothing.string(), "");
  EXPECT_EQ(nothing.key_text(), "");
  EXPECT_EQ(nothing.path(), "");
  EXPECT_FALSE(nothing["a"]["b"].at(3).parent().root());
  EXPECT_FALSE(nothing.place() || nothing.key_place() || nothing.field_place());
  for (const NodeRef item : nothing.items()) ADD_FAILURE() << item.text();
  for (const Field field : nothing.fields()) ADD_FAILURE() << field.key.text();
}

TEST(NodeRef, LooksUpFieldsAndItems) {
  const ManifestFile file = parse("a: {b: [x, y, z], 'c d': 1, 0777: octal}\ne: []\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(root["a"]["b"].at(2).text(), "z");
  EXPECT_FALSE(root["a"]["b"].at(3));
  EXPECT_FALSE(root["a"]["missing"]);
  EXPECT_FALSE(root["a"].at(0)) << "a mapping has no items";
  EXPECT_FALSE(root["a"]["b"]["0"]) << "a list has no fields";
  EXPECT_EQ(root["a"]["0777"].text(), "octal") << "keys are looked up as they are written";
  EXPECT_EQ(root.size(), 2U);
  EXPECT_EQ(root["a"]["b"].size(), 3U);
  EXPECT_EQ(root["e"].size(), 0U);
  EXPECT_TRUE(root["e"].is_sequence());
  EXPECT_EQ(root["a"]["b"].at(0).size(), 0U);
}

TEST(NodeRef, WalksInOrder) {
  const ManifestFile file = parse("b: 1\na: [p, q]\nc: {}\n");
  std::string keys;
  for (const Field field : root_of(file).fields()) keys += field.key.text();
  EXPECT_EQ(keys, "bac");
  std::string items;
  for (const NodeRef item : root_of(file)["a"].items()) items += item.text();
  EXPECT_EQ(items, "pq");
}

TEST(NodeRef, StringIsOnlyTheTextOfStrings) {
  const ManifestFile file = parse("a: text\nb: yes\nc: 1\nd: {e: 1}\nf: 'yes'\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(root["a"].string(), "text");
  EXPECT_EQ(root["b"].string(), "");
  EXPECT_EQ(root["b"].text(), "yes");
  EXPECT_EQ(root["c"].string(), "");
  EXPECT_EQ(root["d"].text(), "");
  EXPECT_EQ(root["f"].string(), "yes");
}

TEST(NodeRef, KnowsItsWayUp) {
  const ManifestFile file = parse("spec:\n  rules:\n  - from: x\n  - to:\n    - a\n    - [b, {c: d}]\n");
  const NodeRef root = root_of(file);
  const NodeRef deep = root["spec"]["rules"].at(1)["to"].at(1).at(1)["c"];
  EXPECT_EQ(deep.path(), "spec/rules[1]/to[1][1]/c");
  EXPECT_EQ(deep.key_text(), "c");
  EXPECT_EQ(deep.parent().parent().path(), "spec/rules[1]/to[1]");
  EXPECT_EQ(deep.root(), root);
  EXPECT_EQ(root.path(), "");
  EXPECT_FALSE(root.parent());
  EXPECT_EQ(root["spec"].path(), "spec");
  EXPECT_EQ(root["spec"]["rules"].at(0).path(), "spec/rules[0]");
  EXPECT_EQ(root["spec"]["rules"].at(0).key_text(), "");
  EXPECT_EQ(root["spec"]["rules"].at(0).key_place(), root["spec"]["rules"].at(0).place());
  EXPECT_EQ(root["spec"]["rules"].at(0).field_place(), root["spec"]["rules"].at(0).place());
}

TEST(NodeRef, FieldPlaceRunsFromKeyToEndOfValue) {
  const ManifestFile file = parse("a:\n  b: |\n    x\n  c: [1,\n    2]\nd: 1\n");
  EXPECT_EQ(spelled(root_of(file)["a"]["b"].field_place()), "b: |\n    x");
  EXPECT_EQ(spelled(root_of(file)["a"]["c"].field_place()), "c: [1,\n    2]");
  EXPECT_EQ(spelled(root_of(file)["a"].field_place()), "a:\n  b: |\n    x\n  c: [1,\n    2]");
}

TEST(NodeRef, KindsHaveNames) {
  EXPECT_EQ(to_string(NodeKind::mapping), "a mapping");
  EXPECT_EQ(to_string(NodeKind::sequence), "a list");
  EXPECT_EQ(to_string(NodeKind::boolean), "a boolean");
  EXPECT_EQ(to_string(NodeKind::null), "null");
}

TEST(Aliases, StandForWhatTheyName) {
  const ManifestFile file = parse("a: &x {p: 1}\nb: *x\nc: [*x, &y two]\nd: *y\n");
  const NodeRef root = root_of(file);
  EXPECT_EQ(dump(root), "{a: {p: 1}, b: {p: 1}, c: [{p: 1}, \"two\"], d: \"two\"}");
  EXPECT_EQ(root["b"], root["a"]);
  EXPECT_EQ(located(root["b"]["p"].place()), "1:11-1:12 \"1\"") << "where it is written";
  EXPECT_EQ(root["b"]["p"].path(), "a/p");
  EXPECT_EQ(located(root["c"].place()), "3:4-3:16 \"[*x, &y two]\"");
  EXPECT_EQ(located(root.place()).back(), '"');
  EXPECT_EQ(range(root.place()), "1:1-4:6") << "an alias at the end belongs to its container";
}

TEST(Aliases, NameTheLatestAnchorAboveThem) {
  EXPECT_EQ(dump(root_of(parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\n"))), "{a: 1, b: 1, c: 2, d: 2}");
  EXPECT_EQ(dump(root_of(parse("&k key: v\nb: *k\n"))), "{key: \"v\", b: \"key\"}");
  EXPECT_EQ(dump(root_of(parse("a: &x {p: &y 1, q: *y}\nb: *x\n"))), "{a: {p: 1, q: 1}, b: {p: 1, q: 1}}");
  EXPECT_EQ(dump(root_of(parse("a: &x []\nb: &y {}\nc: &z ''\nd: [*x, *y, *z]\n"))),
            "{a: [], b: {}, c: \"\", d: [[], {}, \"\"]}");
}

TEST(Aliases, OfNothingAreErrors) {
  EXPECT_THAT(errors_of(parse("a: 1\nb: [*x]\n")), ElementsAre("2:5 alias '*x' names no anchor above it"));
  EXPECT_THAT(errors_of(parse("a: *x\nb: &x 1\n")), ElementsAre("1:4 alias '*x' names no anchor above it"));
  EXPECT_THAT(errors_of(parse("a: &x 1\n---\nb: *x\n")),
              ElementsAre("3:4 alias '*x' names no anchor above it"))
      << "anchors end with their document";
}

TEST(Aliases, OfWhatHoldsThemAreErrors) {
  EXPECT_THAT(errors_of(parse("a: &x {b: *x}\n")),
              ElementsAre("1:11 an anchor's value contains an alias of itself"));
  EXPECT_THAT(errors_of(parse("a: &x\n- - p: [*x]\n")),
              ElementsAre("2:9 an anchor's value contains an alias of itself"));
  EXPECT_THAT(errors_of(parse("&x a:\n  <<: *x\n")), ElementsAre(::testing::HasSubstr("merge key")));
  EXPECT_THAT(errors_of(parse("--- &x\na: 1\nb:\n  <<: *x\n")),
              ElementsAre("4:7 an anchor's value contains an alias of itself"));
}

TEST(Aliases, AsKeysAreErrors) {
  EXPECT_THAT(errors_of(parse("a: &k foo\n*k : 3\n")),
              ElementsAre("2:1 an alias stands where a mapping key must be"));
}

TEST(MergeKeys, LaterWins) {
  const std::string base = "a: &a {x: 1, z: 2}\nb:\n";
  EXPECT_EQ(dump(root_of(parse(base + "  <<: *a\n  x: 3\n"))["b"]), "{x: 3, z: 2}");
  EXPECT_EQ(dump(root_of(parse(base + "  x: 3\n  <<: *a\n"))["b"]), "{x: 1, z: 2}");
  EXPECT_EQ(dump(root_of(parse(base + "  <<: *a\n  <<: {z: 4}\n"))["b"]), "{x: 1, z: 4}");
}

TEST(MergeKeys, OfAListTheFirstWins) {
  const ManifestFile file = parse("a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc:\n  <<: [*a, *b, {w: 4}]\n");
  const NodeRef c = root_of(file)["c"];
  EXPECT_EQ(c["x"].text(), "1");
  EXPECT_EQ(c["z"].text(), "3");
  EXPECT_EQ(c["w"].text(), "4");
  EXPECT_EQ(c.size(), 3U);
}

TEST(MergeKeys, Nest) {
  const ManifestFile file = parse("a: &a {x: 1}\nb: &b {<<: *a, z: 3}\nc:\n  <<: *b\n  w: {<<: *b, z: 5}\n");
  EXPECT_EQ(dump(root_of(file)["c"]), "{x: 1, z: 3, w: {x: 1, z: 5}}");
}

TEST(MergeKeys, FieldsKeepThePlaceWhereTheyAreWritten) {
  const ManifestFile file = parse("a: &a\n  x: 1\n  d: {p: q}\nb:\n  <<: *a\n  own: 2\n");
  const NodeRef b = root_of(file)["b"];
  EXPECT_EQ(located(b["x"].field_place()), "2:3-2:7 \"x: 1\"");
  EXPECT_EQ(located(b["d"]["p"].place()), "3:10-3:11 \"q\"");
  EXPECT_EQ(located(b["own"].field_place()), "6:3-6:9 \"own: 2\"");
  EXPECT_EQ(b["own"].path(), "b/own");
  EXPECT_EQ(range(b.place()), "5:3-6:9");
}

TEST(MergeKeys, KeepOwnFieldsThatAreAliases) {
  EXPECT_EQ(dump(root_of(parse("a: &a {x: &v 1}\nb:\n  <<: *a\n  w: *v\n  x: *a\n"))["b"]),
            "{x: {x: 1}, w: 1}");
}

TEST(MergeKeys, QuotedAreFieldsLikeAnyOther) {
  EXPECT_EQ(dump(root_of(parse("a: &a {x: 1}\nb: {'<<': *a}\n"))["b"]), "{<<: {x: 1}}");
  EXPECT_EQ(dump(root_of(parse("a: &a {x: 1}\nb: {'<<': 2, <<: *a}\n"))["b"]), "{<<: 2, x: 1}");
}

TEST(MergeKeys, NeedMappings) {
  const char* message = "a merge key (<<) needs a mapping or a list of mappings";
  for (const char* value : {"3", "[3]", "", "text", "[{x: 1}, 2]", "[[{x: 1}]]"}) {
    const ManifestFile file = parse(std::string("b:\n  <<: ") + value + "\n");
    ASSERT_EQ(file.errors.size(), 1U) << value;
    EXPECT_EQ(file.errors[0].message, message) << value;
    EXPECT_EQ(spelled(file.errors[0].place), value) << value;
  }
}

TEST(DuplicateKeys, AreNotedWithBothPlaces) {
  const ManifestFile file = parse("kind: Pod\nspec:\n  a: 1\n  b: 2\n  'a': 3\nkind: Job\n");
  ASSERT_EQ(file.duplicates.size(), 2U);
  EXPECT_EQ(file.duplicates[0].key, "a");
  EXPECT_EQ(file.duplicates[0].path, "spec");
  EXPECT_EQ(located(file.duplicates[0].first), "3:3-3:4 \"a\"");
  EXPECT_EQ(located(file.duplicates[0].second), "5:3-5:6 \"'a'\"");
  EXPECT_EQ(file.duplicates[1].key, "kind");
  EXPECT_EQ(file.duplicates[1].path, "");
  EXPECT_EQ(located(file.duplicates[1].second), "6:1-6:5 \"kind\"");
  EXPECT_EQ(root_of(file)["kind"].text(), "Job") << "the last one counts, as in the API server";
  EXPECT_EQ(root_of(file)["spec"]["a"].text(), "3");
  EXPECT_THAT(file.errors, IsEmpty());
}

TEST(DuplicateKeys, ThreeAreTwoPairs) {
  const ManifestFile file = parse("a: 1\na: 2\na: 3\n");
  ASSERT_EQ(file.duplicates.size(), 2U);
  EXPECT_EQ(range(file.duplicates[1].first), "2:1-2:2");
  EXPECT_EQ(range(file.duplicates[1].second), "3:1-3:2");
}

TEST(DuplicateKeys, OverridingAMergeIsNone) {
  EXPECT_THAT(parse("a: &a {x: 1}\nb:\n  <<: *a\n  x: 2\n  <<: {y: 1}\n").duplicates, IsEmpty());
  EXPECT_EQ(parse("a: {'<<': 1, '<<': 2}\n").duplicates.size(), 1U) << "quoted it is no merge";
}

TEST(Keys, MustBeStrings) {
  EXPECT_THAT(errors_of(parse("? [a]\n: b\n")),
              ElementsAre("1:3 a list stands where a mapping key must be, Kubernetes needs a string"));
  EXPECT_THAT(errors_of(parse("? {a: b}\n: c\n")),
              ElementsAre("1:3 a mapping stands where a mapping key must be, Kubernetes needs a string"));
  EXPECT_THAT(errors_of(parse("~: 1\n")),
              ElementsAre("1:1 a mapping key is null, Kubernetes needs a string"));
  EXPECT_EQ(dump(root_of(parse("1: a\ntrue: b\n1.5: c\n"))), "{1: \"a\", true: \"b\", 1.5: \"c\"}");
}

const char* const kDefinition = R"(apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: rayclusters.ray.io
  annotations: {a: b}
spec:
  group: ray.io
  names:
    kind: RayCluster
    plural: rayclusters
    shortNames: [rc]
  scope: Namespaced
  versions:
  - name: v1
    schema:
      openAPIV3Schema: {type: object, properties: {spec: {type: object}}}

status: {}
)";

TEST(Outline, OfACustomResourceDefinitionKeepsWhatAnAuditNeeds) {
  const ManifestFile file = parse(kDefinition);
  const NodeRef root = root_of(file);
  EXPECT_EQ(file.documents[0].kind, DocumentKind::custom_resource_definition);
  EXPECT_EQ(root["metadata"]["name"].text(), "rayclusters.ray.io");
  EXPECT_EQ(root["spec"]["group"].text(), "ray.io");
  EXPECT_EQ(root["spec"]["names"]["kind"].text(), "RayCluster");
  EXPECT_EQ(root["spec"]["names"]["plural"].text(), "rayclusters");
  EXPECT_EQ(root["spec"]["scope"].text(), "Namespaced");
  EXPECT_TRUE(root["spec"]["versions"].is_null()) << "left out";
  EXPECT_EQ(range(root["spec"]["versions"].field_place()), "13:3-16:74") << "but its place is known";
  EXPECT_EQ(range(root["spec"]["names"]["shortNames"].place()), "11:17-11:21");
  EXPECT_LT(file.documents[0].tree->nodes.size(), 40U);
}

TEST(Outline, StillFindsSyntaxErrorsDeepInside) {
  std::string text = kDefinition;
  text.replace(text.find("{spec: {type: object}}"), 22, "{spec: {type: object}");
  EXPECT_THAT(errors_of(parse(text)), ElementsAre(::testing::HasSubstr("did not find expected ',' or '}'")));
  text = kDefinition;
  text.replace(text.find("schema:\n"), 7, "schema: x:");
  EXPECT_THAT(errors_of(parse(text)), ElementsAre("15:14 mapping values are not allowed in this context"));
}

TEST(Outline, ResolvesNoAliasesInWhatIsLeftOut) {
  std::string text = kDefinition;
  text.replace(text.find("{type: object, "), 15, "{x: &a {y: 1}, z: *a, ");
  text += "more: *a\n";
  EXPECT_THAT(parse(text).errors, IsEmpty());
}

TEST(Outline, MergesOfWhatIsLeftOutAreRead) {
  std::string text = kDefinition;
  text.replace(text.find("{type: object, "), 15, "{x: &a {y: 1}, ");
  text += "more: {<<: *a}\n";
  const ManifestFile file = parse(text);
  EXPECT_THAT(file.errors, IsEmpty());
  EXPECT_EQ(root_of(file)["more"]["y"].text(), "1");
}

TEST(Outline, OfTextThatOnlyLooksLikeADefinitionIsNotTaken) {
  const std::string pod =
      "apiVersion: v1\nmetadata: {name: p}\nspec: {template: {spec: {containers: [{name: deep}]}}}\n";
  const auto deep = [](NodeRef root) {
    return root["spec"]["template"]["spec"]["containers"].at(0)["name"].text();
  };
  EXPECT_EQ(deep(root_of(parse("kind: CustomResourceDefinition\n" + pod + "kind: Pod\n"))), "deep")
      << "the last kind counts";
  EXPECT_EQ(deep(root_of(parse("kind: CustomResourceDefinition\n...\n---\nkind: Pod\n" + pod), 1)), "deep");
  EXPECT_EQ(deep(root_of(parse("kind: Pod\n" + pod + "note: {x: 'a\nkind: CustomResourceDefinition\n'}\n"))),
            "deep")
      << "inside a string";
}

}  // namespace
}  // namespace kray
