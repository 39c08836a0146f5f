// operator-namespace: a KubeRay operator that shares its namespace with others.
//
// Kubeflow keeps it in `kubeflow` (specs/kuberay-kubeflow.md C.4), other installs in namespaces of other
// names. Elsewhere it is fine where it is alone: the namespace holds no other workload of the input, and is
// none that everybody uses. Where Kubeflow is in use, its mesh-wide settings know it in the given namespaces
// only.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "checks/describe.h"
#include "checks/kubeflow_use.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array kParameters = {ParameterDescription{"namespaces", true}};
constexpr std::array<std::string_view, 4> kPlaceholders = {"name", "namespace", "why", "kind"};
constexpr std::array<std::string_view, 4> kCommonNamespaces = {"default", "kube-system", "kube-public",
                                                               "kube-node-lease"};

// Other parts of KubeRay, such as its API server, may live beside the operator.
bool is_part_of_kuberay(const PodClass& pods) {
  return pods.role == PodRole::other &&
         pods.pod_template.first_container()["image"].text().find("kuberay/") != std::string_view::npos;
}

class Check {
 public:
  Check(const CheckContext& context, const KubeRayOperator& one, std::span<const std::string> namespaces)
      : context_(context), operator_(one), namespaces_(namespaces) {}

  void run(CheckOutcome& outcome) const {
    const Object& object = *operator_.deployment;
    if (object.ns_source == NamespaceSource::not_set && object.builds != nullptr) {
      for (const NamespaceAssignment& build : *object.builds) report(build.ns, build.place, outcome);
    } else if (object.ns_source == NamespaceSource::not_set) {
      outcome.unknowns.push_back(namespace_not_set(object));
    } else {
      report(object.ns, object.ns_place, outcome);
    }
  }

 private:
  void report(const std::string& ns, Place place, CheckOutcome& outcome) const {
    if (ns.empty() || contains(namespaces_, ns)) return;
    const std::optional<std::string> why = reason(ns);
    if (!why) return;
    const Object& object = *operator_.deployment;
    Match match;
    match.place = place ? place : object.name_place();
    match.label = "not a namespace of its own";
    match.values = object_values(object);
    match.values["namespace"] = ns;
    match.values["why"] = *why;
    match.fix = fmt::format("Install it in namespace {}.", quoted(namespaces_.front()));
    match.subject = logical_name(object);
    outcome.matches.push_back(std::move(match));
  }

  std::optional<std::string> reason(const std::string& ns) const {
    if (std::find(kCommonNamespaces.begin(), kCommonNamespaces.end(), ns) != kCommonNamespaces.end())
      return "which is for nobody in particular";
    const auto beside = std::find_if(context_.pods.begin(), context_.pods.end(), [&](const PodClass& pods) {
      return pods.object != operator_.deployment && pods.object->ns == ns && !is_part_of_kuberay(pods);
    });
    if (beside != context_.pods.end()) return fmt::format("beside the {}", beside->describe());
    if (uses_kubeflow(context_))
      return fmt::format("while Kubeflow expects it in {}", quoted(namespaces_.front()));
    return std::nullopt;
  }

  const CheckContext& context_;
  const KubeRayOperator& operator_;
  std::span<const std::string> namespaces_;
};

void run(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome) {
  for (const KubeRayOperator& one : find_kuberay_operators(context.inventory))
    Check(context, one, parameter(parameters, "namespaces")).run(outcome);
}

}  // namespace

constinit const Primitive kOperatorNamespace = {"operator-namespace", kParameters, kPlaceholders, run};

}  // namespace kray
