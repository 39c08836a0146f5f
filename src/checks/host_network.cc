// host-network: Ray pods that listen on the addresses of their node, all of them (hostNetwork) or a Ray
// port alone (hostPort).
//
// Ports for users and monitoring, Ray Serve and metrics, may be meant to be reached on the node; hostPort on
// them is none of this check's business (see ray_ports.h).
#include <fmt/format.h>

#include <array>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "derive/ray_ports.h"
#include "manifest/scalar.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 6> kPlaceholders = {"pods", "what", "consequence",
                                                           "kind", "name", "namespace"};

Match match_at(const PodClass& pods, NodeRef field) {
  Match match;
  match.place = field.field_place();
  match.values = object_values(*pods.object);
  match.values["pods"] = pods.describe();
  match.subject = logical_name(*pods.object, field);
  return match;
}

void check_network(const PodClass& pods, CheckOutcome& outcome) {
  const NodeRef field = pods.pod_template.host_network();
  if (!field.is_true()) return;
  Match match = match_at(pods, field);
  match.label = "listens on the node's addresses";
  match.values["what"] = "uses the network of its node";
  match.values["consequence"] =
      "all its ports are open on the node's addresses, and neither a sidecar nor a NetworkPolicy guards them";
  match.fix = "Remove 'hostNetwork: true'.";
  outcome.matches.push_back(std::move(match));
}

void check_ports(const PodClass& pods, CheckOutcome& outcome) {
  for (const NodeRef port : pods.pod_template.first_container()["ports"].items()) {
    const int64_t number = integer_value(port["containerPort"].text()).value_or(0);
    const int64_t host_port = integer_value(port["hostPort"].text()).value_or(0);
    if (host_port == 0 || is_public_ray_port({number, std::string(port["name"].text())})) continue;
    Match match = match_at(pods, port["hostPort"]);
    match.label = "opens a Ray port on the node";
    match.values["what"] = fmt::format("opens host port {}", host_port);
    match.values["consequence"] = fmt::format("Ray's port {} is open to whoever reaches the node", number);
    match.fix = "Remove 'hostPort'; other pods reach Ray through its head Service.";
    outcome.matches.push_back(std::move(match));
  }
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (const PodClass& pods : context.pods) {
    if (!pods.is_ray_node()) continue;
    check_network(pods, outcome);
    // On the host's network every port is a host port already.
    if (!pods.pod_template.host_network().is_true()) check_ports(pods, outcome);
  }
}

}  // namespace

constinit const Primitive kHostNetwork = {"host-network", {}, kPlaceholders, run};

}  // namespace kray
