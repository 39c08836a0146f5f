// Joins webhooks, injectors and the mesh configuration.
#include "mesh/settings.h"

namespace kray {

MeshSettings read_mesh_settings(const Inventory& inventory) {
  MeshSettings settings;
  settings.webhooks = read_webhooks(inventory, settings.texts);
  settings.injectors = read_injectors(inventory, settings.texts);
  settings.config = read_mesh_config(inventory, settings.texts);
  return settings;
}

}  // namespace kray
