// Lines of the input around a place, with carets under it.
#pragma once

#include <string>
#include <string_view>

#include "report/style.h"
#include "source/place.h"

namespace kray {

// "path:line:column", the form that terminals and editors make a link of. The column counts code
// points, as editors do. `place` must have a file.
std::string show_position(const Place& place);

struct FrameOptions {
  int width = 100;  // columns of a line, at least 40
  bool colour = false;
  int context = 1;             // lines shown before and after the line of the place
  Style mark = Style::strong;  // of carets and label
};

// The line where `place` begins, carets under the place or, if it goes on in further lines, under
// all of it that is in this line, and `label` after them. An empty place gets one caret. `place`
// must have a file. Every line ends with a newline and fits the width: of a longer source line
// the part around the place is shown, with an ellipsis where something was left out.
std::string code_frame(const Place& place, std::string_view label, const FrameOptions& options);

}  // namespace kray
