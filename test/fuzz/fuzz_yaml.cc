// Any UTF-8 text as YAML, in full and in outline: trees are sound, and both accept the same text.
#include <simdjson.h>

#include <cstdlib>

#include "fuzz/fuzz_support.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kray;
  const auto source = testing::fuzz_source(data, size, "fuzz.yaml");
  if (!simdjson::validate_utf8(source->bytes.data(), size)) return 0;
  const Limits limits = testing::fuzz_limits();
  const auto end = static_cast<uint32_t>(size);
  ReadOutcome whole = read_yaml(*source, 0, end, limits, Detail::whole);
  ReadOutcome outline = read_yaml(*source, 0, end, limits, Detail::outline);
  // What the syntax forbids is forbidden in both: only merge keys may miss what an outline leaves out.
  if (!whole.error && outline.error && source->text().find("<<") == std::string_view::npos) std::abort();
  testing::require_invariants(source, std::move(whole));
  testing::require_invariants(source, std::move(outline));
  return 0;
}
