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

#include "cluster/inventory.h"
#include "derive/pod_class.h"

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
  Place place;          // where it is declared
  std::string service;  // for people: "Service 'web'", "the head Service that KubeRay makes"
};

// Of the Services of the input that select the pods, and of those that KubeRay makes for a head, whose
// ports are all `appProtocol: tcp` unless the user wrote them (specs/kuberay-kubeflow.md B.2).
std::vector<PortDeclaration> port_declarations(const PodClass& pods, const Inventory& inventory);

// The protocol of a port: nothing where Services differ, as the oldest of them decides and age is not in a
// manifest; automatic where none speaks of it.
std::optional<PortProtocol> protocol_of_port(const std::vector<PortDeclaration>& declarations, int64_t port);

}  // namespace kray
