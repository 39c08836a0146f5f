// The answer of the outbound half, and how possible answers become one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/object.h"

namespace kray {

enum class ClientTransport : uint8_t {
  mtls,       // Istio's, with the client's identity
  plaintext,  // as the application wrote it, no identity
  tls_other,  // TLS that a DestinationRule asks for, without the mesh's identity
  refused,    // the client's own proxy refuses, or no packet goes to the target
  unknown,
};
std::string_view to_string(ClientTransport transport);  // "mtls", "tls-other"

struct DecidingPlace {
  Place place;
  std::string_view what;  // "Service port", "DestinationRule", "PeerAuthentication", …
};

struct OutboundDecision {
  ClientTransport transport = ClientTransport::unknown;
  std::string principal;  // of mtls: "cluster.local/ns/team-a/sa/default"; empty: the call has no identity
  // As Istio names them; empty: there is none, or possible answers differ in it.
  std::string cluster;   // "outbound|8265||head.team-a.svc.cluster.local", "PassthroughCluster"
  std::string listener;  // "0.0.0.0_8265", "10.0.0.7_8265", "virtualOutbound"
  std::string reason;    // why, as a clause
  std::vector<DecidingPlace> places;
};

OutboundDecision answer(ClientTransport transport, std::string reason);

// A place of an object that decides; nothing for no place.
void add_place(OutboundDecision& decision, const Object& object, const Place& place, std::string_view what);

// What all possible answers say, or else unknown: because of `why`, unless one of them is unknown already.
OutboundDecision agreed(const std::vector<OutboundDecision>& possible, std::string_view why);

}  // namespace kray
