// What the input says about the mesh as a whole, read once a run.
#pragma once

#include "cluster/inventory.h"
#include "mesh/injector.h"
#include "mesh/mesh_config.h"
#include "mesh/mesh_text.h"
#include "mesh/webhooks.h"

namespace kray {

// Holds nodes of the inventory, which must outlive it.
struct MeshSettings {
  MeshTexts texts;
  WebhookSettings webhooks;
  InjectorSettings injectors;
  MeshConfig config;  // of the control plane of revision "default"
};

MeshSettings read_mesh_settings(const Inventory& inventory);

}  // namespace kray
