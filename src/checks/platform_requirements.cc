// platform-requirements: Ray objects that ask for more than their namespace may have.
//
// ResourceQuotas of the namespace, with those that a Profile asks for (specs/kuberay-kubeflow.md E.1),
// against what a Ray object needs to start: its head and the workers of every group at their least. Sidecars
// and other pods of the namespace come on top, so this is a lower bound.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "cluster/quantity.h"
#include "manifest/scalar.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 5> kPlaceholders = {"needs", "limit", "kind", "name", "namespace"};

// "requests.cpu" of a quota counts requests; a limit alone is its own request.
struct QuotaKey {
  std::string kind;  // "requests", "limits", "pods"
  std::string resource;
};

std::optional<QuotaKey> parse_quota_key(std::string_view text) {
  if (text == "pods" || text == "count/pods") return QuotaKey{"pods", ""};
  if (text == "cpu" || text == "memory") return QuotaKey{"requests", std::string(text)};
  for (const char* kind : {"requests", "limits"}) {
    if (text.starts_with(fmt::format("{}.", kind)))
      return QuotaKey{kind, std::string(text.substr(std::string_view(kind).size() + 1))};
  }
  return std::nullopt;
}

double amount_of(const PodTemplate& pod, const QuotaKey& key) {
  if (key.kind == "pods") return 1;
  double sum = 0;
  for (const NodeRef container : pod.containers().items()) {
    const NodeRef resources = container["resources"];
    NodeRef value = resources[key.kind][key.resource];
    if (!value && key.kind == "requests") value = resources["limits"][key.resource];
    sum += parse_quantity(value.text()).value_or(0);
  }
  return sum;
}

// How many pods of the class run at the least.
int64_t least_count(const PodClass& pods) {
  if (pods.role != PodRole::ray_worker) return 1;
  const auto field = [&pods](const char* name, int64_t otherwise) {
    return integer_value(pods.group_spec[name].text()).value_or(otherwise);
  };
  if (pods.group_spec["suspend"].is_true()) return 0;
  // Without autoscaling `replicas` counts; with it, no less than the minimum runs.
  const NodeRef cluster = ray_cluster_spec_of(*pods.object).spec;
  const int64_t least = field("minReplicas", 0);
  const int64_t count =
      cluster["enableInTreeAutoscaling"].is_true() ? least : std::max(least, field("replicas", 0));
  return count * field("numOfHosts", 1);
}

// Amounts as people write them: bytes in Gi, the rest as they are.
std::string amount_words(const QuotaKey& key, double amount) {
  constexpr double kGibi = 1073741824.0;
  if (key.kind == "pods") return fmt::format("{} pods", amount);
  if (key.resource == "memory") return fmt::format("{:.3g}Gi of memory in {}", amount / kGibi, key.kind);
  return fmt::format("{:.4g} {} in {}", amount, key.resource == "cpu" ? "CPUs" : key.resource, key.kind);
}

class Check {
 public:
  Check(const CheckContext& context, CheckOutcome& outcome) : context_(context), outcome_(outcome) {}

  void run() {
    for (const Object& object : context_.inventory.objects()) {
      if (is_ray_kind(object) && !object.ns.empty()) check(object);
    }
  }

 private:
  struct Excess {
    std::string needs;
    std::string limit;
    NodeRef hard;
  };

  void check(const Object& object) {
    std::vector<Excess> found;
    for (const Object* quota : context_.inventory.of_kind("", "ResourceQuota")) {
      const NodeRef spec = quota->spec();
      // A quota with scopes counts some pods only.
      if (quota->ns != object.ns || spec["scopes"].size() > 0 || spec["scopeSelector"]) continue;
      compare(object, spec["hard"], fmt::format("ResourceQuota {}", quoted(quota->name)), found);
    }
    for (const Object* profile : context_.inventory.of_kind("kubeflow.org", "Profile")) {
      if (profile->name == object.ns)
        compare(object, profile->spec()["resourceQuotaSpec"]["hard"],
                fmt::format("Profile {}", quoted(profile->name)), found);
    }
    if (!found.empty()) report(object, found);
  }

  void compare(const Object& object, NodeRef hard, const std::string& words,
               std::vector<Excess>& found) const {
    for (const Field field : hard.fields()) {
      const std::optional<QuotaKey> key = parse_quota_key(field.key.text());
      const std::optional<double> allowed = parse_quantity(field.value.text());
      if (!key || !allowed) continue;
      double needed = 0;
      for (const PodClass& pods : context_.pods) {
        if (pods.object == &object && pods.is_ray_node())
          needed += static_cast<double>(least_count(pods)) * amount_of(pods.pod_template, *key);
      }
      if (needed > *allowed)
        found.push_back({amount_words(*key, needed), fmt::format("{} allows {}", words, field.value.text()),
                         field.value});
    }
  }

  void report(const Object& object, const std::vector<Excess>& found) {
    Match match;
    match.place = object.name_place();
    match.label = "more than the namespace may have";
    match.values = object_values(object);
    match.values["needs"] = found.front().needs;
    match.values["limit"] = found.front().limit;
    for (const Excess& excess : found) {
      match.related.push_back(
          {excess.hard.field_place(), "quota", fmt::format("Needed are {}.", excess.needs)});
    }
    match.subject = logical_name(object);
    outcome_.matches.push_back(std::move(match));
  }

  const CheckContext& context_;
  CheckOutcome& outcome_;
};

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  Check(context, outcome).run();
}

}  // namespace

constinit const Primitive kPlatformRequirements = {"platform-requirements", {}, kPlaceholders, run};

}  // namespace kray
