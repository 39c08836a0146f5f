// One question of `kray-audit query`: who asks, for which port of which pod, and with which request.
//
// The format is that of design section 7. What a question leaves out stays out: nothing is guessed, and a
// verdict that hangs on it is unknown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/ip_address.h"
#include "cluster/labels.h"
#include "manifest/tree.h"
#include "mesh/request.h"
#include "network/network_end.h"
#include "source/error.h"

namespace kray {

// A client: a pod of the input, one that is only imagined, or something outside the cluster.
struct QuerySource {
  std::string pod;  // "NS/NAME", "NS/Kind/NAME[/GROUP]"; empty: no pod of the input
  // Of an imagined pod; its namespace makes it one.
  std::string ns;
  std::string service_account;  // empty: "default"
  std::optional<Labels> labels;
  // Given: the client presents what such a pod would present, with or without a sidecar. Otherwise it
  // presents exactly `principal`, or nothing.
  std::optional<bool> sidecar;
  std::optional<std::string> principal;
  ClientTls tls = ClientTls::by_mode;
  std::optional<std::string> sni;
  std::optional<IpAddress> ip;
  bool outside = false;  // somewhere outside the cluster, its address unknown unless `ip` says it
  std::string gateway;   // through this gateway pod: its name as for `pod`
};

struct QueryDestination {
  std::string pod;
  std::optional<IpAddress> ip;
  uint16_t port = 0;  // of the container
  // How the client dials: nothing (not said), the pod's IP, or a Service "NS/NAME" and its port.
  enum class Via : uint8_t { not_stated, pod_ip, service } via = Via::not_stated;
  std::string service;
  uint16_t service_port = 0;
};

struct QueryRequest {
  std::string id;
  QuerySource source;
  QueryDestination destination;
  Transport transport = Transport::tcp;
  Payload payload = Payload::not_stated;
  HttpRequest http;

  // Whether the client's identity follows from what it is, or is what the question says of it.
  enum class Identity : uint8_t { stated, derived } identity = Identity::stated;
};

// Reads a question from a JSON object. Errors name the field. Answers that a recorded question carries
// ("expected", "reason" and the like) are passed over; an unknown field of a client, a destination or a
// request is an error, since a verdict without it would answer another question.
Result<QueryRequest> read_query_request(NodeRef line);

// "podIP" or "service:NS/NAME:PORT".
std::optional<Error> read_via(std::string_view text, QueryDestination& destination);

}  // namespace kray
