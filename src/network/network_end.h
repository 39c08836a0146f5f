// One end of a connection as NetworkPolicies see it: a pod, an address, or somebody outside.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory.h"
#include "cluster/ip_address.h"
#include "cluster/views.h"
#include "derive/pod_class.h"
#include "derive/ray_objects.h"
#include "network/label_selector.h"

namespace kray {

enum class Transport : uint8_t { tcp, udp, sctp };
// "TCP", "UDP", "SCTP", as the API spells them; TCP for an empty text, nothing for others.
std::optional<Transport> parse_transport(std::string_view text);
std::string_view to_string(Transport transport);

struct NamedPort {
  std::string name;
  Transport transport = Transport::tcp;
  uint16_t number = 0;
  bool of_init_container = false;  // of a restartable init container: NP-10
};

struct NetworkEnd {
  enum class Kind : uint8_t {
    pod,
    address,  // an address that is no pod's
    outside,  // outside the cluster, address not known
  };
  Kind kind = Kind::pod;
  // An address has one, a pod those it is known to have, or the one that is connected to; none: not known.
  std::vector<IpAddress> addresses;

  // Of a pod only.
  // Who it is: two ends with the same one are the same pod. Empty for pods of a class with several.
  std::string pod;
  std::string ns;  // empty: not known
  LabelFacts labels;
  LabelFacts namespace_labels;
  std::vector<NamedPort> ports;  // of all containers
  bool host_network = false;
  std::string node;                       // empty: not known
  std::vector<IpAddress> node_addresses;  // of that node, as far as known
};

NetworkEnd address_end(const IpAddress& address);
NetworkEnd outside_end();

// Container ports with a name, those of restartable init containers marked.
std::vector<NamedPort> named_ports(const PodTemplate& pod_template);

// Addresses of nodes by name, from Node objects and from what Pods say about their host.
using NodeAddresses = std::map<std::string, std::vector<IpAddress>, std::less<>>;
NodeAddresses read_node_addresses(const Inventory& inventory);

// A pod class as an end; for a Pod object also who it is, its node and its addresses.
NetworkEnd network_end_of(const PodClass& pods, const Inventory& inventory, const NodeAddresses& nodes);
// Pods of a Ray object as the operator makes them, with the ports that it adds.
NetworkEnd network_end_of(const DerivedPod& pod, const Inventory& inventory);
std::vector<NamedPort> named_ports(const DerivedPod& pod);

}  // namespace kray
