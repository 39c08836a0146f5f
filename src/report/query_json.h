// Answers of `kray-audit query --requests`: one JSON object a line (design section 7).
#pragma once

#include <string>
#include <string_view>

#include "reach/query.h"

namespace kray {

// Appends the line, with its end. `id` is that of the question. Steps are written if the answer has them.
void append_query_json(const QueryAnswer& answer, std::string_view id, std::string& out);

}  // namespace kray
