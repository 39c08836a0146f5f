// Bytes a second from text to classified documents, beside bare readers of the same bytes: what is spent
// on trees, places and classification, and what is saved by leaving out the bulk of definitions.
//
// All of kubeflow-manifests, in memory, one thread.
#include <benchmark/benchmark.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>
#include <yaml.h>

#include <filesystem>
#include <sstream>
#include <vector>

#include "manifest/document.h"
#include "manifest/split.h"
#include "manifest/yaml_reader.h"
#include "source/input.h"

namespace kray {
namespace {

using Sources = std::vector<std::shared_ptr<const SourceFile>>;

const Sources& corpus() {
  static const Sources sources = [] {
    const auto folder = std::filesystem::path(KRAY_SOURCE_DIR) / "../shared/corpus/kubeflow-manifests";
    Sources files;
    for (const InputFile& input : discover_inputs({{folder.string()}, {}}).files) {
      Result<std::unique_ptr<SourceFile>> file = read_input(input, Limits().file_bytes);
      if (file.ok()) files.push_back(std::move(file.value()));
    }
    return files;
  }();
  return sources;
}

// Runs `read` on every file of the corpus and reports bytes a second.
template <typename Read>
void run(benchmark::State& state, Read read) {
  if (corpus().empty()) {
    state.SkipWithError("../shared/corpus/kubeflow-manifests is not there");
    return;
  }
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const auto& source : corpus()) {
      read(source);
      bytes += static_cast<int64_t>(source->bytes.size());
    }
  }
  state.SetBytesProcessed(bytes);
}

void parse_manifests(benchmark::State& state) {
  run(state, [](const auto& source) {
    const ManifestFile file = parse_manifest(source, Limits());
    benchmark::DoNotOptimize(file.documents.data());
  });
}
BENCHMARK(parse_manifests)->Unit(benchmark::kMillisecond);

// The same without leaving anything out.
void read_every_document_whole(benchmark::State& state) {
  run(state, [](const auto& source) {
    for (const Chunk& chunk : split_documents(source->text())) {
      const ReadOutcome outcome = read_yaml(*source, chunk.begin, chunk.end, Limits());
      benchmark::DoNotOptimize(outcome.trees.data());
    }
  });
}
BENCHMARK(read_every_document_whole)->Unit(benchmark::kMillisecond);

void libyaml_events(benchmark::State& state) {
  run(state, [](const auto& source) {
    yaml_parser_t parser;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(source->bytes.data()),
                                 source->bytes.size());
    for (bool more = true; more;) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser, &event) == 0) break;
      more = event.type != YAML_STREAM_END_EVENT;
      yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
  });
}
BENCHMARK(libyaml_events)->Unit(benchmark::kMillisecond);

class NoEvents : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {}
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {}
  void OnMapEnd() override {}
};

void yaml_cpp_events(benchmark::State& state) {
  run(state, [](const auto& source) {
    std::istringstream stream(source->bytes);
    NoEvents handler;
    try {
      YAML::Parser parser(stream);
      while (parser.HandleNextDocument(handler)) {
      }
    } catch (const YAML::Exception&) {
      // A Helm template: read up to where it stops being YAML, as by the others.
    }
  });
}
BENCHMARK(yaml_cpp_events)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kray
