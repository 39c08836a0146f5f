// Picks the ways that lead to the port; a gateway asks for whatever its own policies demand (GW-10), and its
// external authorisers cannot be answered for (AP-22).
#include "reach/query_exposure.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "mesh/inbound_explain.h"
#include "mesh/three_valued.h"
#include "network/request_match.h"
#include "reach/inbound_words.h"

namespace kray {
namespace {

// Whether a request is one that the way leads on. unknown: the question does not say enough.
Answer takes(const Exposure& way, const HttpRequest& request) {
  Answer host = way.hosts.empty() ? Answer::yes : Answer::unknown;
  if (!way.hosts.empty() && request.host) {
    // Routing looks at the name alone (AP-15).
    const std::string name = request.host->substr(0, request.host->find(':'));
    host = any_of(way.hosts, [&name](const std::string& pattern) {
      return answer_of(common_host(pattern, name).has_value());
    });
  }
  Answer path = way.path.kind == PathCondition::Kind::any ? Answer::yes : Answer::unknown;
  if (path == Answer::unknown && request.path && way.path.kind != PathCondition::Kind::regex) {
    const PathCondition asked{.kind = PathCondition::Kind::exact,
                              .value = request.path->substr(0, request.path->find('?'))};
    path = answer_of(common_path(way.path, asked).has_value());
  }
  const Answer rest = way.needs.empty() ? Answer::yes : Answer::unknown;
  return conjunction(conjunction(host, path), rest);
}

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

// The best of the ways: one that surely leads there before one that may.
struct Best {
  const Exposure* way = nullptr;
  Answer leads = Answer::no;
};

template <typename Takes>
Best best_of(const std::vector<Exposure>& ways, const Takes& takes_it) {
  Best best;
  for (const Exposure& way : ways) {
    const Answer leads = conjunction(takes_it(way), way.certainty);
    if (leads == Answer::no || best.leads == Answer::yes) continue;
    if (best.way == nullptr || leads == Answer::yes) best = {&way, leads};
  }
  return best;
}

QueryStep step_of(const Best& best, const std::string& none) {
  QueryStep step;
  step.stage = Stage::exposure;
  step.passes = best.leads;
  step.specs = "GW-1, ING-1, GA-2, EXP-1";
  if (best.way == nullptr) {
    step.text = none;
    return step;
  }
  const std::string_view kind = to_string(best.way->kind);
  step.marks = marks_of(*best.way);
  step.text = best.leads == Answer::yes  ? fmt::format("{} leads there", kind)
              : best.way->reason.empty() ? fmt::format(
                                               "{} may lead there: its route has conditions that the "
                                               "question does not settle",
                                               kind)
                                         : fmt::format("{} may lead there: {}", kind, best.way->reason);
  return step;
}

QueryStep direct_step(QueryFacts& facts, const QueryRequest& request, size_t target) {
  const Best best = best_of(facts.exposures(target), [&request](const Exposure& way) {
    return answer_of(!is_routed(way) && !way.gateway && leads_to(way, request));
  });
  return step_of(
      best, fmt::format("no Service or node port leads to port {} from outside", request.destination.port));
}

// AuthorizationPolicies on the gateway's pods, for HTTP from somebody without an identity of the mesh.
QueryStep gateway_policies(QueryFacts& facts, const QueryRequest& request, const HttpRequest& http,
                           size_t gateway) {
  const InboundWorkload& workload = facts.gateway_inbound(gateway);
  Request sent;
  sent.connection.principal = Stated<std::string>::none();
  sent.connection.sni =
      request.source.sni ? Stated<std::string>::of(*request.source.sni) : Stated<std::string>{};
  sent.connection.source_ip = request.source.ip;
  sent.payload = Payload::http;
  sent.http = http;
  const InboundVerdict verdict = decide_inbound(workload, sent);
  QueryStep step;
  step.stage = Stage::exposure;
  step.passes = verdict.verdict == Verdict::allow  ? Answer::yes
                : verdict.verdict == Verdict::deny ? Answer::no
                                                   : Answer::unknown;
  step.text = "at the gateway, " + describe(workload, verdict);
  step.specs = "GW-10";
  step.marks = inbound_marks(verdict, workload, sent.connection.port);
  return step;
}

std::vector<QueryStep> gateway_steps(QueryFacts& facts, const QueryRequest& request, const HttpRequest& http,
                                     size_t gateway, size_t target) {
  const PodClass* pods = &facts.world().pods[gateway];
  const Best best = best_of(facts.exposures(target), [&](const Exposure& way) {
    if (!way.gateway || way.gateway->pods != pods || !leads_to(way, request)) return Answer::no;
    return takes(way, http);
  });
  QueryStep route = step_of(
      best, fmt::format("no route of {} leads to port {}", pods->describe(), request.destination.port));
  if (route.passes == Answer::no) return {std::move(route)};
  return {std::move(route), gateway_policies(facts, request, http, gateway)};
}

}  // namespace

std::vector<QueryStep> exposure_steps(QueryFacts& facts, const QueryRequest& request, const HttpRequest& http,
                                      const QueryClient& client, std::optional<size_t> target) {
  if (!target) return {};
  if (client.is_gateway) return gateway_steps(facts, request, http, *client.pod, *target);
  if (request.source.outside) return {direct_step(facts, request, *target)};
  return {};
}

}  // namespace kray
