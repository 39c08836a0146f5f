// Where Istio's networking kinds keep their destinations.
#include "cluster/istio_views.h"

namespace kray {

std::vector<IstioServer> IstioGatewayView::servers() const {
  std::vector<IstioServer> servers;
  for (const NodeRef server : spec["servers"].items()) servers.push_back({server});
  return servers;
}

std::vector<VirtualServiceDestination> VirtualServiceView::destinations() const {
  std::vector<VirtualServiceDestination> destinations;
  for (const std::string_view protocol : {"http", "tls", "tcp"}) {
    for (const NodeRef entry : spec[protocol].items()) {
      for (const NodeRef route : entry["route"].items()) {
        if (const NodeRef destination = route["destination"]) destinations.push_back({destination, entry});
      }
      if (const NodeRef mirror = entry["mirror"]) destinations.push_back({mirror, entry});
      for (const NodeRef mirror : entry["mirrors"].items()) {
        if (const NodeRef destination = mirror["destination"]) destinations.push_back({destination, entry});
      }
    }
  }
  return destinations;
}

std::string_view ServiceEntryView::resolution() const {
  const std::string_view resolution = spec["resolution"].text();
  return resolution.empty() ? "NONE" : resolution;
}

}  // namespace kray
