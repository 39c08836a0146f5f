// Finds the API servers by their image and follows each labelled Service of a pod as a route of theirs.
#include "network/kuberay_api_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cluster/image.h"
#include "derive/container_env.h"
#include "network/request_match.h"

namespace kray {
namespace {

// Older ones serve requests about KubeRay's own objects only.
constexpr Version kProxiesSince{1, 4, 0};

bool is_api_server(NodeRef container) {
  const ImageReference image = parse_image(container["image"].text());
  const std::string_view repository = image.repository;
  if (!repository.ends_with("kuberay/apiserver") && !repository.ends_with("kuberay-apiserver")) return false;
  const std::optional<Version> version = parse_version(image.tag);
  return (!version || *version >= kProxiesSince) && flag_of(container, "enable-api-server-v2") != "false";
}

NodeRef api_server_container(const PodClass& pods) {
  const ItemRange containers = pods.pod_template.containers().items();
  const auto found = std::find_if(containers.begin(), containers.end(), is_api_server);
  return found == containers.end() ? NodeRef() : *found;
}

// Whether the way ends in a port that is not for HTTP.
bool leads_to_grpc(const Exposure& way, const ExposedPod& pod) {
  return std::any_of(pod.ports.begin(), pod.ports.end(), [&way](const NamedPort& port) {
    return port.number == way.port && port.name == "grpc";
  });
}

// The best way from outside to the pod: one that is sure before one in doubt.
Exposure front_of(const ExposureInputs& inputs, const ExposedPod& pod,
                  const std::vector<RouteToService>& routes) {
  std::vector<Exposure> fronts = direct_exposures(pod, inputs.services);
  for (Exposure& routed : routed_exposures(pod, routes, inputs.services)) fronts.push_back(std::move(routed));
  std::erase_if(fronts, [&pod](const Exposure& front) {
    return front.transport != Transport::tcp || leads_to_grpc(front, pod);
  });
  const auto sure = std::find_if(fronts.begin(), fronts.end(),
                                 [](const Exposure& front) { return front.certainty == Answer::yes; });
  if (sure != fronts.end()) return *sure;
  if (!fronts.empty()) return fronts.front();
  Exposure none;
  add_doubt(none, "nothing in the input leads to the KubeRay API server from outside");
  return none;
}

// KubeRay's security proxy, which asks for a token, and its like: the port is another container's.
void add_proxy_in_pod(const PodClass& pods, NodeRef api_server, Exposure& front) {
  for (const NodeRef container : pods.pod_template.containers().items()) {
    const std::vector<ContainerPortView> ports = container_ports(container);
    const bool listens = std::any_of(ports.begin(), ports.end(), [&front](const ContainerPortView& port) {
      return port.port() == front.port;
    });
    if (!listens) continue;
    if (container["name"].text() == api_server["name"].text()) return;
    front.authentication.push_back({.kind = Authentication::Kind::possible,
                                    .covers_all = Answer::unknown,
                                    .object = pods.object,
                                    .place = pods.object->shown(container["image"].field_place())});
  }
}

bool is_served(const Object& service) {
  return service.metadata()["labels"]["app.kubernetes.io/name"].text() == "kuberay";
}

// Requests for the Service: "services/NAME/proxy" and "services/NAME:PORT/proxy" begin so.
PathCondition path_to(const Object& service, const ExposedPod& pod) {
  const std::string& ns = service.ns.empty() ? pod.ns : service.ns;
  std::string path = "/api/v1/namespaces/";
  if (!ns.empty()) path.append(ns).append("/services/").append(service.name);
  return {.kind = PathCondition::Kind::prefix, .value = std::move(path)};
}

Exposure way_to(const Object& service, const ExposedPod& pod, const Exposure& api_server) {
  Exposure way = api_server;
  if (std::optional<PathCondition> path = common_path(way.path, path_to(service, pod))) {
    way.path = std::move(*path);
  } else {
    add_doubt(way, "the path by which the KubeRay API server is reached may be rewritten");
  }
  return way;
}

void add_ports(const Object& service, const ExposedPod& pod, const Exposure& api_server,
               std::vector<Exposure>& exposures) {
  for (const ServicePortView& port : ServiceView(service).port_views()) {
    const RouteToService route{.way = way_to(service, pod, api_server),
                               .ns = service.ns,
                               .service = std::string(service.name),
                               .port = PortRef{.number = port.port(), .name = {}},
                               .fallback_port = 0,
                               .by_target = false,
                               .subset = {}};
    std::optional<Exposure> exposure = follow_route(route, service, pod);
    if (exposure && exposure->transport == Transport::tcp) exposures.push_back(std::move(*exposure));
  }
}

}  // namespace

std::vector<Exposure> kuberay_api_servers(const ExposureInputs& inputs,
                                          const std::vector<RouteToService>& routes) {
  std::vector<Exposure> api_servers;
  for (const PodClass& pods : inputs.pods) {
    const NodeRef container = api_server_container(pods);
    if (!container) continue;
    Exposure front = front_of(inputs, exposed_pod_of(pods), routes);
    add_proxy_in_pod(pods, container, front);
    front.kind = ExposureKind::kuberay_api_server;
    front.gateway = GatewayPods{};
    front.chain.push_back(
        {.object = pods.object,
         .place = pods.object->shown(container["image"].field_place()),
         .text = fmt::format("KubeRay's API server of {} passes requests on to Services of KubeRay",
                             pods.describe())});
    api_servers.push_back(std::move(front));
  }
  return api_servers;
}

std::vector<Exposure> kuberay_api_server_exposures(const std::vector<Exposure>& api_servers,
                                                   const ExposedPod& pod, const ServiceIndex& services) {
  std::vector<Exposure> exposures;
  const bool is_api_server = std::any_of(api_servers.begin(), api_servers.end(), [&pod](const Exposure& one) {
    return one.chain.back().object == pod.object;
  });
  if (api_servers.empty() || is_api_server) return exposures;
  for (const Object* service : services.around(pod.ns)) {
    if (!is_served(*service) || selects(*service, pod) == Answer::no) continue;
    for (const Exposure& api_server : api_servers) add_ports(*service, pod, api_server, exposures);
  }
  return exposures;
}

}  // namespace kray
