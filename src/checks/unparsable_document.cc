// unparsable-document: documents that are neither YAML nor JSON as Kubernetes reads them.
#include <array>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 1> kPlaceholders = {"error"};

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (const ManifestFile& file : context.files) {
    for (const ParseError& error : file.errors) {
      Match match;
      match.place = error.place;
      match.label = "the reader gave up here";
      match.values = {{"error", error.message}};
      if (!error.advice.empty()) match.fix = error.advice + ".";
      outcome.matches.push_back(std::move(match));
    }
  }
}

}  // namespace

constinit const Primitive kUnparsableDocument = {"unparsable-document", {}, kPlaceholders, run};

}  // namespace kray
