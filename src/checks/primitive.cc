// The list of primitives, by name.
#include "checks/primitive.h"

#include <algorithm>
#include <array>

#include "checks/primitives.h"

namespace kray {

std::span<const Primitive* const> all_primitives() {
  static constexpr std::array kAll = {&kAllowRuleWithoutSource,
                                      &kDeprecatedApi,
                                      &kDuplicateKey,
                                      &kExternalServiceType,
                                      &kForeignNamespaceReference,
                                      &kHostNetwork,
                                      &kHttpFieldOnTcpPort,
                                      &kIneffectiveInjectionSetting,
                                      &kIneffectiveSuppression,
                                      &kInitBeforeSidecar,
                                      &kInlineSecret,
                                      &kInvalidPolicy,
                                      &kLandsInNamespace,
                                      &kMixedInjection,
                                      &kNamespaceWithoutInjection,
                                      &kNoResourceLimits,
                                      &kNotAProfileNamespace,
                                      &kNotAnalysed,
                                      &kNotebookWithoutSidecar,
                                      &kOperatorNamespace,
                                      &kOperatorTooPowerful,
                                      &kPlatformRequirements,
                                      &kPodSecurityLevel,
                                      &kPolicyIgnored,
                                      &kPolicySelectsNothing,
                                      &kPolicyWithoutSelector,
                                      &kPortBypassesSidecar,
                                      &kPrunedField,
                                      &kPythonVersionMismatch,
                                      &kRayInNamespace,
                                      &kRayPodWithoutSidecar,
                                      &kRayVersionMismatch,
                                      &kSharedServiceAccount,
                                      &kTokenAuthOff,
                                      &kUnknownField,
                                      &kUnknownPrincipal,
                                      &kUnparsableDocument};
  return kAll;
}

const Primitive* find_primitive(std::string_view name) {
  const auto all = all_primitives();
  const auto found =
      std::find_if(all.begin(), all.end(), [name](const Primitive* one) { return one->name == name; });
  return found == all.end() ? nullptr : *found;
}

std::span<const std::string> parameter(const Parameters& parameters, std::string_view name) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return {};
  return found->second;
}

bool contains(std::span<const std::string> list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace kray
