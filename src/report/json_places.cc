// Places in JSON: members that are always there, so that a script can rely on them.
#include "report/json_places.h"

#include <algorithm>

#include "source/source_file.h"

namespace kray {

void write_place(JsonWriter& json, const Place& place) {
  if (!place) {
    json.Null();
    return;
  }
  const LineIndex& lines = place.file->lines();
  const auto size = static_cast<uint32_t>(place.file->bytes.size());
  const uint32_t begin = std::min(place.begin, size);
  const uint32_t end = std::clamp(place.end, begin, size);
  json.StartObject();
  put_text(json, "file", place.file->path);
  put_number(json, "line", lines.line_of(begin));
  put_number(json, "column", lines.column_codepoints(begin));
  put_number(json, "endLine", lines.line_of(end));
  put_number(json, "endColumn", lines.column_codepoints(end));
  json.EndObject();
}

void put_place(JsonWriter& json, std::string_view key, const Place& place) {
  put_key(json, key);
  write_place(json, place);
}

void put_line(JsonWriter& json, std::string_view key, const Place& place) {
  put_key(json, key);
  if (!place) {
    json.Null();
    return;
  }
  json.StartObject();
  put_text(json, "file", place.file->path);
  put_number(json, "line", place.file->lines().line_of(place.begin));
  json.EndObject();
}

}  // namespace kray
