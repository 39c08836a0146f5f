// ineffective-suppression: suppressions of the manifest that hide nothing. Which those are is known only
// when every other rule has run; the audit finds them (audit/suppression.h) and runs this check last.
#include "checks/ineffective_suppression.h"

#include <array>

#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 1> kPlaceholders = {"what"};

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (const IneffectiveSuppression& one : context.ineffective_suppressions) {
    Match match;
    match.place = one.place;
    match.label = "hides nothing";
    match.values = {{"what", one.what}};
    match.fix = one.fix;
    match.subject = one.subject;
    outcome.matches.push_back(std::move(match));
  }
}

}  // namespace

constinit const Primitive kIneffectiveSuppression = {"ineffective-suppression", {}, kPlaceholders, run};

}  // namespace kray
