// Field by field: each group of fields is a table of names and readers, so that a name that is in no table
// is found.
#include "reach/query_request.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

namespace kray {
namespace {

using Failure = std::optional<std::string>;  // what is wrong with a field

template <typename Target>
struct FieldReader {
  std::string_view name;
  Failure (*read)(NodeRef value, Target& target);
};

template <typename Target>
std::optional<Error> read_fields(NodeRef mapping, std::span<const FieldReader<Target>> readers,
                                 Target& target) {
  if (!mapping.is_mapping())
    return Error{mapping.path(), fmt::format("expected an object, found {}", to_string(mapping.kind())), ""};
  for (const Field field : mapping.fields()) {
    const FieldReader<Target>* reader = nullptr;
    for (const FieldReader<Target>& one : readers) {
      if (one.name == field.key.text()) reader = &one;
    }
    if (reader == nullptr) return Error{field.value.path(), "there is no such field", ""};
    if (field.value.is_null()) continue;
    if (const Failure failure = reader->read(field.value, target))
      return Error{field.value.path(), *failure, ""};
  }
  return std::nullopt;
}

Failure read_text(NodeRef value, std::string& text) {
  if (!value.is_string()) return fmt::format("expected a string, found {}", to_string(value.kind()));
  text = value.text();
  return std::nullopt;
}

template <typename Text>
Failure read_optional(NodeRef value, std::optional<Text>& text) {
  return read_text(value, text.emplace());
}

Failure read_ip(NodeRef value, std::optional<IpAddress>& ip) {
  ip = parse_ip(value.text());
  if (!ip) return fmt::format("'{}' is no IP address", value.text());
  return std::nullopt;
}

Failure read_flag(NodeRef value, bool& flag) {
  if (value.kind() != NodeKind::boolean) return "expected true or false";
  flag = value.is_true();
  return std::nullopt;
}

std::optional<uint16_t> port_number(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

Failure read_port(NodeRef value, uint16_t& port) {
  const std::optional<uint16_t> number =
      value.kind() == NodeKind::integer ? port_number(value.text()) : std::nullopt;
  if (!number) return fmt::format("'{}' is no port number from 1 to 65535", value.text());
  port = *number;
  return std::nullopt;
}

Failure read_tls(NodeRef value, ClientTls& tls) {
  constexpr std::array<std::pair<std::string_view, ClientTls>, 3> kKinds = {
      {{"always", ClientTls::mtls},
       {"no-alpn", ClientTls::mtls_without_alpn},
       {"no-cert", ClientTls::without_certificate}}};
  for (const auto& [word, kind] : kKinds) {
    if (word != value.text()) continue;
    tls = kind;
    return std::nullopt;
  }
  return fmt::format("'{}' is none of always, no-alpn, no-cert", value.text());
}

Failure pass_over(NodeRef /*value*/, QuerySource& /*source*/) { return std::nullopt; }

constexpr std::array<FieldReader<QuerySource>, 13> kSourceFields = {{
    {"pod", [](NodeRef value, QuerySource& source) { return read_text(value, source.pod); }},
    {"namespace", [](NodeRef value, QuerySource& source) { return read_text(value, source.ns); }},
    {"serviceAccount",
     [](NodeRef value, QuerySource& source) { return read_text(value, source.service_account); }},
    {"labels",
     [](NodeRef value, QuerySource& source) -> Failure {
       if (!value.is_mapping()) return "expected an object of strings";
       source.labels = labels_of(value);
       if (source.labels->size() != value.size()) return "a label is no string";
       return std::nullopt;
     }},
    {"sidecar",
     [](NodeRef value, QuerySource& source) { return read_flag(value, source.sidecar.emplace()); }},
    {"principal", [](NodeRef value, QuerySource& source) { return read_optional(value, source.principal); }},
    {"trustDomain", pass_over},  // repeats a part of the principal
    {"tls", [](NodeRef value, QuerySource& source) { return read_tls(value, source.tls); }},
    {"sni", [](NodeRef value, QuerySource& source) { return read_optional(value, source.sni); }},
    {"ip", [](NodeRef value, QuerySource& source) { return read_ip(value, source.ip); }},
    {"outside", [](NodeRef value, QuerySource& source) { return read_flag(value, source.outside); }},
    {"gateway", [](NodeRef value, QuerySource& source) { return read_text(value, source.gateway); }},
    {"name", pass_over},
}};

constexpr std::array<FieldReader<QueryDestination>, 4> kDestinationFields = {{
    {"pod", [](NodeRef value, QueryDestination& destination) { return read_text(value, destination.pod); }},
    {"ip", [](NodeRef value, QueryDestination& destination) { return read_ip(value, destination.ip); }},
    {"port", [](NodeRef value, QueryDestination& destination) { return read_port(value, destination.port); }},
    {"via",
     [](NodeRef value, QueryDestination& destination) -> Failure {
       const std::optional<Error> error = read_via(value.text(), destination);
       return error ? Failure(error->what) : std::nullopt;
     }},
}};

Failure read_headers(NodeRef value, HttpRequest& http) {
  for (const NodeRef pair : value.items()) {
    if (pair.size() != 2 || !pair.at(0).is_string() || !pair.at(1).is_string())
      return "each header is a pair of name and value";
    http.headers.push_back({std::string(pair.at(0).text()), std::string(pair.at(1).text())});
  }
  return value.is_sequence() ? std::nullopt : Failure("expected a list of pairs");
}

constexpr std::array<FieldReader<HttpRequest>, 4> kHttpFields = {{
    {"method", [](NodeRef value, HttpRequest& http) { return read_optional(value, http.method); }},
    {"path", [](NodeRef value, HttpRequest& http) { return read_optional(value, http.path); }},
    {"host", [](NodeRef value, HttpRequest& http) { return read_optional(value, http.host); }},
    {"headers", read_headers},
}};

std::optional<Error> read_jwt(NodeRef node, HttpRequest& http) {
  if (!node.is_mapping()) return Error{node.path(), "expected an object with 'iss' and 'sub'", ""};
  JwtToken token;
  token.issuer = node["iss"].text();
  token.subject = node["sub"].text();
  token.claims = node["claims"];
  http.jwt = Stated<JwtToken>::of(std::move(token));
  return std::nullopt;
}

Failure read_protocol(std::string_view word, QueryRequest& request) {
  if (word.empty()) return std::nullopt;
  if (word == "http") {
    request.payload = Payload::http;
  } else if (word == "tcp") {
    request.payload = Payload::bytes;
  } else if (word == "udp") {
    request.transport = Transport::udp;
  } else if (word == "sctp") {
    request.transport = Transport::sctp;
  } else {
    return fmt::format("'{}' is none of tcp, http, udp, sctp", word);
  }
  return std::nullopt;
}

std::optional<Error> check_whole(const QueryRequest& request) {
  if (request.destination.pod.empty() && !request.destination.ip)
    return Error{"destination", "neither 'pod' nor 'ip' says where the request goes", ""};
  if (request.destination.port == 0) return Error{"destination", "'port' is missing", ""};
  const QuerySource& source = request.source;
  const bool names_client =
      !source.pod.empty() || !source.ns.empty() || source.ip || source.outside || source.principal;
  if (!names_client && source.gateway.empty())
    return Error{"source", "nothing says who asks", "name a pod, a namespace or an ip, or say 'outside'"};
  return std::nullopt;
}

}  // namespace

std::optional<Error> read_via(std::string_view text, QueryDestination& destination) {
  constexpr std::string_view kService = "service:";
  if (text == "podIP") {
    destination.via = QueryDestination::Via::pod_ip;
    return std::nullopt;
  }
  const size_t colon = text.rfind(':');
  const bool is_service = text.starts_with(kService) && colon >= kService.size();
  const std::optional<uint16_t> port = is_service ? port_number(text.substr(colon + 1)) : std::nullopt;
  if (!port)
    return Error{"via", fmt::format("'{}' is neither podIP nor service:NAMESPACE/NAME:PORT", text), ""};
  destination.via = QueryDestination::Via::service;
  destination.service = text.substr(kService.size(), colon - kService.size());
  destination.service_port = *port;
  return std::nullopt;
}

Result<QueryRequest> read_query_request(NodeRef line) {
  if (!line.is_mapping()) return Error{"", "a question is a JSON object", ""};
  QueryRequest request;
  request.id = line["id"].text();
  if (!line["source"]) return Error{"source", "is missing", ""};
  if (!line["destination"]) return Error{"destination", "is missing", ""};
  if (auto error = read_fields<QuerySource>(line["source"], kSourceFields, request.source)) return *error;
  if (auto error =
          read_fields<QueryDestination>(line["destination"], kDestinationFields, request.destination))
    return *error;
  if (const Failure failure = read_protocol(line["protocol"].text(), request))
    return Error{"protocol", *failure, ""};
  const NodeRef http = line["http"];
  // A request that is not described may have any header and any token.
  request.http.has_further_headers = !http;
  request.http.jwt = http || line["jwt"] ? Stated<JwtToken>::none() : Stated<JwtToken>{};
  if (http) {
    if (auto error = read_fields<HttpRequest>(http, kHttpFields, request.http)) return *error;
  }
  if (line["host"]) request.http.host = line["host"].text();  // where nothing else is said of the request
  if (line["jwt"]) {
    if (auto error = read_jwt(line["jwt"], request.http)) return *error;
  }
  if (auto error = check_whole(request)) return *error;
  const bool says_how = request.destination.via != QueryDestination::Via::not_stated;
  const bool is_outside = request.source.outside && !request.source.principal;
  if (request.source.sidecar || is_outside || (says_how && !request.source.principal))
    request.identity = QueryRequest::Identity::derived;
  return request;
}

}  // namespace kray
