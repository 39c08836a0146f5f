// Views of what Kubernetes itself knows about traffic: NetworkPolicy, Ingress and the Gateway API.
//
// See views.h for what a view is. Lists come back as nodes: their items keep their places.
#pragma once

#include <string_view>
#include <vector>

#include "cluster/object.h"
#include "cluster/views.h"
#include "manifest/tree.h"

namespace kray {

struct NetworkPolicyView {  // networking.k8s.io; specs/networkpolicy.md
  NodeRef spec;
  explicit NetworkPolicyView(const Object& object) : spec(object.spec()) {}

  NodeRef pod_selector() const { return spec["podSelector"]; }  // nothing: every pod of the namespace
  NodeRef ingress() const { return spec["ingress"]; }
  NodeRef egress() const { return spec["egress"]; }
  // With the defaults of the API where policyTypes is not set or empty (NP-1).
  bool isolates_ingress() const;
  bool isolates_egress() const;
};

struct IngressBackend {
  NodeRef node;  // of `backend` or `defaultBackend`
  std::string_view service() const { return node["service"]["name"].text(); }
  PortRef port() const;
};

struct IngressPath {
  NodeRef node;
  std::string_view host;  // empty: any
  std::string_view path() const { return node["path"].text(); }
  std::string_view path_type() const { return node["pathType"].text(); }
  IngressBackend backend() const { return {node["backend"]}; }
};

struct IngressView {  // networking.k8s.io/v1
  NodeRef metadata;
  NodeRef spec;
  explicit IngressView(const Object& object) : metadata(object.metadata()), spec(object.spec()) {}

  NodeRef class_name() const { return spec["ingressClassName"]; }
  NodeRef class_annotation() const { return metadata["annotations"]["kubernetes.io/ingress.class"]; }
  IngressBackend default_backend() const { return {spec["defaultBackend"]}; }
  std::vector<IngressPath> paths() const;  // of all rules
  NodeRef tls() const { return spec["tls"]; }
};

struct GatewayListener {
  NodeRef node;
  std::string_view name() const { return node["name"].text(); }
  std::string_view hostname() const { return node["hostname"].text(); }  // empty: any
  std::string_view protocol() const { return node["protocol"].text(); }
  std::optional<int64_t> port() const { return port_ref(node["port"]).number; }
  std::string_view tls_mode() const;                 // "Terminate" if not set
  std::string_view allowed_namespaces_from() const;  // "Same" if not set (GA-2)
  NodeRef allowed_namespace_selector() const { return node["allowedRoutes"]["namespaces"]["selector"]; }
  NodeRef allowed_kinds() const { return node["allowedRoutes"]["kinds"]; }
};

struct GatewayApiGatewayView {  // gateway.networking.k8s.io
  NodeRef metadata;
  NodeRef spec;
  explicit GatewayApiGatewayView(const Object& object) : metadata(object.metadata()), spec(object.spec()) {}

  std::string_view class_name() const { return spec["gatewayClassName"].text(); }
  std::vector<GatewayListener> listeners() const;
  NodeRef addresses() const { return spec["addresses"]; }
};

struct GatewayClassView {
  NodeRef spec;
  explicit GatewayClassView(const Object& object) : spec(object.spec()) {}

  std::string_view controller() const { return spec["controllerName"].text(); }
};

struct RouteParent {
  NodeRef node;
  std::string_view kind() const;   // "Gateway" if not set
  std::string_view group() const;  // that of the Gateway API if not set; "" is the core group
  std::string_view name() const { return node["name"].text(); }
  std::string_view ns() const { return node["namespace"].text(); }  // empty: that of the route
  std::string_view section_name() const { return node["sectionName"].text(); }
  std::optional<int64_t> port() const { return port_ref(node["port"]).number; }
};

struct RouteBackend {
  NodeRef node;
  NodeRef rule;                   // whose backendRefs or mirror filter it is
  std::string_view kind() const;  // "Service" if not set
  std::string_view group() const { return node["group"].text(); }
  std::string_view name() const { return node["name"].text(); }
  std::string_view ns() const { return node["namespace"].text(); }  // empty: that of the route
  std::optional<int64_t> port() const { return port_ref(node["port"]).number; }
};

// HTTPRoute, GRPCRoute, TCPRoute, TLSRoute: all are alike in what is read.
struct GatewayApiRouteView {
  NodeRef spec;
  explicit GatewayApiRouteView(const Object& object) : spec(object.spec()) {}

  NodeRef hostnames() const { return spec["hostnames"]; }
  std::vector<RouteParent> parents() const;
  std::vector<RouteBackend> backends() const;  // weight 0 left out; request mirrors are among them
  NodeRef rules() const { return spec["rules"]; }
};

struct ReferenceGrantView {
  NodeRef spec;
  explicit ReferenceGrantView(const Object& object) : spec(object.spec()) {}

  NodeRef from() const { return spec["from"]; }  // group, kind, namespace
  NodeRef to() const { return spec["to"]; }      // group, kind, name
};

}  // namespace kray
