// The way of a request, stage by stage; every mechanism is asked, and the answers are joined at the end.
//
// Facts about a pod (its ends in NetworkPolicies, the policies on its sidecar) are worked out when it is
// first named and kept: of a hundred thousand questions most name the same few.
#include "reach/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mesh/three_valued.h"
#include "reach/inbound_words.h"
#include "reach/query_client.h"
#include "reach/query_exposure.h"
#include "reach/query_facts.h"

namespace kray {
namespace {

QueryAnswer unknown_because(std::string reason) {
  QueryAnswer answer;
  answer.reason = std::move(reason);
  return answer;
}

// The answer of one presentation of the client to the pod's sidecar.
struct Asked {
  const Presentation* presentation = nullptr;
  InboundVerdict verdict;
};

// Steps and answer of one question, as they come.
class Way {
 public:
  Way(QueryFacts& facts, QueryRequest request, bool explain)
      : facts_(facts), request_(std::move(request)), explain_(explain) {
    answer_.allowed = Answer::yes;
    sent_.payload = request_.payload;
    sent_.http = std::move(request_.http);
  }

  QueryAnswer run() {
    if (std::string problem = find_ends(); !problem.empty()) return unknown_because(std::move(problem));
    // What no route leads to is asked nothing.
    if (!ask_exposure()) return std::move(answer_);
    ask_network();
    if (target_ && request_.transport == Transport::tcp) ask_sidecars();
    if (answer_.allowed == Answer::yes && answer_.reason.empty())
      answer_.reason = target_ && request_.transport != Transport::tcp
                           ? "no NetworkPolicy stops it, and the mesh looks at TCP alone"
                           : "no NetworkPolicy stops it";
    return std::move(answer_);
  }

 private:
  std::string find_ends() {
    const QueryDestination& destination = request_.destination;
    if (!destination.pod.empty()) {
      const PodDirectory::Found found = facts_.directory().find(destination.pod);
      if (!found.index) return found.problem;
      target_ = found.index;
    } else {
      const PodDirectory::Found found = facts_.directory().find_by_ip(*destination.ip);
      if (!found.problem.empty()) return found.problem;
      target_ = found.index;
    }
    if (target_) {
      if (const std::string problem = facts_.why_never_runs(*target_); !problem.empty())
        return "the pod " + problem;
    } else if (const MeshService* service = facts_.service_with_ip(*destination.ip)) {
      return fmt::format(
          "{} is the address of Service '{}/{}': name a pod behind it, and the Service as the "
          "way to it",
          to_string(*destination.ip), service->object->ns, service->object->name);
    } else if (!request_.source.gateway.empty()) {
      return "a gateway leads to pods: name one";
    }
    return find_client(facts_, request_, client_);
  }

  // Whether the pod is to be asked at all.
  bool ask_exposure() {
    if (!target_) return true;
    if (!client_.is_gateway) {
      if (!request_.source.outside) return true;
      DirectExposure direct = direct_exposure(facts_, request_, *target_);
      add(std::move(direct.step));
      return !direct.is_by_proxy;
    }
    routes_ = find_gateway_routes(facts_, request_, sent_.http, *client_.pod, *target_);
    for (QueryStep& step : gateway_exposure(facts_, request_, sent_.http, routes_, *client_.pod))
      add(std::move(step));
    sent_.http = passed_on(facts_, routes_, *client_.pod, std::move(sent_.http));
    return !routes_.ways.empty();
  }

  // One "no" is enough; without one, what is unknown stays so.
  void add(QueryStep step) {
    const Answer before = answer_.allowed;
    answer_.allowed = both(before, step.passes);
    if (before != Answer::no && step.passes != Answer::yes) {
      const bool adds_doubt = before == Answer::unknown && step.passes == Answer::unknown;
      if (!adds_doubt) answer_.reason.clear();
      add_reason(step.text);
      if (!adds_doubt) answer_.decided_by.clear();
      answer_.decided_by.insert(answer_.decided_by.end(), step.marks.begin(), step.marks.end());
    } else if (before == Answer::yes && step.decides) {
      answer_.reason = step.text;
      answer_.decided_by = step.marks;
    }
    if (step.passes != Answer::yes) ++obstacles_;
    if (explain_) answer_.steps.push_back(std::move(step));
  }

