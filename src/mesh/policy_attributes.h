// What the policies of a filter chain see of a connection and a request (specs/istio.md 2.4, 2.5).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cluster/ip_address.h"
#include "mesh/mesh_config.h"
#include "mesh/request.h"
#include "mesh/request_authentication.h"

namespace kray {

enum class FilterChain : uint8_t { none, http, tcp };

// Views of the question that it was made from, which must outlive it. Empty optionals: not stated.
struct PolicyAttributes {
  FilterChain chain = FilterChain::tcp;
  Stated<std::string_view> principal;   // AP-11: absent unless the proxy ended the TLS
  std::string_view identity_namespace;  // of the principal; empty: not of the usual form
  std::optional<IpAddress> source_ip;
  std::optional<IpAddress> remote_ip;
  std::optional<IpAddress> destination_ip;
  uint16_t port = 0;
  Stated<std::string> sni;  // 0.5-4: in lower case

  // On HTTP chains alone.
  const HttpRequest* http = nullptr;
  std::optional<std::string> full_path;  // normalised, with its query
  size_t path_size = 0;                  // of full_path, without its query
  std::optional<std::string> host;       // in lower case
  TokenOutcome token;
  bool is_before_token = false;  // CUSTOM policies come before RequestAuthentication

  std::optional<std::string_view> path() const {
    if (!full_path) return std::nullopt;
    return std::string_view(*full_path).substr(0, path_size);
  }
};

// The `token` of HTTP chains is left as it is.
void set_connection(const Connection& connection, PolicyAttributes& attributes);
void set_identity(const Stated<std::string>& principal, PolicyAttributes& attributes);
void set_http(const HttpRequest& request, PathNormalization normalization, PolicyAttributes& attributes);

// 0.5-12: the last entry of X-Forwarded-For, the peer's address where that is none.
std::optional<IpAddress> remote_ip(const HttpRequest& request, std::optional<IpAddress> peer);

}  // namespace kray
