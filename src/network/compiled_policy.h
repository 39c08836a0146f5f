// A NetworkPolicy made ready for many questions, and what its parts say about one end or port.
//
// specs/networkpolicy.md NP-1 to NP-8 and NP-10. Every answer that is not certain names the facts that are
// missing, so that a verdict can say what would settle it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/answer.h"
#include "cluster/ip_address.h"
#include "cluster/object.h"
#include "network/label_selector.h"
#include "network/network_end.h"

namespace kray {

// A set of MissingFact.
using MissingFacts = uint32_t;
enum MissingFact : MissingFacts {
  kPodLabels = 1U << 0U,        // not all labels of a pod are known
  kPodNamespace = 1U << 1U,     // its namespace is not known
  kNamespaceLabels = 1U << 2U,  // labels of its namespace are not known
  kPodAddress = 1U << 3U,       // an ipBlock, and the pod's address is not known
  kBlockOnPod = 1U << 4U,       // NP-10: an ipBlock that holds a pod's address
  kPortNameTwice = 1U << 5U,    // NP-10: one port name in two containers
  kInitPortName = 1U << 6U,     // NP-10: a port name of a restartable init container
  kOwnNode = 1U << 7U,          // NP-10: egress to the pod's own node, or ingress from what may be it
  kClientAddress = 1U << 8U,    // an ipBlock, and the address outside is not known
  kPolicyNamespace = 1U << 9U,  // the policy's namespace is not set
  kPolicyRefused = 1U << 10U,   // the API server refuses the policy
  kOtherPolicy = 1U << 11U,     // a policy of another API may select the end
};

// An answer with what is missing for it; nothing is unless it is `unknown`.
struct Match {
  Answer answer = Answer::no;
  MissingFacts missing = 0;
};

struct CompiledPeer {
  bool has_selector = false;
  bool own_namespace = false;  // no namespaceSelector (NP-4)
  LabelSelector namespace_selector;
  LabelSelector pod_selector;
  std::optional<IpRange> block;
  std::vector<IpRange> except;
};

struct CompiledPort {
  Transport transport = Transport::tcp;
  // Numbers from `first` to `last`, unless it is a name.
  uint16_t first = 0;
  uint16_t last = 0xFFFF;
  std::string name;
};

struct CompiledRule {
  size_t position = 0;
  Place place;
  std::vector<CompiledPeer> peers;  // none: everybody (NP-2)
  std::vector<CompiledPort> ports;  // none: every port of every protocol
};

struct CompiledNetworkPolicy {
  const Object* object = nullptr;
  Place place;  // its podSelector, its name if it has none
  LabelSelector pod_selector;
  bool isolates_egress = false;
  bool isolates_ingress = false;
  std::vector<CompiledRule> egress;
  std::vector<CompiledRule> ingress;
  std::string refusal;  // why the API server refuses it; empty if it does not
};

CompiledNetworkPolicy compile_network_policy(const Object& object);

// Whether the policy's podSelector and namespace select the pod (NP-2, NP-10).
Match selects(const CompiledNetworkPolicy& policy, const NetworkEnd& pod);

// Whether a rule lets a connection pass whose other end is `peer`. `subject` is the pod that the policy
// selects, `destination` the end whose port it is: one of the two (NP-7).
Match rule_matches(const CompiledRule& rule, const NetworkEnd& subject, const NetworkEnd& peer,
                   const NetworkEnd& destination, Transport transport, uint16_t port);

}  // namespace kray
