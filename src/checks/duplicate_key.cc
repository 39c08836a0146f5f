// duplicate-key: keys that stand twice in one mapping; the API server keeps the last and drops the
// others without a word.
#include <array>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 2> kPlaceholders = {"key", "path"};

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (const ManifestFile& file : context.files) {
    for (const DuplicateKey& duplicate : file.duplicates) {
      Match match;
      match.place = duplicate.second;
      match.label = "this one counts";
      match.values = {{"key", duplicate.key},
                      {"path", duplicate.path.empty() ? "the top level" : quoted(duplicate.path)}};
      match.related.push_back({duplicate.first, "the first one", "This one is dropped."});
      outcome.matches.push_back(std::move(match));
    }
  }
}

}  // namespace

constinit const Primitive kDuplicateKey = {"duplicate-key", {}, kPlaceholders, run};

}  // namespace kray
