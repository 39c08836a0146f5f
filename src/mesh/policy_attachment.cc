// The sidecar's and the gateway pod's columns of table 2.1 (AP-1, AP-2, AP-2a); waypoints see targetRefs
// alone.
#include "mesh/policy_attachment.h"

#include <algorithm>

#include "mesh/istio_objects.h"
#include "mesh/three_valued.h"

namespace kray {
namespace {

constexpr std::string_view kGatewayLabel = "gateway.networking.k8s.io/gateway-name";

// 2.1: a list beats the older single reference.
bool names_gateway(const Object& policy, std::string_view gateway) {
  const auto is_it = [&](NodeRef target) {
    return target["group"].text() == "gateway.networking.k8s.io" && target["kind"].text() == "Gateway" &&
           target["name"].text() == gateway &&
           (target["namespace"].text().empty() || target["namespace"].text() == policy.ns);
  };
  const NodeRef list = policy.spec()["targetRefs"];
  if (list.size() == 0) return is_it(policy.spec()["targetRef"]);
  const ItemRange targets = list.items();
  return std::any_of(targets.begin(), targets.end(), is_it);
}

bool has_targets(const Object& policy) {
  return policy.spec()["targetRefs"].size() > 0 || policy.spec()["targetRef"].size() > 0;
}

}  // namespace

Answer policy_reaches(const Object& policy, std::string_view ns, std::string_view root_namespace) {
  return either(lives_in(policy, root_namespace), lives_in(policy, ns));
}

Answer policy_attachment(const Object& policy, std::string_view ns, const Labels& labels,
                         std::string_view root_namespace) {
  if (has_targets(policy)) {
    const auto gateway = labels.find(kGatewayLabel);
    const bool is_target = gateway != labels.end() && names_gateway(policy, gateway->second);
    return is_target ? lives_in(policy, ns) : Answer::no;
  }
  if (!matches_all(policy.spec()["selector"]["matchLabels"], labels)) return Answer::no;
  return policy_reaches(policy, ns, root_namespace);
}

}  // namespace kray
