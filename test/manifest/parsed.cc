// See parsed.h.
#include "manifest/parsed.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace kray::testing {

std::shared_ptr<const SourceFile> source_of(std::string text, std::string path) {
  return std::make_shared<SourceFile>(std::move(path), std::move(text));
}

ManifestFile parse(std::string text, std::string path, const Limits& limits) {
  ManifestFile file = parse_manifest(source_of(std::move(text), std::move(path)), limits);
  for (const std::string& broken : broken_invariants(file)) ADD_FAILURE() << broken;
  return file;
}

NodeRef root_of(const ManifestFile& file, size_t document) {
  if (document < file.documents.size()) return file.documents[document].root();
  ADD_FAILURE() << "no document " << document;
  for (const std::string& error : errors_of(file)) ADD_FAILURE() << error;
  return {};
}

std::string dump(NodeRef node) {
  if (!node) return "nothing";
  std::string text;
  if (node.is_mapping()) {
    for (const Field field : node.fields()) {
      text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", field.key.text(), dump(field.value));
    }
    return "{" + text + "}";
  }
  if (node.is_sequence()) {
    for (const NodeRef item : node.items()) text += (text.empty() ? "" : ", ") + dump(item);
    return "[" + text + "]";
  }
  if (node.is_null()) return "null";
  if (node.is_string()) return fmt::format("\"{}\"", node.text());
  if (node.kind() == NodeKind::boolean) return node.is_true() ? "true" : "false";
  return std::string(node.text());
}

std::string dump(const ManifestFile& file) {
  std::string text;
  for (const Document& document : file.documents) {
    text += (document.tree ? dump(document.root()) : std::string(to_string(document.kind))) + "\n";
  }
  return text;
}

std::string spelled(const Place& place) {
  return place ? std::string(place.file->text().substr(place.begin, place.end - place.begin)) : "nowhere";
}

std::string range(const Place& place) {
  if (!place) return "nowhere";
  const LineIndex& lines = place.file->lines();
  return fmt::format("{}:{}-{}:{}", lines.line_of(place.begin), lines.column_codepoints(place.begin),
                     lines.line_of(place.end), lines.column_codepoints(place.end));
}

std::string located(const Place& place) { return fmt::format("{} \"{}\"", range(place), spelled(place)); }

std::vector<std::string> errors_of(const ManifestFile& file) {
  std::vector<std::string> errors;
  for (const ParseError& error : file.errors) {
    const LineIndex& lines = file.source->lines();
    errors.push_back(fmt::format("{}:{} {}", lines.line_of(error.place.begin),
                                 lines.column_codepoints(error.place.begin), error.message));
  }
  return errors;
}

std::vector<std::string> kinds_of(const ManifestFile& file) {
  std::vector<std::string> kinds;
  for (const Document& document : file.documents) kinds.emplace_back(to_string(document.kind));
  return kinds;
}

}  // namespace kray::testing