  void add_reason(const std::string& text) {
    if (answer_.reason.find(text) != std::string::npos) return;
    if (!answer_.reason.empty()) answer_.reason += "; ";
    answer_.reason += text;
  }

  void ask_network() {
    if (facts_.network().empty()) {
      if (!explain_) return;
      for (const Stage stage : {Stage::egress, Stage::ingress}) {
        QueryStep step;
        step.stage = stage;
        step.text = "there is no NetworkPolicy";
        add(std::move(step));
      }
      return;
    }
    const PreparedEnd source = client_end(facts_, request_, client_, target_);
    const PreparedEnd destination = target_ ? pod_end(facts_, *target_, request_.destination.ip)
                                            : facts_.network().prepare(address_end(*request_.destination.ip));
    const NetworkVerdict verdict =
        facts_.network().decide(source, destination, request_.transport, request_.destination.port);
    const bool may_be_ambient = target_ && request_.transport == Transport::tcp &&
                                facts_.is_guarded_by_ztunnel(*target_) != Answer::no;
    if (may_be_ambient) return ask_network_of_ambient(source, destination, verdict);
    add(network_step(verdict, Direction::egress));
    if (verdict.egress != Answer::no) add(network_step(verdict, Direction::ingress));
  }

  // Whether the client comes over HBONE: whoever shows an identity to a pod in ambient mode does.
  Answer uses_hbone() {
    Answer all = facts_.is_guarded_by_ztunnel(*target_);
    if (all != Answer::yes) return all;
    const std::vector<Presentation> presentations = ambient_presentations_of(facts_, request_, client_);
    for (const Presentation& one : presentations) {
      const Answer tunnelled = answer_of(one.principal.has_value());
      if (&one == &presentations.front()) all = tunnelled;
      if (tunnelled != all) all = Answer::unknown;
    }
    return all;
  }

  // AMB-3: to a NetworkPolicy HBONE is another port.
  void ask_network_of_ambient(const PreparedEnd& source, const PreparedEnd& destination,
                              const NetworkVerdict& plain) {
    constexpr uint16_t kHbonePort = 15008;
    const NetworkVerdict tunnel = facts_.network().decide(source, destination, Transport::tcp, kHbonePort);
    const Answer is_tunnelled = uses_hbone();
    for (const Direction direction : {Direction::egress, Direction::ingress}) {
      const QueryStep tunnelled = network_step(tunnel, direction);
      QueryStep step = is_tunnelled == Answer::yes ? tunnelled : network_step(plain, direction);
      if (is_tunnelled == Answer::unknown && step.passes != tunnelled.passes) {
        step.passes = Answer::unknown;
        step.text = fmt::format(
            "NetworkPolicies decide otherwise about port {} than about port {}, by which "
            "ambient mode connects",
            request_.destination.port, kHbonePort);
      }
      step.specs = "NP-1, AMB-3";
      add(std::move(step));
    }
  }

