// Lists the cases that are open, decides each as the proxy would, and compares.
#include "mesh/inbound.h"

#include <algorithm>
#include <array>
#include <optional>

#include "cluster/views.h"
#include "manifest/scalar.h"
#include "mesh/proxy_extensions.h"
#include "mesh/three_valued.h"

namespace kray {
namespace {

constexpr std::array<uint16_t, 3> kProxyPorts = {15020, 15021, 15090};  // INJ-22

// Methods that Envoy's HTTP/1.1 parser knows; all others get 400 (0.5-7).
constexpr std::array<std::string_view, 34> kMethods = {
    "ACL",    "BIND",      "CHECKOUT",   "CONNECT",    "COPY",   "DELETE", "GET",        "HEAD",   "LINK",
    "LOCK",   "MERGE",     "MKACTIVITY", "MKCALENDAR", "MKCOL",  "MOVE",   "MSEARCH",    "NOTIFY", "OPTIONS",
    "PATCH",  "POST",      "PROPFIND",   "PROPPATCH",  "PURGE",  "PUT",    "REBIND",     "REPORT", "SEARCH",
    "SOURCE", "SUBSCRIBE", "TRACE",      "UNBIND",     "UNLINK", "UNLOCK", "UNSUBSCRIBE"};

bool is_known_method(const HttpRequest& request) {
  return !request.method || std::find(kMethods.begin(), kMethods.end(), *request.method) != kMethods.end();
}

// What one case takes for given.
struct Assumptions {
  MtlsMode mode = MtlsMode::permissive;
  PortProtocol protocol = PortProtocol::automatic;
  Handshake handshake = Handshake::plaintext;
  bool is_http = false;
  bool inspects_tls = true;
};

template <typename Change>
void split(std::vector<Assumptions>& all, const Change& change) {
  std::vector<Assumptions> more;
  for (const Assumptions& one : all) change(one, more);
  all = std::move(more);
}

std::vector<Handshake> handshakes(const Connection& client, MtlsMode mode) {
  switch (client.tls) {
    case ClientTls::mtls: return {Handshake::mtls};
    case ClientTls::mtls_without_alpn: return {Handshake::mtls_without_alpn};
    case ClientTls::without_certificate: return {Handshake::without_certificate};
    case ClientTls::by_mode: break;
  }
  if (client.principal.is_absent() || mode == MtlsMode::disable) return {Handshake::plaintext};
  if (client.principal.has_value()) return {Handshake::mtls};
  return {Handshake::mtls, Handshake::plaintext};
}

std::vector<Assumptions> open_cases(const InboundWorkload& workload, const Request& request) {
  const InboundWorkload::Port& port = workload.port(request.connection.port);
  std::vector<Assumptions> all(1);
  split(all, [&](Assumptions one, auto& more) {
    one.mode = port.mtls.mode;
    more.push_back(one);
    for (const MtlsMode mode : {MtlsMode::disable, MtlsMode::permissive, MtlsMode::strict}) {
      one.mode = mode;
      if (mode != port.mtls.mode && port.mtls.may_be(mode)) more.push_back(one);
    }
  });
  split(all, [&](Assumptions one, auto& more) {
    for (const PossibleProtocol& protocol : port.protocols) {
      one.protocol = protocol.protocol;
      more.push_back(one);
    }
  });
  split(all, [&](Assumptions one, auto& more) {
    for (const Handshake handshake : handshakes(request.connection, one.mode)) {
      one.handshake = handshake;
      more.push_back(one);
    }
  });
  split(all, [&](Assumptions one, auto& more) {
    one.is_http = request.payload != Payload::bytes;
    more.push_back(one);
    one.is_http = false;
    // A request that the parser does not take for HTTP is no HTTP to the sniffer either.
    const bool may_be_missed = request.payload == Payload::http && one.protocol == PortProtocol::automatic &&
                               one.handshake == Handshake::plaintext && !is_known_method(request.http);
    if (request.payload == Payload::not_stated || may_be_missed) more.push_back(one);
  });
  split(all, [&](Assumptions one, auto& more) {
    one.inspects_tls = workload.inspects_tls != Answer::no;
    more.push_back(one);
    one.inspects_tls = false;
    if (workload.inspects_tls == Answer::unknown) more.push_back(one);
  });
  return all;
}

// 0.5-8, 2.6; unknown principals are taken to be of the mesh.
bool accepts(const InboundWorkload& workload, const Stated<std::string>& principal) {
  if (!principal.has_value()) return !principal.is_absent();
  const std::vector<std::string>& domains = workload.trust_domains;
  return std::find(domains.begin(), domains.end(), trust_domain_of(principal.value)) != domains.end();
}

PolicyAttributes attributes_of(const Request& request, const ChainChoice& chosen,
                               const InboundWorkload& workload) {
  const Connection& client = request.connection;
  PolicyAttributes attributes;
  attributes.chain = chosen.chain;
  set_connection(client, attributes);
  attributes.principal = Stated<std::string_view>::none();
  if (chosen.has_identity) set_identity(client.principal, attributes);
  attributes.sni = Stated<std::string>::none();
  if (chosen.sees_sni) {
    attributes.sni = client.sni;
    attributes.sni.value = lower_case(client.sni.value);  // 0.5-4
  }
  if (chosen.chain == FilterChain::http)
    set_http(request.http, workload.mesh->path_normalization, attributes);
  return attributes;
}

InboundReason reason_of(const InboundCase& one) {
  if (one.custom.denies == Answer::yes) return InboundReason::custom_without_provider;
  if (one.token.is_rejected == Answer::yes) return InboundReason::token_rejected;
  if (one.rbac.is_denied == Answer::yes) return InboundReason::deny_rule;
  if (one.verdict == Verdict::deny) return InboundReason::no_allow_rule;
  if (one.verdict == Verdict::allow)
    return one.rbac.is_allowed == Answer::yes ? InboundReason::allow_rule : InboundReason::no_allow_policy;
  const Answer without_custom = both(one.rbac.verdict(), negation(one.token.is_rejected));
  const bool only_custom = one.custom.asks != Answer::no && without_custom == Answer::yes;
  return only_custom ? InboundReason::external_authorizer : InboundReason::not_stated;
}

// 2.2: CUSTOM, RequestAuthentication, DENY, ALLOW; at the destination alone (AP-4).
void ask_policies(const InboundWorkload& workload, const Request& request, const ChainChoice& chosen,
                  InboundCase& one) {
  PolicyAttributes attributes = attributes_of(request, chosen, workload);
  if (workload.policies->has_custom()) {
    attributes.is_before_token = true;
    one.custom = workload.policies->decide_custom(attributes);
    attributes.is_before_token = false;
  }
  if (chosen.chain == FilterChain::http) {  // RA-5
    one.token = decide_token(workload.token_rules, request.http);
    attributes.token = one.token;
  }
  one.asks_policies = one.token.is_rejected != Answer::yes;
  if (one.asks_policies) one.rbac = workload.policies->decide(attributes);
  const Answer asks = one.custom.asks == Answer::no ? Answer::yes : Answer::unknown;  // AP-22
  one.verdict = verdict_of(both(both(negation(one.custom.denies), asks),
                                both(negation(one.token.is_rejected), one.rbac.verdict())));
  one.reason = reason_of(one);
}

// Whatever the verdict would be, code of its own may change it.
void add_doubts(const InboundWorkload& workload, InboundCase& one) {
  const bool is_uncertain = !workload.mesh->uncertain.empty();
  if (workload.extensions.empty() && !is_uncertain) return;
  one.verdict = Verdict::unknown;
  one.reason = is_uncertain ? InboundReason::mesh_uncertain : InboundReason::extension;
}

InboundCase decide_case(const InboundWorkload& workload, const Request& request,
                        const Assumptions& assumptions) {
  const ChainChoice chosen =
      choose_chain({.mode = assumptions.mode,
                    .protocol = assumptions.protocol,
                    .handshake = assumptions.handshake,
                    .is_http = assumptions.is_http,
                    .accepts_trust_domain = accepts(workload, request.connection.principal),
                    .inspects_tls = assumptions.inspects_tls});
  InboundCase one;
  one.is_proxied = true;
  one.mode = assumptions.mode;
  one.protocol = assumptions.protocol;
  one.chain = chosen.chain;
  one.refusal = chosen.refusal;
  if (chosen.refusal != ChainRefusal::none) {
    one.verdict = Verdict::deny;
    one.reason = InboundReason::chain_refuses;
  } else if (chosen.chain == FilterChain::http && !is_known_method(request.http)) {
    one.verdict = Verdict::deny;
    one.reason = InboundReason::bad_method;
  } else {
    ask_policies(workload, request, chosen, one);
  }
  add_doubts(workload, one);
  return one;
}

InboundCase allowed_unseen(InboundReason reason) {
  InboundCase one;
  one.verdict = Verdict::allow;
  one.reason = reason;
  return one;
}

// Nothing: every connection to the port passes the proxy, whether a Service lists it or not (INJ-23). What
// does not pass the proxy is let in (INJ-21).
std::optional<InboundCase> decide_uncaptured(const InboundWorkload& workload, uint16_t port) {
  const bool is_own = std::find(kProxyPorts.begin(), kProxyPorts.end(), port) != kProxyPorts.end();
  if (workload.injection == nullptr)
    return is_own ? std::optional(allowed_unseen(InboundReason::proxy_port)) : std::nullopt;
  const Answer has_sidecar = has_intercepting_sidecar(*workload.injection);
  if (has_sidecar != Answer::yes) return allowed_unseen(InboundReason::no_sidecar);
  if (is_own) return allowed_unseen(InboundReason::proxy_port);
  if (!captures_inbound(*workload.injection, port)) return allowed_unseen(InboundReason::not_captured);
  return std::nullopt;
}

bool may_be_proxied(const InboundWorkload& workload) {
  return workload.injection == nullptr || has_intercepting_sidecar(*workload.injection) != Answer::no;
}

void conclude(InboundVerdict& verdict) {
  const InboundCase& first = verdict.cases.front();
  verdict.verdict = first.verdict;
  verdict.reason = first.reason;
  const bool all_agree = std::all_of(verdict.cases.begin(), verdict.cases.end(),
                                     [&](const InboundCase& one) { return one.verdict == first.verdict; });
  if (all_agree) return;
  verdict.verdict = Verdict::unknown;
  verdict.reason = InboundReason::cases_differ;
}

}  // namespace

Verdict verdict_of(Answer is_allowed) {
  if (is_allowed == Answer::unknown) return Verdict::unknown;
  return is_allowed == Answer::yes ? Verdict::allow : Verdict::deny;
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::allow: return "allow";
    case Verdict::deny: return "deny";
    case Verdict::unknown: return "unknown";
  }
  return "";
}

