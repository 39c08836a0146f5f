// Which objects of Istio's a control plane reads at all, and which of two is the older.
//
// specs/istio.md 0.4: GEN-1 (label istio.io/rev), GEN-2 (discovery selectors), GEN-3 (oldest wins).
#pragma once

#include <string_view>
#include <vector>

#include "cluster/answer.h"
#include "cluster/inventory.h"
#include "mesh/mesh_config.h"

namespace kray {

// GEN-1: without the label every control plane reads it, else the one of exactly that revision: an empty
// label hides it from all that have a name (0.5-13).
bool is_for_revision(const Object& object, std::string_view revision);

// GEN-2: unknown where selectors look at a namespace that the input does not define, or not alike each time.
Answer is_discovered(std::string_view ns, const Inventory& inventory, const MeshConfig& mesh);

// GEN-1 and GEN-2 together.
Answer is_read(const Object& object, const Inventory& inventory, const MeshConfig& mesh,
               std::string_view revision);

// All that are read or may be, oldest first.
std::vector<const Object*> istio_objects(const Inventory& inventory, std::string_view group,
                                         std::string_view kind, const MeshConfig& mesh,
                                         std::string_view revision = "default");

// GEN-3: creationTimestamp, then name, then namespace. What has no timestamp counts as older than all that
// have one, as in Istio; see order_is_known.
bool is_older(const Object& a, const Object& b);

// False where a timestamp is missing or unreadable, as in a manifest, so that the cluster may decide
// otherwise, and for two definitions of one object. Objects of assumed age have an order.
bool order_is_known(const Object& a, const Object& b);

// Whether an object lives in a namespace, which is empty if it is not known: unknown where only one of the
// two is known and none of the builds that set the object's excludes it.
Answer lives_in(const Object& object, std::string_view ns);

// One of the objects of which the oldest counts; it may be that it does not exist or has no say.
struct Contender {
  const Object* object = nullptr;
  bool is_certain = true;
};
struct Oldest {
  std::vector<const Object*> candidates;  // that may be the oldest, the likeliest first
  bool may_be_none = true;                // no contender is certain
};
Oldest oldest_of(const std::vector<Contender>& contenders);

}  // namespace kray
