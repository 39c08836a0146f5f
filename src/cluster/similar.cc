// Levenshtein's distance, one row at a time.
#include "cluster/similar.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

namespace kray {
namespace {

constexpr size_t kLongestName = 253;  // of anything that Kubernetes names
constexpr size_t kMostSlips = 2;
constexpr size_t kLettersPerSlip = 4;

int lower(char letter) { return std::tolower(static_cast<unsigned char>(letter)); }

}  // namespace

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

std::string nearest_name(std::string_view name, std::span<const std::string_view> candidates) {
  if (name.size() > kLongestName) return {};
  size_t most = std::min(kMostSlips, name.size() / kLettersPerSlip + 1);
  std::string_view nearest;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > name.size() + most || name.size() > candidate.size() + most) continue;
    const size_t distance = edit_distance(name, candidate);
    if (distance > most || (!nearest.empty() && distance == most)) continue;
    most = distance;
    nearest = candidate;
  }
  return std::string(nearest);
}

}  // namespace kray
