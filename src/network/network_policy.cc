// Joins the policies of both ends into one verdict.
//
// Per direction, with S the policies that surely select the pod and M those that may: the connection surely
// passes if a policy of S surely allows it, or if S is empty and every policy of M surely allows it; it is
// surely refused if S is not empty and no rule of S or M may match. Else it cannot be told. Rules are ORed,
// so more facts can only turn an unknown answer into one of the two.
//
// A pod on the host network is its node to some implementations and a pod to others (NP-10). Both readings
// are worked out; only an answer that is the same in both counts.
#include "network/network_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace kray {
namespace {

// A connection seen from one end.
struct Question {
  Direction direction = Direction::egress;
  const PreparedEnd& subject;
  const PreparedEnd& peer;
  const NetworkEnd& destination;
  Transport transport = Transport::tcp;
  uint16_t port = 0;
};

struct DirectionVerdict {
  Answer allowed = Answer::yes;
  bool isolated = false;  // surely
  bool from_own_node = false;
  MissingFacts missing = 0;
  const OtherPolicy* other = nullptr;
  std::string_view peer_ns;
};

bool shares_address(const std::vector<IpAddress>& a, const std::vector<IpAddress>& b) {
  return std::find_first_of(a.begin(), a.end(), b.begin(), b.end()) != a.end();
}

bool is_same_pod(const NetworkEnd& a, const NetworkEnd& b) {
  return a.kind == NetworkEnd::Kind::pod && b.kind == NetworkEnd::Kind::pod && !a.pod.empty() &&
         a.pod == b.pod;
}

// Whether `peer` is the node that the pod runs on (NP-9).
Match is_own_node(const NetworkEnd& pod, const NetworkEnd& peer, const NodeAddresses& nodes) {
  if (peer.kind != NetworkEnd::Kind::address) return {};
  if (shares_address(pod.node_addresses, peer.addresses)) return {.answer = Answer::yes, .missing = 0};
  if (!peer.node.empty() && peer.node == pod.node) return {.answer = Answer::yes, .missing = 0};
  const bool is_node =
      peer.host_network || std::any_of(nodes.begin(), nodes.end(), [&peer](const auto& node) {
        return shares_address(node.second, peer.addresses);
      });
  const bool may_be = is_node && (pod.node.empty() || (peer.host_network && peer.node.empty()));
  return {.answer = may_be ? Answer::unknown : Answer::no, .missing = may_be ? kOwnNode : 0U};
}

// Collects what the rules of one policy say; adds those that match to the verdict.
Match policy_allows(const PolicySelection::Selected& selected, const Question& question,
                    NetworkVerdict& verdict) {
  const bool egress = question.direction == Direction::egress;
  const CompiledNetworkPolicy& policy = *selected.policy;
  Match allows;
  for (const CompiledRule& rule : egress ? policy.egress : policy.ingress) {
    const Match match = rule_matches(rule, question.subject.end, question.peer.end, question.destination,
                                     question.transport, question.port);
    if (match.answer == Answer::no) continue;
    verdict.allowed_by.push_back({.policy = policy.object,
                                  .direction = question.direction,
                                  .rule = rule.position,
                                  .matches = match.answer,
                                  .place = policy.object->shown(rule.place)});
    allows.answer = either(allows.answer, match.answer);
    allows.missing |= match.missing;
  }
  return allows;
}

// What the policies that select the subject say.
DirectionVerdict by_policies(const Question& question, NetworkVerdict& verdict) {
  const PolicySelection& selection = *question.subject.selection;
  const bool egress = question.direction == Direction::egress;
  DirectionVerdict result;
  bool surely_allowed = false;
  bool may_be_allowed = false;
  bool all_allow = true;
  for (const PolicySelection::Selected& selected : egress ? selection.egress : selection.ingress) {
    verdict.isolated_by.push_back({.policy = selected.policy->object,
                                   .direction = question.direction,
                                   .selects = selected.selects,
                                   .place = selected.policy->place,
                                   .refusal = selected.policy->refusal});
    const Match allows = policy_allows(selected, question, verdict);
    const bool certain = selected.selects == Answer::yes;
    result.isolated |= certain;
    result.missing |= selected.missing | allows.missing;
    surely_allowed |= certain && allows.answer == Answer::yes;
    may_be_allowed |= allows.answer != Answer::no;
    all_allow &= allows.answer == Answer::yes;
  }
  if (surely_allowed || (!result.isolated && all_allow)) {
    result.allowed = Answer::yes;
  } else {
    result.allowed = result.isolated && !may_be_allowed ? Answer::no : Answer::unknown;
  }
  return result;
}

DirectionVerdict decide_direction(const Question& question, const NodeAddresses& nodes,
                                  NetworkVerdict& verdict) {
  if (question.subject.selection == nullptr) return {};  // no pod: no policy
  const bool egress = question.direction == Direction::egress;
  // NP-9; to its own node a pod gets through in some implementations only (NP-10).
  Match own_node = is_own_node(question.subject.end, question.peer.end, nodes);
  if (own_node.answer == Answer::yes) {
    if (!egress)
      return {.allowed = Answer::yes,
              .isolated = false,
              .from_own_node = true,
              .missing = 0,
              .other = nullptr,
              .peer_ns = {}};
    own_node = {.answer = Answer::unknown, .missing = kOwnNode};
  }
  DirectionVerdict result = by_policies(question, verdict);
  const OtherPolicy* other =
      egress ? question.subject.selection->other_egress : question.subject.selection->other_ingress;
  result.peer_ns = question.peer.end.ns;
  result.allowed = either(result.allowed, own_node.answer);
  result.missing |= own_node.missing;
  if (other != nullptr && !(other->is_baseline && result.isolated)) {
    result.allowed = Answer::unknown;
    result.missing |= kOtherPolicy;
    result.other = other;
  }
  return result;
}

// -- words

struct MissingWords {
  MissingFact fact;
  std::string_view words;
};

constexpr std::array<MissingWords, 10> kMissingWords = {{
    {kPodLabels, "not all labels of a pod are known"},
    {kPodNamespace, "the namespace of a pod is not known"},
    {kPodAddress, "an ipBlock may hold the pod's address, which is not known"},
    {kBlockOnPod, "an ipBlock holds the address of a pod, and implementations differ on those (NP-10)"},
    {kPortNameTwice, "two containers give one port name to different numbers (NP-10)"},
    {kInitPortName, "the port's name is that of an init container's port (NP-10)"},
    {kOwnNode, "it may be the pod's own node, where implementations differ (NP-10)"},
    {kClientAddress, "it depends on the address outside the cluster, because of an ipBlock"},
    {kPolicyNamespace, "a NetworkPolicy has no namespace"},
    {kPolicyRefused, "the API server refuses a NetworkPolicy as it is written"},
}};

void add_clause(std::string& text, std::string_view clause) {
  if (!text.empty()) text += "; ";
  text += clause;
}

void add_missing(const DirectionVerdict& result, std::string& text) {
  if (result.allowed != Answer::unknown) return;
  if ((result.missing & kNamespaceLabels) != 0)
    add_clause(text, fmt::format("not all labels of namespace '{}' are known", result.peer_ns));
  for (const MissingWords& one : kMissingWords) {
    if ((result.missing & one.fact) != 0 && text.find(one.words) == std::string::npos)
      add_clause(text, one.words);
  }
  if (result.other != nullptr)
    add_clause(text, describe(*result.other) + " may select it and is not evaluated");
}

std::string words_of(const DirectionVerdict& result, Direction direction) {
  if (result.allowed == Answer::no)
    return fmt::format("{} is isolated and no rule allows it", to_string(direction));
  if (result.from_own_node) return "a pod's own node always reaches it";
  if (result.isolated) return fmt::format("{} is allowed by a rule", to_string(direction));
  return fmt::format("no policy isolates {}", to_string(direction));
}

std::string reason_of(Answer allowed, const DirectionVerdict& egress, const DirectionVerdict& ingress) {
  std::string text;
  if (allowed == Answer::unknown) {
    add_missing(egress, text);
    add_missing(ingress, text);
    return text;
  }
  if (allowed == Answer::yes || egress.allowed == Answer::no) text = words_of(egress, Direction::egress);
  if (allowed == Answer::yes || ingress.allowed == Answer::no)
    add_clause(text, words_of(ingress, Direction::ingress));
  return text;
}

NetworkVerdict decide_connection(const PreparedEnd& source, const PreparedEnd& destination,
                                 Transport transport, uint16_t port, const NodeAddresses& nodes) {
  NetworkVerdict verdict;
  const Question outwards{.direction = Direction::egress,
                          .subject = source,
                          .peer = destination,
                          .destination = destination.end,
                          .transport = transport,
                          .port = port};
  const Question inwards{.direction = Direction::ingress,
                         .subject = destination,
                         .peer = source,
                         .destination = destination.end,
                         .transport = transport,
                         .port = port};
  const DirectionVerdict egress = decide_direction(outwards, nodes, verdict);
  const DirectionVerdict ingress = decide_direction(inwards, nodes, verdict);
  verdict.egress = egress.allowed;
  verdict.ingress = ingress.allowed;
  verdict.allowed = both(egress.allowed, ingress.allowed);
  verdict.reason = reason_of(verdict.allowed, egress, ingress);
  add_missing(egress, verdict.egress_doubt);
  add_missing(ingress, verdict.ingress_doubt);
  return verdict;
}

// -- pods on the host network

PreparedEnd as_its_node(const PreparedEnd& end) {
  if (!end.end.host_network) return end;
  NetworkEnd node;
  node.kind = NetworkEnd::Kind::address;
  node.addresses = end.end.addresses.empty() ? end.end.node_addresses : end.end.addresses;
  node.node = end.end.node;
  node.host_network = true;
  return {.end = std::move(node), .selection = nullptr};
}

// What the two readings of a pod on the host network have in common, where they do not agree.
NetworkVerdict undecided(const NetworkVerdict& as_node, const NetworkVerdict& as_pod) {
  NetworkVerdict verdict = as_pod;
  verdict.allowed = Answer::unknown;
  if (as_node.egress != as_pod.egress) verdict.egress = Answer::unknown;
  if (as_node.ingress != as_pod.ingress) verdict.ingress = Answer::unknown;
  for (IsolatingPolicy& one : verdict.isolated_by) one.selects = Answer::unknown;
  for (AllowingRule& one : verdict.allowed_by) one.matches = Answer::unknown;
  verdict.reason = "a pod is on the host network, where implementations differ (NP-10)";
  if (verdict.egress == Answer::unknown && verdict.egress_doubt.empty())
    verdict.egress_doubt = verdict.reason;
  if (verdict.ingress == Answer::unknown && verdict.ingress_doubt.empty())
    verdict.ingress_doubt = verdict.reason;
  if (as_node.allowed == Answer::unknown) add_clause(verdict.reason, as_node.reason);
  if (as_pod.allowed == Answer::unknown) add_clause(verdict.reason, as_pod.reason);
  return verdict;
}

std::string name_of(const Object& policy) {
  return policy.ns.empty() ? fmt::format("NetworkPolicy '{}'", policy.name)
                           : fmt::format("NetworkPolicy '{}' of namespace '{}'", policy.name, policy.ns);
}

// The first policy stays, but a baseline gives way.
void prefer(const OtherPolicy& policy, const OtherPolicy*& chosen) {
  if (chosen == nullptr || (chosen->is_baseline && !policy.is_baseline)) chosen = &policy;
}

}  // namespace

