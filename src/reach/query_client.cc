// A client is a pod of the input, an imagined one, an address, or somebody outside; its identity is what the
// question says or, by mesh/outbound.h, what such a pod presents.
#include "reach/query_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "network/istio_gateway.h"
#include "reach/query_exposure.h"

namespace kray {
namespace {

constexpr std::string_view kSpiffe = "spiffe://";

bool is_imagined_pod(const QuerySource& source) { return source.pod.empty() && !source.ns.empty(); }

// Nothing but a principal: some pod, of which nothing else is known.
bool is_some_pod(const QuerySource& source) {
  return source.pod.empty() && source.ns.empty() && !source.ip && !source.outside;
}

MeshPod imagined_pod(const QuerySource& source) {
  MeshPod pod;
  pod.ns = source.ns;
  pod.name = fmt::format("a pod of namespace '{}'", source.ns);
  if (source.labels) pod.labels = *source.labels;
  if (!source.service_account.empty()) pod.service_account = source.service_account;
  pod.ip = source.ip;
  pod.has_sidecar = source.sidecar.value_or(false) ? Answer::yes : Answer::no;
  return pod;
}

NetworkEnd imagined_end(const QuerySource& source, const Inventory& inventory) {
  NetworkEnd end;
  end.kind = NetworkEnd::Kind::pod;
  end.ns = source.ns;
  end.labels = {.known = source.labels.value_or(Labels{}), .complete = source.labels.has_value()};
  end.namespace_labels = namespace_labels(inventory, source.ns);
  if (source.ip) end.addresses = {*source.ip};
  return end;
}

Presentation stated_presentation(const QuerySource& source) {
  Presentation one;
  one.principal = source.principal ? Stated<std::string>::of(*source.principal) : Stated<std::string>::none();
  one.tls = source.tls;
  return one;
}

Presentation plain_presentation(std::string reason) {
  Presentation one;
  one.transport = "plaintext";
  one.principal = Stated<std::string>::none();
  one.reason = std::move(reason);
  return one;
}

// An address, or somebody outside, who may bring TLS of its own.
Presentation unmeshed_presentation(const QuerySource& source) {
  Presentation one = plain_presentation("a client outside the mesh has no identity");
  if (source.tls != ClientTls::without_certificate) return one;
  one.transport = "tls-other";
  one.tls = source.tls;
  return one;
}

std::string identity_of(const QueryFacts& facts, const MeshPod& pod) {
  return fmt::format("{}/ns/{}/sa/{}", facts.world().mesh.config.trust_domain, pod.ns, pod.service_account);
}

std::vector<Mark> marks_of(const OutboundDecision& decision) {
  std::vector<Mark> marks;
  for (const DecidingPlace& one : decision.places) marks.push_back({one.place, std::string(one.what)});
  return marks;
}

Presentation presentation_of(const OutboundDecision& decision, ClientTransport transport) {
  Presentation one;
  one.transport = to_string(transport);
  one.sends = transport != ClientTransport::refused;
  one.reason = decision.reason;
  one.marks = marks_of(decision);
  one.principal = Stated<std::string>::none();
  if (transport == ClientTransport::mtls) {
    // 0.5-20: it is mTLS whatever the port's mode.
    one.tls = ClientTls::mtls;
    one.principal = Stated<std::string>::of(std::string(kSpiffe) + decision.principal);
  } else if (transport == ClientTransport::tls_other) {
    one.tls = ClientTls::without_certificate;
  }
  return one;
}

std::vector<CallBytes> bytes_of(Payload payload) {
  switch (payload) {
    case Payload::bytes: return {CallBytes::tcp};
    case Payload::http: return {CallBytes::http};
    case Payload::not_stated: break;
  }
  return {CallBytes::tcp, CallBytes::http};
}

class DerivedPresentations {
 public:
  DerivedPresentations(QueryFacts& facts, const QueryRequest& request, const std::optional<std::string>& host,
                       const MeshPod& client, bool is_gateway, size_t target)
      : facts_(facts),
        request_(request),
        host_(host),
        client_(client),
        is_gateway_(is_gateway),
        target_(target) {}

  // What a gateway sends its routes' requests as.
  std::vector<Presentation> run_routed(std::span<const Exposure* const> ways) {
    for (const Exposure* way : ways) {
      const MeshService* service = facts_.outbound().find_service(way->service->ns, way->service->name);
      if (service == nullptr) {
        add_both("the mesh does not know the Service", "");
        continue;
      }
      add({.service = service, .port = way->service_port}, CallBytes::http);
    }
    if (found_.size() == 1) found_.front().how.clear();
    return std::move(found_);
  }

