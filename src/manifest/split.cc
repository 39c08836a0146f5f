// YAML: looks for lines that begin with a document marker; everything else is left to the parser.
#include "manifest/split.h"

namespace kray {
namespace {

bool is_marker(std::string_view bytes, size_t line) {
  if (bytes.compare(line, 3, "---") != 0) return false;
  if (line + 3 >= bytes.size()) return true;
  const char after = bytes[line + 3];
  return after == ' ' || after == '\t' || after == '\n' || after == '\r';
}

// Where the directives of the document whose marker stands at `marker` begin; `marker` if it has none.
size_t begin_of_directives(std::string_view bytes, size_t begin, size_t marker) {
  size_t first_directive = marker;
  for (size_t line_end = marker; line_end > begin;) {
    const size_t newline = line_end > begin + 1 ? bytes.rfind('\n', line_end - 2) : std::string_view::npos;
    const size_t line = newline == std::string_view::npos || newline < begin ? begin : newline + 1;
    const size_t first = bytes.find_first_not_of(" \t\r", line);
    if (bytes[line] == '%') {
      first_directive = line;
    } else if (bytes[first] != '\n' && bytes[first] != '#') {
      break;
    }
    line_end = line;
  }
  return first_directive;
}

// Only blank lines, comments and directives: what may stand before a document begins.
bool is_preamble(std::string_view text) {
  for (size_t line = 0; line < text.size();) {
    const size_t first = text.find_first_not_of(" \t\r", line);
    if (first == std::string_view::npos) return true;
    const bool directive = text[line] == '%';
    if (text[first] != '\n' && text[first] != '#' && !directive) return false;
    const size_t end = text.find('\n', first);
    if (end == std::string_view::npos) return true;
    line = end + 1;
  }
  return true;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// End of the value that begins at `begin`: its closing bracket, or the end of the scalar.
uint32_t end_of_value(std::string_view bytes, uint32_t begin) {
  int depth = 0;
  bool in_string = false;
  for (uint32_t i = begin; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      if (c == '"' && depth == 0) return i + 1;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth <= 0) return i + 1;
    } else if (depth == 0 && is_space(c)) {
      return i;
    }
  }
  return static_cast<uint32_t>(bytes.size());
}

}  // namespace

std::vector<Chunk> split_documents(std::string_view bytes) {
  std::vector<Chunk> chunks;
  size_t begin = bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  const auto end_chunk_at = [&](size_t end) {
    if (begin >= end || is_preamble(bytes.substr(begin, end - begin))) return;
    chunks.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
    begin = end;
  };
  for (size_t line = begin; line < bytes.size();) {
    if (is_marker(bytes, line)) end_chunk_at(begin_of_directives(bytes, begin, line));
    const size_t newline = bytes.find("\n---", line);
    if (newline == std::string_view::npos) break;
    line = newline + 1;
  }
  end_chunk_at(bytes.size());
  return chunks;
}

std::vector<Chunk> split_json(std::string_view bytes) {
  std::vector<Chunk> chunks;
  for (uint32_t at = bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0; at < bytes.size();) {
    if (is_space(bytes[at])) {
      ++at;
      continue;
    }
    const uint32_t end = end_of_value(bytes, at);
    chunks.push_back({at, end});
    at = end;
  }
  return chunks;
}

}  // namespace kray
