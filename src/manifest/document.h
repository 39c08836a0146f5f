// A file's documents: what each is, its tree, and what went wrong.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/limits.h"
#include "manifest/tree.h"
#include "manifest/tree_builder.h"
#include "source/source_file.h"

namespace kray {

// What a document turned out to be. Only objects are audited; the rest is counted by name.
enum class DocumentKind : uint8_t {
  object,  // a Kubernetes object, or a list of them
  custom_resource_definition,
  kustomization,         // Kustomization or Component
  patch,                 // strategic merge patch: names an object but is only a part of one
  json_patch,            // JSON6902 operations
  helm_template,         // Go template text that is no YAML before it is rendered
  placeholder_template,  // YAML whose values are {{placeholders}} of some other tool
  helm_values,           // values.yaml or Chart.yaml of a chart
  workflow,              // GitHub Actions
  client_config,         // has apiVersion and kind but is read by a program, not by the API server
  empty,
  other,  // mapping or list that is no Kubernetes object
};

// Plural words for a summary: "Helm template", "Kustomization".
std::string_view to_string(DocumentKind kind);

struct Document {
  std::unique_ptr<Tree> tree;  // null for helm_template
  DocumentKind kind = DocumentKind::other;
  Place place;  // the whole document
  NodeRef root() const { return tree && !tree->nodes.empty() ? NodeRef(tree.get(), 0) : NodeRef(); }
};

struct ManifestFile {
  std::shared_ptr<const SourceFile> source;
  std::vector<Document> documents;
  std::vector<ParseError> errors;  // one for each document that could not be parsed
  std::vector<DuplicateKey> duplicates;
  bool is_template = false;  // unrendered Go template: documents are counted, not analysed
  Place template_mark;       // its first "{{"
};

// Splits, parses and classifies one file. Never fails as a whole: what is wrong is in `errors`.
ManifestFile parse_manifest(std::shared_ptr<const SourceFile> source, const Limits& limits);

// Looks only at the tree and the file's name.
DocumentKind classify_document(NodeRef root, std::string_view file_name);

}  // namespace kray
