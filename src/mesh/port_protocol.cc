// ConvertProtocol of istiod, and a look at every Service that selects the pods.
#include "mesh/port_protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "cluster/istio_views.h"
#include "cluster/views.h"
#include "derive/ray_ports.h"
#include "manifest/scalar.h"
#include "mesh/istio_objects.h"

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
                       std::vector<PortDeclaration>& declarations, const Object* object = nullptr) {
  for (const NodeRef port : ports.items()) {
    const std::optional<int64_t> target = target_of(port, pods.pod_template);
    const PortProtocol protocol = declared_protocol(words_of(port));
    if (!target || protocol == PortProtocol::udp) continue;
    const NodeRef decisive = !port["appProtocol"].is_null() ? port["appProtocol"] : port["name"];
    const NodeRef at = decisive ? decisive : port["port"];
    const Place place = object != nullptr ? object->shown(at.field_place()) : at.field_place();
    declarations.push_back({*target, protocol, place, service, object});
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
      declarations.push_back({port.number, PortProtocol::tcp, head.group_spec.key_place(), words, nullptr});
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
  declarations.push_back({number, PortProtocol::automatic, pods.object->name_place(),
                          "the serve Service that KubeRay makes", nullptr});
}

// 2.11: the Sidecar that counts for a workload, one that selects it before one for its whole namespace
// before the root namespace's (6.2).
Oldest sidecars_of(std::string_view ns, const Labels& labels, const Inventory& inventory,
                   const MeshConfig& mesh, std::string_view revision) {
  std::array<std::vector<Contender>, 3> classes;
  for (const Object* object : istio_objects(inventory, "networking.istio.io", "Sidecar", mesh, revision)) {
    const SidecarView view(*object);
    const bool selects = view.has_workload_selector();
    const Answer own = lives_in(*object, ns);
    const Answer root = selects ? Answer::no : lives_in(*object, mesh.root_namespace);
    const Answer lives = own == Answer::no ? root : own;
    if (lives == Answer::no || !matches_all(view.workload_labels(), labels)) continue;
    const bool is_certain =
        lives == Answer::yes && is_read(*object, inventory, mesh, revision) == Answer::yes;
    const size_t rank = selects ? 0 : own != Answer::no ? 1 : 2;
    classes[rank].push_back({object, is_certain});
  }
  Oldest all;
  for (const std::vector<Contender>& contenders : classes) {
    if (!all.may_be_none) break;
    const Oldest oldest = oldest_of(contenders);
    all.candidates.insert(all.candidates.end(), oldest.candidates.begin(), oldest.candidates.end());
    all.may_be_none = oldest.may_be_none;
  }
  return all;
}

void add_ingress(const Object& sidecar, std::vector<PortDeclaration>& declarations) {
  for (const NodeRef listener : SidecarView(sidecar).ingress().items()) {
    const NodeRef port = listener["port"];
    const std::optional<int64_t> number = integer_value(port["number"].text());
    const PortProtocol protocol = protocol_of_word(port["protocol"].text()).value_or(PortProtocol::automatic);
    if (!number || protocol == PortProtocol::udp) continue;
    declarations.push_back({*number, protocol, sidecar.shown(port.place()),
                            fmt::format("Sidecar '{}'", sidecar.name), &sidecar});
  }
}

// The first word of each Service on a port; what it says of the same port again does not count.
std::vector<const PortDeclaration*> words_on(const std::vector<PortDeclaration>& declarations, int64_t port) {
  std::vector<const PortDeclaration*> words;
  for (const PortDeclaration& one : declarations) {
    const bool is_repeated = std::any_of(words.begin(), words.end(), [&one](const PortDeclaration* other) {
      return one.object != nullptr && other->object == one.object;
    });
    if (one.container_port == port && !is_repeated) words.push_back(&one);
  }
  return words;
}

// Those that the oldest Service may have said (AP-19).
std::vector<const PortDeclaration*> decisive_words(const std::vector<PortDeclaration>& declarations,
                                                   int64_t port) {
  const std::vector<const PortDeclaration*> words = words_on(declarations, port);
  std::vector<const PortDeclaration*> decisive;
  for (const PortDeclaration* one : words) {
    const bool is_beaten = std::any_of(words.begin(), words.end(), [one](const PortDeclaration* other) {
      return one->object != nullptr && other->object != nullptr &&
             order_is_known(*other->object, *one->object) && is_older(*other->object, *one->object);
    });
    if (!is_beaten) decisive.push_back(one);
  }
  std::stable_sort(decisive.begin(), decisive.end(), [](const PortDeclaration* a, const PortDeclaration* b) {
    return a->object != nullptr && b->object != nullptr && is_older(*a->object, *b->object);
  });
  return decisive;
}

void add_protocols(const std::vector<PortDeclaration>& declarations, int64_t port,
                   std::vector<PossibleProtocol>& possible) {
  const auto add = [&possible](PossibleProtocol one) {
    const bool is_known =
        std::any_of(possible.begin(), possible.end(),
                    [&one](const PossibleProtocol& other) { return other.protocol == one.protocol; });
    if (!is_known) possible.push_back(one);
  };
  const std::vector<const PortDeclaration*> words = decisive_words(declarations, port);
  for (const PortDeclaration* word : words) add({word->protocol, word});
  if (words.empty()) add({});  // AP-20
}

}  // namespace

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
  if (inventory.derived().empty()) {
    if (pods.role == PodRole::ray_head) add_head_service(pods, declarations);
    if (pods.is_ray_node()) add_serve_service(pods, declarations);
  }
  for (const Object* service : inventory.all_of_kind("", "Service")) {
    const ServiceView view(*service);
    if (view.selector().size() > 0 && may_share_namespace(*service, *pods.object) &&
        matches_all(view.selector(), pods.labels))
      add_service_ports(view.ports(), pods, fmt::format("Service '{}'", service->name), declarations,
                        service);
  }
  return declarations;
}

std::optional<PortProtocol> protocol_of_port(const std::vector<PortDeclaration>& declarations, int64_t port) {
  std::vector<PossibleProtocol> possible;
  add_protocols(declarations, port, possible);
  return possible.size() == 1 ? std::optional(possible.front().protocol) : std::nullopt;
}

std::vector<PossibleProtocol> possible_protocols(const DeclaredPorts& ports, int64_t port) {
  std::vector<PossibleProtocol> possible;
  if (ports.has_ingress != Answer::no) add_protocols(ports.ingress, port, possible);
  if (ports.has_ingress != Answer::yes) add_protocols(ports.services, port, possible);
  return possible;
}

DeclaredPorts declared_ports(const PodClass& pods, const Inventory& inventory, const MeshConfig& mesh,
                             std::string_view revision) {
  DeclaredPorts ports;
  ports.services = port_declarations(pods, inventory);
  const Oldest sidecars = sidecars_of(pods.object->ns, pods.labels, inventory, mesh, revision);
  for (const Object* sidecar : sidecars.candidates) add_ingress(*sidecar, ports.ingress);
  const auto has_ingress = [](const Object* one) { return SidecarView(*one).ingress().size() > 0; };
  const auto with = std::count_if(sidecars.candidates.begin(), sidecars.candidates.end(), has_ingress);
  const bool is_certain = !sidecars.may_be_none && sidecars.candidates.size() == 1;
  if (with > 0) ports.has_ingress = is_certain ? Answer::yes : Answer::unknown;
  return ports;
}

}  // namespace kray