  std::vector<Presentation> run() {
    const std::vector<Dial> dials = dials_of();
    if (dials.empty()) {
      Presentation one;
      one.transport = "refused";
      one.sends = false;
      one.reason = fmt::format("there is no Service '{}' in the input", request_.destination.service);
      return {one};
    }
    for (const Dial& dial : dials) {
      for (const CallBytes bytes : bytes_of(request_.payload)) add(dial, bytes);
    }
    if (found_.size() == 1) found_.front().how.clear();
    return std::move(found_);
  }

 private:
  std::vector<Dial> dials_of() const {
    const QueryDestination& destination = request_.destination;
    switch (destination.via) {
      case QueryDestination::Via::pod_ip: return {{.service = nullptr, .port = destination.port}};
      case QueryDestination::Via::not_stated: return facts_.dials(target_, destination.port);
      case QueryDestination::Via::service: break;
    }
    const size_t slash = destination.service.find('/');
    if (slash == std::string::npos) return {};
    const std::string_view name = destination.service;
    const MeshService* service =
        facts_.outbound().find_service(name.substr(0, slash), name.substr(slash + 1));
    if (service == nullptr) return {};
    return {{.service = service, .port = destination.service_port}};
  }

  void add(const Dial& dial, CallBytes bytes) {
    const std::string service_host = dial.service == nullptr ? "" : dial.service->host;
    const std::string_view host = host_ ? std::string_view(*host_) : std::string_view(service_host);
    const Call call{.client = &client_,
                    .target = &facts_.mesh_pod(target_),
                    .service = dial.service,
                    .port = dial.port,
                    .bytes = bytes,
                    .host = host};
    const OutboundDecision decision = is_gateway_ && dial.service != nullptr
                                          ? facts_.outbound().decide_of_gateway(call)
                                          : facts_.outbound().decide(call);
    const std::string how =
        dial.service == nullptr
            ? "by the pod's address"
            : fmt::format("through Service '{}/{}'", dial.service->object->ns, dial.service->object->name);
    if (decision.transport == ClientTransport::unknown) return add_both(decision.reason, how);
    add(presentation_of(decision, decision.transport), how);
  }

  // What it may be: the verdict stands where the pod answers both alike.
  void add_both(const std::string& reason, const std::string& how) {
    OutboundDecision open = answer(ClientTransport::unknown, reason);
    open.principal = identity_of(facts_, client_);
    for (const ClientTransport transport : {ClientTransport::mtls, ClientTransport::plaintext}) {
      Presentation one = presentation_of(open, transport);
      one.is_certain = false;
      add(std::move(one), how);
    }
  }

  void add(Presentation one, const std::string& how) {
    const bool is_known = std::any_of(found_.begin(), found_.end(), [&one](const Presentation& other) {
      return other.transport == one.transport && other.principal.value == one.principal.value;
    });
    if (is_known) return;
    one.how = how;
    found_.push_back(std::move(one));
  }

