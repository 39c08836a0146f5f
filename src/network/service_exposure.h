// Services: which pods they send to on which port, and which of them are open to the outside.
//
// specs/istio.md EXP-1 to EXP-3. Ports on the host and the host's network belong here too: nothing stands
// between them and the pod.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "network/exposure_types.h"

namespace kray {

class ServiceIndex {
 public:
  ServiceIndex(const Inventory& inventory, std::string_view cluster_domain);

  // Every Service of that name; overlays may define one several times. An ExternalName that points at a
  // Service of the cluster stands for that one (EXP-3).
  std::vector<const Object*> find(std::string_view ns, std::string_view name) const;
  // Those that may send to pods of a namespace: its own and those without one; all for an empty name.
  std::vector<const Object*> around(std::string_view ns) const;

 private:
  std::vector<const Object*> services_;
  std::map<std::string, std::vector<const Object*>, std::less<>> by_namespace_;
  std::map<std::pair<std::string, std::string>, std::vector<const Object*>> by_name_;
  std::string cluster_domain_;
};

struct ServiceName {
  std::string ns;
  std::string name;
};
// "web" from `ns`, or "web.team-a.svc.cluster.local"; an empty name for every other host (GW-6).
ServiceName service_of_host(std::string_view host, std::string_view ns, std::string_view cluster_domain);

// Whether the Service sends to the pod. unknown: one of the two has no namespace yet.
Answer selects(const Object& service, const ExposedPod& pod);
// The pod's port behind a port of a Service, by number or name; 0 if it has none of that name.
uint16_t target_port_on(const ServicePortView& port, const ExposedPod& pod);
// Which port of the Service a route to the pod uses; nothing if there is none.
std::optional<ServicePortView> route_port(const Object& service, const RouteToService& route,
                                          const ExposedPod& pod);

// Ways without anything in between: LoadBalancer, NodePort, externalIPs, hostPort, hostNetwork.
std::vector<Exposure> direct_exposures(const ExposedPod& pod, const ServiceIndex& services);

// The way of a route through that Service to the pod; nothing if it does not end there.
std::optional<Exposure> follow_route(const RouteToService& route, const Object& service,
                                     const ExposedPod& pod);

// The ways of routes that end in the pod, for few routes.
std::vector<Exposure> routed_exposures(const ExposedPod& pod, const std::vector<RouteToService>& routes,
                                       const ServiceIndex& services);

}  // namespace kray
