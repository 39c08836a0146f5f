// Yes, no, or what the input does not say (design section 2).
#pragma once

#include <cstdint>

namespace kray {

enum class Answer : uint8_t { no, yes, unknown };

}  // namespace kray
