// Any UTF-8 text as JSON, value by value: trees are sound.
#include <simdjson.h>

#include "fuzz/fuzz_support.h"
#include "manifest/json_reader.h"
#include "manifest/split.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kray;
  const auto source = testing::fuzz_source(data, size, "fuzz.json");
  if (!simdjson::validate_utf8(source->bytes.data(), size)) return 0;
  for (const Chunk& chunk : split_json(source->text())) {
    testing::require_invariants(source, read_json(*source, chunk.begin, chunk.end, testing::fuzz_limits()));
  }
  return 0;
}
