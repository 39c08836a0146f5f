// A cluster written in a test, understood the way a run understands its input, and questions to it.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cluster/inventory_fixture.h"
#include "derive/derived_objects.h"
#include "manifest/json_reader.h"
#include "mesh/injection.h"
#include "mesh/settings.h"
#include "reach/query.h"

namespace kray::test {

class World {
 public:
  explicit World(const std::string& manifests) : inventory_(manifests) {
    KubeRaySettings kuberay;
    kuberay.version = {1, 3, 2};
    inventory_.add_derived(derive_objects(*inventory_, kuberay));
    mesh_ = read_mesh_settings(*inventory_);
    pods_ = pod_classes(*inventory_, kuberay.version);
    for (const PodClass& one : pods_) injection_.push_back(decide_injection(one, *inventory_, mesh_, {}));
    engine_.emplace(QueryWorld{*inventory_, pods_, injection_, mesh_});
  }

  QueryAnswer ask(const std::string& question) {
    const SourceFile file("question", question);
    const ReadOutcome outcome = read_json(file, 0, static_cast<uint32_t>(question.size()), Limits{});
    if (outcome.error) throw std::invalid_argument(question + ": " + outcome.error->message);
    Result<QueryRequest> request = read_query_request(NodeRef(outcome.trees.at(0).get(), 0));
    if (!request.ok()) throw std::invalid_argument(question + ": " + request.error().to_string());
    return engine_->answer(std::move(request.value()), true);
  }
  // `source` is a JSON object; `more` follows the port in the destination, or closes it and goes on.
  QueryAnswer ask(const std::string& source, const std::string& pod, int port,
                  const std::string& more = "}") {
    return ask(R"({"source":)" + source + R"(,"destination":{"pod":")" + pod + R"(","port":)" +
               std::to_string(port) + more + "}");
  }

  const std::vector<PodClass>& pods() const { return pods_; }
  const Inventory& inventory() const { return *inventory_; }

 private:
  LoadedInventory inventory_;
  MeshSettings mesh_;
  std::vector<PodClass> pods_;
  std::vector<InjectionDecision> injection_;
  std::optional<QueryEngine> engine_;
};

inline const QueryStep* find_step(const QueryAnswer& answer, Stage stage) {
  for (const QueryStep& step : answer.steps) {
    if (step.stage == stage) return &step;
  }
  return nullptr;
}

// "objects.yaml:12 allows it" of each.
inline std::vector<std::string> words_of(const std::vector<Mark>& marks) {
  std::vector<std::string> words;
  for (const Mark& mark : marks)
    words.push_back(line_of(mark.place) + (mark.label.empty() ? "" : " " + mark.label));
  return words;
}

}  // namespace kray::test
