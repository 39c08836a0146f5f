// The standard grammar of the cron library the operator uses: minute, hour, day of month, month, day of
// week; each a list of `*`, `?`, value or range, with an optional `/step`; names for months and days.
#include "derive/ray_cron_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <span>
#include <vector>

namespace kray {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<std::string_view, 7> kDescriptors = {"@yearly", "@annually", "@monthly", "@weekly",
                                                          "@daily",  "@midnight", "@hourly"};

struct Bounds {
  int least;
  int most;
  std::span<const std::string_view> names;
  int first_named;
};

const std::array<Bounds, 5>& field_bounds() {
  static const std::array<Bounds, 5> bounds = {Bounds{0, 59, {}, 0}, Bounds{0, 23, {}, 0},
                                               Bounds{1, 31, {}, 0}, Bounds{1, 12, kMonths, 1},
                                               Bounds{0, 6, kDays, 0}};
  return bounds;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find_first_of(separators, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> parts = split(text, " \t\n\r");
  std::erase_if(parts, [](std::string_view part) { return part.empty(); });
  return parts;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<int> value_of(std::string_view text, const Bounds& bounds) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto named = std::find(bounds.names.begin(), bounds.names.end(), lower);
  if (named != bounds.names.end()) return bounds.first_named + static_cast<int>(named - bounds.names.begin());
  return number(text);
}

bool is_range(std::string_view text, const Bounds& bounds) {
  const std::vector<std::string_view> step = split(text, "/");
  if (step.size() > 2) return false;
  const std::vector<std::string_view> ends = split(step[0], "-");
  int begin = bounds.least;
  int end = bounds.most;
  if (ends[0] == "*" || ends[0] == "?") {
    if (ends.size() > 1) return false;
  } else {
    const std::optional<int> first = value_of(ends[0], bounds);
    const std::optional<int> last = ends.size() == 2 ? value_of(ends[1], bounds) : first;
    if (!first || !last || ends.size() > 2) return false;
    begin = *first;
    end = step.size() == 2 && ends.size() == 1 ? bounds.most : *last;
  }
  if (step.size() == 2 && number(step[1]).value_or(0) == 0) return false;
  return begin >= bounds.least && end <= bounds.most && begin <= end;
}

}  // namespace

std::optional<std::string> invalid_cron_schedule(std::string_view schedule) {
  if (schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=")) {
    const size_t space = schedule.find(' ');
    if (space == std::string_view::npos) return "a time zone without a schedule";
    schedule.remove_prefix(space + 1);
  }
  const std::vector<std::string_view> parts = words(schedule);
  if (schedule.starts_with('@')) {
    if (schedule.starts_with("@every ") && is_duration(schedule.substr(7))) return std::nullopt;
    if (std::find(kDescriptors.begin(), kDescriptors.end(), schedule) != kDescriptors.end())
      return std::nullopt;
    return fmt::format("unknown descriptor {}", schedule);
  }
  if (parts.size() != field_bounds().size()) return fmt::format("expected 5 fields, found {}", parts.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    for (const std::string_view part : split(parts[i], ",")) {
      if (!part.empty() && !is_range(part, field_bounds()[i]))
        return fmt::format("cannot parse '{}'", parts[i]);
    }
  }
  return std::nullopt;
}

bool is_duration(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return true;
  while (!text.empty()) {
    const size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    if (digits == 0 || text.substr(0, digits) == ".") return false;
    text.remove_prefix(digits);
    const size_t unit = std::min(text.find_first_of("0123456789."), text.size());
    constexpr std::array<std::string_view, 7> kUnits = {"ns", "us", "µs", "ms", "s", "m", "h"};
    if (std::find(kUnits.begin(), kUnits.end(), text.substr(0, unit)) == kUnits.end()) return false;
    text.remove_prefix(unit);
    if (text.empty()) return true;
  }
  return false;
}

}  // namespace kray
