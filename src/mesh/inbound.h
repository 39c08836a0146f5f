// The inbound half of the mesh's verdict: does a pod's sidecar let a connection, or one HTTP request on it,
// through to the container (specs/istio.md 0.5, 1.6, 2, 3, 4)?
//
// In the order of the proxy: is the port captured; which filter chain takes the connection, by the port's
// mTLS mode, its protocol and what the client does; CUSTOM policies; RequestAuthentication; DENY; ALLOW.
// Where the input or the question leaves several cases open, each is decided: the verdict is known if all
// agree.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory.h"
#include "cluster/labels.h"
#include "mesh/authorization_policies.h"
#include "mesh/inbound_chain.h"
#include "mesh/injection.h"
#include "mesh/mesh_config.h"
#include "mesh/peer_authentication.h"
#include "mesh/port_protocol.h"
#include "mesh/request.h"
#include "mesh/request_authentication.h"

namespace kray {

enum class Verdict : uint8_t { allow, deny, unknown };
std::string_view to_string(Verdict verdict);  // "allow"
Verdict verdict_of(Answer is_allowed);

enum class InboundReason : uint8_t {
  // Allowed: the mesh has no say.
  no_sidecar,
  not_captured,  // INJ-21
  proxy_port,    // INJ-22: a port of the proxy's own
  // Allowed by policies.
  no_allow_policy,  // AP-6: and no DENY rule matched
  allow_rule,
  // Denied.
  chain_refuses,            // see `refusal`
  bad_method,               // 0.5-7: 400 before policies
  custom_without_provider,  // AP-21
  token_rejected,           // RA-2
  deny_rule,
  no_allow_rule,  // an ALLOW policy is there, none of its rules matched
  // Unknown.
  extension,            // an EnvoyFilter or plugin has its own say
  external_authorizer,  // AP-22
  not_stated,           // a rule hangs on what the question or the input does not say
  mesh_uncertain,       // MeshConfig::uncertain
  cases_differ,         // `cases` has the cases
};

// One case decided.
struct InboundCase {
  Verdict verdict = Verdict::unknown;
  InboundReason reason = InboundReason::not_stated;
  bool is_proxied = false;  // false: nothing below means anything
  MtlsMode mode = MtlsMode::permissive;
  PortProtocol protocol = PortProtocol::automatic;
  FilterChain chain = FilterChain::none;
  ChainRefusal refusal = ChainRefusal::none;
  bool asks_policies = false;  // it came as far as DENY and ALLOW policies, which `rbac` is of
  TokenOutcome token;
  CustomOutcome custom;
  RbacOutcome rbac;

  // What AuthorizationPolicies alone say, if the case came as far as CUSTOM ones.
  Verdict policy_verdict() const;
};

struct InboundVerdict {
  Verdict verdict = Verdict::unknown;
  InboundReason reason = InboundReason::not_stated;
  std::vector<InboundCase> cases;  // the likeliest first; at least one
};

// A workload, made ready to be asked. Its ports point into `declared`, so it moves and is not copied.
struct InboundWorkload {
  InboundWorkload() = default;
  InboundWorkload(InboundWorkload&&) = default;
  InboundWorkload& operator=(InboundWorkload&&) = default;

  struct Port {
    MtlsDecision mtls;
    std::vector<PossibleProtocol> protocols;
  };

  const MeshConfig* mesh = nullptr;
  const InjectionDecision* injection = nullptr;  // null: it has a sidecar that captures every port
  const PolicySet* policies = nullptr;
  std::vector<TokenRule> token_rules;
  std::vector<const Object*> extensions;
  DeclaredPorts declared;
  std::map<uint16_t, Port> ports;          // about which something is said
  Port other_port;                         // every other one (AP-20, PA-8)
  Answer inspects_tls = Answer::yes;       // 0.5-9
  std::vector<std::string> trust_domains;  // that the TLS layer accepts

  const Port& port(uint16_t number) const;
};

// Ports that some PeerAuthentication of the input has a port-level mode for (PA-3).
std::set<uint16_t> peer_authentication_ports(const Inventory& inventory);

// Everything of the input that decides about connections coming in, read once a run. Inventory and mesh must
// outlive it, and it the workloads.
class InboundMesh {
 public:
  InboundMesh(const Inventory& inventory, const MeshConfig& mesh, std::string_view revision = "default");

  // `labels` are those of the running pod. Not for several threads at once; the workloads are.
  InboundWorkload workload(std::string_view ns, const Labels& labels, DeclaredPorts declared,
                           const InjectionDecision* injection);
  const AuthorizationPolicies& policies() const { return policies_; }

 private:
  InboundWorkload::Port port_of(std::string_view ns, const Labels& labels, const DeclaredPorts& declared,
                                uint16_t number) const;

  const Inventory& inventory_;
  const MeshConfig& mesh_;
  std::string revision_;
  PeerAuthentications peer_authentications_;
  AuthorizationPolicies policies_;
  std::set<uint16_t> port_levels_;  // that some PeerAuthentication speaks of
};

// The request must outlive the verdict.
InboundVerdict decide_inbound(const InboundWorkload& workload, const Request& request);

}  // namespace kray
