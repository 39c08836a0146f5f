// Cuts a file into documents before any of them is parsed, so that a bad one cannot hide the others:
// in YAML, `---` at column 0 ends a document in any context; in JSON, brackets that match do.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace kray {

struct Chunk {
  uint32_t begin = 0;
  uint32_t end = 0;
};

// In order, without gaps. Directives (%YAML) stay with the document they belong to; comments before
// the first document are no chunk of their own.
std::vector<Chunk> split_documents(std::string_view bytes);

// The values of a file of JSON values one after the other, blanks between them left out.
std::vector<Chunk> split_json(std::string_view bytes);

}  // namespace kray
