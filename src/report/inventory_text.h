// The inventory for people: what is there, and why the audit takes it for what it is.
#pragma once

#include <ostream>

#include "audit/inventory_report.h"

namespace kray {

// One line a fact, indented below what it is about. Nothing of the input is written but as visible() of
// glyph.h shows it.
void write_inventory_text(const InventoryReport& inventory, std::ostream& out);

}  // namespace kray
