// Defaults of the networking APIs, where leaving a field out says something.
#include "cluster/network_views.h"

#include <algorithm>

namespace kray {
namespace {

constexpr std::string_view kGatewayApi = "gateway.networking.k8s.io";

std::string_view text_or(NodeRef node, std::string_view otherwise) {
  return node.text().empty() ? otherwise : node.text();
}

bool lists_type(NodeRef spec, std::string_view type) {
  const ItemRange types = spec["policyTypes"].items();
  return std::any_of(types.begin(), types.end(), [type](NodeRef one) { return one.text() == type; });
}

}  // namespace

// NP-1: the types of a policy that lists none.
bool NetworkPolicyView::isolates_ingress() const {
  return spec["policyTypes"].size() == 0 || lists_type(spec, "Ingress");
}

bool NetworkPolicyView::isolates_egress() const {
  if (spec["policyTypes"].size() == 0) return egress().size() > 0;
  return lists_type(spec, "Egress");
}

PortRef IngressBackend::port() const {
  const NodeRef port = node["service"]["port"];
  if (const PortRef number = port_ref(port["number"])) return number;
  return port_ref(port["name"]);
}

std::vector<IngressPath> IngressView::paths() const {
  std::vector<IngressPath> paths;
  for (const NodeRef rule : spec["rules"].items()) {
    for (const NodeRef path : rule["http"]["paths"].items()) paths.push_back({path, rule["host"].text()});
  }
  return paths;
}

std::string_view GatewayListener::tls_mode() const { return text_or(node["tls"]["mode"], "Terminate"); }

std::string_view GatewayListener::allowed_namespaces_from() const {
  return text_or(node["allowedRoutes"]["namespaces"]["from"], "Same");
}

std::vector<GatewayListener> GatewayApiGatewayView::listeners() const {
  std::vector<GatewayListener> listeners;
  for (const NodeRef listener : spec["listeners"].items()) listeners.push_back({listener});
  return listeners;
}

std::string_view RouteParent::kind() const { return text_or(node["kind"], "Gateway"); }

std::string_view RouteParent::group() const { return node["group"] ? node["group"].text() : kGatewayApi; }

std::string_view RouteBackend::kind() const { return text_or(node["kind"], "Service"); }

std::vector<RouteParent> GatewayApiRouteView::parents() const {
  std::vector<RouteParent> parents;
  for (const NodeRef parent : spec["parentRefs"].items()) parents.push_back({parent});
  return parents;
}

std::vector<RouteBackend> GatewayApiRouteView::backends() const {
  std::vector<RouteBackend> backends;
  for (const NodeRef rule : rules().items()) {
    for (const NodeRef backend : rule["backendRefs"].items()) {
      if (port_ref(backend["weight"]).number != 0) backends.push_back({backend, rule});
    }
    for (const NodeRef filter : rule["filters"].items()) {
      if (const NodeRef mirror = filter["requestMirror"]["backendRef"]) backends.push_back({mirror, rule});
    }
  }
  return backends;
}

}  // namespace kray
