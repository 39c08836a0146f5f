// deprecated-api: objects in an API version that Kubernetes has removed, or in Ray's v1alpha1.
//
// The table holds what the API server really stopped serving (kubernetes.io, Deprecated API Migration
// Guide), kind by kind: some groups served v1beta1 again later for other kinds. Ray's v1alpha1 is served
// still, but lacks fields, which the API server drops (specs/kuberay-kubeflow.md section 0, A.1).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 6> kPlaceholders = {"api",  "what", "consequence",
                                                           "kind", "name", "namespace"};

struct RemovedApi {
  std::string_view group;
  std::string_view version;
  std::string_view kind;  // "*": every kind of the version
  std::string_view removed_in;
  std::string_view replacement;  // empty: there is none
};

constexpr std::array<RemovedApi, 42> kRemoved = {{
    {"extensions", "v1beta1", "Ingress", "1.22", "networking.k8s.io/v1"},
    {"extensions", "v1beta1", "NetworkPolicy", "1.16", "networking.k8s.io/v1"},
    {"extensions", "v1beta1", "PodSecurityPolicy", "1.16", ""},
    {"extensions", "v1beta1", "Deployment", "1.16", "apps/v1"},
    {"extensions", "v1beta1", "DaemonSet", "1.16", "apps/v1"},
    {"extensions", "v1beta1", "ReplicaSet", "1.16", "apps/v1"},
    {"apps", "v1beta1", "*", "1.16", "apps/v1"},
    {"apps", "v1beta2", "*", "1.16", "apps/v1"},
    {"networking.k8s.io", "v1beta1", "Ingress", "1.22", "networking.k8s.io/v1"},
    {"networking.k8s.io", "v1beta1", "IngressClass", "1.22", "networking.k8s.io/v1"},
    {"rbac.authorization.k8s.io", "v1beta1", "*", "1.22", "rbac.authorization.k8s.io/v1"},
    {"admissionregistration.k8s.io", "v1beta1", "MutatingWebhookConfiguration", "1.22",
     "admissionregistration.k8s.io/v1"},
    {"admissionregistration.k8s.io", "v1beta1", "ValidatingWebhookConfiguration", "1.22",
     "admissionregistration.k8s.io/v1"},
    {"apiextensions.k8s.io", "v1beta1", "*", "1.22", "apiextensions.k8s.io/v1"},
    {"apiregistration.k8s.io", "v1beta1", "*", "1.22", "apiregistration.k8s.io/v1"},
    {"certificates.k8s.io", "v1beta1", "CertificateSigningRequest", "1.22", "certificates.k8s.io/v1"},
    {"coordination.k8s.io", "v1beta1", "Lease", "1.22", "coordination.k8s.io/v1"},
    {"scheduling.k8s.io", "v1beta1", "PriorityClass", "1.22", "scheduling.k8s.io/v1"},
    {"storage.k8s.io", "v1beta1", "CSIDriver", "1.22", "storage.k8s.io/v1"},
    {"storage.k8s.io", "v1beta1", "CSINode", "1.22", "storage.k8s.io/v1"},
    {"storage.k8s.io", "v1beta1", "StorageClass", "1.22", "storage.k8s.io/v1"},
    {"storage.k8s.io", "v1beta1", "VolumeAttachment", "1.22", "storage.k8s.io/v1"},
    {"storage.k8s.io", "v1beta1", "CSIStorageCapacity", "1.27", "storage.k8s.io/v1"},
    {"batch", "v2alpha1", "CronJob", "1.21", "batch/v1"},
    {"batch", "v1beta1", "CronJob", "1.25", "batch/v1"},
    {"discovery.k8s.io", "v1beta1", "EndpointSlice", "1.25", "discovery.k8s.io/v1"},
    {"events.k8s.io", "v1beta1", "Event", "1.25", "events.k8s.io/v1"},
    {"node.k8s.io", "v1beta1", "RuntimeClass", "1.25", "node.k8s.io/v1"},
    {"policy", "v1beta1", "PodDisruptionBudget", "1.25", "policy/v1"},
    {"policy", "v1beta1", "PodSecurityPolicy", "1.25", ""},
    {"autoscaling", "v2beta1", "HorizontalPodAutoscaler", "1.25", "autoscaling/v2"},
    {"autoscaling", "v2beta2", "HorizontalPodAutoscaler", "1.26", "autoscaling/v2"},
    {"flowcontrol.apiserver.k8s.io", "v1beta1", "*", "1.26", "flowcontrol.apiserver.k8s.io/v1"},
    {"flowcontrol.apiserver.k8s.io", "v1beta2", "*", "1.29", "flowcontrol.apiserver.k8s.io/v1"},
    {"flowcontrol.apiserver.k8s.io", "v1beta3", "*", "1.32", "flowcontrol.apiserver.k8s.io/v1"},
    {"authentication.k8s.io", "v1beta1", "TokenReview", "1.22", "authentication.k8s.io/v1"},
    {"authorization.k8s.io", "v1beta1", "LocalSubjectAccessReview", "1.22", "authorization.k8s.io/v1"},
    {"authorization.k8s.io", "v1beta1", "SelfSubjectAccessReview", "1.22", "authorization.k8s.io/v1"},
    {"authorization.k8s.io", "v1beta1", "SelfSubjectRulesReview", "1.22", "authorization.k8s.io/v1"},
    {"authorization.k8s.io", "v1beta1", "SubjectAccessReview", "1.22", "authorization.k8s.io/v1"},
    {"settings.k8s.io", "v1alpha1", "PodPreset", "1.20", ""},
    {"auditregistration.k8s.io", "v1alpha1", "AuditSink", "1.19", ""},
}};

