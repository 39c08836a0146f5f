// Whether NetworkPolicies let a connection pass: yes, no, or cannot tell and why.
//
// specs/networkpolicy.md, cited as NP-1 to NP-10. A connection passes if the egress policies of its source
// and the ingress policies of its destination both let it. Policies are compiled once; which of them select
// a pod is worked out once per namespace and set of labels.
//
// What implementations do differently (NP-10), what the input does not say, and policies of other APIs that
// may select an end (Cilium, Calico, AdminNetworkPolicy) give `unknown`, unless the answer is the same
// either way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "cluster/answer.h"
#include "cluster/inventory.h"
#include "network/compiled_policy.h"
#include "network/network_end.h"
#include "network/other_policy.h"

namespace kray {

// A policy that selects an end, for one direction.
struct IsolatingPolicy {
  const Object* policy = nullptr;
  Direction direction = Direction::ingress;
  Answer selects = Answer::yes;  // never `no`
  Place place;                   // its podSelector, its name if it has none
  std::string_view refusal;      // why the API server refuses it as it is written; empty if it does not
};

// A rule that lets the connection pass in its direction.
struct AllowingRule {
  const Object* policy = nullptr;
  Direction direction = Direction::ingress;
  size_t rule = 0;               // position in `ingress` or `egress`
  Answer matches = Answer::yes;  // never `no`
  Place place;
};

struct NetworkVerdict {
  Answer allowed = Answer::yes;
  Answer egress = Answer::yes;
  Answer ingress = Answer::yes;
  std::vector<IsolatingPolicy> isolated_by;  // egress first
  // Of both directions: a connection that is denied may have some.
  std::vector<AllowingRule> allowed_by;
  std::string reason;  // a clause; for `unknown` the missing facts
  // Missing facts of one direction that is unknown, a clause each; empty for others.
  std::string egress_doubt;
  std::string ingress_doubt;
};

// One fact of the path for people, with where it stands.
struct NetworkStep {
  Place place;
  std::string text;
};
std::vector<NetworkStep> steps_of(const NetworkVerdict& verdict);

// Policies that select a pod, or may.
struct PolicySelection {
  struct Selected {
    const CompiledNetworkPolicy* policy = nullptr;
    Answer selects = Answer::yes;
    MissingFacts missing = 0;  // why it is not certain
  };
  std::vector<Selected> egress;
  std::vector<Selected> ingress;
  // The first of another API that may select it; a baseline only if there is no other.
  const OtherPolicy* other_egress = nullptr;
  const OtherPolicy* other_ingress = nullptr;
};

// An end with the policies that select it; valid as long as the policies.
struct PreparedEnd {
  NetworkEnd end;
  const PolicySelection* selection = nullptr;  // nothing for ends that are no pods
};

class NetworkPolicies {
 public:
  // The inventory must outlive it.
  explicit NetworkPolicies(const Inventory& inventory);
  NetworkPolicies(const NetworkPolicies&) = delete;
  NetworkPolicies& operator=(const NetworkPolicies&) = delete;

  // May be called from several threads.
  PreparedEnd prepare(NetworkEnd end) const;
  // Whether a new connection from `source` to that port of `destination` passes. No locks, no caches.
  NetworkVerdict decide(const PreparedEnd& source, const PreparedEnd& destination, Transport transport,
                        uint16_t port) const;
  const NodeAddresses& nodes() const { return nodes_; }
  size_t size() const { return policies_.size(); }
  // No policy of any API: every connection passes.
  bool empty() const { return policies_.empty() && other_policies_.empty(); }

 private:
  // What decides which policies select a pod: its namespace, labels, whether those are all; the same of
  // the namespace's labels; whether it is on the host network.
  using Signature = std::tuple<std::string, Labels, bool, Labels, bool, bool>;
  PolicySelection select(const NetworkEnd& end) const;

  std::vector<CompiledNetworkPolicy> policies_;
  std::vector<OtherPolicy> other_policies_;
  NodeAddresses nodes_;
  mutable std::mutex mutex_;
  mutable std::map<Signature, PolicySelection> selections_;
};

}  // namespace kray
