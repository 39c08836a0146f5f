// The outcome of an audit in one sentence.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "audit/finding.h"

namespace kray {

// "1 file", "3 files".
std::string counted(uint64_t number, std::string_view noun);

// "95 Helm template, 184 Kustomization"; empty if there are none.
std::string listed(const std::map<std::string, uint64_t>& numbers);

// "a, b, c", or with another separator before the last of them.
std::string joined(const std::vector<std::string>& parts, std::string_view last_separator = ", ");

// Whether there was no input at all: neither files nor the objects of a cluster.
bool nothing_to_audit(const Coverage& coverage);

// What was found, or that nothing was, and always what is missing for this to be the whole
// truth: "No findings, but 2 questions could not be decided and 1 file could not be read."
std::string outcome(const AuditReport& report);

}  // namespace kray
