// Which mTLS mode a sidecar demands of those who connect to it (specs/istio.md 3, PA-1 to PA-5, PA-8).
//
// There are three classes of PeerAuthentications, each of which only the oldest counts: of the mesh, of a
// namespace, of workloads. The most special one that sets a mode decides; PERMISSIVE if none does.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory.h"
#include "cluster/labels.h"
#include "mesh/istio_objects.h"
#include "mesh/mesh_config.h"

namespace kray {

enum class MtlsMode : uint8_t { disable, permissive, strict };

std::string_view to_string(MtlsMode mode);  // "DISABLE"

struct MtlsDecision {
  MtlsMode mode = MtlsMode::permissive;  // the likeliest, if it is uncertain
  const Object* policy = nullptr;        // that sets it; null: no policy does
  Place place;                           // the field `mode` that decides; nowhere without a policy
  std::array<bool, 3> possible{};        // by MtlsMode
  // Not empty: why another mode is possible too, as a clause ("the age of PeerAuthentications 'a' and 'b'
  // decides, and is not in the input").
  std::string uncertain;

  bool is_certain() const { return uncertain.empty(); }
  bool may_be(MtlsMode one) const { return possible[static_cast<size_t>(one)]; }
};

class PeerAuthentications {
 public:
  // Those that the control plane of `revision` reads, without those that admission refuses. The inventory
  // must outlive it.
  PeerAuthentications(const Inventory& inventory, const MeshConfig& mesh,
                      std::string_view revision = "default");

  // Of a workload's port, declared by a Service or not (PA-4, PA-8). `labels` are those of the running pod,
  // `port` is the container's.
  MtlsDecision mode(std::string_view ns, const Labels& labels, uint16_t port) const;
  // Of the mesh and namespace classes alone: what clients look at in the Service's namespace (PA-10).
  MtlsDecision namespace_mode(std::string_view ns) const;

 private:
  struct Policy {
    const Object* object = nullptr;
    bool is_certain = true;  // false: it may be that the control plane does not read it
  };

  std::vector<Policy> mesh_;                                              // PA-1: oldest first
  std::map<std::string, std::vector<Policy>, std::less<>> by_namespace_;  // both other classes
  std::vector<Policy> anywhere_;                                          // their namespace is not set

  struct Outcomes;
  Outcomes namespace_outcomes(std::string_view ns) const;
  static MtlsDecision decide(const Outcomes& outcomes);
  std::vector<Contender> contenders(std::string_view ns, const Labels* labels) const;
};

}  // namespace kray
