// What the SARIF files add to the JSON writer of all reports.
#pragma once

#include <string_view>

#include "report/json_writer.h"

namespace kray {

using SarifJson = JsonWriter;

// "key": {"text": value}, the form of SARIF's messages.
inline void put_message(JsonWriter& json, std::string_view key, std::string_view value) {
  put_key(json, key);
  json.StartObject();
  put_text(json, "text", value);
  json.EndObject();
}

}  // namespace kray
