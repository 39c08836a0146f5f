// A suppression of the manifest that hides nothing, as the audit tells it to the check that reports it.
#pragma once

#include <string>

#include "checks/match.h"
#include "source/place.h"

namespace kray {

struct IneffectiveSuppression {
  Place place;       // the rule that it names, its date, or all of it
  std::string what;  // why it hides nothing, one sentence without a period
  std::string fix;   // what to do, one sentence
  LogicalName subject;
};

}  // namespace kray
