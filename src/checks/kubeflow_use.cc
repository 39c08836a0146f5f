// The marks of Kubeflow that manifests carry.
#include "checks/kubeflow_use.h"

#include <algorithm>
#include <span>

namespace kray {
namespace {

bool any_named(std::span<const Object* const> objects, std::string_view name) {
  return std::any_of(objects.begin(), objects.end(), [name](const Object* one) { return one->name == name; });
}

}  // namespace

bool is_profile_account(std::string_view service_account) {
  return service_account == "default-editor" || service_account == "default-viewer";
}

bool uses_kubeflow(const CheckContext& context) {
  const Inventory& inventory = context.inventory;
  return !inventory.of_kind("kubeflow.org", "Profile").empty() ||
         !inventory.of_kind("kubeflow.org", "Notebook").empty() ||
         any_named(inventory.of_kind("apiextensions.k8s.io", "CustomResourceDefinition"),
                   "profiles.kubeflow.org") ||
         any_named(inventory.of_kind("apps", "Deployment"), "profiles-deployment") ||
         std::any_of(context.pods.begin(), context.pods.end(), [](const PodClass& pods) {
           return is_profile_account(pods.pod_template.service_account_name().text());
         });
}

}  // namespace kray
