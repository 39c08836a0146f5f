// One request decided: the concrete half of the verdict engine (design section 5).
//
// A request gets through only if everything on its way lets it: exposure, NetworkPolicies of both ends, the
// way the client connects, the mTLS mode of the port, and the AuthorizationPolicies of the pod that is
// asked. Each mechanism decides for itself (network/, mesh/); here their answers are joined: one "no" is a
// denial whatever the others do not know, and "cannot tell" remains only where no "no" stands.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cluster/answer.h"
#include "cluster/inventory.h"
#include "derive/pod_class.h"
#include "mesh/injection.h"
#include "mesh/settings.h"
#include "reach/query_request.h"

namespace kray {

// Something in the input to look at, and what to say beside it; the label may be empty.
struct Mark {
  Place place;
  std::string label;
};

enum class Stage : uint8_t { exposure, egress, ingress, transport, mtls, policy };
std::string_view to_string(Stage stage);  // "NetworkPolicy, egress"

struct QueryStep {
  Stage stage = Stage::exposure;
  Answer passes = Answer::yes;
  std::string text;   // a clause
  std::string specs;  // ids of the specification it stands on, "AP-6, AP-16"; may be empty
  std::vector<Mark> marks;
  bool decides = false;  // its text is the reason if everything passes
};

struct QueryAnswer {
  Answer allowed = Answer::unknown;
  std::string reason;  // a clause: of the step that denies; for unknown, what is missing
  std::vector<Mark> decided_by;
  // How the client connects, where its identity follows from what it is: "mtls", "plaintext", "tls-other",
  // "refused", "unknown"; empty where the question says it.
  std::string transport;
  std::string principal;  // that the pod sees; empty: none, or not known
  std::string mtls;       // mode of the port: "STRICT"; empty without a sidecar
  std::string chain;      // "http", "tcp", "none" (refused before policy); empty without a sidecar
  std::vector<QueryStep> steps;
  std::string change;  // what one line would have to say for the opposite; empty if no one line decides
};

// What a run knows of the cluster. All of it must outlive the engine.
struct QueryWorld {
  const Inventory& inventory;
  std::span<const PodClass> pods;
  std::span<const InjectionDecision> injection;  // of the pods, in their order
  const MeshSettings& mesh;
};

class QueryEngine {
 public:
  explicit QueryEngine(const QueryWorld& world);
  QueryEngine(const QueryEngine&) = delete;
  QueryEngine& operator=(const QueryEngine&) = delete;
  ~QueryEngine();

  // `explain`: fills `steps` and `change`. A pod that is not in the input makes the answer unknown. Not for
  // several threads at once.
  QueryAnswer answer(QueryRequest request, bool explain);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kray
