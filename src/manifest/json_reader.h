// JSON to trees, through simdjson: the same tree and places as YAML gives.
#pragma once

#include "manifest/yaml_reader.h"

namespace kray {

// Reads the one JSON document in bytes [begin, end) of the file (see split_json), which must be valid
// UTF-8.
ReadOutcome read_json(const SourceFile& file, uint32_t begin, uint32_t end, const Limits& limits);

}  // namespace kray
