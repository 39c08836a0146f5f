// Trust domains in policies (specs/istio.md 2.6, AP-12, 0.5-8): aliases stand for the mesh's own domain.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mesh/mesh_config.h"

namespace kray {

// The values that istiod puts in the place of one of `principals`: those of the mesh's trust domain and of
// all its aliases, where the value's own is one of these or "cluster.local", which points to the mesh's.
// Values that are not five segments long, or begin with "*/", stay as they are.
std::vector<std::string> rewritten_principals(std::string_view value, const MeshConfig& mesh);

// The same for `trustDomains`: an exact value that is the mesh's or an alias stands for all of them; there
// "cluster.local" points nowhere, and wildcards stay as they are.
std::vector<std::string> rewritten_trust_domains(std::string_view value, const MeshConfig& mesh);

}  // namespace kray
