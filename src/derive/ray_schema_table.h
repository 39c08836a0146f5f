// The text that the schemas of the Ray kinds are read from; see ray_schema_table.cc for its notation.
#pragma once

#include <string_view>

namespace kray {

std::string_view ray_schema_text();

}  // namespace kray
