// The table of cluster-scoped kinds: Kubernetes' own, and those of products met beside Ray.
#include "cluster/scope.h"

#include <algorithm>
#include <array>

namespace kray {
namespace {

struct GroupKind {
  std::string_view group;
  std::string_view kind;
};

constexpr std::array kClusterScoped = {
    GroupKind{"", "Namespace"},
    GroupKind{"", "Node"},
    GroupKind{"", "PersistentVolume"},
    GroupKind{"", "ComponentStatus"},
    GroupKind{"admissionregistration.k8s.io", "MutatingWebhookConfiguration"},
    GroupKind{"admissionregistration.k8s.io", "ValidatingWebhookConfiguration"},
    GroupKind{"admissionregistration.k8s.io", "ValidatingAdmissionPolicy"},
    GroupKind{"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"},
    GroupKind{"admissionregistration.k8s.io", "MutatingAdmissionPolicy"},
    GroupKind{"admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"},
    GroupKind{"apiextensions.k8s.io", "CustomResourceDefinition"},
    GroupKind{"apiregistration.k8s.io", "APIService"},
    GroupKind{"authentication.k8s.io", "SelfSubjectReview"},
    GroupKind{"authentication.k8s.io", "TokenReview"},
    GroupKind{"authorization.k8s.io", "SelfSubjectAccessReview"},
    GroupKind{"authorization.k8s.io", "SelfSubjectRulesReview"},
    GroupKind{"authorization.k8s.io", "SubjectAccessReview"},
    GroupKind{"certificates.k8s.io", "CertificateSigningRequest"},
    GroupKind{"certificates.k8s.io", "ClusterTrustBundle"},
    GroupKind{"flowcontrol.apiserver.k8s.io", "FlowSchema"},
    GroupKind{"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"},
    GroupKind{"networking.k8s.io", "IPAddress"},
    GroupKind{"networking.k8s.io", "IngressClass"},
    GroupKind{"networking.k8s.io", "ServiceCIDR"},
    GroupKind{"node.k8s.io", "RuntimeClass"},
    GroupKind{"policy", "PodSecurityPolicy"},
    GroupKind{"policy.networking.k8s.io", "AdminNetworkPolicy"},
    GroupKind{"policy.networking.k8s.io", "BaselineAdminNetworkPolicy"},
    GroupKind{"rbac.authorization.k8s.io", "ClusterRole"},
    GroupKind{"rbac.authorization.k8s.io", "ClusterRoleBinding"},
    GroupKind{"resource.k8s.io", "DeviceClass"},
    GroupKind{"resource.k8s.io", "DeviceTaintRule"},
    GroupKind{"resource.k8s.io", "ResourceSlice"},
    GroupKind{"scheduling.k8s.io", "PriorityClass"},
    GroupKind{"storage.k8s.io", "CSIDriver"},
    GroupKind{"storage.k8s.io", "CSINode"},
    GroupKind{"storage.k8s.io", "StorageClass"},
    GroupKind{"storage.k8s.io", "VolumeAttachment"},
    GroupKind{"storage.k8s.io", "VolumeAttributesClass"},
    GroupKind{"cert-manager.io", "ClusterIssuer"},
    GroupKind{"cilium.io", "CiliumClusterwideNetworkPolicy"},
    GroupKind{"crd.projectcalico.org", "GlobalNetworkPolicy"},
    GroupKind{"projectcalico.org", "GlobalNetworkPolicy"},
    GroupKind{"gateway.networking.k8s.io", "GatewayClass"},
    GroupKind{"kubeflow.org", "Profile"},
    GroupKind{"kueue.x-k8s.io", "ClusterQueue"},
    GroupKind{"kueue.x-k8s.io", "ResourceFlavor"},
    GroupKind{"kyverno.io", "ClusterPolicy"},
    GroupKind{"serving.kserve.io", "ClusterServingRuntime"},
    GroupKind{"serving.kserve.io", "ClusterStorageContainer"},
    GroupKind{"trainer.kubeflow.org", "ClusterTrainingRuntime"},
};

// Groups of which every kind not in the table above is namespaced.
constexpr std::array<std::string_view, 24> kNamespacedGroups = {"",
                                                                "apps",
                                                                "autoscaling",
                                                                "batch",
                                                                "coordination.k8s.io",
                                                                "discovery.k8s.io",
                                                                "events.k8s.io",
                                                                "extensions.istio.io",
                                                                "gateway.networking.k8s.io",
                                                                "kubeflow.org",
                                                                "monitoring.coreos.com",
                                                                "networking.istio.io",
                                                                "networking.k8s.io",
                                                                "policy",
                                                                "ray.io",
                                                                "rbac.authorization.k8s.io",
                                                                "resource.k8s.io",
                                                                "route.openshift.io",
                                                                "scheduling.k8s.io",
                                                                "security.istio.io",
                                                                "serving.knative.dev",
                                                                "serving.kserve.io",
                                                                "storage.k8s.io",
                                                                "telemetry.istio.io"};

}  // namespace

Scope scope_of(std::string_view group, std::string_view kind, const CustomScopes& custom) {
  const bool in_table = std::any_of(kClusterScoped.begin(), kClusterScoped.end(), [&](const GroupKind& one) {
    return one.group == group && one.kind == kind;
  });
  if (in_table) return Scope::cluster;
  const auto described = custom.find(std::string(group) + "/" + std::string(kind));
  if (described != custom.end()) return described->second;
  const bool known =
      std::find(kNamespacedGroups.begin(), kNamespacedGroups.end(), group) != kNamespacedGroups.end();
  return known ? Scope::namespaced : Scope::unknown;
}

}  // namespace kray
