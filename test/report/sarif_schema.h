// Checks SARIF texts against the SARIF 2.1.0 JSON schema, which is not part of this repository.
#pragma once

#include <string>
#include <vector>

namespace kray::testing {

// True if a schema was found that the checker can load.
bool have_sarif_schema();
// What the schema says against `sarif`, one line an error; empty: nothing. Needs have_sarif_schema().
std::vector<std::string> sarif_schema_errors(const std::string& sarif);

}  // namespace kray::testing
