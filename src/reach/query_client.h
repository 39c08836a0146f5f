// Who asks: where a client stands in the network, and what it presents to the pod that it asks.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mesh/request.h"
#include "network/network_policy.h"
#include "reach/query.h"
#include "reach/query_facts.h"
#include "reach/query_request.h"

namespace kray {

struct QueryClient {
  // A pod of the input: the client, or the gateway that stands for it.
  std::optional<size_t> pod;
  bool is_gateway = false;
  // Of an imagined pod, or of one with another sidecar than the input gives it.
  std::optional<MeshPod> imagined;
};

// Fills the client; a clause if the question names a pod that is not there.
std::string find_client(QueryFacts& facts, const QueryRequest& request, QueryClient& client);

// The two ends as NetworkPolicies see them.
PreparedEnd client_end(QueryFacts& facts, const QueryRequest& request, const QueryClient& client,
                       std::optional<size_t> target);
PreparedEnd pod_end(QueryFacts& facts, size_t pod, const std::optional<IpAddress>& ip);

// A Pod that asks itself by its own address: the call never leaves it. unknown: it may dial a Service.
Answer is_own_call(QueryFacts& facts, const QueryRequest& request, const QueryClient& client, size_t target);

// One way in which the client may present itself to the pod.
struct Presentation {
  std::string transport;  // as in QueryAnswer
  bool sends = true;      // false: its own proxy refuses, or the call goes elsewhere
  Stated<std::string> principal;
  ClientTls tls = ClientTls::by_mode;
  std::string how;         // "by the pod's address", "through Service 'a/b'"; empty where there is one way
  bool is_certain = true;  // false: one of several that are possible
  std::string reason;      // why, as a clause; where it is not certain, what that hangs on
  std::vector<Mark> marks;
};

// At least one. Several where the question leaves open how the client dials, or the input how it connects.
// `ways`: of a gateway, which sends to the Services of its routes.
std::vector<Presentation> presentations_of(QueryFacts& facts, const QueryRequest& request,
                                           const std::optional<std::string>& host, const QueryClient& client,
                                           std::span<const Exposure* const> ways, size_t target);

// The same to a pod in ambient mode: whoever is in the mesh comes over HBONE with its identity (AMB, 7.1).
std::vector<Presentation> ambient_presentations_of(QueryFacts& facts, const QueryRequest& request,
                                                   const QueryClient& client);

Stated<std::string> client_sni(const QueryRequest& request, const Presentation& presentation);
// As the pod sees it.
std::optional<IpAddress> client_ip(QueryFacts& facts, const QueryRequest& request, const QueryClient& client,
                                   size_t target);

}  // namespace kray
