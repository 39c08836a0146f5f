// Text as Istio's Go code takes it apart: what Istio accepts and refuses hangs on these details.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace kray {

std::string_view trim_space(std::string_view text);            // strings.TrimSpace, ASCII
std::vector<std::string_view> split_commas(std::string_view);  // strings.Split: "" is one empty entry
std::vector<std::string_view> split_blanks(std::string_view);  // strings.Fields: no empty entries
std::optional<bool> parse_go_bool(std::string_view text);      // strconv.ParseBool
// strconv.ParseUint of base 10: digits only; nothing for more than `bits` bits.
std::optional<uint64_t> parse_go_uint(std::string_view text, unsigned bits);
bool is_cidr(std::string_view text);  // netip.ParsePrefix: an address of either family, a mask, no spaces

}  // namespace kray
