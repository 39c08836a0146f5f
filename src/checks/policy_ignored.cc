// policy-ignored: Istio policies that are accepted and that no proxy reads.
//
// specs/istio.md: GEN-1 (label istio.io/rev of another revision, not resolved through tags), PA-1 (of
// two policies of one class only the oldest counts), PA-2 (a selector in the root namespace), AP-2a (a
// Service as target without a waypoint). Only what the input settles is reported.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array kParameters = {ParameterDescription{"root-namespace", true}};
constexpr std::array<std::string_view, 4> kPlaceholders = {"why", "kind", "name", "namespace"};

constexpr std::string_view kRevisionLabel = "istio.io/rev";
constexpr std::string_view kWaypointLabel = "istio.io/use-waypoint";

Match match_of(const Object& policy, NodeRef field, std::string why, std::string fix) {
  Match match;
  match.place = field.is_scalar() ? field.field_place() : field.key_place();
  match.label = "for this, no proxy reads the policy";
  match.values = object_values(policy);
  match.values["why"] = std::move(why);
  match.fix = std::move(fix);
  match.subject = logical_name(policy, field);
  return match;
}

// Revisions and tags that something in the input speaks of; an install without a revision is "default".
std::set<std::string, std::less<>> known_revisions(const Inventory& inventory) {
  std::set<std::string, std::less<>> revisions = {"default"};
  for (const Object& object : inventory.objects()) {
    if (object.group == "security.istio.io" || object.group == "networking.istio.io") continue;
    if (const NodeRef label = object.metadata()["labels"][kRevisionLabel]) revisions.emplace(label.text());
  }
  return revisions;
}

void check_revision(const Object& policy, const std::set<std::string, std::less<>>& revisions,
                    CheckOutcome& outcome) {
  const NodeRef label = policy.metadata()["labels"][kRevisionLabel];
  if (!label || (!label.text().empty() && revisions.contains(label.text()))) return;
  const std::string revision =
      label.text().empty() ? "an empty revision" : fmt::format("revision '{}'", label.text());
  outcome.matches.push_back(
      match_of(policy, label, fmt::format("it is for {}, and nothing in the input belongs to that", revision),
               "Remove the label, or set it to the revision of the control plane; a tag does not count."));
}

void check_root_selector(const Object& policy, std::string_view root_namespace, CheckOutcome& outcome) {
  const NodeRef selector = policy.spec()["selector"];
  if (policy.ns != root_namespace || selector["matchLabels"].size() == 0) return;
  outcome.matches.push_back(match_of(
      policy, selector,
      fmt::format("in '{}', the root namespace, a PeerAuthentication with a selector counts for no pod",
                  root_namespace),
      "Move it to the namespace of the pods, or remove the selector to set the mode of the whole mesh."));
}

// Whether a Service certainly has no waypoint: it and its namespace are in the input without the label.
bool has_no_waypoint(const Object& policy, NodeRef target, const CheckContext& context) {
  const NamespaceInfo* ns = context.inventory.find_namespace(policy.ns);
  if (ns == nullptr) return false;
  for (const NamespaceInfo::Definition& one : ns->definitions) {
    if (one.labels.contains(kWaypointLabel)) return false;
  }
  bool defined = false;
  for (const Object* service : context.inventory.of_kind("", "Service")) {
    if (service->ns != policy.ns || service->name != target["name"].text()) continue;
    if (service->metadata()["labels"][kWaypointLabel]) return false;
    defined = true;
  }
  return defined;
}

void check_targets(const Object& policy, const CheckContext& context, CheckOutcome& outcome) {
  std::vector<NodeRef> targets;
  for (const NodeRef target : policy.spec()["targetRefs"].items()) targets.push_back(target);
  if (targets.empty() && policy.spec()["targetRef"]) targets.push_back(policy.spec()["targetRef"]);
  const bool all_ignored = std::all_of(targets.begin(), targets.end(), [&](NodeRef target) {
    return target["kind"].text() == "Service" && has_no_waypoint(policy, target, context);
  });
  if (targets.empty() || !all_ignored) return;
  const NodeRef field =
      policy.spec()["targetRefs"].size() > 0 ? policy.spec()["targetRefs"] : policy.spec()["targetRef"];
  outcome.matches.push_back(match_of(
      policy, field,
      fmt::format("its target Service '{}' has no waypoint, and sidecars do not read policies with targets",
                  targets.front()["name"].text()),
      "Use a selector on the pods' labels, or give the Service a waypoint."));
}

bool is_for_namespace(const Object& policy) { return policy.spec()["selector"]["matchLabels"].size() == 0; }

// Two policies for one whole namespace with different modes: the older one wins, the other is in vain.
void check_second_of_namespace(const std::vector<const Object*>& policies, CheckOutcome& outcome) {
  for (size_t i = 0; i < policies.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const Object& first = *policies[j];
      const Object& second = *policies[i];
      if (!is_for_namespace(first) || !is_for_namespace(second) || first.ns != second.ns ||
          first.ns.empty() || first.name == second.name ||
          PeerAuthenticationView(first).mode() == PeerAuthenticationView(second).mode())
        continue;
      const NodeRef mtls = second.spec()["mtls"] ? second.spec()["mtls"] : second.metadata()["name"];
      Match match = match_of(
          second, mtls,
          fmt::format(
              "PeerAuthentication '{}' is for the same namespace, and only the older of the two counts",
              first.name),
          "Keep one of the two.");
      match.related.push_back({first.name_place(), fmt::format("PeerAuthentication '{}'", first.name),
                               "This one is for the whole namespace too."});
      outcome.matches.push_back(std::move(match));
      break;
    }
  }
}

void run(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome) {
  const std::string& root_namespace = parameter(parameters, "root-namespace").front();
  const auto revisions = known_revisions(context.inventory);
  std::vector<const Object*> peers;
  for (const Object* policy : context.inventory.of_kind("security.istio.io", "AuthorizationPolicy")) {
    check_revision(*policy, revisions, outcome);
    check_targets(*policy, context, outcome);
  }
  for (const Object* policy : context.inventory.of_kind("security.istio.io", "PeerAuthentication")) {
    check_revision(*policy, revisions, outcome);
    check_root_selector(*policy, root_namespace, outcome);
    if (!policy->metadata()["labels"][kRevisionLabel]) peers.push_back(policy);
  }
  check_second_of_namespace(peers, outcome);
}

}  // namespace

constinit const Primitive kPolicyIgnored = {"policy-ignored", kParameters, kPlaceholders, run};

}  // namespace kray
