// Kubernetes quantities: "500m", "4Gi", "1e3".
#pragma once

#include <optional>
#include <string_view>

namespace kray {

// The amount in base units (cores, bytes); nothing if the text is no quantity. Fractions smaller than a
// double can hold are rounded: good for comparing, not for adding up bills.
std::optional<double> parse_quantity(std::string_view text);

}  // namespace kray