NetworkPolicies::NetworkPolicies(const Inventory& inventory)
    : other_policies_(read_other_policies(inventory)), nodes_(read_node_addresses(inventory)) {
  for (const Object* object : inventory.all_of_kind("networking.k8s.io", "NetworkPolicy"))
    policies_.push_back(compile_network_policy(*object));
}

PolicySelection NetworkPolicies::select(const NetworkEnd& end) const {
  PolicySelection selection;
  for (const CompiledNetworkPolicy& policy : policies_) {
    const Match match = selects(policy, end);
    if (match.answer == Answer::no) continue;
    const PolicySelection::Selected selected{
        .policy = &policy, .selects = match.answer, .missing = match.missing};
    if (policy.isolates_egress) selection.egress.push_back(selected);
    if (policy.isolates_ingress) selection.ingress.push_back(selected);
  }
  for (const OtherPolicy& policy : other_policies_) {
    if (!may_select(policy, end)) continue;
    if (policy.egress) prefer(policy, selection.other_egress);
    if (policy.ingress) prefer(policy, selection.other_ingress);
  }
  return selection;
}

PreparedEnd NetworkPolicies::prepare(NetworkEnd end) const {
  if (end.kind != NetworkEnd::Kind::pod) return {.end = std::move(end), .selection = nullptr};
  Signature signature{end.ns,
                      end.labels.known,
                      end.labels.complete,
                      end.namespace_labels.known,
                      end.namespace_labels.complete,
                      end.host_network};
  const std::lock_guard lock(mutex_);
  auto found = selections_.find(signature);
  if (found == selections_.end()) found = selections_.emplace(std::move(signature), select(end)).first;
  return {.end = std::move(end), .selection = &found->second};
}

