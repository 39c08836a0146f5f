// Compiles rules into plain values and matches them.
//
// A rule is a conjunction of its peers and its ports, each a disjunction (NP-4, NP-6). Pods on the host
// network are no matter of this file: see network_policy.cc.
#include "network/compiled_policy.h"

#include <fmt/format.h>

#include <algorithm>

#include "cluster/network_views.h"

namespace kray {
namespace {

constexpr Match kYes{.answer = Answer::yes, .missing = 0};
constexpr Match kNo{.answer = Answer::no, .missing = 0};

Match unknown(MissingFacts missing) { return {.answer = Answer::unknown, .missing = missing}; }

Match match_of(Answer answer, MissingFact missing) {
  return {.answer = answer, .missing = answer == Answer::unknown ? missing : MissingFacts{0}};
}

Match both(const Match& a, const Match& b) {
  const Answer answer = both(a.answer, b.answer);
  return {.answer = answer, .missing = answer == Answer::unknown ? a.missing | b.missing : 0};
}

Match either(const Match& a, const Match& b) {
  const Answer answer = either(a.answer, b.answer);
  return {.answer = answer, .missing = answer == Answer::unknown ? a.missing | b.missing : 0};
}

// -- compiling

// A CIDR of an ipBlock has a prefix length; a bare address is refused.
std::optional<IpRange> compile_range(NodeRef node, std::string& refusal) {
  const std::string_view text = node.text();
  const std::optional<IpRange> range =
      text.find('/') == std::string_view::npos ? std::nullopt : parse_ip_range(text);
  if (!range) refusal = fmt::format("'{}' is no CIDR", text);
  return range;
}

LabelSelector compile_selector(NodeRef node, std::string& refusal) {
  LabelSelector selector(node);
  if (!selector.is_valid()) refusal = "a label selector has an unknown operator";
  return selector;
}

CompiledPeer compile_peer(NodeRef node, std::string& refusal) {
  CompiledPeer peer;
  const NodeRef pods = node["podSelector"];
  const NodeRef namespaces = node["namespaceSelector"];
  const NodeRef block = node["ipBlock"];
  peer.has_selector = !pods.is_null() || !namespaces.is_null();
  peer.own_namespace = namespaces.is_null();
  peer.namespace_selector = compile_selector(namespaces, refusal);
  peer.pod_selector = compile_selector(pods, refusal);
  if (peer.has_selector == !block.is_null())
    refusal = peer.has_selector ? "a peer has an ipBlock and a selector" : "a peer is empty";
  if (block.is_null()) return peer;
  peer.block = compile_range(block["cidr"], refusal);
  for (const NodeRef except : block["except"].items()) {
    if (const std::optional<IpRange> range = compile_range(except, refusal)) peer.except.push_back(*range);
  }
  return peer;
}

// NP-6.
CompiledPort compile_port(NodeRef node, std::string& refusal) {
  CompiledPort port;
  const std::string_view protocol = node["protocol"].text();
  if (const std::optional<Transport> transport = parse_transport(protocol)) {
    port.transport = *transport;
  } else {
    refusal = fmt::format("'{}' is no protocol", protocol);
  }
  const PortRef ref = port_ref(node["port"]);
  const std::optional<int64_t> end = port_ref(node["endPort"]).number;
  port.name = ref.name;
  if (ref.number) {
    const int64_t last = end.value_or(*ref.number);
    if (*ref.number < 1 || *ref.number > 0xFFFF || last < *ref.number || last > 0xFFFF) {
      refusal = fmt::format("ports {} to {} are no range", *ref.number, last);
      port.last = 0;
      port.first = 1;  // matches nothing
      return port;
    }
    port.first = static_cast<uint16_t>(*ref.number);
    port.last = static_cast<uint16_t>(last);
  } else if (end) {
    refusal = "endPort needs a port number";
  }
  return port;
}

std::vector<CompiledRule> compile_rules(NodeRef list, std::string_view peers, std::string& refusal) {
  std::vector<CompiledRule> rules;
  for (const NodeRef node : list.items()) {
    CompiledRule& rule = rules.emplace_back();
    rule.position = rules.size() - 1;
    rule.place = node.place();
    for (const NodeRef peer : node[peers].items()) rule.peers.push_back(compile_peer(peer, refusal));
    for (const NodeRef port : node["ports"].items()) rule.ports.push_back(compile_port(port, refusal));
  }
  return rules;
}

// -- matching

// Whether an object without a namespace of its own may come to live in that one.
bool may_be_in(const Object& object, std::string_view ns) {
  if (object.builds == nullptr || ns.empty()) return true;
  return std::any_of(object.builds->begin(), object.builds->end(),
                     [ns](const NamespaceAssignment& build) { return build.ns.empty() || build.ns == ns; });
}

Match same_namespace(const NetworkEnd& a, const NetworkEnd& b) {
  if (a.ns.empty() || b.ns.empty()) return unknown(kPodNamespace);
  return a.ns == b.ns ? kYes : kNo;
}

bool holds(const CompiledPeer& peer, const IpAddress& address) {
  return peer.block && peer.block->contains(address) &&
         std::none_of(peer.except.begin(), peer.except.end(),
                      [&address](const IpRange& range) { return range.contains(address); });
}

// NP-8, and NP-10 for pods. An unknown address outside is some IPv4 address.
Match block_matches(const CompiledPeer& peer, const NetworkEnd& end) {
  if (!peer.block) return kNo;
  if (end.kind == NetworkEnd::Kind::outside) {
    const bool holds_all = peer.block->prefix == 0 && !peer.block->network.is_v6 && peer.except.empty();
    return holds_all ? kYes : unknown(kClientAddress);
  }
  const bool held = std::any_of(end.addresses.begin(), end.addresses.end(),
                                [&peer](const IpAddress& address) { return holds(peer, address); });
  if (end.addresses.empty()) return unknown(kPodAddress);
  if (!held) return kNo;
  // A pod on the host network has the address of its node, which is no pod's.
  return end.kind == NetworkEnd::Kind::address || end.host_network ? kYes : unknown(kBlockOnPod);
}

// NP-4: selectors never match what is no pod.
Match selectors_match(const CompiledPeer& peer, const NetworkEnd& subject, const NetworkEnd& end) {
  if (!peer.has_selector || end.kind != NetworkEnd::Kind::pod) return kNo;
  const Match pod = match_of(peer.pod_selector.matches(end.labels), kPodLabels);
  const Match ns = peer.own_namespace
                       ? same_namespace(subject, end)
                       : match_of(peer.namespace_selector.matches(end.namespace_labels), kNamespaceLabels);
  return both(pod, ns);
}

Match peers_match(const CompiledRule& rule, const NetworkEnd& subject, const NetworkEnd& peer) {
  if (rule.peers.empty()) return kYes;  // NP-2
  Match match = kNo;
  for (const CompiledPeer& one : rule.peers) {
    match = either(match, either(selectors_match(one, subject, peer), block_matches(one, peer)));
  }
  return match;
}

// NP-7: the name is looked up on the destination pod, over all containers. NP-10: of two containers that
// use one name, implementations look at the first or at all; restartable init containers may count or not.
Match name_matches(const CompiledPort& port, const NetworkEnd& destination, uint16_t number) {
  if (destination.kind != NetworkEnd::Kind::pod) return kNo;
  Match match = kNo;
  bool is_first = true;
  for (const NamedPort& one : destination.ports) {
    if (one.name != port.name || one.transport != port.transport) continue;
    if (one.number == number) {
      match = either(match, one.of_init_container ? unknown(kInitPortName)
                            : is_first            ? kYes
                                                  : unknown(kPortNameTwice));
    }
    is_first = false;
  }
  return match;
}

Match ports_match(const CompiledRule& rule, const NetworkEnd& destination, Transport transport,
                  uint16_t number) {
  if (rule.ports.empty()) return kYes;
  Match match = kNo;
  for (const CompiledPort& port : rule.ports) {
    if (port.transport != transport) continue;
    const bool in_range = port.first <= number && number <= port.last;
    match =
        either(match, port.name.empty() ? (in_range ? kYes : kNo) : name_matches(port, destination, number));
  }
  return match;
}

}  // namespace

CompiledNetworkPolicy compile_network_policy(const Object& object) {
  const NetworkPolicyView view(object);
  CompiledNetworkPolicy policy;
  policy.object = &object;
  const NodeRef selector = view.pod_selector();
  policy.place = object.shown(selector ? selector.field_place() : object.name_place());
  policy.pod_selector = compile_selector(selector, policy.refusal);
  policy.isolates_egress = view.isolates_egress();
  policy.isolates_ingress = view.isolates_ingress();
  policy.egress = compile_rules(view.egress(), "to", policy.refusal);
  policy.ingress = compile_rules(view.ingress(), "from", policy.refusal);
  return policy;
}

Match selects(const CompiledNetworkPolicy& policy, const NetworkEnd& pod) {
  const std::string& ns = policy.object->ns;
  if (!ns.empty() && !pod.ns.empty() && ns != pod.ns) return kNo;
  if (ns.empty() && !may_be_in(*policy.object, pod.ns)) return kNo;
  Match match = match_of(policy.pod_selector.matches(pod.labels), kPodLabels);
  if (ns.empty()) match = both(match, unknown(kPolicyNamespace));
  if (!ns.empty() && pod.ns.empty()) match = both(match, unknown(kPodNamespace));
  if (!policy.refusal.empty()) match = both(match, unknown(kPolicyRefused));
  return match;
}

Match rule_matches(const CompiledRule& rule, const NetworkEnd& subject, const NetworkEnd& peer,
                   const NetworkEnd& destination, Transport transport, uint16_t port) {
  const Match ports = ports_match(rule, destination, transport, port);
  if (ports.answer == Answer::no) return kNo;
  return both(ports, peers_match(rule, subject, peer));
}

}  // namespace kray