Verdict InboundCase::policy_verdict() const {
  return verdict_of(both(negation(custom.denies), rbac.verdict()));
}

const InboundWorkload::Port& InboundWorkload::port(uint16_t number) const {
  const auto found = ports.find(number);
  return found == ports.end() ? other_port : found->second;
}

std::set<uint16_t> peer_authentication_ports(const Inventory& inventory) {
  std::set<uint16_t> ports;
  for (const Object* object : inventory.all_of_kind("security.istio.io", "PeerAuthentication")) {
    for (const Field field : PeerAuthenticationView(*object).port_level_mtls().fields()) {
      const int64_t port = integer_value(field.key.text()).value_or(0);
      if (port > 0 && port <= UINT16_MAX) ports.insert(static_cast<uint16_t>(port));
    }
  }
  return ports;
}

InboundMesh::InboundMesh(const Inventory& inventory, const MeshConfig& mesh, std::string_view revision)
    : inventory_(inventory),
      mesh_(mesh),
      revision_(revision),
      peer_authentications_(inventory, mesh, revision),
      policies_(inventory, mesh, revision),
      port_levels_(peer_authentication_ports(inventory)) {}

InboundWorkload::Port InboundMesh::port_of(std::string_view ns, const Labels& labels,
                                           const DeclaredPorts& declared, uint16_t number) const {
  return {.mtls = peer_authentications_.mode(ns, labels, number),
          .protocols = possible_protocols(declared, number)};
}

