// Which filter chain of the sidecar takes a connection, and what it learns of the client (PA-6, AP-19, AP-20,
// 0.5-9, 0.5-10).
#pragma once

#include <cstdint>

#include "mesh/peer_authentication.h"
#include "mesh/policy_attributes.h"
#include "mesh/port_protocol.h"

namespace kray {

// What the client really does, its ClientTls and the port's mode being known.
enum class Handshake : uint8_t { plaintext, mtls, mtls_without_alpn, without_certificate };

enum class ChainRefusal : uint8_t {
  none,
  plaintext_to_strict,
  tls_to_permissive_http,         // no chain takes TLS that is not Istio's
  without_certificate_to_strict,  // the handshake fails
  trust_domain_not_accepted,      // the handshake fails, under PERMISSIVE too (0.5-8)
  tls_on_plaintext_http,          // a protocol error on a DISABLE port
  not_http,                       // opaque bytes to an HTTP chain: a protocol error
};

struct ChainQuestion {
  MtlsMode mode = MtlsMode::permissive;
  PortProtocol protocol = PortProtocol::automatic;
  Handshake handshake = Handshake::plaintext;
  bool is_http = false;              // what the client sends inside of its TLS, if any
  bool accepts_trust_domain = true;  // of the client's certificate
  bool inspects_tls = true;          // 0.5-9: some port of the listener is not DISABLE
};

struct ChainChoice {
  FilterChain chain = FilterChain::none;
  ChainRefusal refusal = ChainRefusal::none;
  bool has_identity = false;  // the proxy ends the TLS: policies see the certificate
  bool sees_sni = false;
};
ChainChoice choose_chain(const ChainQuestion& question);

}  // namespace kray
