// Line hashes as GitHub code scanning computes them, all lines of a file in one pass.
//
// The file is seen as UTF-16 code units without blanks and with LF for every line end, closed by one end
// mark. The hash of a line is the polynomial (base 37, modulo 2^64) of the 100 units that begin with the
// line's first one; past the end mark there are zeros. A window of 100 units slides over the file, so the
// cost is linear in its size whatever the lines look like.
#include "report/line_hash.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace kray {
namespace {

constexpr size_t kWindow = 100;
constexpr uint64_t kBase = 37;
constexpr char16_t kEndMark = 0xFFFF;

constexpr uint64_t base_to_the_window() {
  uint64_t power = 1;
  for (size_t i = 0; i < kWindow; ++i) power *= kBase;
  return power;
}

// The units that count, and where among them each line begins.
struct HashedUnits {
  std::vector<char16_t> units;
  std::vector<size_t> line_starts;
};

// The code point at `at`, which moves past it. A byte that begins no valid sequence is U+FFFD.
char32_t next_code_point(std::string_view bytes, size_t& at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = byte(at++);
  if (lead < 0x80U) return lead;
  const size_t following = lead >= 0xF0U ? 3 : lead >= 0xE0U ? 2 : 1;
  if (lead < 0xC2U || lead > 0xF4U || at + following > bytes.size()) return 0xFFFDU;
  char32_t point = lead & (0x3FU >> following);
  for (size_t i = 0; i < following; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return 0xFFFDU;
    point = (point << 6U) | (byte(at + i) & 0x3FU);
  }
  at += following;
  return point;
}

void append_utf16(char32_t point, std::vector<char16_t>& units) {
  if (point < 0x10000U) {
    units.push_back(static_cast<char16_t>(point));
    return;
  }
  units.push_back(static_cast<char16_t>(0xD800U + ((point - 0x10000U) >> 10U)));
  units.push_back(static_cast<char16_t>(0xDC00U + ((point - 0x10000U) & 0x3FFU)));
}

HashedUnits hashed_units(std::string_view bytes) {
  HashedUnits text;
  text.units.reserve(bytes.size() + 1);
  text.line_starts.push_back(0);
  bool after_cr = false;
  for (size_t at = 0; at < bytes.size();) {
    const char32_t point = next_code_point(bytes, at);
    // A blank between CR and LF is dropped like any other, but makes two line ends of the pair.
    const bool second_half_of_crlf = after_cr && point == U'\n';
    after_cr = point == U'\r';
    if (point == U' ' || point == U'\t' || second_half_of_crlf) continue;
    if (point == U'\n' || point == U'\r') {
      text.units.push_back(u'\n');
      text.line_starts.push_back(text.units.size());
    } else {
      append_utf16(point, text.units);
    }
  }
  text.units.push_back(kEndMark);
  return text;
}

}  // namespace

std::vector<std::string> primary_location_line_hashes(std::string_view utf8_bytes) {
  constexpr uint64_t kLeaving = base_to_the_window();
  const HashedUnits text = hashed_units(utf8_bytes);
  std::unordered_map<uint64_t, uint32_t> seen;
  std::vector<std::string> hashes;
  hashes.reserve(text.line_starts.size());
  uint64_t hash = 0;
  size_t read = 0;
  for (const size_t start : text.line_starts) {
    for (; read < start + kWindow; ++read) {
      const uint64_t entering = read < text.units.size() ? text.units[read] : 0;
      const uint64_t leaving = read >= kWindow ? text.units[read - kWindow] : 0;
      hash = hash * kBase + entering - kLeaving * leaving;
    }
    hashes.push_back(fmt::format("{:x}:{}", hash, ++seen[hash]));
  }
  return hashes;
}

}  // namespace kray
