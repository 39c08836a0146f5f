// See fuzz_support.h.
#include "fuzz/fuzz_support.h"

#include <cstdio>
#include <cstdlib>

#include "manifest/parsed.h"

namespace kray::testing {

std::shared_ptr<const SourceFile> fuzz_source(const uint8_t* data, size_t size, std::string path) {
  return std::make_shared<SourceFile>(std::move(path), std::string(data, data + size));
}

Limits fuzz_limits() {
  Limits limits;
  limits.depth = 40;
  limits.nodes_per_document = 2000;
  limits.expanded_nodes = 5000;
  limits.documents_per_file = 50;
  return limits;
}

void require_invariants(const ManifestFile& file) {
  const std::vector<std::string> broken = broken_invariants(file);
  for (const std::string& one : broken) std::fprintf(stderr, "broken: %s\n", one.c_str());
  if (!broken.empty()) std::abort();
}

void require_invariants(std::shared_ptr<const SourceFile> source, ReadOutcome outcome) {
  ManifestFile file;
  file.source = std::move(source);
  for (std::unique_ptr<Tree>& tree : outcome.trees) {
    Document document;
    document.tree = std::move(tree);
    document.place = document.root().place();
    file.documents.push_back(std::move(document));
  }
  if (outcome.error) file.errors.push_back(*outcome.error);
  file.duplicates = std::move(outcome.duplicates);
  require_invariants(file);
}

}  // namespace kray::testing
