// A shared counter hands out files to threads; each result goes to its own slot, so that the outcome
// does not depend on how many threads there are.
#include "manifest/load.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <variant>

namespace kray {
namespace {

using Slot = std::variant<std::monostate, ManifestFile, Error>;

Slot load_one(const InputFile& input, const Limits& limits) {
  Result<std::unique_ptr<SourceFile>> source = read_input(input, limits.file_bytes);
  if (!source.ok()) return source.error();
  return parse_manifest(std::shared_ptr<const SourceFile>(std::move(source.value())), limits);
}

}  // namespace

LoadedManifests load_manifests(const std::vector<InputFile>& inputs, const Limits& limits, unsigned threads) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  threads = static_cast<unsigned>(std::min<size_t>(threads, inputs.size()));
  std::vector<Slot> slots(inputs.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < inputs.size(); i = next++) slots[i] = load_one(inputs[i], limits);
  };
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 1; i < threads; ++i) workers.emplace_back(work);
    work();
  }
  LoadedManifests loaded;
  for (Slot& slot : slots) {
    if (auto* file = std::get_if<ManifestFile>(&slot)) loaded.files.push_back(std::move(*file));
    if (auto* error = std::get_if<Error>(&slot)) loaded.errors.push_back(std::move(*error));
  }
  return loaded;
}

}  // namespace kray