  // One step a direction. Its marks are what decides: the rules that allow, else the policies that isolate.
  static QueryStep network_step(const NetworkVerdict& verdict, Direction direction) {
    const bool is_egress = direction == Direction::egress;
    const std::string_view end = is_egress ? "client" : "pod";
    QueryStep step;
    step.stage = is_egress ? Stage::egress : Stage::ingress;
    step.passes = is_egress ? verdict.egress : verdict.ingress;
    step.specs = "NP-1";
    bool is_isolated = false;
    for (const IsolatingPolicy& one : verdict.isolated_by) {
      if (one.direction != direction) continue;
      is_isolated = true;
      const std::string_view verb = one.selects == Answer::yes ? "isolates" : "may isolate";
      if (step.passes != Answer::yes)
        step.marks.push_back({one.policy->shown(one.place), fmt::format("{} the {}", verb, end)});
    }
    for (const AllowingRule& one : verdict.allowed_by) {
      const bool is_certain = one.matches == Answer::yes;
      if (one.direction == direction)
        step.marks.push_back({one.policy->shown(one.place), is_certain ? "lets it pass" : "may let it pass"});
    }
    step.text = network_text(verdict, direction, is_isolated);
    return step;
  }

  static std::string network_text(const NetworkVerdict& verdict, Direction direction, bool is_isolated) {
    const bool is_egress = direction == Direction::egress;
    const std::string_view end = is_egress ? "client" : "pod";
    switch (is_egress ? verdict.egress : verdict.ingress) {
      case Answer::no:
        return fmt::format("a NetworkPolicy isolates the {}, and no rule lets {}", end,
                           is_egress ? "it send this" : "this client in");
      case Answer::unknown:
        return fmt::format("NetworkPolicies of the {} may stop it, as {}", end,
                           is_egress ? verdict.egress_doubt : verdict.ingress_doubt);
      case Answer::yes: break;
    }
    if (!is_isolated) return fmt::format("no NetworkPolicy isolates the {}", end);
    return fmt::format("a NetworkPolicy isolates the {}, and a rule lets {}", end,
                       is_egress ? "it send this" : "this client in");
  }

  void ask_sidecars() {
    const Answer is_own = is_own_call(facts_, request_, client_, *target_);
    may_be_own_ = is_own == Answer::unknown;
    if (is_own == Answer::yes) {
      QueryStep step;
      step.stage = Stage::policy;
      step.text = "a pod's calls to itself do not pass its sidecar";
      step.decides = true;
      return add(std::move(step));
    }
    if (facts_.is_guarded_by_ztunnel(*target_) != Answer::no) return ask_ztunnel();
    const std::vector<Presentation> presentations =
        presentations_of(facts_, request_, sent_.http.host, client_, routes_.ways, *target_);
    note_transport(presentations);
    std::vector<Asked> asked;
    for (const Presentation& one : presentations) {
      if (one.sends) asked.push_back({&one, ask_inbound(one)});
    }
    add_transport_step(presentations, asked.size());
    if (!asked.empty()) add_inbound(asked);
  }

  void note_transport(const std::vector<Presentation>& presentations) {
    answer_.transport = presentations.front().transport;
    for (const Presentation& one : presentations) {
      if (one.transport != answer_.transport) answer_.transport = "unknown";
    }
  }

  // 7.2: connections alone, and no filter chain.
  void ask_ztunnel() {
    const std::vector<Presentation> presentations = ambient_presentations_of(facts_, request_, client_);
    note_transport(presentations);
    add_transport_step(presentations, presentations.size());
    const ZtunnelWorkload& workload = facts_.ztunnel(*target_);
    std::vector<QueryStep> steps;
    for (const Presentation& one : presentations)
      steps.push_back(ztunnel_step(decide_ztunnel(workload, connection_of(one))));
    if (facts_.is_guarded_by_ztunnel(*target_) == Answer::unknown)
      steps.push_back(unguarded("whether the pod is in ambient mode is not known"));
    const Answer is_local = comes_from_own_node();
    if (is_local == Answer::yes)
      return add(unguarded("what comes from the network of the pod's own node does not pass ztunnel"));
    if (is_local == Answer::unknown)
      steps.push_back(unguarded(
          "the client is on the network of a node, and from the pod's own one it gets past ztunnel"));
    const auto other = std::find_if(steps.begin(), steps.end(), [&steps](const QueryStep& one) {
      return one.passes != steps.front().passes;
    });
    if (other == steps.end()) return add(std::move(steps.front()));
    QueryStep open = steps.front();
    open.passes = Answer::unknown;
    open.text = fmt::format("{}; but {}", steps.front().text, other->text);
    open.marks.insert(open.marks.end(), other->marks.begin(), other->marks.end());
    add(std::move(open));
  }

