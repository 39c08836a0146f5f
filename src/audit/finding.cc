// Names of severities and confidences: the words shared by every report.
#include "audit/finding.h"

namespace kray {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::low: return "low";
    case Severity::medium: return "medium";
    case Severity::high: return "high";
    case Severity::critical: return "critical";
  }
  return "";
}

std::string_view to_string(Confidence confidence) {
  return confidence == Confidence::certain ? "certain" : "likely";
}

}  // namespace kray
