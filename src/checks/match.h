// What a check hands back: the places that violate it, and the questions it could not decide.
//
// A check knows no rules. The audit joins a match with its rule to make a finding.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "source/place.h"

namespace kray {

// A second place that a finding speaks of.
struct RelatedPlace {
  Place place;
  std::string words;    // noun phrase that can stand in a sentence: "the rule above it"
  std::string message;  // one sentence with a period
};

// The object and field a finding is about, as names rather than as a place.
struct LogicalName {
  std::string ns;      // empty: cluster-scoped or not set
  std::string kind;    // "AuthorizationPolicy.security.istio.io", "Service"
  std::string object;  // metadata.name
  std::string path;    // "spec/rules[1]"; empty: the object itself

  // "ns/Kind.group/name/path", "-" for an empty namespace; empty if there is no object.
  std::string qualified() const {
    if (kind.empty()) return "";
    std::string text = (ns.empty() ? "-" : ns) + "/" + kind;
    if (!object.empty()) text += "/" + object;
    if (!path.empty()) text += "/" + path;
    return text;
  }
};

// Values for the {placeholders} of a rule's message.
using MessageValues = std::map<std::string, std::string, std::less<>>;

struct Match {
  Place place;        // the one line whose change fixes it
  std::string label;  // short words beside the caret
  MessageValues values;
  std::string fix;  // what to do here; empty: the rule's remediation says it all
  std::vector<RelatedPlace> related;
  LogicalName subject;
};

// Something the check needed and the input does not hold.
struct Unknown {
  std::string fact;     // stable key, the same for every object that lacks the same fact
  std::string message;  // one sentence
  std::string advice;   // one sentence
  Place place;          // what it was needed for
};

struct CheckOutcome {
  std::vector<Match> matches;
  std::vector<Unknown> unknowns;
};

}  // namespace kray
