// The JSON writer of the SARIF files: RapidJSON's, streaming in blocks to a std::ostream.
//
// RapidJSON formats numbers itself, so that no locale can put a comma or a thousands separator in.
#pragma once

#include <rapidjson/prettywriter.h>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace kray {

// A stream as RapidJSON wants them; its names are RapidJSON's.
class SarifStream {
 public:
  using Ch = char;

  explicit SarifStream(std::ostream& out) : out_(out) { block_.reserve(kBlockSize); }

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

using SarifJson = rapidjson::PrettyWriter<SarifStream>;

inline void put_string(SarifJson& json, std::string_view value) {
  // An empty view may point nowhere, which RapidJSON does not take.
  json.String(value.empty() ? "" : value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

inline void put_key(SarifJson& json, std::string_view key) {
  json.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
}

inline void put_text(SarifJson& json, std::string_view key, std::string_view value) {
  put_key(json, key);
  put_string(json, value);
}

inline void put_number(SarifJson& json, std::string_view key, uint64_t value) {
  put_key(json, key);
  json.Uint64(value);
}

// "key": {"text": value}, the form of SARIF's messages.
inline void put_message(SarifJson& json, std::string_view key, std::string_view value) {
  put_key(json, key);
  json.StartObject();
  put_text(json, "text", value);
  json.EndObject();
}

}  // namespace kray