InboundWorkload InboundMesh::workload(std::string_view ns, const Labels& labels, DeclaredPorts declared,
                                      const InjectionDecision* injection) {
  InboundWorkload workload;
  workload.mesh = &mesh_;
  workload.injection = injection;
  workload.policies = &policies_.of_workload(ns, labels);
  workload.token_rules = token_rules(ns, labels, inventory_, mesh_, revision_);
  workload.extensions = inbound_extensions(ns, labels, inventory_, mesh_, revision_);
  workload.trust_domains = mesh_.accepted_trust_domains();
  workload.declared = std::move(declared);
  std::set<uint16_t> numbers = port_levels_;
  for (const auto* list : {&workload.declared.services, &workload.declared.ingress}) {
    for (const PortDeclaration& one : *list) {
      if (one.container_port > 0 && one.container_port <= UINT16_MAX)
        numbers.insert(static_cast<uint16_t>(one.container_port));
    }
  }
  workload.other_port = port_of(ns, labels, workload.declared, 0);
  workload.inspects_tls = Answer::no;
  const auto note = [&workload](const InboundWorkload::Port& port) {
    const bool certain = port.mtls.is_certain();
    const Answer inspects = certain ? answer_of(port.mtls.mode != MtlsMode::disable) : Answer::unknown;
    workload.inspects_tls = either(workload.inspects_tls, inspects);
  };
  note(workload.other_port);
  for (const uint16_t number : numbers) {
    const auto port = workload.ports.emplace(number, port_of(ns, labels, workload.declared, number));
    note(port.first->second);
  }
  return workload;
}

InboundVerdict decide_inbound(const InboundWorkload& workload, const Request& request) {
  InboundVerdict verdict;
  if (std::optional<InboundCase> unseen = decide_uncaptured(workload, request.connection.port)) {
    verdict.cases.push_back(std::move(*unseen));
    const bool is_settled =
        verdict.cases.front().reason != InboundReason::no_sidecar || !may_be_proxied(workload);
    if (is_settled) {
      conclude(verdict);
      return verdict;
    }
  }
  for (const Assumptions& one : open_cases(workload, request))
    verdict.cases.push_back(decide_case(workload, request, one));
  conclude(verdict);
  return verdict;
}

}  // namespace kray
