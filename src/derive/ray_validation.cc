// One function per group of checks, in the operator's order: the first that fails is the one reported.
#include "derive/ray_validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "derive/ray_cron_schedule.h"
#include "derive/ray_deletion.h"
#include "derive/ray_names.h"
#include "derive/ray_versions.h"
#include "manifest/document.h"

namespace kray {
namespace {

using Invalid = std::optional<InvalidRaySpec>;

constexpr size_t kLongestClusterName = 53;
constexpr size_t kLongestOwnerName = 47;
constexpr std::string_view kFaultTolerance = "ray.io/ft-enabled";
constexpr std::string_view kStorageNamespace = "ray.io/external-storage-namespace";
constexpr std::string_view kAutoscalerV2 = "RAY_enable_autoscaler_v2";

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string value_of(const StringMap& map, std::string_view key) {
  const auto found = map.find(key);
  return found == map.end() ? std::string() : found->second;
}

Invalid invalid(NodeRef node, std::string text) {
  return InvalidRaySpec{std::move(text), node ? node.key_place() : Place{}};
}

NodeRef start_param(const RayGroup& group, std::string_view key) { return group.from["rayStartParams"][key]; }

Invalid invalid_name(std::string_view kind, std::string_view name, size_t limit) {
  if (name.size() > limit)
    return InvalidRaySpec{fmt::format("{} name should be no more than {} characters", kind, limit), {}};
  if (const auto problem = invalid_dns1035_label(name))
    return InvalidRaySpec{fmt::format("{} name should be a DNS-1035 label: {}", kind, *problem), {}};
  return std::nullopt;
}

// Annotation ray.io/initializing-timeout: a duration or seconds, more than none.
Invalid invalid_initializing_timeout(const Labels& annotations, const Version& kuberay) {
  const std::string text = value_of(annotations, "ray.io/initializing-timeout");
  if (kuberay < kInitializingTimeoutSince || text.empty()) return std::nullopt;
  const bool is_number =
      text.find_first_not_of("0123456789", text.front() == '+' ? 1 : 0) == std::string::npos;
  const bool is_positive = text.front() != '-' && text.find_first_of("123456789") != std::string::npos;
  if (is_positive && (is_number || is_duration(text))) return std::nullopt;
  return InvalidRaySpec{fmt::format("ray.io/initializing-timeout '{}' is no positive duration", text), {}};
}

Invalid invalid_group(const RayGroup& group) {
  const bool has_own = !value_of(group.start_params, "num-cpus").empty() ||
                       !value_of(group.start_params, "num-gpus").empty() ||
                       !value_of(group.start_params, "memory").empty() ||
                       !value_of(group.start_params, "resources").empty();
  if (has_own && group.has_resources)
    return invalid(group.from["resources"],
                   fmt::format("group {} sets resources twice: in rayStartParams too", group.name));
  if (group.start_params.contains("labels"))
    return invalid(start_param(group, "labels"), "rayStartParams has no labels; use the labels of the group");
  for (const auto& [key, value] : group.labels) {
    if (invalid_label_key(key) || invalid_label_value(value))
      return invalid(group.from["labels"][key],
                     fmt::format("group label {}={} is no Kubernetes label", key, value));
  }
  return std::nullopt;
}

bool has_autoscaler_v2_variable(const RayClusterFields& cluster) {
  const NodeRef variable = cluster.head.pod_template.containers.front().env_named(kAutoscalerV2);
  const std::string_view value = variable["value"].string();
  return value == "1" || value == "true";
}

bool is_autoscaler_v2(const RayClusterFields& cluster) { return cluster.autoscaler_version == "v2"; }

Invalid invalid_replicas(const RayGroup& group, const RayClusterFields& cluster) {
  if (group.min_replicas < 0 || group.max_replicas < 0)
    return invalid(group.from[group.min_replicas < 0 ? "minReplicas" : "maxReplicas"],
                   fmt::format("worker group {} has negative replicas", group.name));
  if (group.min_replicas > group.max_replicas)
    return invalid(group.from["minReplicas"],
                   fmt::format("worker group {} has minReplicas greater than maxReplicas", group.name));
  if (const Invalid problem = invalid_group(group)) return problem;
  if (!group.idle_timeout) return std::nullopt;
  if (*group.idle_timeout >= 0 && (is_autoscaler_v2(cluster) || has_autoscaler_v2_variable(cluster)))
    return std::nullopt;
  return invalid(
      group.from["idleTimeoutSeconds"],
      fmt::format("worker group {}: idleTimeoutSeconds is not negative and needs autoscaler v2", group.name));
}

Invalid invalid_groups(const RayClusterFields& cluster, const Version& kuberay) {
  const bool strict = kuberay >= kNamesCheckedSince;
  if (cluster.head.pod_template.containers.empty())
    return invalid(cluster.head.from, "headGroupSpec should have at least one container");
  if (strict) {
    if (const Invalid problem = invalid_group(cluster.head)) return problem;
  }
  for (const RayGroup& group : cluster.workers) {
    if (group.pod_template.containers.empty())
      return invalid(group.from["template"], "workerGroupSpec should have at least one container");
    if (!strict) continue;
    if (const Invalid problem = invalid_replicas(group, cluster)) return problem;
  }
  return std::nullopt;
}

Invalid invalid_fault_tolerance(const RayClusterFields& cluster, const Labels& annotations) {
  const RayContainer& ray = cluster.head.pod_template.containers.front();
  const NodeRef options = cluster.gcs_fault_tolerance;
  if (options && !value_of(annotations, kFaultTolerance).empty())
    return invalid(options, "ray.io/ft-enabled and gcsFaultToleranceOptions are both set");
  if (!is_gcs_fault_tolerant(cluster, annotations)) {
    if (const NodeRef address = ray.env_named("RAY_REDIS_ADDRESS"))
      return invalid(address, "RAY_REDIS_ADDRESS is set without gcsFaultToleranceOptions");
  }
  if (options) {
    if (!value_of(cluster.head.start_params, "redis-password").empty())
      return invalid(start_param(cluster.head, "redis-password"),
                     "redis-password is set in rayStartParams and gcsFaultToleranceOptions is used");
    for (const std::string_view name : {"REDIS_PASSWORD", "RAY_REDIS_ADDRESS"}) {
      if (const NodeRef variable = ray.env_named(name))
        return invalid(variable, fmt::format("{} is set and gcsFaultToleranceOptions is used", name));
    }
    if (!value_of(annotations, kStorageNamespace).empty())
      return invalid(options,
                     "ray.io/external-storage-namespace is set and gcsFaultToleranceOptions is used");
  }
  if (!value_of(cluster.head.start_params, "redis-username").empty())
    return invalid(start_param(cluster.head, "redis-username"),
                   "a Redis user is set outside gcsFaultToleranceOptions");
  if (const NodeRef user = ray.env_named("REDIS_USERNAME"))
    return invalid(user, "a Redis user is set outside gcsFaultToleranceOptions");
  return std::nullopt;
}

Invalid invalid_suspended_groups(const RayClusterFields& cluster, const Version& kuberay) {
  for (const RayGroup& group : cluster.workers) {
    if (!group.suspended) continue;
    if (kuberay < kGroupSuspendSince)
      return invalid(group.from["suspend"], "suspending worker groups needs the RayJobDeletionPolicy gate");
    if (cluster.autoscaling)
      return invalid(group.from["suspend"], "worker groups cannot be suspended with the autoscaler");
  }
  return std::nullopt;
}

bool may_run_autoscaler_v2(const RayTemplate& pod_template) {
  return pod_template.restart_policy.empty() || pod_template.restart_policy == "Never";
}

Invalid invalid_autoscaler(const RayClusterFields& cluster) {
  const NodeRef variable = cluster.head.pod_template.containers.front().env_named(kAutoscalerV2);
  if (!cluster.autoscaling) {
    if (has_autoscaler_v2_variable(cluster))
      return invalid(variable, "autoscaler v2 is switched on without enableInTreeAutoscaling");
  } else {
    if (!cluster.autoscaler_version.empty() && variable)
      return invalid(variable, "autoscalerOptions.version and RAY_enable_autoscaler_v2 are both set");
    if (is_autoscaler_v2(cluster)) {
      const auto wrong =
          std::find_if(cluster.workers.begin(), cluster.workers.end(),
                       [](const RayGroup& group) { return !may_run_autoscaler_v2(group.pod_template); });
      if (!may_run_autoscaler_v2(cluster.head.pod_template) || wrong != cluster.workers.end())
        return invalid(cluster.autoscaling, "restartPolicy should be Never or unset with autoscaler v2");
    }
  }
  if (cluster.autoscaler_idle_timeout.value_or(0) < 0)
    return invalid(cluster.from["autoscalerOptions"]["idleTimeoutSeconds"], "idleTimeoutSeconds is negative");
  return std::nullopt;
}

Invalid invalid_authentication(const RayClusterFields& cluster) {
  constexpr Version kTokenSince{2, 52, 0};
  constexpr Version kKubernetesTokenSince{2, 55, 0};
  if (cluster.auth_mode != "token") {
    if (!cluster.kubernetes_auth) return std::nullopt;
    return invalid(cluster.auth, "enableK8sTokenAuth is set but the mode is not token");
  }
  const std::optional<Version> ray = parse_ray_version(cluster.ray_version);
  const Version least = cluster.kubernetes_auth ? kKubernetesTokenSince : kTokenSince;
  if (!ray || *ray < least)
    return invalid(cluster.auth, fmt::format("token authentication needs rayVersion {} or later, not '{}'",
                                             least.to_string(), cluster.ray_version));
  if (cluster.kubernetes_auth && !cluster.auth_secret.empty())
    return invalid(cluster.auth, "enableK8sTokenAuth and secretName are both set");
  return std::nullopt;
}

Invalid invalid_cluster_spec(const RayClusterFields& cluster, const Labels& annotations,
                             const Version& kuberay) {
  if (Invalid problem = invalid_groups(cluster, kuberay)) return problem;
  if (Invalid problem = invalid_fault_tolerance(cluster, annotations)) return problem;
  if (Invalid problem = invalid_suspended_groups(cluster, kuberay)) return problem;
  if (kuberay < kNamesCheckedSince) return std::nullopt;
  if (Invalid problem = invalid_autoscaler(cluster)) return problem;
  return invalid_authentication(cluster);
}

// Rules for a direction that the mode leaves open.
Invalid invalid_policy_rules(const RayNetworkPolicyRules& rules, const RayNetworkPolicy& policy) {
  if (!policy.limits_ingress() && rules.ingress.size() > 0)
    return invalid(rules.ingress, fmt::format("ingressRules cannot be set in mode {}", policy.mode));
  if (!policy.limits_egress() && rules.egress.size() > 0)
    return invalid(rules.egress, fmt::format("egressRules cannot be set in mode {}", policy.mode));
  return std::nullopt;
}

// The YAML of runtimeEnvYAML must be a mapping or nothing.
bool is_runtime_env(const std::string& text) {
  const ManifestFile parsed =
      parse_manifest(std::make_shared<const SourceFile>("runtimeEnvYAML", text), Limits{});
  if (!parsed.errors.empty()) return false;
  if (parsed.documents.empty()) return true;
  const NodeRef root = parsed.documents.front().root();
  return root.is_null() || root.is_mapping();
}

Invalid invalid_selector(const RayJobFields& job) {
  const NodeRef selector = job.from["clusterSelector"];
  if (job.selected_cluster.value_or("").empty())
    return invalid(selector, "cluster name in clusterSelector should not be empty");
  if (job.submission_mode == "SidecarMode")
    return invalid(selector, "clusterSelector is not supported in SidecarMode");
  if (job.backoff_limit.value_or(0) > 0)
    return invalid(job.from["backoffLimit"], "backoffLimit cannot be used with clusterSelector");
  return std::nullopt;
}

Invalid invalid_sidecar_mode(const RayJobFields& job) {
  if (job.submitter) return invalid(job.submitter->from, "SidecarMode doesn't support submitterPodTemplate");
  if (job.has_submitter_config)
    return invalid(job.from["submitterConfig"], "SidecarMode doesn't support submitterConfig");
  if (job.cluster && !may_run_autoscaler_v2(job.cluster->head.pod_template))
    return invalid(job.cluster->head.pod_template.nodes.spec["restartPolicy"],
                   "restartPolicy of the head should be Never or unset in SidecarMode");
  return std::nullopt;
}

Invalid invalid_nested_cluster(const RayJobFields& job, const Labels& annotations, const Version& kuberay) {
  if (job.has_selector) {
    if (Invalid problem = invalid_selector(job)) return problem;
  }
  if (job.submission_mode == "InteractiveMode" && job.backoff_limit.value_or(0) > 0)
    return invalid(job.from["backoffLimit"], "backoffLimit cannot be used in InteractiveMode");
  if (job.submission_mode == "SidecarMode") {
    if (Invalid problem = invalid_sidecar_mode(job)) return problem;
  }
  if (!job.cluster) return std::nullopt;
  if (job.cluster->kubernetes_auth)
    return invalid(job.cluster->auth, "token authentication by Kubernetes is not supported for RayJob");
  return invalid_cluster_spec(*job.cluster, annotations, kuberay);
}

Invalid invalid_job_spec(const RayJobFields& job, const Labels& annotations, const Version& kuberay) {
  const bool strict = kuberay >= kNamesCheckedSince;
  if (job.suspended && !job.shutdown_after_finish)
    return invalid(job.from["suspend"],
                   "a RayJob that does not shut down after it finishes cannot be suspended");
  if (strict) {
    if (const auto problem = invalid_ray_deletion(job)) return invalid(problem->node, problem->text);
  }
  if (job.suspended && job.has_selector)
    return invalid(job.from["suspend"], "a RayJob with clusterSelector cannot be suspended");
  if (!job.cluster && !job.has_selector)
    return invalid(job.from, "one of rayClusterSpec or clusterSelector must be set");
  if (strict) {
    if (Invalid problem = invalid_nested_cluster(job, annotations, kuberay)) return problem;
  }
  if (!is_runtime_env(job.runtime_env))
    return invalid(job.from["runtimeEnvYAML"], "runtimeEnvYAML is no YAML mapping");
  if (job.active_deadline && *job.active_deadline <= 0)
    return invalid(job.from["activeDeadlineSeconds"], "activeDeadlineSeconds must be positive");
  if (job.backoff_limit.value_or(0) < 0) return invalid(job.from["backoffLimit"], "backoffLimit is negative");
  if (job.deletion_policy)
    return invalid(job.deletion_policy, "deletionPolicy needs the RayJobDeletionPolicy gate");
  return std::nullopt;
}

}  // namespace

std::optional<Version> parse_ray_version(std::string_view text) {
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot + 1 == text.size() ||
      std::isdigit(static_cast<unsigned char>(text[dot + 1])) == 0)
    return std::nullopt;
  return parse_version(text);
}

