// Any bytes as a manifest file, named by the first byte: nothing is lost, everything has a place.
#include <cstdlib>

#include "fuzz/fuzz_support.h"
#include "manifest/kustomize.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kray;
  static constexpr const char* kNames[] = {"a.yaml", "a.json", "kustomization.yaml", "values.yaml"};
  if (size == 0) return 0;
  const ManifestFile file =
      parse_manifest(testing::fuzz_source(data + 1, size - 1, kNames[data[0] % 4]), testing::fuzz_limits());
  testing::require_invariants(file);
  for (const Document& document : file.documents) {
    if (!document.place) std::abort();
    if (file.is_template != (document.kind == DocumentKind::helm_template)) std::abort();
  }
  index_kustomizations({&file});
  return 0;
}
