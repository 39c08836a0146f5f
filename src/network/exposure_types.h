// The ways by which traffic from outside the cluster reaches a pod, and what is said about each.
//
// specs/istio.md section 5 (GW-, ING-, GA-, EXP-) and specs/kuberay-kubeflow.md B.2, B.3, B.8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/answer.h"
#include "cluster/inventory.h"
#include "derive/pod_class.h"
#include "network/network_end.h"

namespace kray {

enum class ExposureKind : uint8_t {
  load_balancer,
  node_port,
  external_ips,
  host_port,
  host_network,
  ingress,
  openshift_route,
  istio_gateway,
  gateway_api,
  kuberay_api_server,
};
std::string_view to_string(ExposureKind kind);  // "LoadBalancer", "KubeRay API server"

// One object of the way and the field that leads on.
struct ExposureStep {
  const Object* object = nullptr;
  Place place;
  std::string text;
};

struct PathCondition {
  enum class Kind : uint8_t { any, exact, prefix, regex };
  Kind kind = Kind::any;
  std::string value;

  friend bool operator==(const PathCondition&, const PathCondition&) = default;
};

// Pods that traffic passes through: what the destination sees as its client (GW-8, GA-1).
struct GatewayPods {
  // Nothing: a controller makes them, they are not in the input, or it is the cluster's own API server (B.8).
  const PodClass* pods = nullptr;
  std::string ns;               // empty: not known
  std::string service_account;  // empty: not known
  Labels labels;
  uint16_t port = 0;      // that they listen on; 0: not known
  bool is_istio = false;  // an Istio proxy, which presents its service account where the hop is mTLS
};

// What asks clients who they are before traffic gets to the destination.
struct Authentication {
  enum class Kind : uint8_t {
    external_authorization,  // AuthorizationPolicy CUSTOM on the gateway's pods: oauth2-proxy and its like
    jwt_required,        // a token is asked for, by DENY notRequestPrincipals or by ALLOW requestPrincipals
    ingress_annotation,  // the ingress controller asks
    possible,            // something is in between that may ask: a middleware
  };
  Kind kind = Kind::possible;
  // yes: every request of this way; unknown: its conditions leave some out, or it is only possible.
  Answer covers_all = Answer::unknown;
  const Object* object = nullptr;
  Place place;
};

struct Exposure {
  ExposureKind kind = ExposureKind::load_balancer;
  Answer certainty = Answer::yes;   // never `no`
  std::string reason;               // why it is unknown
  std::vector<ExposureStep> chain;  // from outside to the destination
  // Of the destination pod; 0 with host_network: every port that it listens on.
  uint16_t port = 0;
  Transport transport = Transport::tcp;
  // The last Service before the pod, and its port that is used; nothing for host ports and networks.
  const Object* service = nullptr;
  uint16_t service_port = 0;

  // Of the request, for what is routed by its contents.
  std::vector<std::string> hosts;  // "app.example.org", "*.example.org"; empty: any
  PathCondition path;
  std::vector<std::string> needs;  // other conditions, by field: "headers", "method"
  // The route writes path, host or headers anew: the destination sees another request than the gateway.
  bool changes_request = false;

  // Nothing: the client's bytes arrive from a node as they are, without identity (EXP-1, EXP-2).
  std::optional<GatewayPods> gateway;
  std::vector<Authentication> authentication;  // empty: none that is known
};

// Makes an exposure uncertain and says why.
void add_doubt(Exposure& exposure, std::string_view reason);

// A way that leads to a Service, whose pods are not looked at yet.
struct RouteToService {
  Exposure way;
  std::string ns;
  std::string service;
  PortRef port;                // of the Service; nothing: its only port, else `fallback_port`
  uint16_t fallback_port = 0;  // GW-6: that of the gateway's listener
  bool by_target = false;      // a number in `port` is the pod's, not the Service's
  Labels subset;               // GW-6: narrows the pods
};

// A pod that may be exposed.
struct ExposedPod {
  std::string ns;  // empty: not set
  Labels labels;
  std::vector<NamedPort> ports;
  struct HostPort {
    uint16_t container_port = 0;
    Transport transport = Transport::tcp;
    Place place;
  };
  std::vector<HostPort> host_ports;
  NodeRef host_network;            // nothing unless it is true
  const Object* object = nullptr;  // what makes the pods
};
ExposedPod exposed_pod_of(const PodClass& pods);
// A pod of a Ray object as the operator makes it.
ExposedPod exposed_pod_of(const DerivedPod& made, const Object& object);

// What an install may set and manifests do not always say; defaults are Istio's (specs 0.3).
struct ExposureSettings {
  enum class IngressControllerMode : uint8_t { off, strict, as_default };
  std::string root_namespace = "istio-system";
  std::string cluster_domain = "cluster.local";
  IngressControllerMode ingress_controller_mode = IngressControllerMode::strict;
  std::string ingress_class = "istio";
  std::string ingress_service = "istio-ingressgateway";
  std::string ingress_selector;  // empty: of ingress_service
};

}  // namespace kray
