// Paths to relative URIs (RFC 3986), in the form that every consumer of SARIF accepts.
//
// GitHub rejects a whole file for one URI that has a scheme, and the validators reject a leading '/'
// and '..'. So the path is made clean by its text alone, the file system is not asked: '.' and empty
// segments go, '..' takes the segment before it along, and what would climb above the root or name it
// ('/', leading '..') is dropped. The same path gives the same URI on every machine.
#include "report/sarif_uri.h"

#include <vector>

namespace kray {
namespace {

// What a path segment may hold unencoded. ':' is left out: "a:b.yaml" would have a scheme.
bool stands_for_itself(char c) {
  constexpr std::string_view kMarks = "-._~!$&'()*+,;=@";
  const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter_or_digit || kMarks.find(c) != std::string_view::npos;
}

void append_encoded(std::string_view segment, std::string& uri) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : segment) {
    if (stands_for_itself(c)) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri += '%';
    uri += kHex[byte >> 4U];
    uri += kHex[byte & 0xFU];
  }
}

std::vector<std::string_view> clean_segments(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      segments.push_back(segment);
    } else if (!segments.empty()) {
      segments.pop_back();
    }
  }
  return segments;
}

}  // namespace

std::string sarif_uri(std::string_view path) {
  if (path == "<stdin>") return "stdin";
  std::string uri;
  for (const std::string_view segment : clean_segments(path)) {
    if (!uri.empty()) uri += '/';
    append_encoded(segment, uri);
  }
  return uri;
}

}  // namespace kray
