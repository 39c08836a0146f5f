// What the node's ztunnel lets through to a pod in ambient mode (specs/istio.md 7.2, AMB-4 to AMB-9).
//
// ztunnel knows connections only. istiod leaves out what it cannot translate, and not the way it does for
// the TCP chains of sidecars: an ALLOW rule with an HTTP field goes as a whole, and a DENY rule loses the
// field, so that a clause of which nothing is left never matches and the rule denies nothing (AMB-6).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory.h"
#include "cluster/labels.h"
#include "mesh/authorization_policies.h"
#include "mesh/inbound.h"
#include "mesh/peer_authentication.h"
#include "mesh/policy_compiler.h"

namespace kray {

// AMB-5, AMB-6. Nothing: the rule is dropped.
std::optional<PolicyRule> compile_ztunnel_rule(NodeRef rule, uint32_t index, const Object& policy,
                                               bool allows);

enum class ZtunnelReason : uint8_t {
  own_port,         // AMB-9: denied
  no_identity,      // AMB-7: denied, a PeerAuthentication demands mTLS
  deny_rule,        // denied
  no_allow_rule,    // denied
  allow_rule,       // allowed
  no_allow_policy,  // allowed
  not_stated,       // unknown: it hangs on what the question or the input does not say
  mtls_unsettled,   // unknown: AMB-7's corner cases, or the age of PeerAuthentications
  waypoint,         // unknown: the client comes by a waypoint, under other policies and another identity
};

struct ZtunnelVerdict {
  Verdict verdict = Verdict::unknown;
  ZtunnelReason reason = ZtunnelReason::not_stated;
  RbacOutcome rbac;  // unless the port or the identity settles it
};

// A pod in ambient mode, made ready to be asked.
struct ZtunnelWorkload {
  const PolicySet* policies = nullptr;
  std::map<uint16_t, Answer> demands_identity;  // of ports that a PeerAuthentication names
  Answer others_demand = Answer::no;            // of every other port
  Answer has_waypoint = Answer::no;             // in force for the way that clients take (INJ-20)

  Answer demands(uint16_t port) const;
};

// The policies as ztunnel gets them. Inventory and mesh must outlive it, and it the workloads.
class ZtunnelMesh {
 public:
  ZtunnelMesh(const Inventory& inventory, const MeshConfig& mesh, std::string_view revision = "default");
  ZtunnelMesh(const ZtunnelMesh&) = delete;
  ZtunnelMesh& operator=(const ZtunnelMesh&) = delete;

  ZtunnelWorkload workload(std::string_view ns, const Labels& labels, Answer has_waypoint);

 private:
  void add(const Object& object, Answer is_read);
  Answer demands(std::string_view ns, const Labels& labels, uint16_t port, bool may_be_lost) const;
  bool may_lose_strict(std::string_view ns, const Labels& labels) const;

  const MeshConfig& mesh_;
  PeerAuthentications peer_authentications_;
  std::set<uint16_t> port_levels_;
  std::vector<CompiledPolicy> policies_;
  PolicySets sets_;
};

// `connection.principal` is the identity that the client's own ztunnel, sidecar or gateway presents.
ZtunnelVerdict decide_ztunnel(const ZtunnelWorkload& workload, const Connection& connection);

}  // namespace kray
