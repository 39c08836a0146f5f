// Whether a pod class gets an Istio sidecar, and which line of the input decides it.
//
// specs/istio.md section 1: stage A (webhook selectors), stage B (the injector), table 1.3, for a
// default install: unrevisioned, policy enabled, no selector lists.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cluster/inventory.h"
#include "derive/pod_class.h"

namespace kray {

enum class Answer : uint8_t { no, yes, unknown };

enum class InjectionReason : uint8_t {
  already_injected,    // INJ-14: the template carries istio-proxy and its init container
  host_network,        // stage B
  ignored_namespace,   // stage B: kube-system and its like
  label_not_a_string,  // INJ-10: sidecar.istio.io/inject, as label or annotation: the API server refuses the
                       // pod
  label_false,         // sidecar.istio.io/inject: "false"
  annotation_false,    // the same as an annotation, in a namespace that injects
  namespace_injects,   // the namespace's labels, the pod has no say
  label_true,          // opt-in in a namespace without labels
  namespace_without_label,  // no label on the namespace and no opt-in on the pod
  namespace_opts_out,       // INJ-1: istio-injection with any value but "enabled"
  namespace_unknown,        // its labels are not in the input, or not strings
  namespace_ambiguous,      // it is defined several times, with different labels
  namespace_not_set,        // the object names no namespace
  revision_unknown,         // INJ-6: a revision whose webhook is not in the input
};

struct InjectionDecision {
  Answer injected = Answer::unknown;
  InjectionReason reason = InjectionReason::namespace_unknown;
  Place place;  // the deciding field; the template where nothing is written

  // The reason is on the namespace, not on the pod.
  bool decided_by_namespace() const {
    return reason == InjectionReason::namespace_without_label ||
           reason == InjectionReason::namespace_opts_out;
  }
};

struct InjectionSettings {
  // Value of the label istio-injection on namespaces that the input does not define: "enabled", any
  // other value, or "none" for no label; empty: not known.
  std::string assumed_namespace_label;
};

inline constexpr std::string_view kInjectKey = "sidecar.istio.io/inject";

InjectionDecision decide_injection(const PodClass& pods, const Inventory& inventory,
                                   const InjectionSettings& settings);

}  // namespace kray
