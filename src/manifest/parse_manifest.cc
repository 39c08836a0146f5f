// One file from bytes to documents.
//
// Order of questions: is it text at all, is it JSON, then document by document. A syntax error that
// template text explains makes the whole file an unrendered template, because its documents stand in
// conditions that only Helm can decide; any other error is an error of that one document.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <string>

#include "manifest/document.h"
#include "manifest/json_reader.h"
#include "manifest/split.h"
#include "manifest/yaml_reader.h"

namespace kray {
namespace {

std::string_view file_name_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

ParseError whole_file_error(const SourceFile& file, uint32_t at, std::string message, std::string advice) {
  const auto size = static_cast<uint32_t>(file.bytes.size());
  return {{&file, std::min(at, size), std::min(at + 1, size)}, std::move(message), std::move(advice)};
}

// First byte that is not UTF-8 text, found by halving with the fast validator.
uint32_t first_invalid_byte(std::string_view bytes) {
  size_t valid = 0;  // everything before is
  for (size_t step = std::bit_ceil(bytes.size()); step > 0; step /= 2) {
    while (valid + step <= bytes.size() && simdjson::validate_utf8(bytes.data() + valid, step)) valid += step;
    // A step may cut a character in two: its bytes are tried together.
    for (size_t length = 2; step == 1 && length <= 4 && valid + length <= bytes.size(); ++length) {
      if (!simdjson::validate_utf8(bytes.data() + valid, length)) continue;
      valid += length;
      step = 2;
    }
  }
  return static_cast<uint32_t>(valid);
}

bool is_utf16(std::string_view bytes) {
  return bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
}

bool looks_like_json(const SourceFile& file) {
  const size_t first = file.text().find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first == std::string_view::npos) return false;
  if (file.path.ends_with(".json")) return true;
  const char c = file.bytes[first];
  return (c == '{' || c == '[') && !file.text().substr(first).starts_with("{{");
}

// Whether a CustomResourceDefinition begins here: those make up nearly all bytes of real manifests
// and need only an outline.
bool is_custom_resource_definition(std::string_view text) {
  for (size_t at = text.starts_with("kind:") ? 0 : text.find("\nkind:"); at != std::string_view::npos;
       at = text.find("\nkind:", at + 1)) {
    size_t value = text.find(':', at) + 1;
    while (value < text.size() && (text[value] == ' ' || text[value] == '"' || text[value] == '\'')) ++value;
    if (text.substr(value).starts_with("CustomResourceDefinition")) return true;
  }
  return false;
}

// Whether template text explains a syntax error: it stands in the lines just before the place where
// the parser gave up, or it is what the parser took for a mapping key. What other documents of the
// file hold explains nothing.
bool template_explains(std::string_view bytes, Chunk chunk, const ParseError& error) {
  const std::string_view document = bytes.substr(chunk.begin, chunk.end - chunk.begin);
  const size_t at = std::clamp(error.place.begin, chunk.begin, chunk.end) - chunk.begin;
  size_t from = at;
  for (int lines = 0; from > 0 && lines < 4; --from) {
    if (document[from - 1] == '\n') ++lines;
  }
  const size_t line_end = std::min(document.find('\n', at), document.size());
  const std::string_view near = document.substr(from, line_end - from);
  if (near.find("{{") != std::string_view::npos) return true;
  // Or an action of several lines reaches there. Braces that only close are those of flow mappings.
  const size_t probe = from + std::min(near.find("}}"), at - from);
  const size_t opened = document.rfind("{{", probe);
  const size_t closed = probe == 0 ? std::string_view::npos : document.rfind("}}", probe - 1);
  return opened != std::string_view::npos && (closed == std::string_view::npos || closed < opened);
}

class ManifestParser {
 public:
  ManifestParser(std::shared_ptr<const SourceFile> source, const Limits& limits) : limits_(limits) {
    file_.source = std::move(source);
  }

  ManifestFile run() {
    const SourceFile& source = *file_.source;
    if (is_utf16(source.text())) {
      file_.errors.push_back(
          whole_file_error(source, 0, "UTF-16 text, expected UTF-8", "save the file as UTF-8"));
    } else if (!simdjson::validate_utf8(source.bytes.data(), source.bytes.size())) {
      file_.errors.push_back(whole_file_error(source, first_invalid_byte(source.text()), "not UTF-8 text",
                                              "save the file as UTF-8"));
    } else if (!looks_like_json(source) || !parse_json()) {
      parse_yaml();
    }
    if (file_.is_template) mark_as_template();
    return std::move(file_);
  }

