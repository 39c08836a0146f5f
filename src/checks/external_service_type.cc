// external-service-type: Services that carry a Ray head's control ports out of the cluster, by type
// (LoadBalancer, NodePort) or by externalIPs.
//
// specs/kuberay-kubeflow.md A.3 and B.2: `headService.spec.type` wins over `serviceType`; a Service
// that forwards only Ray Serve or metrics is meant to be public and none of this check's business.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "derive/ray_ports.h"
#include "manifest/scalar.h"

namespace kray {
namespace {

constexpr std::array kParameters = {ParameterDescription{"types", true}};
constexpr std::array<std::string_view, 6> kPlaceholders = {"what", "ports", "pods",
                                                           "kind", "name",  "namespace"};

std::vector<std::string> words_for(const std::vector<RayPort>& ports) {
  std::vector<std::string> words;
  for (const RayPort& port : ports) {
    words.push_back(port.name.empty() ? fmt::format("{}", port.number)
                                      : fmt::format("{} {}", port.name, port.number));
  }
  return words;
}

void check_head(const PodClass& head, const Parameters& parameters, CheckOutcome& outcome) {
  const NodeRef own_spec = head.group_spec["headService"]["spec"];
  const NodeRef type = own_spec["type"] ? own_spec["type"] : head.group_spec["serviceType"];
  const bool by_type = contains(parameter(parameters, "types"), type.text());
  if (!by_type && own_spec["externalIPs"].size() == 0) return;
  const NodeRef field = by_type ? type : own_spec["externalIPs"];
  const std::vector<RayPort> ports = head_service_ports(head.pod_template);
  Match match;
  match.place = by_type ? field.field_place() : field.key_place();
  match.label = "opens the head Service to the outside";
  match.values = object_values(*head.object);
  match.values["what"] =
      fmt::format("The head Service of {} {} has {}", head.object->kind, quoted(head.object->name),
                  by_type ? fmt::format("type {}", type.text()) : "externalIPs");
  match.values["ports"] = join_words(words_for(ports));
  match.values["pods"] = head.describe();
  match.fix =
      "Use ClusterIP, and reach the dashboard with 'kubectl port-forward' or through an authenticating "
      "gateway.";
  match.subject = logical_name(*head.object, field);
  outcome.matches.push_back(std::move(match));
}

// The port of the head's Ray container that a Service port leads to.
RayPort target_of(NodeRef service_port, const PodClass* head) {
  const NodeRef target = service_port["targetPort"] ? service_port["targetPort"] : service_port["port"];
  const auto number = integer_value(target.text());
  if (head != nullptr) {
    for (const RayPort& port : head_service_ports(head->pod_template)) {
      if (number ? port.number == *number : port.name == target.text()) return port;
    }
  }
  return {number.value_or(0), number ? std::string() : std::string(target.text())};
}

const PodClass* selected_head(const Object& service, const CheckContext& context) {
  const auto head = std::find_if(context.pods.begin(), context.pods.end(), [&service](const PodClass& pods) {
    return pods.role == PodRole::ray_head && may_share_namespace(service, *pods.object) &&
           matches_all(ServiceView(service).selector(), pods.labels);
  });
  return head == context.pods.end() ? nullptr : &*head;
}

// Without the RayCluster in the input, labels that only KubeRay sets still tell.
bool selects_heads_by_name(NodeRef selector) {
  return selector["ray.io/node-type"].text() == "head" ||
         selector["ray.io/identifier"].text().ends_with("-head");
}

void check_service(const Object& service, const CheckContext& context, const Parameters& parameters,
                   CheckOutcome& outcome) {
  const ServiceView view(service);
  const bool by_type = contains(parameter(parameters, "types"), view.type());
  if (!by_type && view.external_ips().size() == 0) return;
  if (view.selector().size() == 0) return;
  const PodClass* head = selected_head(service, context);
  if (head == nullptr && !selects_heads_by_name(view.selector())) return;
  std::vector<RayPort> ports;
  for (const NodeRef port : view.ports().items()) {
    RayPort target = target_of(port, head);
    if (!is_public_ray_port(target)) ports.push_back(std::move(target));
  }
  if (ports.empty()) return;
  const NodeRef field = by_type ? view.spec["type"] : view.external_ips();
  Match match;
  match.place = by_type ? field.field_place() : field.key_place();
  match.label = "opens a Ray head to the outside";
  match.values = object_values(service);
  match.values["what"] = by_type ? fmt::format("Service {} has type {}", quoted(service.name), view.type())
                                 : fmt::format("Service {} has externalIPs", quoted(service.name));
  match.values["ports"] = join_words(words_for(ports));
  match.values["pods"] = head == nullptr ? "Ray head that it selects" : head->describe();
  if (head != nullptr) {
    match.related.push_back(
        {head->object->name_place(), head->describe(), fmt::format("It leads to the {}.", head->describe())});
  }
  match.subject = logical_name(service, field);
  outcome.matches.push_back(std::move(match));
}

void run(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome) {
  for (const PodClass& pods : context.pods) {
    if (pods.role == PodRole::ray_head) check_head(pods, parameters, outcome);
  }
  for (const Object* service : context.inventory.of_kind("", "Service")) {
    check_service(*service, context, parameters, outcome);
  }
}

}  // namespace

constinit const Primitive kExternalServiceType = {"external-service-type", kParameters, kPlaceholders, run};

}  // namespace kray
