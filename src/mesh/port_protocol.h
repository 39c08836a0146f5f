// Which protocol Istio takes a port to speak: by what Services say of it (specs/istio.md 2.11, AP-19).
//
// The sidecar's inbound chain of a container port is that of the Service port that leads to it. On a TCP
// chain there are no HTTP attributes; on an automatic one the first bytes decide, connection by
// connection. Ports that no Service lists are automatic too (AP-20).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/answer.h"
#include "cluster/inventory.h"
#include "derive/pod_class.h"
#include "mesh/mesh_config.h"

namespace kray {

enum class PortProtocol : uint8_t { automatic, http, tcp, udp };

struct ServicePortWords {
  std::optional<std::string_view> app_protocol;  // wins over the name even if it is empty or unknown
  std::string_view name;
  std::string_view transport;  // "TCP" if empty
  int64_t port = 0;            // of the Service
};
PortProtocol declared_protocol(const ServicePortWords& port);

// One Service's word on one port of a pod class.
struct PortDeclaration {
  int64_t container_port = 0;
  PortProtocol protocol = PortProtocol::automatic;
  Place place;                     // where it is declared
  std::string service;             // for people: "Service 'web'", "the head Service that KubeRay makes"
  const Object* object = nullptr;  // the Service or Sidecar; null for a Service that is not in the inventory
};

// The protocol of a word as in appProtocol, before the first dash of a port's name, or in a Sidecar's port.
std::optional<PortProtocol> protocol_of_word(std::string_view text);

// Of the Services that select the pods. Where no controllers' objects have been derived, those that KubeRay
// makes for a head are among them: its ports are all `appProtocol: tcp` unless the user wrote them
// (specs/kuberay-kubeflow.md B.2).
std::vector<PortDeclaration> port_declarations(const PodClass& pods, const Inventory& inventory);

// The protocol of a port: nothing where it hangs on which of two Services is older and the input does not
// say; automatic where none speaks of it.
std::optional<PortProtocol> protocol_of_port(const std::vector<PortDeclaration>& declarations, int64_t port);

// All that speaks of the ports of a pod class.
struct DeclaredPorts {
  std::vector<PortDeclaration> services;
  // Of the Sidecar with `ingress` that selects the pods: it replaces what Services say, and what it does not
  // list is as if no one had declared it.
  std::vector<PortDeclaration> ingress;
  Answer has_ingress = Answer::no;  // unknown: it may be another Sidecar that counts
};
DeclaredPorts declared_ports(const PodClass& pods, const Inventory& inventory, const MeshConfig& mesh,
                             std::string_view revision = "default");

// What a port may be taken for, the likeliest first; several where the order of age is not known.
struct PossibleProtocol {
  PortProtocol protocol = PortProtocol::automatic;
  const PortDeclaration* declaration = nullptr;  // that says so; null: nothing does (AP-20)
};
std::vector<PossibleProtocol> possible_protocols(const DeclaredPorts& ports, int64_t port);

}  // namespace kray
