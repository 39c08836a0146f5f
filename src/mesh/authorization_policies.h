// AuthorizationPolicy: which policies attach to a workload, and what they say of a request (specs/istio.md
// 2.1, 2.2, 2.12).
//
// Every policy is compiled once, for HTTP and for TCP chains. The policies that attach to a workload form a
// set; workloads with the same set share it, and each set has an index of its rules, so that a decision
// costs about as much as the rules that can match at all.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/answer.h"
#include "cluster/inventory.h"
#include "cluster/labels.h"
#include "mesh/mesh_config.h"
#include "mesh/policy_rule.h"
#include "mesh/rule_index.h"

namespace kray {

enum class PolicyAction : uint8_t { allow, deny, custom };

// A policy that is enforced: neither AUDIT (AP-5) nor a dry run (AP-9), and not refused at admission.
struct CompiledPolicy {
  const Object* object = nullptr;
  PolicyAction action = PolicyAction::allow;
  std::string provider;  // of CUSTOM
  const ExtensionProvider* external =
      nullptr;                   // that the mesh has for it; null: none of the right kind (AP-21)
  std::vector<PolicyRule> http;  // without the dropped ones: AP-8, the policy counts all the same
  std::vector<PolicyRule> tcp;
  // By the control plane (GEN-2); unknown, too, for one of several definitions of a policy that are not
  // alike.
  Answer is_read = Answer::yes;
};

struct AttachedPolicy {
  const CompiledPolicy* policy = nullptr;
  bool is_certain = true;  // false: it may be that it does not attach
};

struct RuleMatch {
  const Object* policy = nullptr;
  uint32_t rule = 0;  // index in its `rules`
  Place place;        // of the rule
  bool is_certain = true;
};

// AuthorizationPolicy alone; CUSTOM stands apart because it comes before RequestAuthentication.
struct CustomOutcome {
  Answer denies = Answer::no;      // AP-21: a matching rule's provider does not exist
  Answer asks = Answer::no;        // AP-22: a matching rule asks an external authoriser
  std::vector<RuleMatch> matches;  // of both kinds
};
struct RbacOutcome {
  Answer has_allow_policy = Answer::no;  // AP-6: without one everything is allowed
  Answer is_denied = Answer::no;         // by a DENY rule
  Answer is_allowed = Answer::no;        // by an ALLOW rule
  std::vector<RuleMatch> deny;
  std::vector<RuleMatch> allow;

  Answer verdict() const;  // yes: let through
};

// The policies of one or many workloads.
class PolicySet {
 public:
  explicit PolicySet(std::vector<AttachedPolicy> policies);
  PolicySet(const PolicySet&) = delete;
  PolicySet& operator=(const PolicySet&) = delete;

  const std::vector<AttachedPolicy>& policies() const { return policies_; }  // in the inventory's order
  bool has_custom() const { return has_custom_; }
  CustomOutcome decide_custom(const PolicyAttributes& attributes) const;
  RbacOutcome decide(const PolicyAttributes& attributes) const;

 private:
  struct Entry {
    const AttachedPolicy* attached = nullptr;
    const PolicyRule* rule = nullptr;
  };
  struct Rules {
    std::vector<Entry> entries;
    RuleIndex index;
  };
  struct Chain {
    Rules allow;
    Rules deny;
    Rules custom;
  };
  static void add_rules(const AttachedPolicy& attached, const std::vector<PolicyRule>& rules, Chain& chain);
  template <typename Visit>
  static void for_each_match(const Rules& rules, const PolicyAttributes& attributes, const Visit& visit);
  static Answer match(const Rules& rules, const PolicyAttributes& attributes,
                      std::vector<RuleMatch>& matches);
  const Chain& chain_of(const PolicyAttributes& attributes) const;
  Answer lacks_provider(const CompiledPolicy& policy) const;

  std::vector<AttachedPolicy> policies_;
  Chain http_;
  Chain tcp_;
  Answer has_allow_ = Answer::no;
  bool has_custom_ = false;
  Answer has_several_providers_ = Answer::no;
};

// Sets by the policies in them: workloads with the same policies share one.
class PolicySets {
 public:
  // `attached` in the order of the policies, which must outlive this.
  const PolicySet& find(const std::vector<AttachedPolicy>& attached);
  size_t size() const { return sets_.size(); }

 private:
  using Signature = std::vector<std::pair<const CompiledPolicy*, bool>>;
  std::map<Signature, std::unique_ptr<PolicySet>> sets_;
};

class AuthorizationPolicies {
 public:
  // Those that the control plane of `revision` reads. Inventory and mesh must outlive it.
  AuthorizationPolicies(const Inventory& inventory, const MeshConfig& mesh,
                        std::string_view revision = "default");
  AuthorizationPolicies(const AuthorizationPolicies&) = delete;
  AuthorizationPolicies& operator=(const AuthorizationPolicies&) = delete;

  // The set of a workload; `labels` are those of the running pod. Lives as long as this. Not for several
  // threads at once; the sets are.
  const PolicySet& of_workload(std::string_view ns, const Labels& labels);

  const std::vector<CompiledPolicy>& policies() const { return policies_; }
  size_t sets() const { return sets_.size(); }

 private:
  void add(const Object& object, Answer read);
  void settle_variants();
  void attach(const std::vector<uint32_t>& candidates, std::string_view ns, const Labels& labels,
              std::vector<AttachedPolicy>& attached) const;

  const MeshConfig& mesh_;
  std::vector<CompiledPolicy> policies_;
  struct Definitions {
    size_t all = 0;             // of one policy, not enforced ones too
    std::vector<uint32_t> ids;  // of those that are enforced
  };
  std::map<std::pair<std::string, std::string_view>, Definitions> by_name_;  // namespace first
  std::map<std::string, std::vector<uint32_t>, std::less<>> by_namespace_;   // "": where it is not known
  PolicySets sets_;
};

}  // namespace kray
