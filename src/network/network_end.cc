// Reads the facts of an end from pod templates and from the status of live Pods and Nodes.
#include "network/network_end.h"

#include <algorithm>

namespace kray {
namespace {

void add_address(std::string_view text, std::vector<IpAddress>& addresses) {
  const std::optional<IpAddress> address = parse_ip(text);
  if (!address || std::find(addresses.begin(), addresses.end(), *address) != addresses.end()) return;
  addresses.push_back(*address);
}

// `one` holds a single address, `all` a list of mappings with a field `ip`.
std::vector<IpAddress> addresses_of(NodeRef one, NodeRef all) {
  std::vector<IpAddress> addresses;
  add_address(one.text(), addresses);
  for (const NodeRef entry : all.items()) add_address(entry["ip"].text(), addresses);
  return addresses;
}

void add_named_port(std::string_view name, int64_t number, std::string_view protocol, bool of_init_container,
                    std::vector<NamedPort>& ports) {
  const std::optional<Transport> transport = parse_transport(protocol);
  if (name.empty() || !transport || number < 1 || number > 0xFFFF) return;
  ports.push_back({.name = std::string(name),
                   .transport = *transport,
                   .number = static_cast<uint16_t>(number),
                   .of_init_container = of_init_container});
}

void add_named_ports(NodeRef container, bool of_init_container, std::vector<NamedPort>& ports) {
  for (const ContainerPortView& port : container_ports(container))
    add_named_port(port.name(), port.port().value_or(0), port.protocol(), of_init_container, ports);
}

void add_named_ports(const RayContainer& container, bool of_init_container, std::vector<NamedPort>& ports) {
  for (const RayContainerPort& port : container.ports)
    add_named_port(port.name, port.number, port.protocol, of_init_container, ports);
}

bool restarts(NodeRef init_container) { return init_container["restartPolicy"].text() == "Always"; }

}  // namespace

std::optional<Transport> parse_transport(std::string_view text) {
  if (text.empty() || text == "TCP") return Transport::tcp;
  if (text == "UDP") return Transport::udp;
  if (text == "SCTP") return Transport::sctp;
  return std::nullopt;
}

std::string_view to_string(Transport transport) {
  switch (transport) {
    case Transport::tcp: return "TCP";
    case Transport::udp: return "UDP";
    case Transport::sctp: return "SCTP";
  }
  return "TCP";
}

NetworkEnd address_end(const IpAddress& address) {
  NetworkEnd end;
  end.kind = NetworkEnd::Kind::address;
  end.addresses = {address};
  return end;
}

NetworkEnd outside_end() {
  NetworkEnd end;
  end.kind = NetworkEnd::Kind::outside;
  return end;
}

std::vector<NamedPort> named_ports(const PodTemplate& pod_template) {
  std::vector<NamedPort> ports;
  for (const NodeRef container : pod_template.containers().items()) add_named_ports(container, false, ports);
  for (const NodeRef container : pod_template.init_containers().items()) {
    if (restarts(container)) add_named_ports(container, true, ports);
  }
  return ports;
}

std::vector<NamedPort> named_ports(const DerivedPod& pod) {
  std::vector<NamedPort> ports;
  for (const RayContainer& container : pod.containers) add_named_ports(container, false, ports);
  for (const RayContainer& container : pod.init_containers) {
    if (restarts(container.from)) add_named_ports(container, true, ports);
  }
  return ports;
}

NodeAddresses read_node_addresses(const Inventory& inventory) {
  NodeAddresses nodes;
  for (const Object* node : inventory.all_of_kind("", "Node")) {
    for (const NodeRef address : node->node["status"]["addresses"].items()) {
      add_address(address["address"].text(), nodes[std::string(node->name)]);
    }
  }
  for (const Object* pod : inventory.all_of_kind("", "Pod")) {
    const std::string_view name = pod->spec()["nodeName"].text();
    const NodeRef status = pod->node["status"];
    if (name.empty()) continue;
    add_address(status["hostIP"].text(), nodes[std::string(name)]);
    for (const NodeRef entry : status["hostIPs"].items())
      add_address(entry["ip"].text(), nodes[std::string(name)]);
  }
  return nodes;
}

NetworkEnd network_end_of(const PodClass& pods, const Inventory& inventory, const NodeAddresses& nodes) {
  NetworkEnd end;
  end.ns = pods.object->ns;
  end.labels = {.known = pods.labels, .complete = true};
  end.namespace_labels = namespace_labels(inventory, end.ns);
  end.ports = named_ports(pods.pod_template);
  end.host_network = pods.pod_template.host_network().is_true();
  if (!pods.object->is("", "Pod")) return end;
  end.pod = pods.id();
  end.node = pods.pod_template.spec["nodeName"].text();
  const auto node = nodes.find(end.node);
  if (node != nodes.end()) end.node_addresses = node->second;
  const NodeRef status = pods.object->node["status"];
  end.addresses = addresses_of(status["podIP"], status["podIPs"]);
  return end;
}

NetworkEnd network_end_of(const DerivedPod& pod, const Inventory& inventory) {
  NetworkEnd end;
  end.ns = pod.ns;
  end.labels = {.known = pod.labels, .complete = true};
  end.namespace_labels = namespace_labels(inventory, pod.ns);
  end.ports = named_ports(pod);
  end.host_network = pod.host_network;
  return end;
}

}  // namespace kray