bool is_gcs_fault_tolerant(const RayClusterFields& cluster, const Labels& annotations) {
  return cluster.gcs_fault_tolerance || lower(value_of(annotations, kFaultTolerance)) == "true";
}

bool is_managed_elsewhere(std::string_view managed_by) {
  return !managed_by.empty() && managed_by != "ray.io/kuberay-operator";
}

std::optional<InvalidRaySpec> invalid_ray_cluster(const RayClusterFields& cluster, std::string_view name,
                                                  const Labels& labels, const Labels& annotations,
                                                  const Version& kuberay) {
  if (kuberay >= kNamesCheckedSince) {
    if (Invalid problem = invalid_name("RayCluster", name, kLongestClusterName)) return problem;
  }
  if (Invalid problem = invalid_cluster_spec(cluster, annotations, kuberay)) return problem;
  const std::string creator = value_of(labels, "ray.io/originated-from-crd");
  if (cluster.has_upgrade_type && (creator == "RayJob" || creator == "RayService"))
    return invalid(cluster.from["upgradeStrategy"],
                   fmt::format("upgradeStrategy cannot be set within a {}", creator));
  return std::nullopt;
}

std::optional<InvalidRaySpec> invalid_ray_job(const RayJobFields& job, std::string_view name,
                                              const Labels& annotations, const Version& kuberay) {
  if (kuberay >= kNamesCheckedSince) {
    if (Invalid problem = invalid_name("RayJob", name, kLongestOwnerName)) return problem;
  }
  return invalid_job_spec(job, annotations, kuberay);
}

