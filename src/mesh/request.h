// What someone asks of a pod: a connection and, maybe, one HTTP/1.1 request on it (design section 7).
//
// Every part may be left out of a question; what the verdict then hangs on makes it unknown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cluster/ip_address.h"
#include "manifest/tree.h"

namespace kray {

// What a question says of one thing: its value, that there is none, or nothing at all.
template <typename T>
struct Stated {
  enum class Kind : uint8_t { not_stated, absent, value };
  Kind kind = Kind::not_stated;
  T value{};

  static Stated of(T value) { return {.kind = Kind::value, .value = std::move(value)}; }
  static Stated none() { return {.kind = Kind::absent, .value = {}}; }
  bool is_known() const { return kind != Kind::not_stated; }
  bool has_value() const { return kind == Kind::value; }
  bool is_absent() const { return kind == Kind::absent; }
};

// How the client opens the connection (PA-6, 0.5-9, 0.5-10).
enum class ClientTls : uint8_t {
  by_mode,              // as a sidecar with automatic mTLS: mTLS, but plaintext to a port of mode DISABLE;
                        // a client without a principal: plaintext
  mtls,                 // with a mesh certificate and Istio's ALPN, whatever the port's mode
  mtls_without_alpn,    // with a mesh certificate alone
  without_certificate,  // TLS without a client certificate
};

struct Connection {
  Stated<std::string> principal;  // "spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT" of its certificate
  ClientTls tls = ClientTls::by_mode;
  Stated<std::string> sni;  // in its TLS handshake, if there is one
  std::optional<IpAddress> source_ip;
  std::optional<IpAddress> destination_ip;
  uint16_t port = 0;  // the container's (2.9)
};

struct Header {
  std::string name;
  std::string value;
};

// A token with a valid signature, sent as "authorization: Bearer TOKEN".
struct JwtToken {
  std::string issuer;
  std::string subject;
  NodeRef claims;  // a mapping; further claims
};

struct HttpRequest {
  std::optional<std::string> method;
  std::optional<std::string> path;  // as sent, with its query
  std::optional<std::string> host;
  std::vector<Header> headers;       // in order; names may repeat
  bool has_further_headers = false;  // there may be headers that `headers` does not list
  Stated<JwtToken> jwt = Stated<JwtToken>::none();
};

enum class Payload : uint8_t { not_stated, bytes, http };

struct Request {
  Connection connection;
  Payload payload = Payload::not_stated;  // what the client sends: opaque bytes, or `http`
  HttpRequest http;
};

}  // namespace kray
