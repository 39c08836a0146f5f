// Views of Istio's networking kinds and RequestAuthentication (specs/istio.md 4 to 6); the policies that
// rules look at are in views.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cluster/object.h"
#include "cluster/views.h"
#include "manifest/tree.h"

namespace kray {

struct RequestAuthenticationView {
  NodeRef spec;
  explicit RequestAuthenticationView(const Object& object) : spec(object.spec()) {}

  NodeRef selector() const { return spec["selector"]; }
  bool has_target_refs() const { return spec["targetRef"] || spec["targetRefs"].size() > 0; }
  NodeRef jwt_rules() const { return spec["jwtRules"]; }
};

struct SidecarView {  // 6.2
  NodeRef spec;
  explicit SidecarView(const Object& object) : spec(object.spec()) {}

  NodeRef workload_labels() const { return spec["workloadSelector"]["labels"]; }
  bool has_workload_selector() const { return workload_labels().size() > 0; }
  NodeRef egress() const { return spec["egress"]; }    // listeners, each with `hosts`
  NodeRef ingress() const { return spec["ingress"]; }  // AP-19
  NodeRef outbound_traffic_policy() const { return spec["outboundTrafficPolicy"]["mode"]; }
};

struct DestinationRuleView {  // 6.1
  NodeRef spec;
  explicit DestinationRuleView(const Object& object) : spec(object.spec()) {}

  std::string_view host() const { return spec["host"].text(); }
  NodeRef traffic_policy() const { return spec["trafficPolicy"]; }
  NodeRef workload_labels() const { return spec["workloadSelector"]["matchLabels"]; }
  NodeRef subsets() const { return spec["subsets"]; }
  NodeRef export_to() const { return spec["exportTo"]; }  // nothing: the mesh's default
};

struct IstioServer {
  NodeRef node;
  std::optional<int64_t> port() const { return port_ref(node["port"]["number"]).number; }
  std::string_view protocol() const { return node["port"]["protocol"].text(); }
  NodeRef hosts() const { return node["hosts"]; }                           // "host", "namespace/host" (GW-3)
  std::string_view tls_mode() const { return node["tls"]["mode"].text(); }  // empty: no TLS
};

struct IstioGatewayView {  // 5.1
  NodeRef spec;
  explicit IstioGatewayView(const Object& object) : spec(object.spec()) {}

  NodeRef selector() const { return spec["selector"]; }  // nothing: every gateway pod (GW-1)
  std::vector<IstioServer> servers() const;
};

struct VirtualServiceDestination {
  NodeRef node;   // `destination` or `mirror`
  NodeRef route;  // the http, tls or tcp entry that has it
  std::string_view host() const { return node["host"].text(); }
  std::optional<int64_t> port() const { return port_ref(node["port"]["number"]).number; }
  std::string_view subset() const { return node["subset"].text(); }
};

struct VirtualServiceView {  // 5.1
  NodeRef spec;
  explicit VirtualServiceView(const Object& object) : spec(object.spec()) {}

  NodeRef hosts() const { return spec["hosts"]; }
  NodeRef gateways() const { return spec["gateways"]; }   // nothing: "mesh" alone (GW-4)
  NodeRef export_to() const { return spec["exportTo"]; }  // nothing: the mesh's default
  NodeRef http() const { return spec["http"]; }
  // Of all routes of all protocols, mirrors too; a delegate has none of its own (GW-5).
  std::vector<VirtualServiceDestination> destinations() const;
};

struct ServiceEntryView {  // 6.3
  NodeRef spec;
  explicit ServiceEntryView(const Object& object) : spec(object.spec()) {}

  NodeRef hosts() const { return spec["hosts"]; }
  NodeRef addresses() const { return spec["addresses"]; }
  NodeRef ports() const { return spec["ports"]; }
  NodeRef endpoints() const { return spec["endpoints"]; }
  NodeRef workload_labels() const { return spec["workloadSelector"]["labels"]; }
  bool is_mesh_internal() const { return spec["location"].text() == "MESH_INTERNAL"; }
  std::string_view resolution() const;  // "NONE" if not set
  NodeRef export_to() const { return spec["exportTo"]; }
};

}  // namespace kray
