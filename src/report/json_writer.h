// The JSON writer of all reports: RapidJSON's, streaming in blocks to a std::ostream.
//
// RapidJSON formats numbers itself, so that no locale can put a comma or a thousands separator in. Text
// that is not UTF-8 (the name of a file may be anything) is made so, or the report would be no JSON.
#pragma once

#include <rapidjson/prettywriter.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "report/glyph.h"

namespace kray {

// A stream as RapidJSON wants them; its names are RapidJSON's.
class JsonStream {
 public:
  using Ch = char;

  explicit JsonStream(std::ostream& out) : out_(out) { block_.reserve(kBlockSize); }

  void Put(char c) {
    block_.push_back(c);
    if (block_.size() == kBlockSize) Flush();
  }
  void Flush() {
    out_.write(block_.data(), static_cast<std::streamsize>(block_.size()));
    block_.clear();
  }

 private:
  static constexpr size_t kBlockSize = size_t{1} << 16U;
  std::ostream& out_;
  std::string block_;
};

using JsonWriter = rapidjson::PrettyWriter<JsonStream>;

// Strings and keys go into any writer of RapidJSON's, so that one-line JSON is written by the same rules.

template <typename Writer>
void put_string(Writer& json, std::string_view value) {
  if (!is_well_formed(value)) return put_string(json, well_formed(value));
  // An empty view may point nowhere, which RapidJSON does not take.
  json.String(value.empty() ? "" : value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

template <typename Writer>
void put_key(Writer& json, std::string_view key) {
  json.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
}

template <typename Writer>
void put_text(Writer& json, std::string_view key, std::string_view value) {
  put_key(json, key);
  put_string(json, value);
}

inline void put_number(JsonWriter& json, std::string_view key, uint64_t value) {
  put_key(json, key);
  json.Uint64(value);
}

inline void put_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  put_key(json, key);
  json.StartArray();
  for (const std::string& text : texts) put_string(json, text);
  json.EndArray();
}

inline void put_counts(JsonWriter& json, std::string_view key,
                       const std::map<std::string, uint64_t>& counts) {
  put_key(json, key);
  json.StartObject();
  for (const auto& [name, count] : counts) put_number(json, name, count);
  json.EndObject();
}

}  // namespace kray
