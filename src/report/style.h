// Colours of the text report: what they mean, whether to use them, how they are written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kray {

enum class ColourChoice : uint8_t { automatic, always, never };

// Whether to colour what goes to a stream. `no_color_env` and `term_env` are the values of the
// environment variables NO_COLOR (no-color.org) and TERM, null if unset. An explicit choice wins;
// automatic colours only a terminal that says it is more than a dumb one, and not if NO_COLOR
// is set to anything.
bool want_colour(ColourChoice choice, bool is_terminal, const char* no_color_env, const char* term_env);

enum class Style : uint8_t {
  plain,
  strong,   // headings and places
  faint,    // what frames the text: line numbers, rule names, labels
  alarm,    // critical, high, errors
  warning,  // medium
  advice,   // low
  remark,   // note
};

// `text` between the SGR sequences of `style`, or `text` alone without colour.
std::string styled(std::string_view text, Style style, bool colour);

}  // namespace kray
