// What the fuzz targets share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "manifest/document.h"
#include "manifest/yaml_reader.h"

namespace kray::testing {

std::shared_ptr<const SourceFile> fuzz_source(const uint8_t* data, size_t size, std::string path);

// Limits small enough for small inputs to reach them.
Limits fuzz_limits();

// Aborts if something does not hold that holds for every file (see broken_invariants).
void require_invariants(const ManifestFile& file);
void require_invariants(std::shared_ptr<const SourceFile> source, ReadOutcome outcome);

}  // namespace kray::testing
