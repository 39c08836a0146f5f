// Whether a kind lives in a namespace.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kray {

enum class Scope : uint8_t { namespaced, cluster, unknown };

// Kinds of the input's CustomResourceDefinitions: "group/Kind" to scope.
using CustomScopes = std::unordered_map<std::string, Scope>;

// Built-in kinds and those of the products the audit knows come from a table, others from `custom`;
// a custom kind that nobody describes is unknown.
Scope scope_of(std::string_view group, std::string_view kind, const CustomScopes& custom);

}  // namespace kray
