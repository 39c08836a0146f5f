// How a pod is reached from outside the cluster: all ways of all mechanisms.
//
// Routes are worked out once from the inventory; a pod is then looked up by the Services that select it.
#pragma once

#include <cstddef>
#include <span>
#include <unordered_map>
#include <vector>

#include "network/service_exposure.h"

namespace kray {

class Exposures {
 public:
  // The inventory and the pod classes must outlive it; `pods` are searched for gateways.
  Exposures(const Inventory& inventory, std::span<const PodClass> pods, const ExposureSettings& settings);

  // Direct ways first, then those of Ingresses, Istio Gateways and the Gateway API, in input order, then
  // those through KubeRay's API server.
  std::vector<Exposure> of(const ExposedPod& pod) const;
  const ServiceIndex& services() const { return services_; }

 private:
  ServiceIndex services_;
  std::vector<RouteToService> routes_;
  std::unordered_map<const Object*, std::vector<size_t>> by_service_;  // positions in routes_
  std::vector<Exposure> api_servers_;                                  // as kuberay_api_servers has them
};

}  // namespace kray
