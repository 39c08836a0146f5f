// Whether a pod class gets an Istio sidecar, what that sidecar sees, and which line of the input decides.
//
// specs/istio.md section 1: webhooks (stage A), injectors (stage B), templates, capture. Webhooks and
// injectors are those of the input; what it does not hold is taken to be a default install's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/answer.h"
#include "cluster/inventory.h"
#include "derive/pod_class.h"
#include "mesh/capture.h"
#include "mesh/injector.h"
#include "mesh/settings.h"

namespace kray {

enum class InjectionReason : uint8_t {
  already_injected,    // INJ-14: the template carries istio-proxy and its init container
  host_network,        // stage B
  ignored_namespace,   // stage B: kube-system and its like
  label_not_a_string,  // INJ-10: sidecar.istio.io/inject, as label or annotation: the API server refuses the
                       // pod
  label_false,         // sidecar.istio.io/inject: "false"
  annotation_false,    // the same as an annotation, in a namespace that injects
  never_selector,      // INJ-8: the injector's neverInjectSelector
  policy_declines,     // stage B: the injector's policy, "disabled" or none that Istio knows
  refused,             // INJ-11, INJ-12, 0.5-19: the pod is refused; `message` says why
  namespace_injects,   // the namespace's labels, the pod has no say
  label_true,          // opt-in in a namespace without labels
  namespaces_by_default,         // table 1.1, `auto.`: the install injects wherever nothing is said
  namespace_without_label,       // no label on the namespace and no opt-in on the pod
  namespace_opts_out,            // INJ-1: istio-injection with any value but "enabled"
  namespace_without_webhook,     // INJ-5, INJ-6: its label asks an install that is not there
  pod_revision_without_webhook,  // INJ-6: so does the pod's istio.io/rev
  namespace_unknown,             // its labels are not in the input, or not strings
  namespace_ambiguous,           // it is defined several times, with different labels
  namespace_not_set,             // the object names no namespace
  revision_unknown,              // INJ-6: a revision, and the input has no webhooks at all
  webhooks_unknown,              // the input defines webhooks or injector several times, not alike, or they
                                 // cannot be evaluated
};

// How a proxy gets the pod's traffic.
enum class Interception : uint8_t { no_proxy, none, redirect, tproxy };

struct InjectionDecision {
  // yes: it will run with a proxy, its own or an injected one. What kind of proxy, see `proxy`.
  Answer injected = Answer::unknown;
  InjectionReason reason = InjectionReason::namespace_unknown;
  Place place;  // the deciding field; the template where nothing is written

  // Istio's webhooks that select the pod, in call order: "configuration/webhook". Those that may, if
  // `injected` is unknown.
  std::vector<std::string> webhooks;
  // The API server will not take the pod; `injected` is no then. unknown: it hangs on the nodes' version.
  Answer rejected = Answer::no;
  bool start_fails = false;  // accepted, but can never start
  std::string message;       // why it is refused or cannot start
  bool by_injector = false;  // an injector changed the pod
  std::string revision;      // of the last injector that did

  // Of a pod with a proxy.
  ProxyKind proxy = ProxyKind::none;
  Answer is_native = Answer::no;  // the proxy is an init container
  std::string tls_mode;           // label security.istio.io/tlsMode of the running pod
  Interception interception = Interception::no_proxy;
  InboundPorts captured_inbound_ports;           // INJ-21: what is not captured has no policy at all
  std::vector<uint16_t> excluded_inbound_ports;  // sorted; empty unless all others are captured
  TrafficSettings traffic;                       // of the rules that redirect; see captures_outbound

  // The reason is on the namespace, not on the pod.
  bool decided_by_namespace() const {
    return reason == InjectionReason::namespace_without_label ||
           reason == InjectionReason::namespace_opts_out ||
           reason == InjectionReason::namespace_without_webhook;
  }
  // The reason is in the injector's configuration.
  bool decided_by_injector() const {
    return reason == InjectionReason::never_selector || reason == InjectionReason::policy_declines;
  }
};

// Whether traffic to the pod passes a sidecar. "no" also for proxies that take no traffic (templates
// gateway and grpc-*, interceptionMode NONE) and for pods that are refused.
Answer has_intercepting_sidecar(const InjectionDecision& decision);
// Whether new connections from other pods to a port pass the sidecar.
bool captures_inbound(const InjectionDecision& decision, uint16_t port);

struct InjectionSettings {
  // Value of the label istio-injection on namespaces that the input does not define: "enabled", any
  // other value, or "none" for no label; empty: not known.
  std::string assumed_namespace_label;
};

inline constexpr std::string_view kInjectKey = "sidecar.istio.io/inject";

InjectionDecision decide_injection(const PodClass& pods, const Inventory& inventory, const MeshSettings& mesh,
                                   const InjectionSettings& settings);
// Reads the mesh settings first: for a single pod class.
InjectionDecision decide_injection(const PodClass& pods, const Inventory& inventory,
                                   const InjectionSettings& settings);

}  // namespace kray