NetworkVerdict NetworkPolicies::decide(const PreparedEnd& source, const PreparedEnd& destination,
                                       Transport transport, uint16_t port) const {
  if (is_same_pod(source.end, destination.end)) {  // NP-9
    NetworkVerdict verdict;
    verdict.reason = "a pod always reaches itself";
    return verdict;
  }
  if (!source.end.host_network && !destination.end.host_network)
    return decide_connection(source, destination, transport, port, nodes_);
  const NetworkVerdict as_node =
      decide_connection(as_its_node(source), as_its_node(destination), transport, port, nodes_);
  const NetworkVerdict as_pod = decide_connection(source, destination, transport, port, nodes_);
  return as_node.allowed == as_pod.allowed ? as_node : undecided(as_node, as_pod);
}

std::vector<NetworkStep> steps_of(const NetworkVerdict& verdict) {
  std::vector<NetworkStep> steps;
  for (const IsolatingPolicy& one : verdict.isolated_by) {
    const std::string_view end = one.direction == Direction::egress ? "source" : "destination";
    steps.push_back({.place = one.place,
                     .text = fmt::format("{} {} the {} for {}", name_of(*one.policy),
                                         one.selects == Answer::yes ? "isolates" : "may isolate", end,
                                         to_string(one.direction))});
    if (!one.refusal.empty())
      steps.back().text += fmt::format(", if the API server took it: {}", one.refusal);
  }
  for (const AllowingRule& one : verdict.allowed_by) {
    steps.push_back(
        {.place = one.place,
         .text = fmt::format("{} rule {} of {} {} it", to_string(one.direction), one.rule,
                             name_of(*one.policy), one.matches == Answer::yes ? "allows" : "may allow")});
  }
  return steps;
}

}  // namespace kray