  QueryFacts& facts_;
  const QueryRequest& request_;
  const std::optional<std::string>& host_;  // header of the HTTP request
  const MeshPod& client_;
  const bool is_gateway_;  // its proxy sends to Services whatever Sidecars say
  const size_t target_;
  std::vector<Presentation> found_;
};

}  // namespace

std::string find_client(QueryFacts& facts, const QueryRequest& request, QueryClient& client) {
  const QuerySource& source = request.source;
  const std::string& name = source.gateway.empty() ? source.pod : source.gateway;
  if (!name.empty()) {
    const PodDirectory::Found found = facts.directory().find(name);
    if (!found.index) return found.problem;
    if (const std::string problem = facts.why_never_runs(*found.index); !problem.empty())
      return "the client " + problem;
    client.pod = found.index;
    client.is_gateway = !source.gateway.empty();
  } else if (source.ip && source.ns.empty() && !source.outside) {
    const PodDirectory::Found found = facts.directory().find_by_ip(*source.ip);
    if (!found.problem.empty()) return found.problem;
    client.pod = found.index;
  }
  if (client.pod && source.sidecar) {
    client.imagined = facts.mesh_pod(*client.pod);
    client.imagined->has_sidecar = *source.sidecar ? Answer::yes : Answer::no;
  } else if (!client.pod && is_imagined_pod(source)) {
    client.imagined = imagined_pod(source);
  }
  return {};
}

PreparedEnd client_end(QueryFacts& facts, const QueryRequest& request, const QueryClient& client,
                       std::optional<size_t> target) {
  const QuerySource& source = request.source;
  if (client.is_gateway) return pod_end(facts, *client.pod, std::nullopt);  // the ip is that of who asks it
  if (client.pod) return pod_end(facts, *client.pod, source.ip);
  const Inventory& inventory = facts.world().inventory;
  if (is_imagined_pod(source) || is_some_pod(source))
    return facts.network().prepare(imagined_end(source, inventory));
  const bool is_seen =
      source.ip && (!source.outside || !target || shows_client_address(facts, request, *target));
  return facts.network().prepare(is_seen ? address_end(*source.ip) : outside_end());
}

PreparedEnd pod_end(QueryFacts& facts, size_t pod, const std::optional<IpAddress>& ip) {
  PreparedEnd end = facts.network_end(pod);
  if (ip) end.end.addresses = {*ip};  // with two address families it is one of them that counts
  return end;
}

Answer is_own_call(QueryFacts& facts, const QueryRequest& request, const QueryClient& client, size_t target) {
  using Via = QueryDestination::Via;
  const bool may_be =
      client.pod == target && !client.is_gateway && request.identity == QueryRequest::Identity::derived &&
      request.destination.via != Via::service && facts.world().pods[target].object->is("", "Pod");
  if (!may_be) return Answer::no;
  const bool dials_itself =
      request.destination.via == Via::pod_ip || facts.dials(target, request.destination.port).size() == 1;
  return dials_itself ? Answer::yes : Answer::unknown;
}

std::vector<Presentation> presentations_of(QueryFacts& facts, const QueryRequest& request,
                                           const std::optional<std::string>& host, const QueryClient& client,
                                           std::span<const Exposure* const> ways, size_t target) {
  const bool is_derived = request.identity == QueryRequest::Identity::derived || client.is_gateway;
  if (!is_derived) return {stated_presentation(request.source)};
  if (!client.pod && !client.imagined) return {unmeshed_presentation(request.source)};
  const MeshPod& pod = client.imagined ? *client.imagined : facts.mesh_pod(*client.pod);
  const bool is_proxy = client.pod && !client.imagined && is_gateway_pod(facts.world().pods[*client.pod]);
  DerivedPresentations derived(facts, request, host, pod, is_proxy || client.is_gateway, target);
  return client.is_gateway ? derived.run_routed(ways) : derived.run();
}

std::vector<Presentation> ambient_presentations_of(QueryFacts& facts, const QueryRequest& request,
                                                   const QueryClient& client) {
  const bool is_derived = request.identity == QueryRequest::Identity::derived || client.is_gateway;
  if (!is_derived) return {stated_presentation(request.source)};
  const Presentation plain = plain_presentation("the client is not in the mesh");
  if (!client.pod && !client.imagined) return {plain};
  const MeshPod& pod = client.imagined ? *client.imagined : facts.mesh_pod(*client.pod);
  Presentation identified;
  identified.transport = "mtls";
  identified.tls = ClientTls::mtls;
  identified.principal = Stated<std::string>::of(std::string(kSpiffe) + identity_of(facts, pod));
  identified.reason = "the client's ztunnel connects over HBONE";
  const Answer is_ambient = client.imagined ? facts.is_ambient(pod) : facts.is_ambient(*client.pod);
  if (is_ambient == Answer::yes) return {identified};
  if (is_ambient == Answer::no && pod.has_sidecar == Answer::no && !client.is_gateway) return {plain};
  Presentation other = plain;
  for (Presentation* one : {&identified, &other}) {
    one->is_certain = false;
    one->reason = "whether the client's proxy speaks HBONE is not known";
  }
  return {identified, other};
}

Stated<std::string> client_sni(const QueryRequest& request, const Presentation& presentation) {
  if (request.source.sni) return Stated<std::string>::of(*request.source.sni);
  // A sidecar's own SNI names the Service and port in a form of Istio's; which one is not worked out.
  const bool is_derived_tls = !presentation.transport.empty() && presentation.tls != ClientTls::by_mode;
  return is_derived_tls ? Stated<std::string>{} : Stated<std::string>::none();
}

std::optional<IpAddress> client_ip(QueryFacts& facts, const QueryRequest& request, const QueryClient& client,
                                   size_t target) {
  if (client.is_gateway) return facts.mesh_pod(*client.pod).ip;  // GW-8
  if (request.source.outside && !shows_client_address(facts, request, target)) return std::nullopt;
  if (request.source.ip) return request.source.ip;
  return client.pod ? facts.mesh_pod(*client.pod).ip : std::nullopt;
}

}  // namespace kray
