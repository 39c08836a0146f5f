// Of their own namespace or the root one. Patches for other contexts, and plugins for requests going out, do
// not touch connections coming in.
#include "mesh/proxy_extensions.h"

#include <algorithm>

#include "mesh/istio_objects.h"
#include "mesh/policy_attachment.h"

namespace kray {
namespace {

template <typename Test>
bool any_item(NodeRef list, const Test& test) {
  const ItemRange items = list.items();
  return std::any_of(items.begin(), items.end(), test);
}

bool filters_inbound(const Object& filter) {
  return any_item(filter.spec()["configPatches"], [](NodeRef patch) {
    const std::string_view context = patch["match"]["context"].text();
    return context.empty() || context == "ANY" || context == "SIDECAR_INBOUND";
  });
}

bool selects(const Object& filter, const Labels& labels) {
  return filter.spec()["targetRefs"].size() == 0 &&
         matches_all(filter.spec()["workloadSelector"]["labels"], labels);
}

// `match` is an "or"; without it a plugin sees both directions.
bool plugs_inbound(const Object& plugin) {
  const NodeRef match = plugin.spec()["match"];
  return match.size() == 0 || any_item(match, [](NodeRef one) { return one["mode"].text() != "CLIENT"; });
}

}  // namespace

std::vector<const Object*> inbound_extensions(std::string_view ns, const Labels& labels,
                                              const Inventory& inventory, const MeshConfig& mesh,
                                              std::string_view revision) {
  std::vector<const Object*> found;
  for (const Object* object :
       istio_objects(inventory, "networking.istio.io", "EnvoyFilter", mesh, revision)) {
    if (filters_inbound(*object) && selects(*object, labels) &&
        policy_reaches(*object, ns, mesh.root_namespace) != Answer::no)
      found.push_back(object);
  }
  for (const char* kind : {"WasmPlugin", "TrafficExtension"}) {
    for (const Object* object : istio_objects(inventory, "extensions.istio.io", kind, mesh, revision)) {
      if (plugs_inbound(*object) && policy_attachment(*object, ns, labels, mesh.root_namespace) != Answer::no)
        found.push_back(object);
    }
  }
  return found;
}

}  // namespace kray