  static QueryStep unguarded(std::string text) {
    QueryStep step;
    step.stage = Stage::policy;
    step.text = std::move(text);
    step.specs = "INJ-19";
    step.decides = true;
    return step;
  }

  // INJ-19. unknown: the client is on the network of a node, and which nodes the two are on is not known.
  Answer comes_from_own_node() {
    const NetworkEnd& pod = facts_.network_end(*target_).end;
    if (!client_.pod) {
      const bool is_own =
          request_.source.ip && std::find(pod.node_addresses.begin(), pod.node_addresses.end(),
                                          *request_.source.ip) != pod.node_addresses.end();
      return answer_of(is_own);
    }
    const NetworkEnd& client = facts_.network_end(*client_.pod).end;
    if (!client.host_network) return Answer::no;
    if (client.node.empty() || pod.node.empty()) return Answer::unknown;
    return answer_of(client.node == pod.node);
  }

  Connection connection_of(const Presentation& presentation) {
    Connection connection;
    connection.principal = presentation.principal;
    connection.tls = presentation.tls;
    connection.sni = client_sni(request_, presentation);
    connection.source_ip = client_ip(facts_, request_, client_, *target_);
    connection.destination_ip = request_.destination.ip;
    if (!connection.destination_ip) connection.destination_ip = facts_.mesh_pod(*target_).ip;
    connection.port = request_.destination.port;
    return connection;
  }

  InboundVerdict ask_inbound(const Presentation& presentation) {
    sent_.connection = connection_of(presentation);
    return decide_inbound(facts_.inbound(*target_), sent_);
  }

  static std::string_view words_of_transport(const Presentation& one) {
    if (one.transport == "mtls") return "mTLS with the client's identity";
    if (one.transport == "tls-other") return "TLS without an identity of the mesh";
    return one.transport;
  }

  // Whether the client's own side lets it go, and as what.
  void add_transport_step(const std::vector<Presentation>& presentations, size_t sent) {
    const Presentation& first = presentations.front();
    if (first.transport.empty()) return;  // the question says it
    QueryStep step;
    step.stage = Stage::transport;
    const bool some_refuse = sent < presentations.size();
    step.passes = sent == 0 ? Answer::no : some_refuse ? Answer::unknown : Answer::yes;
    for (const Presentation& one : presentations) {
      const std::string how = one.how.empty() ? "" : one.how + ": ";
      const std::string text =
          one.is_certain ? fmt::format("{}{}, as {}", how, words_of_transport(one), one.reason)
                         : fmt::format("{}perhaps {}: {}", how, words_of_transport(one), one.reason);
      step.text += (step.text.empty() ? "" : "; ") + text;
      step.marks.insert(step.marks.end(), one.marks.begin(), one.marks.end());
    }
    step.specs = "CL-1, CL-2, CL-3";
    add(std::move(step));
  }

  void add_inbound(const std::vector<Asked>& asked) {
    const InboundWorkload& workload = facts_.inbound(*target_);
    const uint16_t port = request_.destination.port;
    const Asked& first = asked.front();
    const auto other = std::find_if(asked.begin(), asked.end(), [&first](const Asked& one) {
      return one.verdict.verdict != first.verdict.verdict;
    });
    if (other != asked.end()) return add_open_presentation(first, *other, workload, port);
    note_connection(asked);
    for (QueryStep& step : inbound_steps(first.verdict, workload, sent_, explain_)) {
      if (may_be_own_ && step.passes == Answer::no) {
        step.passes = Answer::unknown;
        step.text += "; by its own address the pod would not pass its sidecar";
      }
      add(std::move(step));
    }
    if (explain_) note_change(asked);
  }

