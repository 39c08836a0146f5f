// KubeRay's API server as a way to Ray heads: it passes requests on to the Services of KubeRay.
//
// specs/kuberay-kubeflow.md B.8. Its second version serves /api/v1/namespaces/NS/services/SVC/proxy for every
// Service labelled `app.kubernetes.io/name: kuberay`, which all head Services are. It asks the cluster's own
// API server to pass the request on, so that is what the destination sees as its client, and neither the
// API server's pods nor their service account.
#pragma once

#include <vector>

#include "network/istio_gateway.h"

namespace kray {

// One way for each workload that runs it: from outside up to its image, in doubt if nothing leads to it.
// `routes` are those that may end in its Services.
std::vector<Exposure> kuberay_api_servers(const ExposureInputs& inputs,
                                          const std::vector<RouteToService>& routes);

// The ways that go on from there to the pod, one for each port of each Service that is served; none to an
// API server itself.
std::vector<Exposure> kuberay_api_server_exposures(const std::vector<Exposure>& api_servers,
                                                   const ExposedPod& pod, const ServiceIndex& services);

}  // namespace kray
