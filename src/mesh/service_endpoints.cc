// Reads Services and matches their selectors.
#include "mesh/service_endpoints.h"

#include <algorithm>
#include <iterator>

#include "mesh/go_text.h"
#include "mesh/hosts.h"
#include "mesh/istio_objects.h"

namespace kray {
namespace {

constexpr std::string_view kTlsModeKey = "security.istio.io/tlsMode";

ServicePortWords words_of(const ServicePortView& port) {
  return {.app_protocol = port.app_protocol().is_null()
                              ? std::nullopt
                              : std::optional<std::string_view>(port.app_protocol().text()),
          .name = port.name(),
          .transport = port.protocol(),
          .port = port.port().value_or(0)};
}

std::vector<MeshServicePort> ports_of(const ServiceView& service) {
  std::vector<MeshServicePort> ports;
  for (const ServicePortView& port : service.port_views()) {
    const PortProtocol protocol = declared_protocol(words_of(port));
    if (protocol == PortProtocol::udp || !port.port()) continue;
    ports.push_back(
        {.number = *port.port(), .protocol = protocol, .target = port.target_port(), .node = port.node});
  }
  return ports;
}

std::vector<IpAddress> cluster_ips_of(const ServiceView& service) {
  std::vector<IpAddress> addresses;
  const auto add = [&addresses](NodeRef text) {
    const std::optional<IpAddress> address = parse_ip(text.text());
    if (address && std::find(addresses.begin(), addresses.end(), *address) == addresses.end())
      addresses.push_back(*address);
  };
  add(service.spec["clusterIP"]);
  for (const NodeRef one : service.spec["clusterIPs"].items()) add(one);
  return addresses;
}

// 0.5-29: blanks around the entries are nothing.
std::set<std::string, std::less<>> export_to_of(const Object& service) {
  std::set<std::string, std::less<>> export_to;
  const NodeRef annotation = service.metadata()["annotations"]["networking.istio.io/exportTo"];
  if (annotation.text().empty()) return export_to;
  for (const std::string_view one : split_commas(annotation.text())) export_to.emplace(trim_space(one));
  return export_to;
}

// Of a live pod: its address, and whether it is ready.
void add_status(NodeRef status, MeshPod& pod) {
  pod.ip = parse_ip(status["podIP"].text());
  for (const NodeRef condition : status["conditions"].items()) {
    if (condition["type"].text() == "Ready")
      pod.is_ready = condition["status"].text() == "True" ? Answer::yes : Answer::no;
  }
}

}  // namespace

MeshPod mesh_pod(const PodClass& pods, const InjectionDecision& injection) {
  MeshPod pod;
  pod.ns = pods.object->ns;
  pod.name = pods.describe();
  pod.labels = pods.labels;
  // A pod that the injector has been at, or that carries its proxy, has all labels that it will ever have.
  const bool is_final = injection.reason == InjectionReason::already_injected ||
                        pods.pod_template.annotation("sidecar.istio.io/status");
  if (!injection.tls_mode.empty() && !is_final) pod.labels[std::string(kTlsModeKey)] = injection.tls_mode;
  // The API server takes the old field where the new one is not set.
  for (const std::string_view field : {"serviceAccount", "serviceAccountName"}) {
    if (const std::string_view account = pods.pod_template.spec[field].text(); !account.empty())
      pod.service_account = account;
  }
  if (!pods.service_account.empty()) pod.service_account = pods.service_account;
  for (const NodeRef list : {pods.pod_template.containers(), pods.pod_template.init_containers()}) {
    for (const NodeRef container : list.items()) {
      for (const ContainerPortView& port : container_ports(container)) {
        if (!port.name().empty() && port.port())
          pod.named_ports.push_back({std::string(port.name()), *port.port()});
      }
    }
  }
  pod.has_sidecar = has_intercepting_sidecar(injection);
  pod.traffic = injection.traffic;
  if (pods.object->is("", "Pod")) add_status(pods.object->node["status"], pod);
  return pod;
}

std::string_view tls_mode_of(const MeshPod& pod) {
  const auto found = pod.labels.find(kTlsModeKey);
  return found == pod.labels.end() ? "disabled" : std::string_view(found->second);
}

const MeshServicePort* MeshService::find_port(int64_t number) const {
  const auto found = std::find_if(ports.begin(), ports.end(),
                                  [number](const MeshServicePort& one) { return one.number == number; });
  return found == ports.end() ? nullptr : &*found;
}

std::vector<MeshService> mesh_services(const Inventory& inventory, const MeshConfig& mesh) {
  std::vector<const Object*> objects;
  for (const Object* object : inventory.all_of_kind("", "Service")) {
    if (is_discovered(object->ns, inventory, mesh) != Answer::no) objects.push_back(object);
  }
  std::stable_sort(objects.begin(), objects.end(),
                   [](const Object* a, const Object* b) { return is_older(*a, *b); });
  std::vector<MeshService> services;
  for (const Object* object : objects) {
    const ServiceView view(*object);
    if (view.type() == "ExternalName") continue;
    services.push_back({.object = object,
                        .host = service_host(object->name, object->ns),
                        .is_headless = view.is_headless(),
                        .has_selector = view.selector().size() > 0,
                        .cluster_ips = cluster_ips_of(view),
                        .ports = ports_of(view),
                        .export_to = export_to_of(*object),
                        .is_certain = is_discovered(object->ns, inventory, mesh) == Answer::yes});
  }
  return services;
}

std::optional<int64_t> target_port(const MeshServicePort& port, const MeshPod& pod) {
  if (port.target.number) return port.target.number;
  const auto found = std::find_if(pod.named_ports.begin(), pod.named_ports.end(),
                                  [&port](const MeshPort& one) { return one.name == port.target.name; });
  return found == pod.named_ports.end() ? std::nullopt : std::optional(found->number);
}

Endpoints::Endpoints(std::span<const MeshPod> pods) {
  for (const MeshPod& pod : pods) by_namespace_[pod.ns].push_back(&pod);
}

const std::vector<const MeshPod*>& Endpoints::of(const MeshService& service) {
  const auto [entry, is_new] = by_service_.try_emplace(&service);
  if (!is_new) return entry->second;
  const auto pods = by_namespace_.find(service.object->ns);
  if (pods == by_namespace_.end()) return entry->second;
  std::copy_if(pods->second.begin(), pods->second.end(), std::back_inserter(entry->second),
               [&service](const MeshPod* pod) { return selects(service, *pod); });
  return entry->second;
}

// 0.5-22: a missing label and "disabled" alone switch mTLS off; not-ready endpoints count; a Service without
// endpoints has none.
const Endpoints::Unanimity& Endpoints::all_speak_mtls(const MeshService& service,
                                                      const MeshServicePort& port) {
  const auto [entry, is_new] = by_port_.try_emplace(&port);
  Unanimity& result = entry->second;
  if (!is_new) return result;
  result.answer = service.has_selector ? Answer::no : Answer::unknown;
  for (const MeshPod* pod : of(service)) {
    if (!target_port(port, *pod)) continue;
    const bool has_label = tls_mode_of(*pod) != "disabled";
    const Answer speaks =
        has_label ? Answer::yes : (pod->has_sidecar == Answer::unknown ? Answer::unknown : Answer::no);
    if (speaks == Answer::no) return result = {.answer = Answer::no, .pod = pod};
    if (speaks == Answer::unknown) result = {.answer = Answer::unknown, .pod = pod};
    if (result.answer == Answer::no) result.answer = Answer::yes;
  }
  return result;
}

bool Endpoints::selects(const MeshService& service, const MeshPod& pod) {
  return service.has_selector && service.object->ns == pod.ns &&
         matches_all(ServiceView(*service.object).selector(), pod.labels);
}

Answer Endpoints::is_offered(const MeshService& service, const MeshPod& pod) {
  if (!service.has_selector) return Answer::unknown;
  if (!selects(service, pod)) return Answer::no;
  return ServiceView(*service.object).publishes_not_ready() ? Answer::yes : pod.is_ready;
}

}  // namespace kray
