// no-resource-limits: Ray containers that may use the whole node: no memory limit, or nothing that says
// how many CPUs they have.
//
// specs/kuberay-kubeflow.md A.4: the operator tells Ray its CPUs from the limit, else from the request, and
// its memory from the limit; without them Ray counts on everything the node has. A LimitRange of the
// namespace gives containers its defaults, and limits of the pod hold for its containers.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 7> kPlaceholders = {"container", "pods", "missing",  "consequence",
                                                           "kind",      "name", "namespace"};

// What a LimitRange writes into containers that say nothing themselves.
bool is_given_by_limit_range(const CheckContext& context, const Object& object, std::string_view resource) {
  const auto ranges = context.inventory.of_kind("", "LimitRange");
  return std::any_of(ranges.begin(), ranges.end(), [&](const Object* range) {
    if (!may_share_namespace(*range, object)) return false;
    const auto limits = range->spec()["limits"].items();
    return std::any_of(limits.begin(), limits.end(), [resource](NodeRef limit) {
      // A maximum without a default is the default.
      return limit["type"].text() == "Container" && (limit["default"][resource] || limit["max"][resource]);
    });
  });
}

class RayContainer {
 public:
  RayContainer(const CheckContext& context, const PodClass& pods)
      : context_(context), pods_(pods), container_(pods.pod_template.first_container()) {}

  bool has_memory_limit() const {
    return has("limits", "memory") || is_given_by_limit_range(context_, *pods_.object, "memory");
  }
  bool has_cpus() const {
    return has("limits", "cpu") || has("requests", "cpu") || pods_.group_spec["rayStartParams"]["num-cpus"] ||
           is_given_by_limit_range(context_, *pods_.object, "cpu");
  }

  Match match(bool lacks_memory, bool lacks_cpus) const {
    Match match;
    const NodeRef resources = container_["resources"];
    const NodeRef blamed = resources["limits"] ? resources["limits"] : resources;
    match.place = blamed ? blamed.key_place() : name_place();
    match.values = object_values(*pods_.object);
    match.values["container"] = container_["name"].text();
    match.values["pods"] = pods_.describe();
    match.values["missing"] = lacks_memory && lacks_cpus ? "neither a memory limit nor a CPU limit or request"
                              : lacks_memory             ? "no memory limit"
                                                         : "no CPU limit or request";
    match.values["consequence"] = lacks_memory && lacks_cpus ? "all memory and every CPU of its node"
                                  : lacks_memory             ? "all memory of its node"
                                                             : "every CPU of its node";
    match.label = lacks_memory ? "no memory limit" : "no CPU limit or request";
    match.subject = logical_name(*pods_.object, container_);
    return match;
  }

 private:
  bool has(std::string_view kind, std::string_view resource) const {
    return container_["resources"][kind][resource] || pods_.pod_template.spec["resources"][kind][resource];
  }
  Place name_place() const {
    const NodeRef name = container_["name"];
    return name ? name.field_place() : container_.key_place();
  }

  const CheckContext& context_;
  const PodClass& pods_;
  NodeRef container_;
};

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (const PodClass& pods : context.pods) {
    if (!pods.is_ray_node() || !pods.pod_template.first_container()) continue;
    const RayContainer container(context, pods);
    const bool lacks_memory = !container.has_memory_limit();
    const bool lacks_cpus = !container.has_cpus();
    if (lacks_memory || lacks_cpus) outcome.matches.push_back(container.match(lacks_memory, lacks_cpus));
  }
}

}  // namespace

constinit const Primitive kNoResourceLimits = {"no-resource-limits", {}, kPlaceholders, run};

}  // namespace kray
