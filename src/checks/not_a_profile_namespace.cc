// not-a-profile-namespace: on Kubeflow, Ray in a namespace that no Profile made.
//
// specs/kuberay-kubeflow.md E.1: the Profile makes the namespace, the service accounts default-editor and
// default-viewer, and the policy ns-owner-access-istio. Profiles may be made by hand and be in no file: with
// none at all in the input it cannot be told, unless the Namespace itself is there and is a plain one.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "checks/describe.h"
#include "checks/kubeflow_use.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 5> kPlaceholders = {"namespace", "pods", "missing", "kind", "name"};

struct RayInNamespace {
  const Object* first = nullptr;
  const PodClass* of_profile_account = nullptr;  // the first that runs as default-editor or default-viewer
};

std::map<std::string, RayInNamespace> ray_by_namespace(const CheckContext& context) {
  std::map<std::string, RayInNamespace> found;
  for (const PodClass& pods : context.pods) {
    if (pods.role == PodRole::other || pods.object->ns.empty()) continue;
    RayInNamespace& one = found[pods.object->ns];
    if (one.first == nullptr) one.first = pods.object;
    if (one.of_profile_account == nullptr &&
        is_profile_account(pods.pod_template.service_account_name().text()))
      one.of_profile_account = &pods;
  }
  return found;
}

enum class Origin : uint8_t { profile, plain, not_in_input };

// The profile controller labels its namespaces, or at least notes the owner.
bool is_made_by_profile(const NamespaceInfo::Definition& definition) {
  const auto part_of = definition.labels.find("app.kubernetes.io/part-of");
  return definition.object->is("kubeflow.org", "Profile") ||
         (part_of != definition.labels.end() && part_of->second == "kubeflow-profile") ||
         definition.object->metadata()["annotations"]["owner"].is_string();
}

Origin origin_of(const CheckContext& context, const std::string& ns) {
  const NamespaceInfo* info = context.inventory.find_namespace(ns);
  if (info == nullptr) return Origin::not_in_input;
  const bool any = std::any_of(info->definitions.begin(), info->definitions.end(), is_made_by_profile);
  return any ? Origin::profile : Origin::plain;
}

Match match_of(const CheckContext& context, const std::string& ns, const RayInNamespace& ray) {
  const NamespaceInfo* info = context.inventory.find_namespace(ns);
  const bool by_option = ray.first->ns_source == NamespaceSource::option;
  Match match;
  if (info != nullptr) {
    match.place = info->definitions.front().object->name_place();
  } else {
    match.place = by_option || !ray.first->ns_place ? ray.first->name_place() : ray.first->ns_place;
  }
  match.label = "no Profile of this name";
  match.values = object_values(*ray.first);
  match.values["namespace"] = ns;
  match.values["pods"] = fmt::format("{} {}", ray.first->kind, quoted(ray.first->name));
  match.values["missing"] = "it lacks the service accounts and the policy that a Profile makes";
  if (ray.of_profile_account != nullptr) {
    const NodeRef account = ray.of_profile_account->pod_template.service_account_name();
    match.values["missing"] =
        fmt::format("pods that run as service account {} are not created", quoted(account.text()));
    match.related.push_back({account.field_place(), "service account " + quoted(account.text()),
                             "Only a Profile makes this service account."});
  }
  match.subject = logical_name(*ray.first);
  return match;
}

Unknown profile_unknown(const std::string& ns, const Object& object) {
  return {.fact = "profile:" + ns,
          .message = fmt::format(
              "The input has no Profile at all, so it is open whether namespace '{}' has one.", ns),
          .advice = "Add the Profiles to the input ('kubectl get profiles -o yaml').",
          .place = object.name_place()};
}

bool has_account(const CheckContext& context, const std::string& ns, const PodClass& pods) {
  const auto accounts = context.inventory.of_kind("", "ServiceAccount");
  return std::any_of(accounts.begin(), accounts.end(), [&](const Object* account) {
    return account->ns == ns && account->name == pods.pod_template.service_account_name().text();
  });
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  if (!uses_kubeflow(context)) return;
  const bool any_profile = !context.inventory.of_kind("kubeflow.org", "Profile").empty();
  for (const auto& [ns, ray] : ray_by_namespace(context)) {
    const Origin origin = origin_of(context, ns);
    if (origin == Origin::profile) continue;
    // Someone makes the account by hand, and with it a namespace without a Profile on purpose.
    if (ray.of_profile_account != nullptr && has_account(context, ns, *ray.of_profile_account)) continue;
    if (any_profile || origin == Origin::plain) {
      outcome.matches.push_back(match_of(context, ns, ray));
    } else {
      outcome.unknowns.push_back(profile_unknown(ns, *ray.first));
    }
  }
}

}  // namespace

constinit const Primitive kNotAProfileNamespace = {"not-a-profile-namespace", {}, kPlaceholders, run};

}  // namespace kray
