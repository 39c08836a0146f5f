// Which workloads a policy of Istio's attaches to (specs/istio.md 2.1): the same table for
// AuthorizationPolicy, RequestAuthentication and WasmPlugin.
#pragma once

#include <string_view>

#include "cluster/answer.h"
#include "cluster/labels.h"
#include "cluster/object.h"

namespace kray {

// AP-1, AP-2: policies of the root namespace reach all namespaces, others their own; without a selector, or
// with an empty one, every workload there. AP-2a: with targetRefs none but a Gateway API gateway's pods
// (label gateway.networking.k8s.io/gateway-name). `labels` are those of the running pod.
//
// Unknown where one of the namespaces is not known.
Answer policy_attachment(const Object& policy, std::string_view ns, const Labels& labels,
                         std::string_view root_namespace);

// AP-1 alone, whatever the policy selects.
Answer policy_reaches(const Object& policy, std::string_view ns, std::string_view root_namespace);

}  // namespace kray
