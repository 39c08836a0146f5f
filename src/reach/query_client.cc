// A client is a pod of the input, an imagined one, an address, or somebody outside; its identity is what the
// question says or, by mesh/outbound.h, what such a pod presents.
#include "reach/query_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

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
                       const MeshPod& client, size_t target)
      : facts_(facts), request_(request), host_(host), client_(client), target_(target) {}

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
    const OutboundDecision decision = facts_.outbound().decide({.client = &client_,
                                                                .target = &facts_.mesh_pod(target_),
                                                                .service = dial.service,
                                                                .port = dial.port,
                                                                .bytes = bytes,
                                                                .host = host});
    const std::string how =
        dial.service == nullptr
            ? "by the pod's address"
            : fmt::format("through Service '{}/{}'", dial.service->object->ns, dial.service->object->name);
    if (decision.transport != ClientTransport::unknown) {
      add(presentation_of(decision, decision.transport), how);
      return;
    }
    // What it may be: the verdict stands where the pod answers all alike.
    OutboundDecision identified = decision;
    identified.principal = identity_of(facts_, client_);
    for (Presentation one : {presentation_of(identified, ClientTransport::mtls),
                             presentation_of(decision, ClientTransport::plaintext)}) {
      one.reason = "may be, as " + decision.reason;
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
    client.pod = found.index;
    client.is_gateway = !source.gateway.empty();
  } else if (source.ip && source.ns.empty() && !source.outside) {
    client.pod = facts.directory().find_by_ip(*source.ip);
  }
  if (client.pod && source.sidecar) {
    client.imagined = facts.mesh_pod(*client.pod);
    client.imagined->has_sidecar = *source.sidecar ? Answer::yes : Answer::no;
  } else if (!client.pod && is_imagined_pod(source)) {
    client.imagined = imagined_pod(source);
  }
  return {};
}

PreparedEnd client_end(QueryFacts& facts, const QueryRequest& request, const QueryClient& client) {
  const QuerySource& source = request.source;
  if (client.pod) return pod_end(facts, *client.pod, source.ip);
  const Inventory& inventory = facts.world().inventory;
  if (is_imagined_pod(source) || is_some_pod(source))
    return facts.network().prepare(imagined_end(source, inventory));
  return facts.network().prepare(source.ip ? address_end(*source.ip) : outside_end());
}

PreparedEnd pod_end(QueryFacts& facts, size_t pod, const std::optional<IpAddress>& ip) {
  PreparedEnd end = facts.network_end(pod);
  if (ip) end.end.addresses = {*ip};  // with two address families it is one of them that counts
  return end;
}

bool is_own_call(const QueryFacts& facts, const QueryRequest& request, const QueryClient& client,
                 size_t target) {
  return client.pod == target && request.identity == QueryRequest::Identity::derived &&
         request.destination.via != QueryDestination::Via::service &&
         facts.world().pods[target].object->is("", "Pod");
}

std::vector<Presentation> presentations_of(QueryFacts& facts, const QueryRequest& request,
                                           const std::optional<std::string>& host, const QueryClient& client,
                                           size_t target) {
  const bool is_derived = request.identity == QueryRequest::Identity::derived || client.is_gateway;
  if (!is_derived) return {stated_presentation(request.source)};
  if (!client.pod && !client.imagined)
    return {plain_presentation("a client outside the mesh has no identity")};
  const MeshPod& pod = client.imagined ? *client.imagined : facts.mesh_pod(*client.pod);
  return DerivedPresentations(facts, request, host, pod, target).run();
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
  identified.how = "over HBONE";
  identified.reason = "may be, if the client's proxy speaks HBONE";
  Presentation other = plain;
  other.how = "past HBONE";
  other.reason = "may be, if it does not";
  return {identified, other};
}

Stated<std::string> client_sni(const QueryRequest& request, const Presentation& presentation) {
  if (request.source.sni) return Stated<std::string>::of(*request.source.sni);
  // A sidecar's own SNI names the Service and port in a form of Istio's; which one is not worked out.
  const bool is_derived_tls = !presentation.transport.empty() && presentation.tls != ClientTls::by_mode;
  return is_derived_tls ? Stated<std::string>{} : Stated<std::string>::none();
}

std::optional<IpAddress> client_ip(QueryFacts& facts, const QueryRequest& request,
                                   const QueryClient& client) {
  if (client.is_gateway) return facts.mesh_pod(*client.pod).ip;  // GW-8
  if (request.source.ip) return request.source.ip;
  return client.pod ? facts.mesh_pod(*client.pod).ip : std::nullopt;
}

}  // namespace kray
