// Objects that put code of their own into a workload's sidecar, so that nothing here can say what it does:
// EnvoyFilter, WasmPlugin, TrafficExtension.
#pragma once

#include <string_view>
#include <vector>

#include "cluster/inventory.h"
#include "cluster/labels.h"
#include "mesh/mesh_config.h"

namespace kray {

// That select the workload and touch connections coming in. Those that may count are among them.
std::vector<const Object*> inbound_extensions(std::string_view ns, const Labels& labels,
                                              const Inventory& inventory, const MeshConfig& mesh,
                                              std::string_view revision = "default");

}  // namespace kray
