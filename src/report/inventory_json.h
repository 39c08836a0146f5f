// The inventory as JSON: field names are those of the Kubernetes API and of docs/inventory.md.
#pragma once

#include <ostream>
#include <string>

#include "audit/inventory_report.h"

namespace kray {

// Writes one JSON object, docs/schema/inventory-1.schema.json. Equal inventories give equal bytes.
void write_inventory_json(const InventoryReport& inventory, const std::string& version, std::ostream& out);

}  // namespace kray
