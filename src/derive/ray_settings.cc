// The feature gates and their defaults (specs/kuberay-kubeflow.md C.1).
#include "derive/ray_settings.h"

#include <algorithm>
#include <array>
#include <optional>

namespace kray {
namespace {

struct FeatureGate {
  std::string_view name;
  Version since;
  std::optional<Version> on_since;  // on unless it is switched off
};

constexpr std::array kGates = {
    FeatureGate{.name = kNetworkPolicyGate, .since = {1, 7, 0}, .on_since = std::nullopt},
    FeatureGate{.name = kIncrementalUpgradeGate, .since = {1, 5, 0}, .on_since = Version{1, 7, 0}},
};

}  // namespace

bool KubeRaySettings::has_feature(std::string_view gate) const {
  const auto known =
      std::find_if(kGates.begin(), kGates.end(), [gate](const FeatureGate& one) { return one.name == gate; });
  if (known == kGates.end() || version < known->since) return false;
  if (const auto own = feature_gates.find(gate); own != feature_gates.end()) return own->second;
  return known->on_since && version >= *known->on_since;
}

}  // namespace kray
