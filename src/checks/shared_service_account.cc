// shared-service-account: the rights of Ray's autoscaler given to an account that other pods run as.
//
// specs/kuberay-kubeflow.md B.5: with enableInTreeAutoscaling KubeRay binds a Role (pods of the
// namespace, the RayCluster) to the head's account. Without one in the template it makes one for the
// cluster alone; one that is named there may be anybody's. Kubeflow's notebooks run as `default-editor`
// (E.1, F.1), pods that name no account as `default`.
#include <fmt/format.h>

#include <array>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array kParameters = {ParameterDescription{"notebook-accounts", true}};
constexpr std::array<std::string_view, 5> kPlaceholders = {"account", "users", "kind", "name", "namespace"};

constexpr std::string_view kNotebooks = "Kubeflow's notebooks";

NodeRef account_of(NodeRef pod_spec) {
  return pod_spec["serviceAccountName"] ? pod_spec["serviceAccountName"] : pod_spec["serviceAccount"];
}

struct User {
  const Object* object;
  NodeRef account;  // the field that names it
  std::string words;
};

// Notebooks and workloads of the same namespace that run as the account. Other Ray clusters do not
// count: their heads have the same rights.
std::vector<User> other_users(const PodClass& head, std::string_view account, const CheckContext& context) {
  std::vector<User> users;
  for (const Object* notebook : context.inventory.of_kind("kubeflow.org", "Notebook")) {
    const NodeRef theirs = account_of(notebook->spec()["template"]["spec"]);
    if (theirs.text() == account && may_share_namespace(*notebook, *head.object))
      users.push_back({notebook, theirs, fmt::format("Notebook '{}'", notebook->name)});
  }
  for (const PodClass& pods : context.pods) {
    const NodeRef theirs = account_of(pods.pod_template.spec);
    if (pods.role == PodRole::other && !pods.object->is("kubeflow.org", "Notebook") &&
        theirs.text() == account && may_share_namespace(*pods.object, *head.object))
      users.push_back({pods.object, theirs, pods.describe()});
  }
  return users;
}

// Whose account it is by its name, whatever the input holds.
std::string owner_by_name(std::string_view account, const Parameters& parameters) {
  if (contains(parameter(parameters, "notebook-accounts"), account)) return std::string(kNotebooks);
  if (account == "default") return "every pod of the namespace that names none";
  return {};
}

void check_head(const PodClass& head, const CheckContext& context, const Parameters& parameters,
                CheckOutcome& outcome) {
  const NodeRef autoscaling = ray_cluster_spec_of(*head.object).spec["enableInTreeAutoscaling"];
  const NodeRef account = account_of(head.pod_template.spec);
  if (!autoscaling.is_true() || account.text().empty()) return;
  const std::vector<User> users = other_users(head, account.text(), context);
  std::vector<std::string> words;
  const std::string owner = owner_by_name(account.text(), parameters);
  if (!owner.empty()) words.push_back(owner);
  for (const User& user : users) {
    const bool named = owner == kNotebooks && user.object->kind == "Notebook";
    if (!named) words.push_back(user.words);
  }
  if (words.empty()) return;
  Match match;
  match.place = account.field_place();
  match.label = "gets the autoscaler's rights";
  match.values = object_values(*head.object);
  match.values["account"] = std::string(account.text());
  match.values["users"] = join_words(words, 3);
  match.related.push_back({autoscaling.field_place(), "the switch for autoscaling",
                           "For this, KubeRay binds rights over pods to the head's account."});
  for (const User& user : users) {
    match.related.push_back({user.account.field_place(), user.words,
                             fmt::format("The {} runs as the same account.", user.words)});
  }
  match.subject = logical_name(*head.object, account);
  outcome.matches.push_back(std::move(match));
}

void run(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome) {
  for (const PodClass& pods : context.pods) {
    if (pods.role == PodRole::ray_head) check_head(pods, context, parameters, outcome);
  }
}

}  // namespace

constinit const Primitive kSharedServiceAccount = {"shared-service-account", kParameters, kPlaceholders, run};

}  // namespace kray