std::optional<InvalidRaySpec> invalid_ray_service(const RayServiceFields& service, std::string_view name,
                                                  const Labels& annotations, const Version& kuberay) {
  const bool strict = kuberay >= kNamesCheckedSince;
  if (strict) {
    if (Invalid problem = invalid_name("RayService", name, kLongestOwnerName)) return problem;
    if (Invalid problem = invalid_initializing_timeout(annotations, kuberay)) return problem;
    if (service.cluster.kubernetes_auth)
      return invalid(service.cluster.auth,
                     "token authentication by Kubernetes is not supported for RayService");
    if (Invalid problem = invalid_cluster_spec(service.cluster, annotations, kuberay)) return problem;
  }
  const auto& head_service = service.cluster.head.head_service;
  if (head_service && !head_service->name.empty())
    return invalid(head_service->from["metadata"]["name"],
                   "the headService of a RayService must not have a name");
  const std::string type = service.upgrade_type.value_or("None");
  const bool incremental = type == "NewClusterWithIncrementalUpgrade" && kuberay >= kIncrementalUpgradeSince;
  if (type != "None" && type != "NewCluster" && !incremental)
    return invalid(service.from["upgradeStrategy"]["type"],
                   fmt::format("upgradeStrategy.type {} is invalid", type));
  return std::nullopt;
}

