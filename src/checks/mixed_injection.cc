// mixed-injection: headless Services that select Ray pods with a sidecar together with pods without.
//
// specs/kuberay-kubeflow.md B.9: clients use mTLS to a headless Service only if every endpoint has a
// sidecar; one pod without switches all of them to plaintext, and identity rules stop matching.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 5> kPlaceholders = {"service", "without", "with", "name", "namespace"};

struct Member {
  const PodClass* pods;
  const InjectionDecision* decision;
  Answer has_sidecar;
};

// specs/istio.md 0.5-22: what clients go by is the label tlsMode, which a sidecar that takes no traffic
// has too; it is no reason for plaintext.
Answer has_sidecar(const InjectionDecision& decision) {
  if (decision.proxy == ProxyKind::sidecar && !decision.tls_mode.empty() && decision.tls_mode != "disabled")
    return Answer::yes;
  return has_intercepting_sidecar(decision);
}

std::vector<Member> members_of(const Object& service, const CheckContext& context) {
  std::vector<Member> members;
  const NodeRef selector = ServiceView(service).selector();
  if (selector.size() == 0) return members;
  for (size_t i = 0; i < context.pods.size(); ++i) {
    const PodClass& pods = context.pods[i];
    // No Service is sure to select pods whose labels are not known; Redis is cleaned up when the cluster is
    // gone, with the head's template.
    if (!pods.labels_are_certain || pods.shares_template()) continue;
    // A pod that is refused is no endpoint.
    const InjectionDecision& decision = context.injection[i];
    if (decision.rejected != Answer::yes && may_share_namespace(service, *pods.object) &&
        matches_all(selector, pods.labels)) {
      members.push_back({&pods, &decision, has_sidecar(decision)});
    }
  }
  return members;
}

bool has_answer(const std::vector<Member>& members, Answer answer) {
  return std::any_of(members.begin(), members.end(),
                     [answer](const Member& member) { return member.has_sidecar == answer; });
}

Match match_of(const Object& service, const Member& bare, const std::vector<Member>& members) {
  std::vector<std::string> injected;
  for (const Member& member : members) {
    if (member.has_sidecar == Answer::yes) injected.push_back(member.pods->describe());
  }
  Match match;
  const InjectionDecision& decision = *bare.decision;
  const bool on_pod =
      decision.injected == Answer::no && !decision.decided_by_namespace() && !decision.decided_by_injector();
  match.place = on_pod ? decision.place : label_place(*bare.pods);
  match.label = fmt::format("no sidecar, behind Service {}", quoted(service.name));
  match.values = object_values(*bare.pods->object);
  match.values["service"] = std::string(service.name);
  match.values["without"] = bare.pods->describe();
  match.values["with"] = join_words(injected, 4);
  match.related.push_back({service.spec()["clusterIP"].field_place(),
                           fmt::format("Service {}", quoted(service.name)),
                           fmt::format("Headless Service {} selects both.", quoted(service.name))});
  match.subject = logical_name(*bare.pods->object, bare.pods->pod_template.spec);
  return match;
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (const Object* service : context.inventory.of_kind("", "Service")) {
    if (!ServiceView(*service).is_headless()) continue;
    const std::vector<Member> members = members_of(*service, context);
    const bool any_ray = std::any_of(members.begin(), members.end(),
                                     [](const Member& member) { return member.pods->is_ray_node(); });
    if (!any_ray || members.size() < 2) continue;
    const bool mixed = has_answer(members, Answer::yes) && has_answer(members, Answer::no);
    for (const Member& member : members) {
      if (mixed && member.has_sidecar == Answer::no) {
        outcome.matches.push_back(match_of(*service, member, members));
      } else if (!mixed && member.has_sidecar == Answer::unknown &&
                 member.decision->reason != InjectionReason::label_not_a_string) {
        outcome.unknowns.push_back(injection_unknown(*member.pods, *member.decision));
      }
    }
  }
}

}  // namespace

constinit const Primitive kMixedInjection = {"mixed-injection", {}, kPlaceholders, run};

}  // namespace kray
