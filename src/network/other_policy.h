// Policies of other network APIs, which may allow or deny over the head of a NetworkPolicy.
//
// Cilium, Calico, Antrea, AdminNetworkPolicy and ClusterNetworkPolicy are not evaluated: one that may select
// an end makes the answer unknown (specs/networkpolicy.md covers NetworkPolicy alone). Plain label selectors
// are looked at, so that a policy for other pods does not cost the answer; Calico's selector language and
// Antrea's appliedTo are not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/inventory.h"
#include "network/network_end.h"

namespace kray {

enum class Direction : uint8_t { egress, ingress };
std::string_view to_string(Direction direction);

struct OtherPolicy {
  const Object* object = nullptr;
  bool egress = false;
  bool ingress = false;
  // Namespaced kinds select pods of their own namespace; empty: not set.
  bool is_namespaced = false;
  LabelSelector namespace_selector;
  LabelSelector pod_selector;
  // It selects nodes, which are pods on the host network here.
  bool selects_nodes = false;
  // It counts only for pods that no NetworkPolicy isolates in that direction.
  bool is_baseline = false;
};

std::vector<OtherPolicy> read_other_policies(const Inventory& inventory);

bool may_select(const OtherPolicy& policy, const NetworkEnd& pod);

// "CiliumNetworkPolicy 'allow-all'".
std::string describe(const OtherPolicy& policy);

}  // namespace kray
