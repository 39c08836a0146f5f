// Which part of a rule's words is taken, and which marks are dropped or kept.
#include "report/markdown.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

TEST(OpeningParagraph, IsOneLine) {
  EXPECT_EQ(opening_paragraph("First line\n  and second.\n\nSecond paragraph."), "First line and second.");
  EXPECT_EQ(opening_paragraph("\r\n\nText.\r\nMore.\r\n"), "Text. More.");
  EXPECT_EQ(opening_paragraph(""), "");
  EXPECT_EQ(opening_paragraph("\n \n"), "");
}

TEST(OpeningParagraph, EndsBeforeOtherBlocks) {
  EXPECT_EQ(opening_paragraph("Text:\n- item"), "Text:");
  EXPECT_EQ(opening_paragraph("Text:\n1. item"), "Text:");
  EXPECT_EQ(opening_paragraph("Text:\n```yaml\na: 1\n```"), "Text:");
  EXPECT_EQ(opening_paragraph("Text\n## Heading"), "Text");
}

TEST(OpeningParagraph, PassesOverHeadingsAndCode) {
  EXPECT_EQ(opening_paragraph("# Heading\n\nText."), "Text.");
  EXPECT_EQ(opening_paragraph("```yaml\na: 1\n\nb: 2\n```\nText."), "Text.");
  EXPECT_EQ(opening_paragraph("- first\n  item\n- second"), "first item");
}

TEST(OpeningParagraph, DropsInlineMarks) {
  EXPECT_EQ(opening_paragraph("**All** clients, *any* of __them__ and _others_."),
            "All clients, any of them and others.");
  EXPECT_EQ(opening_paragraph("***very*** _**nested**_ (*x*)"), "very nested (x)");
  EXPECT_EQ(opening_paragraph("See [the guide](https://example.org/a) and <https://example.org/b>."),
            "See the guide and https://example.org/b.");
  EXPECT_EQ(opening_paragraph("[**bold** link](x)"), "bold link");
  EXPECT_EQ(opening_paragraph("\\*not emphasis\\*"), "*not emphasis*");
}

TEST(OpeningParagraph, KeepsWhatOnlyLooksLikeMarks) {
  for (const std::string text :
       {"a principal of * or *.example", "2 * 3 * 4", "snake_case_name", "rules[1] (see)", "a < b > c",
        "#nine", "trailing *", "*a * b", "**a*", "*a**", "`*` and `_x_ [a](b)`", "``a ` *b*``", "`open *",
        "an\\end", "**", "_"}) {
    EXPECT_EQ(opening_paragraph(text), text);
  }
}

}  // namespace
}  // namespace kray
