// Checks JSON texts against the published schemas of docs/schema.
#pragma once

#include <string>
#include <vector>

namespace kray::testing {

// What docs/schema/NAME says against `text`, one line an error; empty: nothing. Members that the schema does
// not describe are errors too, though readers have to live with them: what is written is documented.
std::vector<std::string> json_schema_errors(const std::string& name, const std::string& text);

}  // namespace kray::testing
