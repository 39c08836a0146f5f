// GitHub's `primaryLocationLineHash`: what tells code scanning that an alert is an old one.
//
// GitHub computes the same value when a SARIF file lacks it; computing it here makes uploads through
// the REST API, where nobody fills it in, behave like the others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kray {

// One hash a line, "<hex>:<how often this hash came up so far>"; the hash of line n is element n - 1.
// Lines end at LF, CRLF or a lone CR; what follows the last line end is a line too, even when empty.
std::vector<std::string> primary_location_line_hashes(std::string_view utf8_bytes);

}  // namespace kray
