// The inventory command's question: what is understood of these inputs?
#pragma once

#include "audit/audit.h"
#include "audit/inventory_report.h"

namespace kray {

InventoryReport take_inventory(const AuditSettings& settings);

}  // namespace kray
