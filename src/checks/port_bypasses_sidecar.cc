// port-bypasses-sidecar: annotations that keep connections to a Ray port from the pod's sidecar.
//
// specs/istio.md 1.6 and INJ-21: a port that is not captured has no mTLS and no AuthorizationPolicy. A list
// of included ports leaves out all others, and excluded ports count only where everything is included. Serve
// and metrics may be meant for clients without identity and are left alone.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "derive/ray_objects.h"
#include "derive/ray_port_roles.h"
#include "mesh/annotations.h"
#include "mesh/capture.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 6> kPlaceholders = {"pods", "setting", "ports",
                                                           "kind", "name",    "namespace"};
constexpr uint16_t kTunnelPort = 15008;

// A pod as its parameters and ports describe it, for objects of which the operator makes no pods now:
// suspended ones, and those that the assumed version would refuse.
DerivedPod described_pod(const PodClass& pods) {
  DerivedPod pod;
  pod.role = pods.role == PodRole::ray_head ? RayPodRole::head : RayPodRole::worker;
  pod.start_params = labels_of(pods.group_spec["rayStartParams"]);
  pod.start_params.try_emplace("dashboard-host", "0.0.0.0");
  pod.runs_start_params = true;
  pod.containers.emplace_back();
  pod.group_spec = pods.group_spec;
  return pod;
}

std::vector<RayRolePort> control_ports(const PodClass& pods, const KubeRayKnowledge& kuberay) {
  const RayDerivation derivation = derive_ray(*pods.object, kuberay.settings);
  const auto derived =
      std::find_if(derivation.pods.begin(), derivation.pods.end(),
                   [&pods](const DerivedPod& pod) { return pod.group_spec == pods.group_spec; });
  std::vector<RayRolePort> roles =
      ray_port_roles(derived == derivation.pods.end() ? described_pod(pods) : *derived);
  std::erase_if(roles, [](const RayRolePort& port) {
    return port.kind != RayRolePort::Kind::fixed || port.loopback_only || port.role == RayPortRole::serve ||
           port.role == RayPortRole::metrics;
  });
  return roles;
}

bool is_captured(const Capture& capture, int64_t port) {
  const auto& list = capture.captured.all ? capture.excluded : capture.captured.ports;
  const bool listed = std::find(list.begin(), list.end(), static_cast<uint16_t>(port)) != list.end();
  return capture.captured.all != listed;
}

// "gcs 6379", "worker 10002-19999"; of a range with both kinds of ports only the first that is not captured.
std::vector<std::string> words_for_uncaptured(const std::vector<RayRolePort>& ports, const Capture& capture) {
  std::vector<std::string> words;
  for (const RayRolePort& port : ports) {
    for (const PortRange& range : port.ranges) {
      int64_t first = range.first;
      while (first <= range.last && is_captured(capture, first)) ++first;
      if (first > range.last) continue;
      int64_t last = first;
      while (last < range.last && !is_captured(capture, last + 1)) ++last;
      words.push_back(first == last ? fmt::format("{} {}", to_string(port.role), first)
                                    : fmt::format("{} {}-{}", to_string(port.role), first, last));
    }
  }
  return words;
}

// The annotation that decides which ports are captured; nothing if the pod has none.
NodeRef deciding_annotation(const PodTemplate& pod, const InjectionDecision& decision) {
  const NodeRef mode = pod.annotation(annotation_key::kInterceptionMode);
  if (mode && decision.injected == Answer::yes && decision.interception == Interception::none) return mode;
  const NodeRef included = pod.annotation(annotation_key::kIncludeInboundPorts);
  if (included && included.text() != "*") return included;
  return pod.annotation(annotation_key::kExcludeInboundPorts);
}

Capture capture_of(const PodTemplate& pod, NodeRef decides) {
  TrafficSettings settings;
  if (decides.key_text() == annotation_key::kInterceptionMode) return {};
  if (const NodeRef included = pod.annotation(annotation_key::kIncludeInboundPorts))
    settings.include_inbound = included.text();
  settings.exclude_inbound = pod.annotation(annotation_key::kExcludeInboundPorts).text();
  Capture capture = capture_by_iptables(settings);
  // The mesh's own tunnel port lies in the range of Ray's workers, and is nobody's choice.
  std::erase(capture.excluded, kTunnelPort);
  return capture;
}

void check(const CheckContext& context, const PodClass& pods, const InjectionDecision& decision,
           CheckOutcome& outcome) {
  const NodeRef annotation = deciding_annotation(pods.pod_template, decision);
  if (!annotation) return;
  const Capture capture = capture_of(pods.pod_template, annotation);
  // A list that iptables does not take: the pod never starts.
  if (!capture.failure.empty()) return;
  const std::vector<std::string> ports = words_for_uncaptured(control_ports(pods, context.kuberay), capture);
  if (ports.empty()) return;
  Match match;
  match.place = annotation.field_place();
  match.label = "past the sidecar";
  match.values = object_values(*pods.object);
  match.values["pods"] = pods.describe();
  match.values["setting"] = fmt::format("'{}: {}'", annotation.key_text(), annotation.text());
  match.values["ports"] = join_words(ports, 12);
  match.fix = annotation.key_text() == annotation_key::kExcludeInboundPorts
                  ? "Remove Ray's ports from the list."
                  : "Remove the annotation, so that all ports are captured.";
  match.subject = logical_name(*pods.object, annotation);
  outcome.matches.push_back(std::move(match));
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (size_t i = 0; i < context.pods.size(); ++i) {
    // Without a sidecar there is nothing to bypass: ray-pod-without-sidecar says so.
    if (context.pods[i].is_ray_node() && context.injection[i].injected != Answer::no)
      check(context, context.pods[i], context.injection[i], outcome);
  }
}

}  // namespace

constinit const Primitive kPortBypassesSidecar = {"port-bypasses-sidecar", {}, kPlaceholders, run};

}  // namespace kray
