// Places as the JSON of reports and inventories gives them.
#pragma once

#include <string_view>

#include "report/json_writer.h"
#include "source/place.h"

namespace kray {

// {"file", "line", "column", "endLine", "endColumn"}: numbers from 1, columns in code points as the text
// report counts them, the end exclusive; null for no place.
void write_place(JsonWriter& json, const Place& place);
// The same under a key.
void put_place(JsonWriter& json, std::string_view key, const Place& place);
// {"file", "line"}; null for no place.
void put_line(JsonWriter& json, std::string_view key, const Place& place);

}  // namespace kray