  // What all cases agree on: mode and filter chain of the port, and the identity that the pod sees.
  void note_connection(const std::vector<Asked>& asked) {
    const Asked& first = asked.front();
    const InboundCase& likeliest = first.verdict.cases.front();
    if (!likeliest.is_proxied) return;
    bool same_mode = true;
    bool same_chain = true;
    bool same_principal = true;
    for (const Asked& one : asked) {
      same_principal = same_principal && shown_principal(one) == shown_principal(first);
      for (const InboundCase& other : one.verdict.cases) {
        same_mode = same_mode && other.is_proxied && other.mode == likeliest.mode;
        same_chain = same_chain && other.is_proxied && other.chain == likeliest.chain;
      }
    }
    if (same_mode) answer_.mtls = to_string(likeliest.mode);
    if (same_chain) answer_.chain = to_string(likeliest.chain);
    if (same_principal) answer_.principal = shown_principal(first);
  }

  static std::string shown_principal(const Asked& one) {
    const bool is_shown =
        one.presentation->tls != ClientTls::without_certificate &&
        std::all_of(one.verdict.cases.begin(), one.verdict.cases.end(), [](const InboundCase& c) {
          return c.is_proxied && c.chain != FilterChain::none && c.mode != MtlsMode::disable;
        });
    return is_shown ? one.presentation->principal.value : std::string();
  }

  // One rule decides only where nothing else is in the way, however the client connects.
  void note_change(const std::vector<Asked>& asked) {
    const size_t own = answer_.allowed == Answer::no ? 1 : 0;
    if (obstacles_ != own) return;
    answer_.change = inbound_change(asked.front().verdict);
    for (const Asked& one : asked) {
      if (inbound_change(one.verdict) != answer_.change) answer_.change.clear();
    }
  }

  // The pod answers one presentation otherwise than another.
  void add_open_presentation(const Asked& first, const Asked& other, const InboundWorkload& workload,
                             uint16_t port) {
    QueryStep step;
    step.stage = Stage::policy;
    step.passes = Answer::unknown;
    const auto words = [&](const Asked& one) {
      const std::string& how = one.presentation->how;
      return fmt::format("{}{}{}, {}", how, how.empty() ? "" : ", ", words_of_transport(*one.presentation),
                         inbound_text(one.verdict, workload));
    };
    step.text = fmt::format("it depends on how the client connects: {}; {}", words(first), words(other));
    for (const Asked* one : {&first, &other}) {
      for (Mark& mark : inbound_marks(one->verdict, workload, port)) step.marks.push_back(std::move(mark));
    }
    add(std::move(step));
  }

  QueryFacts& facts_;
  QueryRequest request_;  // its `http` is moved into `sent_`
  const bool explain_;
  QueryClient client_;
  std::optional<size_t> target_;
  GatewayRoutes routes_;     // of a client that comes through a gateway
  size_t obstacles_ = 0;     // steps that are not passed
  bool may_be_own_ = false;  // the call may never leave the pod
  Request sent_;
  QueryAnswer answer_;
};

}  // namespace

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::exposure: return "exposure";
    case Stage::egress: return "NetworkPolicy, egress";
    case Stage::ingress: return "NetworkPolicy, ingress";
    case Stage::transport: return "transport";
    case Stage::mtls: return "mTLS";
    case Stage::policy: return "AuthorizationPolicy";
  }
  return "";
}

struct QueryEngine::State {
  explicit State(const QueryWorld& world) : facts(world) {}
  QueryFacts facts;
};

QueryEngine::QueryEngine(const QueryWorld& world) : state_(std::make_unique<State>(world)) {}
QueryEngine::~QueryEngine() = default;

QueryAnswer QueryEngine::answer(QueryRequest request, bool explain) {
  return Way(state_->facts, std::move(request), explain).run();
}

}  // namespace kray
