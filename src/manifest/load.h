// All files of a run, read and parsed in parallel; results keep the order of the input.
#pragma once

#include <vector>

#include "manifest/document.h"
#include "source/input.h"

namespace kray {

struct LoadedManifests {
  std::vector<ManifestFile> files;  // in input order
  std::vector<Error> errors;        // files that could not be read
};

// `threads` 0: as many as the machine has.
LoadedManifests load_manifests(const std::vector<InputFile>& inputs, const Limits& limits,
                               unsigned threads = 0);

}  // namespace kray
