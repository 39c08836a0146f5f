// ConvertProtocol of istiod, and a look at every Service that selects the pods.
#include "mesh/port_protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "cluster/views.h"
#include "derive/ray_ports.h"
#include "manifest/scalar.h"

namespace kray {
namespace {

// Ports where the server speaks first, so that sniffing would wait for ever.
constexpr std::array<int64_t, 4> kServerFirstPorts = {25, 53, 3306, 27017};
constexpr std::array<std::string_view, 5> kHttpWords = {"http", "http2", "grpc", "http_proxy", "grpc-web"};
constexpr std::array<std::string_view, 6> kTcpWords = {"tcp", "https", "tls", "mongo", "redis", "mysql"};

template <typename List, typename Value>
bool holds(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::optional<PortProtocol> protocol_of_word(std::string_view text) {
  std::string word(text);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (word.starts_with("grpc-web")) return PortProtocol::http;
  word.resize(std::min(word.find('-'), word.size()));
  if (holds(kHttpWords, word)) return PortProtocol::http;
  if (holds(kTcpWords, word)) return PortProtocol::tcp;
  if (word == "udp") return PortProtocol::udp;
  return std::nullopt;
}

ServicePortWords words_of(NodeRef port) {
  ServicePortWords words;
  if (!port["appProtocol"].is_null()) words.app_protocol = port["appProtocol"].text();
  words.name = port["name"].text();
  words.transport = port["protocol"].text();
  words.port = integer_value(port["port"].text()).value_or(0);
  return words;
}

// The container port that a Service port leads to; nothing for a name that no container has.
std::optional<int64_t> target_of(NodeRef service_port, const PodTemplate& pod) {
  const NodeRef target = service_port["targetPort"];
  if (target.is_null()) return integer_value(service_port["port"].text());
  if (target.kind() == NodeKind::integer) return integer_value(target.text());
  for (const NodeRef container : pod.containers().items()) {
    for (const NodeRef port : container["ports"].items()) {
      if (port["name"].text() == target.text()) return integer_value(port["containerPort"].text());
    }
  }
  return std::nullopt;
}

void add_service_ports(NodeRef ports, const PodClass& pods, const std::string& service,
                       std::vector<PortDeclaration>& declarations) {
  for (const NodeRef port : ports.items()) {
    const std::optional<int64_t> target = target_of(port, pods.pod_template);
    const PortProtocol protocol = declared_protocol(words_of(port));
    if (!target || protocol == PortProtocol::udp) continue;
    const NodeRef decisive = !port["appProtocol"].is_null() ? port["appProtocol"] : port["name"];
    const NodeRef at = decisive ? decisive : port["port"];
    declarations.push_back({*target, protocol, at.field_place(), service});
  }
}

// The user's ports of headService come first and keep their own protocol; the operator appends its own.
void add_head_service(const PodClass& head, std::vector<PortDeclaration>& declarations) {
  const std::string words = "the head Service that KubeRay makes";
  const NodeRef own = head.group_spec["headService"]["spec"]["ports"];
  std::vector<PortDeclaration> users;
  add_service_ports(own, head, words, users);
  for (const RayPort& port : head_service_ports(head.pod_template)) {
    if (std::none_of(users.begin(), users.end(),
                     [&port](const PortDeclaration& one) { return one.container_port == port.number; }))
      declarations.push_back({port.number, PortProtocol::tcp, head.group_spec.key_place(), words});
  }
  declarations.insert(declarations.end(), users.begin(), users.end());
}

// The serve Service of a RayService declares nothing, so its port is sniffed where it is the older one.
void add_serve_service(const PodClass& pods, std::vector<PortDeclaration>& declarations) {
  if (pods.object->kind != "RayService") return;
  int64_t number = 8000;
  for (const NodeRef port :
       ray_cluster_spec_of(*pods.object).head_template().first_container()["ports"].items()) {
    if (port["name"].text() == "serve") number = integer_value(port["containerPort"].text()).value_or(number);
  }
  declarations.push_back(
      {number, PortProtocol::automatic, pods.object->name_place(), "the serve Service that KubeRay makes"});
}

}  // namespace

PortProtocol declared_protocol(const ServicePortWords& port) {
  if (port.transport == "UDP") return PortProtocol::udp;
  if (port.app_protocol == "kubernetes.io/h2c" || port.app_protocol == "kubernetes.io/ws")
    return PortProtocol::http;
  if (port.app_protocol == "kubernetes.io/wss") return PortProtocol::tcp;
  if (const auto protocol = protocol_of_word(port.app_protocol.value_or(port.name))) return *protocol;
  return holds(kServerFirstPorts, port.port) ? PortProtocol::tcp : PortProtocol::automatic;
}

std::vector<PortDeclaration> port_declarations(const PodClass& pods, const Inventory& inventory) {
  std::vector<PortDeclaration> declarations;
  if (pods.role == PodRole::ray_head) add_head_service(pods, declarations);
  if (pods.is_ray_node()) add_serve_service(pods, declarations);
  for (const Object* service : inventory.of_kind("", "Service")) {
    const ServiceView view(*service);
    if (view.selector().size() > 0 && may_share_namespace(*service, *pods.object) &&
        matches_all(view.selector(), pods.labels))
      add_service_ports(view.ports(), pods, fmt::format("Service '{}'", service->name), declarations);
  }
  return declarations;
}

std::optional<PortProtocol> protocol_of_port(const std::vector<PortDeclaration>& declarations, int64_t port) {
  std::optional<PortProtocol> agreed;
  for (const PortDeclaration& one : declarations) {
    if (one.container_port != port) continue;
    if (agreed && *agreed != one.protocol) return std::nullopt;
    agreed = one.protocol;
  }
  return agreed.value_or(PortProtocol::automatic);
}

}  // namespace kray
