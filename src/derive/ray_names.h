// How the operator makes names and labels, and which of them Kubernetes accepts.
//
// specs/kuberay-kubeflow.md B.1 and B.2 (CheckName, labels, generateName) and section 0, items 13, 14, 21.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kray {

// The last 50 characters; a digit or punctuation at the beginning becomes 'r'.
std::string ray_checked_name(std::string name);
// The last 63 characters; punctuation at the beginning becomes 'r'.
std::string ray_checked_label(std::string value);
// generateName of a pod: at most 50 characters of the prefix, lower-cased.
std::string ray_pod_prefix(std::string_view prefix, std::string_view node_type);

// Each says what is wrong, or nothing.
std::optional<std::string> invalid_dns1035_label(std::string_view name);
std::optional<std::string> invalid_dns1123_label(std::string_view name);
std::optional<std::string> invalid_dns1123_subdomain(std::string_view name);
std::optional<std::string> invalid_label_value(std::string_view value);
std::optional<std::string> invalid_label_key(std::string_view key);
std::optional<std::string> invalid_port_name(std::string_view name);  // of a container port

}  // namespace kray
