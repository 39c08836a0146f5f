// foreign-namespace-reference: a name of this namespace, written with another namespace's name.
//
// specs/kuberay-kubeflow.md E.4, item 4: examples carry a namespace in principals and host names, and it is
// forgotten when they are copied. Naming another namespace is often right (gateways, the operator, another
// team), so only twins are reported: what is named exists here, by the same name, and not there as far as the
// input shows.
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "checks/describe.h"
#include "checks/kubeflow_use.h"
#include "checks/primitives.h"
#include "checks/ray_policy.h"

namespace kray {
namespace {

constexpr std::array kParameters = {ParameterDescription{"root-namespace", true},
                                    ParameterDescription{"platform-namespaces", true}};
constexpr std::array<std::string_view, 7> kPlaceholders = {"what", "foreign", "own",      "twin",
                                                           "kind", "name",    "namespace"};

struct AccountName {
  std::string ns;
  std::string name;
};

// "cluster.local/ns/team-a/sa/default-editor"; patterns are no slips.
std::optional<AccountName> parse_principal(std::string_view text) {
  static const RE2 kPrincipal(R"((?:[^/*]+/)?ns/([^/*]+)/sa/([^/*]+))");
  AccountName account;
  const re2::StringPiece piece(text.data(), text.size());
  if (!RE2::FullMatch(piece, kPrincipal, &account.ns, &account.name)) return std::nullopt;
  return account;
}

bool runs_as(const PodClass& pods, std::string_view ns, std::string_view account) {
  const std::string_view own = pods.pod_template.service_account_name().text();
  return pods.object->ns == ns && (own.empty() ? std::string_view("default") : own) == account;
}

class Check {
 public:
  Check(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome)
      : context_(context), parameters_(parameters), outcome_(outcome) {}

  void policies() {
    const std::string& root = parameter(parameters_, "root-namespace").front();
    for (const RayPolicy& policy : ray_allow_policies(context_, root)) {
      if (!policy.object->ns.empty() && policy.object->ns != root) check_policy(*policy.object);
    }
  }

  void start_parameters(const PodClass& pods) {
    const std::string& own = pods.object->ns;
    if (own.empty() || !pods.is_ray_node()) return;
    static const RE2 kHost(R"(([a-z0-9][-a-z0-9]*)\.([a-z0-9][-a-z0-9]*)\.svc\b)");
    for (const Field parameter : pods.group_spec["rayStartParams"].fields()) {
      std::string service;
      std::string ns;
      const std::string_view text = parameter.value.text();
      if (!RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), kHost, &service, &ns)) continue;
      if (ns == own || has("Service", ns, service) || !has_service(own, service)) continue;
      report(*pods.object, parameter.value,
             fmt::format("'{}' of the {}", parameter.key.text(), pods.describe()), ns, own,
             fmt::format("Service {}", quoted(service)));
    }
  }

  // Bindings for the accounts that Ray pods run as.
  void bindings(std::string_view kind) {
    for (const Object* binding : context_.inventory.of_kind("rbac.authorization.k8s.io", kind)) {
      // kustomize rewrites the namespaces of subjects when it sets one.
      if (binding->builds != nullptr) continue;
      for (const NodeRef subject : binding->node["subjects"].items()) check_subject(*binding, subject);
    }
  }

 private:
  bool is_platform(std::string_view ns) const {
    return contains(parameter(parameters_, "platform-namespaces"), ns);
  }

  bool has(std::string_view kind, std::string_view ns, std::string_view name) const {
    const auto objects = context_.inventory.of_kind("", kind);
    return std::any_of(objects.begin(), objects.end(),
                       [&](const Object* one) { return one->ns == ns && one->name == name; });
  }

  // Of the input, or the head Service that the operator makes.
  bool has_service(std::string_view ns, std::string_view name) const {
    if (has("Service", ns, name)) return true;
    const auto& objects = context_.inventory.objects();
    return std::any_of(objects.begin(), objects.end(), [&](const Object& one) {
      return is_ray_kind(one) && one.ns == ns && name == fmt::format("{}-head-svc", one.name);
    });
  }

  bool is_used(std::string_view ns, std::string_view account) const {
    return std::any_of(context_.pods.begin(), context_.pods.end(),
                       [&](const PodClass& pods) { return runs_as(pods, ns, account); });
  }

  void check_policy(const Object& policy) {
    std::vector<std::pair<NodeRef, AccountName>> foreign;
    for (const NodeRef rule : AuthorizationPolicyView(policy).rules().items()) {
      for (const NodeRef entry : rule["from"].items()) {
        for (const NodeRef principal : entry["source"]["principals"].items()) {
          const std::optional<AccountName> account = parse_principal(principal.text());
          if (!account) continue;
          // It names its own namespace as well: the others are meant.
          if (account->ns == policy.ns) return;
          foreign.emplace_back(principal, *account);
        }
      }
    }
    for (const auto& [principal, account] : foreign) check_principal(policy, principal, account);
  }

  void check_principal(const Object& policy, NodeRef principal, const AccountName& account) {
    if (is_platform(account.ns) || is_used(account.ns, account.name)) return;
    const bool is_twin = is_profile_account(account.name) || account.name == "default" ||
                         has("ServiceAccount", policy.ns, account.name);
    if (!is_twin) return;
    report(policy, principal, fmt::format("A principal of AuthorizationPolicy {}", quoted(policy.name)),
           account.ns, policy.ns, fmt::format("service account {}", quoted(account.name)));
  }

  void check_subject(const Object& binding, NodeRef subject) {
    const std::string_view ns = subject["namespace"].text();
    const std::string_view name = subject["name"].text();
    if (subject["kind"].text() != "ServiceAccount" || ns.empty() || name.empty()) return;
    const auto twin = std::find_if(context_.pods.begin(), context_.pods.end(), [&](const PodClass& pods) {
      return pods.role != PodRole::other && !pods.object->ns.empty() && runs_as(pods, pods.object->ns, name);
    });
    if (twin == context_.pods.end() || name == "default") return;
    const std::string& own = binding.ns.empty() ? twin->object->ns : binding.ns;
    if (own != twin->object->ns || ns == own || is_platform(ns) || has("ServiceAccount", ns, name)) return;
    if (!has("ServiceAccount", own, name)) return;
    report(binding, subject["namespace"],
           fmt::format("A subject of {} {}", binding.kind, quoted(binding.name)), std::string(ns), own,
           fmt::format("service account {}", quoted(name)));
  }

  void report(const Object& object, NodeRef field, std::string what, const std::string& foreign,
              const std::string& own, const std::string& twin) {
    Match match;
    match.place = field.place();
    match.label = fmt::format("not {}", own);
    match.values = object_values(object);
    match.values["what"] = std::move(what);
    match.values["foreign"] = foreign;
    match.values["own"] = own;
    match.values["twin"] = twin;
    match.fix = fmt::format("Write {} instead of {}.", quoted(own), quoted(foreign));
    match.subject = logical_name(object, field);
    outcome_.matches.push_back(std::move(match));
  }

  const CheckContext& context_;
  const Parameters& parameters_;
  CheckOutcome& outcome_;
};

void run(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome) {
  Check check(context, parameters, outcome);
  check.policies();
  for (const PodClass& pods : context.pods) check.start_parameters(pods);
  check.bindings("RoleBinding");
  check.bindings("ClusterRoleBinding");
}

}  // namespace

constinit const Primitive kForeignNamespaceReference = {"foreign-namespace-reference", kParameters,
                                                        kPlaceholders, run};

}  // namespace kray
