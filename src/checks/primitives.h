// The primitives, one file of checks/ each; primitive.cc lists them.
#pragma once

#include "checks/primitive.h"

namespace kray {

extern const Primitive kAllowRuleWithoutSource;
extern const Primitive kDuplicateKey;
extern const Primitive kExternalServiceType;
extern const Primitive kIneffectiveInjectionSetting;
extern const Primitive kLandsInNamespace;
extern const Primitive kMixedInjection;
extern const Primitive kNamespaceWithoutInjection;
extern const Primitive kNotAnalysed;
extern const Primitive kPolicyWithoutSelector;
extern const Primitive kRayPodWithoutSidecar;
extern const Primitive kUnparsableDocument;

}  // namespace kray
