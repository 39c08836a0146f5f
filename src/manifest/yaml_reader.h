// YAML to trees, through libyaml's events.
//
// libyaml and not another reader, because Kubernetes reads manifests with go-yaml version 2, a port
// of it: both accept and refuse the same text. It also knows where every scalar ends.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "manifest/limits.h"
#include "manifest/tree.h"
#include "manifest/tree_builder.h"

namespace kray {

struct ReadOutcome {
  std::vector<std::unique_ptr<Tree>> trees;  // one a document; an empty document has a null root
  std::optional<ParseError> error;           // what ended the reading; the trees before it are whole
  std::vector<DuplicateKey> duplicates;
};

// How much of a document is kept. The syntax of all of it is checked either way.
enum class Detail : uint8_t {
  whole,
  // Three levels, and no `versions`: enough of a CustomResourceDefinition. Aliases of what is left out
  // are null, so that a merge key may fail that is right in the whole.
  outline,
};

// Reads the documents in bytes [begin, end) of the file, which must be valid UTF-8.
ReadOutcome read_yaml(const SourceFile& file, uint32_t begin, uint32_t end, const Limits& limits,
                      Detail detail = Detail::whole);

}  // namespace kray
