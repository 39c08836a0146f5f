// Host and path patterns: what two of them have in common.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/tree.h"
#include "network/exposure_types.h"

namespace kray {

// The narrower of two host patterns, a "*" only at the beginning (GW-3); nothing if no host is in both.
std::optional<std::string> common_host(std::string_view a, std::string_view b);

// Hosts in both lists, an empty one standing for any host; nothing if there are none.
std::optional<std::vector<std::string>> common_hosts(const std::vector<std::string>& a,
                                                     const std::vector<std::string>& b);

std::vector<std::string> texts_of(NodeRef list);

// Istio's StringMatch: exact, prefix or regex; any if it is not there.
PathCondition string_match(NodeRef node);

// Requests in both conditions, the narrower one; nothing if there are none. Regular expressions are not
// compared: one has requests in common with everything.
std::optional<PathCondition> common_path(const PathCondition& a, const PathCondition& b);

// How the paths of a condition lie to a pattern of an AuthorizationPolicy ("/dex/*", "*", "/healthz"):
// yes: all match it; no: none does; unknown: some may.
Answer matches_pattern(const PathCondition& path, std::string_view pattern);

}  // namespace kray