 private:
  // False: not JSON after all, and a YAML flow mapping may look just like it.
  bool parse_json() {
    const SourceFile& source = *file_.source;
    const std::vector<Chunk> chunks = split_json(source.text());
    if (too_many(chunks)) return true;
    std::vector<ReadOutcome> outcomes;
    for (const Chunk& chunk : chunks) {
      outcomes.push_back(read_json(source, chunk.begin, chunk.end, limits_));
      if (outcomes.back().error && !source.path.ends_with(".json")) return false;
    }
    for (size_t i = 0; i < chunks.size(); ++i) keep(std::move(outcomes[i]), chunks[i]);
    return true;
  }

  void parse_yaml() {
    const SourceFile& source = *file_.source;
    const std::vector<Chunk> chunks = split_documents(source.text());
    if (too_many(chunks)) return;
    for (const Chunk& chunk : chunks) keep(read_chunk(chunk), chunk);
  }

  ReadOutcome read_chunk(const Chunk& chunk) {
    const SourceFile& source = *file_.source;
    const std::string_view text = source.text().substr(chunk.begin, chunk.end - chunk.begin);
    if (is_custom_resource_definition(text)) {
      ReadOutcome outline = read_yaml(source, chunk.begin, chunk.end, limits_, Detail::outline);
      // Text that only looks like one must not hide an object from the audit, and a merge key that
      // needs what the outline leaves out is no error.
      const auto is_definition = [](const std::unique_ptr<Tree>& tree) {
        return NodeRef(tree.get(), 0)["kind"].text() == "CustomResourceDefinition";
      };
      if (!outline.error && std::all_of(outline.trees.begin(), outline.trees.end(), is_definition))
        return outline;
    }
    return read_yaml(source, chunk.begin, chunk.end, limits_, Detail::whole);
  }

  bool too_many(const std::vector<Chunk>& chunks) {
    if (chunks.size() <= limits_.documents_per_file) return false;
    const std::string message = fmt::format("more than {} documents", limits_.documents_per_file);
    file_.errors.push_back(
        whole_file_error(*file_.source, chunks[limits_.documents_per_file].begin, message, "split the file"));
    return true;
  }

  void keep(ReadOutcome outcome, const Chunk& chunk) {
    const std::string_view name = file_name_of(file_.source->path);
    for (std::unique_ptr<Tree>& tree : outcome.trees) {
      Document document;
      document.tree = std::move(tree);
      document.kind = classify_document(document.root(), name);
      document.place = document.root().place();
      file_.documents.push_back(std::move(document));
    }
    std::move(outcome.duplicates.begin(), outcome.duplicates.end(), std::back_inserter(file_.duplicates));
    if (!outcome.error) return;
    if (!template_explains(file_.source->text(), chunk, *outcome.error)) {
      file_.errors.push_back(std::move(*outcome.error));
    } else if (outcome.error->is_bad_key) {
      // Valid YAML in which an unquoted {{placeholder}} reads as a mapping used as a key.
      Document document;
      document.kind = DocumentKind::placeholder_template;
      document.place = outcome.error->place;
      file_.documents.push_back(std::move(document));
    } else {
      file_.is_template = true;
      file_.documents.emplace_back();
    }
  }

  void mark_as_template() {
    const std::string_view text = file_.source->text();
    const auto mark = static_cast<uint32_t>(std::min(text.find("{{"), text.size()));
    file_.template_mark = {file_.source.get(), mark, std::min(mark + 2, static_cast<uint32_t>(text.size()))};
    for (Document& document : file_.documents) {
      document.tree.reset();
      document.kind = DocumentKind::helm_template;
      document.place = file_.template_mark;
    }
    // Errors in a file that is no YAML before it is rendered say nothing.
    for (size_t i = 0; i < file_.errors.size(); ++i) {
      Document document;
      document.kind = DocumentKind::helm_template;
      document.place = file_.template_mark;
      file_.documents.push_back(std::move(document));
    }
    file_.errors.clear();
    file_.duplicates.clear();
  }

  const Limits& limits_;
  ManifestFile file_;
};

}  // namespace

ManifestFile parse_manifest(std::shared_ptr<const SourceFile> source, const Limits& limits) {
  return ManifestParser(std::move(source), limits).run();
}

}  // namespace kray
