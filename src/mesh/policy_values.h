// Which texts istiod accepts as the values of AuthorizationPolicy fields (specs/istio.md 2.4, 2.7, 2.13).
//
// Each function says what is wrong, as a clause that follows the value ("is not an IP address or
// CIDR"), or nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kray {

std::optional<std::string> wrong_ip(std::string_view value);    // an address or CIDR; host bits may be set
std::optional<std::string> wrong_port(std::string_view value);  // 0 to 65535, digits alone
std::optional<std::string> wrong_path(std::string_view value);  // templates {*} and {**}: AP-13
std::optional<std::string> wrong_service_account(std::string_view value);  // "account" or "namespace/account"

// Keys of `when` (AP-10): what is wrong with the key, and which kind of value it takes.
std::optional<std::string> wrong_condition_key(std::string_view key);
std::optional<std::string> wrong_condition_value(std::string_view key, std::string_view value);

}  // namespace kray
