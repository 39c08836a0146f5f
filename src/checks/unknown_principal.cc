// unknown-principal: identities in AuthorizationPolicies that no pod can have, as their service account or
// their namespace does not exist.
//
// A principal is "TRUST DOMAIN/ns/NAMESPACE/sa/ACCOUNT" (specs/istio.md 2.6). The input settles it only
// where it defines the namespace together with its accounts: a Kubeflow Profile makes default-editor and
// default-viewer (specs/kuberay-kubeflow.md E.1), every namespace has `default`, KubeRay makes one for
// a cluster with autoscaling (B.5), Istio one for a Gateway. Namespaces that the input does not define
// are reported only if their name is a slip of one that it does.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "cluster/similar.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 5> kPlaceholders = {"principal", "why", "kind", "name", "namespace"};

struct Account {
  std::string_view ns;
  std::string_view name;
};

// Nothing where a wildcard may stand for any name.
std::optional<Account> account_of_principal(std::string_view text) {
  const size_t ns = text.find("/ns/");
  if (ns == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(ns + 4);
  const size_t sa = rest.find("/sa/");
  if (sa == std::string_view::npos) return std::nullopt;
  const Account account{rest.substr(0, sa), rest.substr(sa + 4)};
  const bool whole = account.ns.find_first_of("*/$") == std::string_view::npos &&
                     account.name.find_first_of("*/$") == std::string_view::npos;
  return whole && !account.ns.empty() && !account.name.empty() ? std::optional(account) : std::nullopt;
}

std::optional<Account> account_of_short_form(std::string_view text, std::string_view own_namespace) {
  const size_t slash = text.find('/');
  if (text.empty() || text.find_first_of("*$") != std::string_view::npos) return std::nullopt;
  if (slash == std::string_view::npos)
    return own_namespace.empty() ? std::nullopt : std::optional(Account{own_namespace, text});
  return Account{text.substr(0, slash), text.substr(slash + 1)};
}

// The accounts of one namespace, as far as the input tells.
struct Accounts {
  std::set<std::string, std::less<>> names = {"default"};
  bool are_defined = false;  // the input defines the namespace and accounts in it

  void add(std::string_view name) {
    if (!name.empty()) names.emplace(name);
  }
};

bool may_be_in(const Object& object, std::string_view ns) {
  return object.ns == ns || object.ns_source == NamespaceSource::not_set;
}

// Accounts that controllers make, and those that pods of the input run as: they exist somewhere.
void add_used(Accounts& accounts, std::string_view ns, const CheckContext& context) {
  for (const PodClass& pods : context.pods) {
    if (!may_be_in(*pods.object, ns)) continue;
    accounts.add(pods.pod_template.service_account_name().text());
    if (pods.role == PodRole::ray_head) accounts.add(pods.object->name);
  }
  for (const Object& object : context.inventory.objects()) {
    if (!may_be_in(object, ns)) continue;
    if (object.is("kubeflow.org", "Notebook"))
      accounts.add(object.spec()["template"]["spec"]["serviceAccountName"].text());
    if (object.is("gateway.networking.k8s.io", "Gateway")) {
      accounts.add(object.name);
      accounts.add(fmt::format("{}-{}", object.name, object.spec()["gatewayClassName"].text()));
    }
  }
}

Accounts accounts_of(std::string_view ns, const NamespaceInfo& info, const CheckContext& context) {
  Accounts accounts;
  for (const NamespaceInfo::Definition& one : info.definitions) {
    if (!one.object->is("kubeflow.org", "Profile")) continue;
    accounts.are_defined = true;
    accounts.add("default-editor");
    accounts.add("default-viewer");
  }
  for (const Object* account : context.inventory.of_kind("", "ServiceAccount")) {
    if (!may_be_in(*account, ns)) continue;
    accounts.are_defined = accounts.are_defined || account->ns == ns;
    accounts.add(account->name);
  }
  add_used(accounts, ns, context);
  return accounts;
}

std::vector<std::string_view> defined_namespaces(const Inventory& inventory) {
  std::vector<std::string_view> names;
  for (const auto& [group, kind] : {std::pair{"", "Namespace"}, {"kubeflow.org", "Profile"}}) {
    for (const Object* object : inventory.of_kind(group, kind)) names.push_back(object->name);
  }
  return names;
}

struct Doubt {
  std::string why;
  std::string fix;
};

// Accounts are gathered once a namespace: many principals name the same one.
using KnownAccounts = std::map<std::string, Accounts, std::less<>>;

std::optional<Doubt> doubt_of(const Account& account, const CheckContext& context, KnownAccounts& known) {
  const NamespaceInfo* info = context.inventory.find_namespace(account.ns);
  if (info == nullptr) {
    const auto& objects = context.inventory.objects();
    const bool is_used = std::any_of(objects.begin(), objects.end(),
                                     [&account](const Object& object) { return object.ns == account.ns; });
    const std::string nearest =
        is_used ? "" : nearest_name(account.ns, defined_namespaces(context.inventory));
    if (nearest.empty()) return std::nullopt;
    return Doubt{fmt::format("there is no namespace '{}'", account.ns),
                 fmt::format("Did you mean '{}'?", nearest)};
  }
  auto found = known.find(account.ns);
  if (found == known.end()) found = known.emplace(account.ns, accounts_of(account.ns, *info, context)).first;
  const Accounts& accounts = found->second;
  if (!accounts.are_defined || accounts.names.contains(account.name)) return std::nullopt;
  const std::vector<std::string_view> names(accounts.names.begin(), accounts.names.end());
  const std::string nearest = nearest_name(account.name, names);
  return Doubt{fmt::format("namespace '{}' has no service account '{}'", account.ns, account.name),
               nearest.empty() ? "Name the account that the client's pods run as, or add it to the input."
                               : fmt::format("Did you mean '{}'?", nearest)};
}

void check_values(const Object& policy, NodeRef values, bool short_form, const CheckContext& context,
                  KnownAccounts& known, CheckOutcome& outcome) {
  for (const NodeRef value : values.items()) {
    const std::optional<Account> account =
        short_form ? account_of_short_form(value.string(), policy.ns) : account_of_principal(value.string());
    const std::optional<Doubt> doubt = account ? doubt_of(*account, context, known) : std::nullopt;
    if (!doubt) continue;
    Match match;
    match.place = value.place();
    match.label = "no pod has this identity";
    match.values = object_values(policy);
    match.values["principal"] = std::string(value.text());
    match.values["why"] = doubt->why;
    match.fix = doubt->fix;
    match.subject = logical_name(policy, value);
    outcome.matches.push_back(std::move(match));
  }
}

void check_rule(const Object& policy, NodeRef rule, const CheckContext& context, KnownAccounts& known,
                CheckOutcome& outcome) {
  for (const NodeRef entry : rule["from"].items()) {
    const NodeRef source = entry["source"];
    for (const char* field : {"principals", "notPrincipals"})
      check_values(policy, source[field], false, context, known, outcome);
    for (const char* field : {"serviceAccounts", "notServiceAccounts"})
      check_values(policy, source[field], true, context, known, outcome);
  }
  for (const NodeRef condition : rule["when"].items()) {
    const std::string_view key = condition["key"].text();
    if (key != "source.principal" && key != "source.serviceAccount") continue;
    for (const char* field : {"values", "notValues"})
      check_values(policy, condition[field], key == "source.serviceAccount", context, known, outcome);
  }
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  // What a template would make, a chart's accounts among it, is not known.
  const bool has_templates = std::any_of(context.files.begin(), context.files.end(),
                                         [](const ManifestFile& file) { return file.is_template; });
  if (has_templates) return;
  KnownAccounts known;
  for (const Object* policy : context.inventory.of_kind("security.istio.io", "AuthorizationPolicy")) {
    for (const NodeRef rule : policy->spec()["rules"].items())
      check_rule(*policy, rule, context, known, outcome);
  }
}

}  // namespace

constinit const Primitive kUnknownPrincipal = {"unknown-principal", {}, kPlaceholders, run};

}  // namespace kray
