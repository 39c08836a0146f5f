// Everything that several rules would otherwise work out again: done once a request.
#include "mesh/policy_attributes.h"

#include "mesh/go_text.h"
#include "mesh/identity_pattern.h"
#include "mesh/path_normalization.h"
#include "mesh/text_pattern.h"

namespace kray {

void set_connection(const Connection& connection, PolicyAttributes& attributes) {
  attributes.source_ip = connection.source_ip;
  attributes.remote_ip = connection.source_ip;
  attributes.destination_ip = connection.destination_ip;
  attributes.port = connection.port;
}

void set_identity(const Stated<std::string>& principal, PolicyAttributes& attributes) {
  if (!principal.is_known()) {
    attributes.principal = {};
  } else if (principal.is_absent()) {
    attributes.principal = Stated<std::string_view>::none();
  } else {
    attributes.principal = Stated<std::string_view>::of(principal.value);
    attributes.identity_namespace = namespace_of_identity(principal.value);
  }
}

void set_http(const HttpRequest& request, PathNormalization normalization, PolicyAttributes& attributes) {
  attributes.http = &request;
  if (request.path) {
    attributes.full_path = normalized_path(*request.path, normalization);
    attributes.path_size = without_query(*attributes.full_path).size();
  }
  if (request.host) attributes.host = lower_case(*request.host);  // AP-15: with its port
  attributes.remote_ip = remote_ip(request, attributes.source_ip);
}

// 0.5-12.
std::optional<IpAddress> remote_ip(const HttpRequest& request, std::optional<IpAddress> peer) {
  const Header* last = nullptr;
  for (const Header& header : request.headers) {
    if (lower_case(header.name) == "x-forwarded-for") last = &header;
  }
  if (last == nullptr) return request.has_further_headers ? std::nullopt : peer;
  const std::string_view line = last->value;
  const size_t comma = line.rfind(',');
  const std::string_view entry = comma == std::string_view::npos ? line : line.substr(comma + 1);
  const std::optional<IpAddress> address = parse_ip(trim_space(entry));
  return address ? address : peer;
}

}  // namespace kray
