// Bounds on hostile input (design section 10, promise 3): past one of them a document is an error.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kray {

struct Limits {
  uint64_t file_bytes = uint64_t{256} << 20U;  // of one file; offsets are 32 bits wide
  size_t depth = 512;                          // nested containers
  size_t nodes_per_document = 5'000'000;       // 32 bytes each
  uint64_t expanded_nodes = 10'000'000;        // of one document with every alias written out
  size_t documents_per_file = 100'000;
};

}  // namespace kray
