// What was looked at, as both JSON formats tell it.
#pragma once

#include "audit/finding.h"
#include "report/json_writer.h"

namespace kray {

// "coverage": {…}, with the members of Coverage under their names.
void write_coverage(JsonWriter& json, const Coverage& coverage);

}  // namespace kray