// Nothing but a name: a patch that some tool was meant to merge, never an object of its own.
bool is_bare(const Object& object) {
  const auto fields = object.node.fields();
  return std::all_of(fields.begin(), fields.end(), [](const Field& field) {
    const std::string_view key = field.key.text();
    return key == "apiVersion" || key == "kind" || key == "metadata";
  });
}

const RemovedApi* find_removed(const Object& object) {
  const auto found = std::find_if(kRemoved.begin(), kRemoved.end(), [&object](const RemovedApi& api) {
    return api.group == object.group && api.version == object.version &&
           (api.kind == "*" || api.kind == object.kind);
  });
  return found == kRemoved.end() ? nullptr : &*found;
}

Match match_of(const Object& object) {
  Match match;
  // Items of a list may leave their apiVersion to the list.
  const NodeRef api_version = object.node["apiVersion"];
  match.place = api_version ? api_version.field_place() : object.name_place();
  match.values = object_values(object);
  match.values["api"] = fmt::format("{}/{}", object.group, object.version);
  match.subject = logical_name(object, api_version);
  return match;
}

Match match_removed(const Object& object, const RemovedApi& api) {
  Match match = match_of(object);
  match.label = fmt::format("removed in Kubernetes {}", api.removed_in);
  match.values["what"] = fmt::format("which Kubernetes {} removed", api.removed_in);
  match.values["consequence"] = "the API server does not know it";
  match.fix = api.replacement.empty()
                  ? std::string("Nothing takes its place: remove the object.")
                  : fmt::format("Use {}; some fields have other names there.", api.replacement);
  return match;
}

Match match_ray(const Object& object) {
  Match match = match_of(object);
  match.label = "old version of Ray's API";
  match.values["what"] = "which KubeRay deprecates";
  match.values["consequence"] = object.kind == "RayJob"
                                    ? "the API server drops newer fields from it, 'submissionMode' among them"
                                    : "the API server drops newer fields from it";
  match.fix = "Write 'apiVersion: ray.io/v1'.";
  return match;
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (const Object& object : context.inventory.objects()) {
    if (const RemovedApi* api = find_removed(object); api != nullptr && !is_bare(object)) {
      outcome.matches.push_back(match_removed(object, *api));
    } else if (is_ray_kind(object) && object.version == "v1alpha1") {
      outcome.matches.push_back(match_ray(object));
    }
  }
}

}  // namespace

constinit const Primitive kDeprecatedApi = {"deprecated-api", {}, kPlaceholders, run};

}  // namespace kray
