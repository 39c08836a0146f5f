// Names that are nearly the same: what someone who mistyped one may have meant.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace kray {

// Letters to insert, remove or replace to make one the other; capitals count as their small letters.
size_t edit_distance(std::string_view a, std::string_view b);

// The candidate that `name` is a slip for, or nothing. Names that differ in capitals alone are nearest;
// else one slip per four letters, two at most: more is another word.
std::string nearest_name(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace kray
