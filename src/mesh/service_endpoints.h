// Services as Istio's clients know them, and which pods stand behind their ports.
//
// Pods come as MeshPods: one live pod, or a class of identical ones. Services are read once a run, oldest
// first (GEN-3), with the protocol of each port (specs/istio.md 2.11).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cluster/answer.h"
#include "cluster/inventory.h"
#include "cluster/ip_address.h"
#include "cluster/labels.h"
#include "cluster/views.h"
#include "mesh/capture.h"
#include "mesh/injection.h"
#include "mesh/mesh_config.h"
#include "mesh/port_protocol.h"

namespace kray {

struct MeshPort {
  std::string name;
  int64_t number = 0;
};

struct MeshPod {
  std::string ns;
  std::string name;  // for people
  Labels labels;     // of the running pod: those that the injector adds are among them
  std::string service_account = "default";
  std::vector<MeshPort> named_ports;
  std::optional<IpAddress> ip;  // nothing: not known, as of a pod class
  Answer is_ready = Answer::yes;
  // A sidecar takes its traffic. unknown: whether the label security.istio.io/tlsMode is there is unknown
  // too.
  Answer has_sidecar = Answer::no;
  TrafficSettings traffic;  // of a pod with a sidecar
};

// A pod class after injection. Pods that are refused or never start (InjectionDecision::rejected) do not
// exist: they should not be among those that endpoints are taken from.
MeshPod mesh_pod(const PodClass& pods, const InjectionDecision& injection);

// 0.5-22: the value of security.istio.io/tlsMode as Istio reads an endpoint; "disabled" if it has none.
std::string_view tls_mode_of(const MeshPod& pod);

struct MeshServicePort {
  int64_t number = 0;  // of the Service
  PortProtocol protocol = PortProtocol::automatic;
  PortRef target;
  NodeRef node;
};

struct MeshService {
  const Object* object = nullptr;
  std::string host;  // "web.team-a.svc.cluster.local"
  bool is_headless = false;
  bool has_selector = false;  // false: its endpoints are written by hand
  std::vector<IpAddress> cluster_ips;
  std::vector<MeshServicePort> ports;            // UDP left out
  std::set<std::string, std::less<>> export_to;  // empty: the mesh's default
  bool is_certain = true;                        // false: discovery may hide it (GEN-2)

  const MeshServicePort* find_port(int64_t number) const;  // null: it lists no such port
};

// Oldest first. ExternalName Services have no endpoints of their own (EXP-3) and are left out.
std::vector<MeshService> mesh_services(const Inventory& inventory, const MeshConfig& mesh);

// The container port that a Service port leads to; nothing for a name that the pod does not have.
std::optional<int64_t> target_port(const MeshServicePort& port, const MeshPod& pod);

// Pods by namespace, and the Services' choice among them. Both must outlive it.
class Endpoints {
 public:
  explicit Endpoints(std::span<const MeshPod> pods);

  // All that the selector takes, ready or not.
  const std::vector<const MeshPod*>& of(const MeshService& service);

  struct Unanimity {
    Answer answer = Answer::no;
    const MeshPod* pod = nullptr;  // that speaks against it, or may; null: there is none
  };
  // Whether all endpoints of a port have a label that lets clients of headless Services originate mTLS.
  const Unanimity& all_speak_mtls(const MeshService& service, const MeshServicePort& port);
  static bool selects(const MeshService& service, const MeshPod& pod);
  // What a Service offers to clients: ready ones, or all if it publishes them anyway.
  static Answer is_offered(const MeshService& service, const MeshPod& pod);

 private:
  std::map<std::string, std::vector<const MeshPod*>, std::less<>> by_namespace_;
  std::unordered_map<const MeshService*, std::vector<const MeshPod*>> by_service_;
  std::unordered_map<const MeshServicePort*, Unanimity> by_port_;
};

}  // namespace kray
