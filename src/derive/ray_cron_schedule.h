// Whether a RayCronJob's schedule is one, and durations as the operator writes them: it rejects the object
// otherwise.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kray {

// What is wrong with a schedule of five fields or a descriptor (@daily, @every 1h), an optional time
// zone before it; nothing if it can be parsed.
std::optional<std::string> invalid_cron_schedule(std::string_view schedule);

// "1h30m", "500ms", "-5s", "0".
bool is_duration(std::string_view text);

}  // namespace kray
