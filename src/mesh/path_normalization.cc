// AP-14 and 0.5-3: three passes, each only in some modes, on the part before the query:
// 1. %2F and %5C become "/" and "\" (DECODE_AND_MERGE_SLASHES);
// 2. the URL library's canonical form (all but NONE): "\" is a slash, "." and ".." segments are resolved,
//    escapes of unreserved characters are undone, and characters that no URL may hold are escaped; other
//    escapes keep their case, broken ones stay;
// 3. runs of slashes become one, but a path of nothing but slashes becomes "//" (both MERGE modes).
#include "mesh/path_normalization.h"

#include <optional>
#include <vector>

namespace kray {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte that an escape at the beginning of `text` stands for.
std::optional<char> escaped_byte(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return std::nullopt;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

bool must_be_escaped(char c) {
  constexpr std::string_view kForbidden = "\"<>^`{|}";
  return c <= ' ' || c >= 0x7F || kForbidden.find(c) != std::string_view::npos;
}

void append_escaped(std::string& text, char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  text += '%';
  text += kDigits[byte >> 4U];
  text += kDigits[byte & 15U];
}

std::string with_slashes_decoded(std::string_view path) {
  std::string decoded;
  for (size_t i = 0; i < path.size(); ++i) {
    const std::optional<char> byte = escaped_byte(path.substr(i));
    if (byte && (*byte == '/' || *byte == '\\')) {
      decoded += *byte;
      i += 2;
    } else {
      decoded += path[i];
    }
  }
  return decoded;
}

// One segment, escapes and all; no slash in it.
std::string canonical_segment(std::string_view segment) {
  std::string text;
  for (size_t i = 0; i < segment.size(); ++i) {
    const std::optional<char> byte = escaped_byte(segment.substr(i));
    if (byte && is_unreserved(*byte)) {
      text += *byte;
      i += 2;
    } else if (must_be_escaped(segment[i])) {
      append_escaped(text, segment[i]);
    } else {
      text += segment[i];
    }
  }
  return text;
}

// RFC 3986 5.2.4 on a path that begins with a slash.
std::string canonical(std::string_view path) {
  std::vector<std::string> segments;
  bool ends_in_dots = false;
  for (size_t begin = 1; begin <= path.size();) {
    const size_t end = std::min(path.find_first_of("/\\", begin), path.size());
    std::string segment = canonical_segment(path.substr(begin, end - begin));
    begin = end + 1;
    ends_in_dots = segment == "." || segment == "..";
    if (segment == ".." && !segments.empty()) segments.pop_back();
    if (!ends_in_dots) segments.push_back(std::move(segment));
  }
  if (ends_in_dots) segments.emplace_back();
  std::string text;
  for (const std::string& segment : segments) text.append("/").append(segment);
  return text.empty() ? "/" : text;
}

std::string with_slashes_merged(std::string_view path) {
  if (path.find("//") == std::string_view::npos) return std::string(path);
  std::string merged;
  for (const char c : path) {
    if (c != '/' || !merged.ends_with('/')) merged += c;
  }
  return merged == "/" ? "//" : merged;
}

}  // namespace

std::string normalized_path(std::string_view path, PathNormalization mode) {
  if (mode == PathNormalization::none || (!path.starts_with('/') && !path.starts_with('\\')))
    return std::string(path);
  const size_t query = std::min(path.find('?'), path.size());
  std::string text(path.substr(0, query));
  if (mode == PathNormalization::decode_and_merge_slashes) text = with_slashes_decoded(text);
  text = canonical(text);
  if (mode != PathNormalization::base) text = with_slashes_merged(text);
  return text.append(path.substr(query));
}

std::string_view without_query(std::string_view path) {
  return path.substr(0, std::min(path.find_first_of("?#"), path.size()));
}

}  // namespace kray
