// Routes are compared as the gateway sorts them: the most special host, then for VirtualServices their
// order in the list with catch-all routes last, for the Gateway API the most special path. Where two objects
// meet, the input does not always say which comes first.
#include "reach/gateway_route.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "mesh/three_valued.h"
#include "network/request_match.h"

namespace kray {
namespace {

// Routing looks at the name alone (AP-15).
std::string_view name_of(const std::string& host) { return std::string_view(host).substr(0, host.find(':')); }

// Whether a request is one that the way leads on. unknown: the question does not say enough.
Answer takes(const Exposure& way, const HttpRequest& request) {
  Answer host = way.hosts.empty() ? Answer::yes : Answer::unknown;
  if (!way.hosts.empty() && request.host) {
    host = any_of(way.hosts, [&request](const std::string& pattern) {
      return answer_of(common_host(pattern, name_of(*request.host)).has_value());
    });
  }
  Answer path = way.path.kind == PathCondition::Kind::any ? Answer::yes : Answer::unknown;
  if (path == Answer::unknown && request.path && way.path.kind != PathCondition::Kind::regex) {
    const PathCondition asked{.kind = PathCondition::Kind::exact,
                              .value = request.path->substr(0, request.path->find('?'))};
    path = answer_of(common_path(way.path, asked).has_value());
  }
  const Answer rest = way.needs.empty() ? Answer::yes : Answer::unknown;
  return both(both(host, path), rest);
}

// Greater is more special; an exact name is the most special.
size_t rank_of_host(const Exposure& way, const HttpRequest& request) {
  size_t rank = 0;
  for (const std::string& pattern : way.hosts) {
    if (!request.host || !common_host(pattern, name_of(*request.host))) continue;
    rank = std::max(rank, pattern.starts_with('*') ? pattern.size() : size_t{0xFFFF});
  }
  return rank;
}

bool is_catch_all(const Exposure& way) {
  const bool takes_all_paths = way.path.kind == PathCondition::Kind::any ||
                               (way.path.kind == PathCondition::Kind::prefix && way.path.value == "/");
  return takes_all_paths && way.needs.empty();
}

size_t rank_of_path(const Exposure& way) {
  return way.path.kind == PathCondition::Kind::exact ? size_t{0xFFFF} : way.path.value.size();
}

// Destinations of one route share its requests by weight.
bool are_one_route(const Exposure& a, const Exposure& b) {
  return routing_step(a).object == routing_step(b).object && a.path == b.path && a.hosts == b.hosts &&
         a.needs == b.needs;
}

// Whether `other` comes first; nothing if the input does not say.
std::optional<bool> precedes(const Exposure& other, const Exposure& way, const HttpRequest& request) {
  const size_t host = rank_of_host(way, request);
  const size_t other_host = rank_of_host(other, request);
  if (host != other_host) return other_host > host;
  if (way.kind == ExposureKind::gateway_api) {
    const size_t path = rank_of_path(way);
    const size_t other_path = rank_of_path(other);
    return path == other_path ? std::nullopt : std::optional(other_path > path);
  }
  if (is_catch_all(way) != is_catch_all(other)) return is_catch_all(way);
  const ExposureStep& step = routing_step(way);
  const ExposureStep& other_step = routing_step(other);
  if (step.object != other_step.object || step.object->is_derived()) return std::nullopt;
  return other_step.place.begin < step.place.begin;
}

// A way of the same listener to other pods, and whether it takes the request away.
struct Rival {
  const Exposure* way = nullptr;
  Answer wins = Answer::no;
};

class Chooser {
 public:
  Chooser(QueryFacts& facts, const QueryRequest& request, const HttpRequest& http, size_t gateway,
          size_t target)
      : facts_(facts),
        request_(request),
        http_(http),
        gateway_(&facts.world().pods[gateway]),
        target_(target) {}

  GatewayRoutes run() {
    for (const Exposure& way : facts_.exposures(target_)) {
      if (is_of_gateway(way) && leads_to_port(way)) add(way);
    }
    if (!routes_.ways.empty()) routes_.elsewhere = nullptr;
    if (routes_.leads == Answer::yes) routes_.doubt.clear();
    return std::move(routes_);
  }

 private:
  bool is_of_gateway(const Exposure& way) const { return way.gateway && way.gateway->pods == gateway_; }
  static bool is_same_end(const Exposure& a, const Exposure& b) {
    return a.service == b.service && a.service_port == b.service_port;
  }
  bool leads_to_port(const Exposure& way) const {
    return way.transport == request_.transport && (way.port == 0 || way.port == request_.destination.port);
  }

  void add(const Exposure& way) {
    const Answer taken = takes(way, http_);
    if (taken == Answer::no) return;
    const Rival rival = rival_of(way);
    if (rival.wins == Answer::yes) {
      routes_.elsewhere = rival.way;
      return;
    }
    const Answer leads = both(both(taken, negation(rival.wins)), way.certainty);
    if (leads == Answer::yes && routes_.leads != Answer::yes) {
      routes_.ways.insert(routes_.ways.begin(), &way);
    } else {
      routes_.ways.push_back(&way);
    }
    if (routes_.leads == Answer::no && leads == Answer::unknown)
      routes_.doubt = taken == Answer::unknown ? "its route has conditions that the question does not settle"
                      : rival.wins == Answer::unknown ? doubt_of(rival)
                                                      : way.reason;
    routes_.leads = either(routes_.leads, leads);
  }

  std::string doubt_of(const Rival& rival) const {
    const Object& object = *routing_step(*rival.way).object;
    return fmt::format("{} '{}' may take the request elsewhere", object.kind, object.name);
  }

  Rival rival_of(const Exposure& way) {
    Rival found;
    for (size_t pod = 0; pod < facts_.world().pods.size(); ++pod) {
      for (const Exposure& other : facts_.exposures(pod)) {
        if (!is_of_gateway(other) || other.gateway->port != way.gateway->port || is_same_end(other, way) ||
            are_one_route(way, other))
          continue;
        const std::optional<bool> first = precedes(other, way, http_);
        const Answer comes_first = first ? answer_of(*first) : Answer::unknown;
        const Answer wins = both(takes(other, http_), comes_first);
        if (wins == Answer::yes) return {&other, wins};
        if (wins == Answer::unknown && found.way == nullptr) found = {&other, wins};
      }
    }
    return found;
  }

  QueryFacts& facts_;
  const QueryRequest& request_;
  const HttpRequest& http_;
  const PodClass* gateway_;
  const size_t target_;
  GatewayRoutes routes_;
};

}  // namespace

GatewayRoutes find_gateway_routes(QueryFacts& facts, const QueryRequest& request, const HttpRequest& http,
                                  size_t gateway, size_t target) {
  return Chooser(facts, request, http, gateway, target).run();
}

// The chain ends with it and the Service.
const ExposureStep& routing_step(const Exposure& way) { return way.chain[way.chain.size() - 2]; }

}  // namespace kray
