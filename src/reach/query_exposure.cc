// Picks the ways that lead to the port; a gateway asks for whatever its own policies demand (GW-10), and its
// external authorisers cannot be answered for (AP-22).
#include "reach/query_exposure.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "cluster/views.h"
#include "mesh/inbound_explain.h"
#include "mesh/three_valued.h"
#include "reach/inbound_words.h"

namespace kray {
namespace {

bool leads_to(const Exposure& way, const QueryRequest& request) {
  return way.transport == request.transport && (way.port == 0 || way.port == request.destination.port);
}

bool is_routed(const Exposure& way) {
  switch (way.kind) {
    case ExposureKind::load_balancer:
    case ExposureKind::node_port:
    case ExposureKind::external_ips:
    case ExposureKind::host_port:
    case ExposureKind::host_network: return false;
    case ExposureKind::ingress:
    case ExposureKind::kuberay_api_server:
    case ExposureKind::openshift_route:
    case ExposureKind::istio_gateway:
    case ExposureKind::gateway_api: break;
  }
  return true;
}

std::vector<Mark> marks_of(const Exposure& way) {
  std::vector<Mark> marks;
  for (const ExposureStep& step : way.chain)
    marks.push_back({step.object == nullptr ? step.place : step.object->shown(step.place), step.text});
  return marks;
}

std::string_view name_of(const Exposure& way) {
  switch (way.kind) {
    case ExposureKind::load_balancer: return "a LoadBalancer";
    case ExposureKind::node_port: return "a node port";
    case ExposureKind::external_ips: return "an external IP of a Service";
    case ExposureKind::host_port: return "a host port";
    case ExposureKind::host_network: return "the network of its node";
    case ExposureKind::ingress: return "an Ingress";
    case ExposureKind::openshift_route: return "an OpenShift Route";
    case ExposureKind::kuberay_api_server: return "KubeRay's API server";
    case ExposureKind::istio_gateway:
    case ExposureKind::gateway_api: break;
  }
  return "a Gateway";
}

QueryStep step_of(const Exposure& way, Answer leads, std::string_view doubt) {
  QueryStep step;
  step.stage = Stage::exposure;
  step.passes = leads;
  step.specs = "GW-1, ING-1, GA-2, EXP-1";
  step.marks = marks_of(way);
  step.text = leads == Answer::yes ? fmt::format("{} leads there", name_of(way))
                                   : fmt::format("{} may lead there: {}", name_of(way), doubt);
  return step;
}

// A load balancer may be told whom to admit. Clouds that cannot do that ignore it, so nobody is surely
// kept out.
std::string doubt_of_ranges(const Exposure& way, const QuerySource& source) {
  if (way.kind != ExposureKind::load_balancer) return {};
  const NodeRef ranges = way.service->spec()["loadBalancerSourceRanges"];
  if (ranges.size() == 0) return {};
  const ItemRange items = ranges.items();
  const bool is_in = source.ip && std::any_of(items.begin(), items.end(), [&source](NodeRef one) {
                       const std::optional<IpRange> range = parse_ip_range(one.text());
                       return range && range->contains(*source.ip);
                     });
  if (is_in) return {};
  return source.ip ? "the client's address is in none of its loadBalancerSourceRanges, which not every cloud "
                     "obeys"
                   : "its loadBalancerSourceRanges admit some addresses, and the client's is not known";
}

// Nothing leads there directly. Whatever else leads there is said, and makes it another question.
QueryStep no_way(const std::vector<Exposure>& ways, const QueryRequest& request) {
  QueryStep step;
  step.stage = Stage::exposure;
  step.passes = Answer::no;
  step.specs = "EXP-1";
  step.text =
      fmt::format("no LoadBalancer, node port or host port leads to port {}", request.destination.port);
  for (const Exposure& way : ways) {
    if (!leads_to(way, request)) continue;
    step.marks = marks_of(way);
    step.passes = Answer::unknown;
    if (way.gateway && way.gateway->pods != nullptr) {
      step.text +=
          fmt::format(" directly, but {} does: ask with gateway:{}", name_of(way), way.gateway->pods->id());
      return step;
    }
    step.text = way.kind == ExposureKind::kuberay_api_server
                    ? fmt::format("{} may lead to port {} by way of the Kubernetes API server", name_of(way),
                                  request.destination.port)
                    : fmt::format("{} leads to port {} through a proxy that is not in the input",
                                  name_of(way), request.destination.port);
    return step;
  }
  return step;
}

bool is_direct(const Exposure& way, const QueryRequest& request) {
  return !is_routed(way) && !way.gateway && leads_to(way, request);
}

// EXP-2: with externalTrafficPolicy Local a node sends traffic to its own pods alone, and as it came.
bool keeps_address(const Exposure& way) {
  return way.service == nullptr || ServiceView(*way.service).external_traffic_policy().text() == "Local";
}

// The Service in front of the gateway is the first of the chain.
bool keeps_address_to_gateway(const Exposure& way) {
  const Object* front = way.chain.front().object;
  return front != nullptr && front->is("", "Service") &&
         ServiceView(*front).external_traffic_policy().text() == "Local";
}

QueryStep route_step(const QueryRequest& request, const GatewayRoutes& routes, const PodClass& gateway) {
  if (!routes.ways.empty()) return step_of(*routes.ways.front(), routes.leads, routes.doubt);
  QueryStep step;
  step.stage = Stage::exposure;
  step.passes = Answer::no;
  step.specs = "GW-5";
  step.text = fmt::format("no route of {} leads to port {} for this request", gateway.describe(),
                          request.destination.port);
  if (routes.elsewhere == nullptr) return step;
  const ExposureStep& route = routing_step(*routes.elsewhere);
  step.text = fmt::format("{} '{}' takes the request elsewhere", route.object->kind, route.object->name);
  step.marks = {{route.object->shown(route.place), "goes there"}};
  return step;
}

// AuthorizationPolicies on the gateway's pods, for HTTP from somebody without an identity of the mesh.
QueryStep gateway_policies(QueryFacts& facts, const QueryRequest& request, const HttpRequest& http,
                           const Exposure& way, size_t gateway) {
  const InboundWorkload& workload = facts.gateway_inbound(gateway);
  Request sent;
  sent.connection.principal = Stated<std::string>::none();
  sent.connection.sni =
      request.source.sni ? Stated<std::string>::of(*request.source.sni) : Stated<std::string>{};
  if (keeps_address_to_gateway(way)) sent.connection.source_ip = request.source.ip;
  sent.connection.port = way.gateway->port;
  sent.payload = Payload::http;
  sent.http = http;
  const InboundVerdict verdict = decide_inbound(workload, sent);
  QueryStep step;
  step.stage = Stage::exposure;
  step.passes = answer_of(verdict.verdict);
  step.text = "at the gateway, " + describe(workload, verdict);
  step.specs = "GW-10";
  step.marks = inbound_marks(verdict, workload, sent.connection.port);
  return step;
}

}  // namespace

DirectExposure direct_exposure(QueryFacts& facts, const QueryRequest& request, size_t target) {
  const std::vector<Exposure>& ways = facts.exposures(target);
  std::optional<QueryStep> open;
  for (const Exposure& way : ways) {
    if (!is_direct(way, request)) continue;
    std::string doubt = way.reason.empty() ? doubt_of_ranges(way, request.source) : way.reason;
    const Answer leads = both(way.certainty, doubt.empty() ? Answer::yes : Answer::unknown);
    if (leads == Answer::yes) return {.step = step_of(way, leads, doubt), .is_by_proxy = false};
    if (!open) open = step_of(way, leads, doubt);
  }
  if (open) return {.step = std::move(*open), .is_by_proxy = false};
  QueryStep step = no_way(ways, request);
  const bool is_by_proxy = step.passes == Answer::unknown;
  return {.step = std::move(step), .is_by_proxy = is_by_proxy};
}

bool shows_client_address(QueryFacts& facts, const QueryRequest& request, size_t target) {
  const std::vector<Exposure>& ways = facts.exposures(target);
  return std::all_of(ways.begin(), ways.end(), [&request](const Exposure& way) {
    return !is_direct(way, request) || keeps_address(way);
  });
}

std::vector<QueryStep> gateway_exposure(QueryFacts& facts, const QueryRequest& request,
                                        const HttpRequest& http, const GatewayRoutes& routes,
                                        size_t gateway) {
  std::vector<QueryStep> steps = {route_step(request, routes, facts.world().pods[gateway])};
  if (!routes.ways.empty())
    steps.push_back(gateway_policies(facts, request, http, *routes.ways.front(), gateway));
  return steps;
}

HttpRequest passed_on(QueryFacts& facts, const GatewayRoutes& routes, size_t gateway, HttpRequest http) {
  http.has_further_headers = true;  // x-forwarded-for and its like, and what authorisers add
  const bool changes = std::any_of(routes.ways.begin(), routes.ways.end(),
                                   [](const Exposure* way) { return way->changes_request; });
  if (changes) {
    http.path.reset();
    http.host.reset();
    http.headers.clear();
  }
  // A gateway that looks at tokens may keep them.
  if (!facts.gateway_inbound(gateway).token_rules.empty() && !http.jwt.is_absent()) http.jwt = {};
  return http;
}

}  // namespace kray
