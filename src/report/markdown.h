// Markdown of rule files as plain text.
#pragma once

#include <string>
#include <string_view>

namespace kray {

// The first paragraph of `markdown` (or its first list item, if it begins with a list) on one
// line: without emphasis, link targets and escapes; code keeps its backticks, which mark it in
// plain text too. Headings and code blocks before it are passed over. Empty if there is none.
std::string opening_paragraph(std::string_view markdown);

}  // namespace kray