std::optional<InvalidRaySpec> invalid_network_policy(const RayClusterFields& cluster,
                                                     const KubeRaySettings& settings) {
  if (!cluster.network_policy) return std::nullopt;
  const RayNetworkPolicy& policy = *cluster.network_policy;
  if (settings.feature_gates_are_known && !settings.has_feature(kNetworkPolicyGate))
    return invalid(policy.from, fmt::format("networkPolicy needs the feature gate {}", kNetworkPolicyGate));
  if (const Invalid problem = invalid_policy_rules(policy.head, policy)) return problem;
  if (const Invalid problem = invalid_policy_rules(policy.worker, policy)) return problem;
  for (const RayGroup& group : cluster.workers) {
    if (invalid_dns1123_label(group.name))
      return invalid(group.from["groupName"],
                     fmt::format("group name {} cannot be part of a NetworkPolicy's name", group.name));
  }
  for (const auto& worker_group : policy.worker_groups) {
    const auto& [name, rules] = worker_group;
    if (const Invalid problem = invalid_policy_rules(rules, policy)) return problem;
    const bool exists =
        std::any_of(cluster.workers.begin(), cluster.workers.end(),
                    [&worker_group](const RayGroup& group) { return group.name == worker_group.first; });
    if (!exists) return invalid(rules.from["groupName"], fmt::format("there is no worker group {}", name));
  }
  return std::nullopt;
}

std::optional<InvalidRaySpec> invalid_upgrade_options(const RayServiceFields& service) {
  const NodeRef strategy = service.from["upgradeStrategy"];
  if (!service.cluster.autoscaling)
    return invalid(strategy["type"], "an incremental upgrade needs enableInTreeAutoscaling");
  if (!service.upgrade_options)
    return invalid(strategy["type"], "an incremental upgrade needs clusterUpgradeOptions");
  return std::nullopt;
}

std::optional<InvalidRaySpec> invalid_ray_cron_job(const RayCronJobFields& cron_job, const Version& kuberay) {
  if (const auto problem = invalid_cron_schedule(cron_job.schedule))
    return invalid(cron_job.job.from.parent()["schedule"],
                   fmt::format("invalid cron schedule: {}", *problem));
  return invalid_job_spec(cron_job.job, {}, kuberay);
}

}  // namespace kray
