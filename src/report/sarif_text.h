// Text as SARIF's consumers can take it: short enough, without links that nobody meant, plain.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kray {

// Limits in bytes; GitHub and GitLab count characters, which are never more.
inline constexpr size_t kMaxMessageText = 2048;
inline constexpr size_t kMaxDescription = 1024;
inline constexpr size_t kMaxRuleName = 255;

// `text`, or as much of its beginning as fits in `limit` bytes with a final "…", cut between words
// where possible and never inside a character.
std::string shortened(std::string_view text, size_t limit);

// A sentence of at most `limit` bytes that ends as one and takes part in no link: text of the input must
// not be able to place one in the report, nor to widen the one that follows it.
std::string plain_sentence(std::string_view text, size_t limit);

// Words that can stand between the brackets of a link: no brackets, one line, 80 bytes at most.
std::string link_words(std::string_view words);

// Markdown without its marks: code spans and fences keep their content, links their words.
std::string plain_text(std::string_view markdown);

// The first paragraph of a markdown text on one line, without marks.
std::string first_paragraph(std::string_view markdown);

}  // namespace kray
