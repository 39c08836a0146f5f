// The primitives, one file of checks/ each; primitive.cc lists them.
#pragma once

#include "checks/primitive.h"

namespace kray {

extern const Primitive kAllowRuleWithoutSource;
extern const Primitive kDeprecatedApi;
extern const Primitive kDuplicateKey;
extern const Primitive kExternalServiceType;
extern const Primitive kForeignNamespaceReference;
extern const Primitive kHostNetwork;
extern const Primitive kHttpFieldOnTcpPort;
extern const Primitive kIneffectiveInjectionSetting;
extern const Primitive kIneffectiveSuppression;
extern const Primitive kInitBeforeSidecar;
extern const Primitive kInlineSecret;
extern const Primitive kInvalidPolicy;
extern const Primitive kLandsInNamespace;
extern const Primitive kMixedInjection;
extern const Primitive kNamespaceWithoutInjection;
extern const Primitive kNoResourceLimits;
extern const Primitive kNotAProfileNamespace;
extern const Primitive kNotAnalysed;
extern const Primitive kNotebookWithoutSidecar;
extern const Primitive kOperatorNamespace;
extern const Primitive kOperatorTooPowerful;
extern const Primitive kPlatformRequirements;
extern const Primitive kPodSecurityLevel;
extern const Primitive kPolicyIgnored;
extern const Primitive kPolicySelectsNothing;
extern const Primitive kPolicyWithoutSelector;
extern const Primitive kPortBypassesSidecar;
extern const Primitive kPrunedField;
extern const Primitive kPythonVersionMismatch;
extern const Primitive kRayInNamespace;
extern const Primitive kRayPodWithoutSidecar;
extern const Primitive kRayVersionMismatch;
extern const Primitive kSharedServiceAccount;
extern const Primitive kTokenAuthOff;
extern const Primitive kUnknownField;
extern const Primitive kUnknownPrincipal;
extern const Primitive kUnparsableDocument;

}  // namespace kray
