// Head, worker and redis-cleanup pods (specs/kuberay-kubeflow.md B.1, B.6; section 0, items 2 to 4, 7, 9,
// 12, 14, 25).
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "derive/ray_build.h"
#include "derive/ray_names.h"
#include "derive/ray_validation.h"
#include "derive/ray_versions.h"
#include "manifest/scalar.h"

namespace kray {
namespace {

constexpr Version kOneHealthCheckSince{2, 53, 0};  // of Ray

constexpr int64_t kGcsPort = 6379;
constexpr int64_t kDashboardPort = 8265;
constexpr int64_t kServePort = 8000;
constexpr int64_t kMetricsPort = 8080;
constexpr int64_t kAgentPort = 52365;
constexpr std::string_view kAgentPortKey = "dashboard-agent-listen-port";
constexpr std::string_view kOverwriteCommand = "ray.io/overwrite-container-cmd";

bool is_true_text(std::string_view text) {
  constexpr std::string_view kTrue = "true";
  return std::equal(text.begin(), text.end(), kTrue.begin(), kTrue.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

bool has_true(const Labels& labels, std::string_view key) {
  const auto found = labels.find(key);
  return found != labels.end() && is_true_text(found->second);
}

// What users write wins, but for the three labels that say which pod it is.
Labels pod_labels(const RayClusterInstance& cluster, const RayGroup& group, std::string_view node_type) {
  Labels labels = group.pod_template.labels;
  for (const auto& [key, value] : group.labels) labels.insert_or_assign(key, value);
  labels.insert_or_assign("ray.io/cluster", cluster.name);
  labels.insert_or_assign("ray.io/node-type", std::string(node_type));
  labels.insert_or_assign("ray.io/group", group.name);
  labels.try_emplace("ray.io/is-ray-node", "yes");
  labels.try_emplace("ray.io/identifier", ray_checked_label(fmt::format("{}-{}", cluster.name, node_type)));
  labels.try_emplace("app.kubernetes.io/name", "kuberay");
  labels.try_emplace("app.kubernetes.io/created-by", "kuberay-operator");
  return labels;
}

// `ray.io/serve` decides who is behind the Serve Service; for the head, once Serve answers.
void add_serve_label(const RayClusterInstance& cluster, DerivedPod& pod) {
  if (!cluster.is_of_service) return;
  const bool serves = pod.role != RayPodRole::head || cluster.serves_from_head;
  pod.labels.insert_or_assign("ray.io/serve", serves ? "true" : "false");
}

// The label for grouping replicas is counted, the other two only matter with several hosts.
void add_replica_labels(const RayGroup& group, const Version& kuberay, DerivedPod& pod) {
  if (kuberay < kReplicaLabelsSince) return;
  pod.labels.insert_or_assign("ray.io/worker-group-replica-index", "*");
  if (group.hosts <= 1) return;
  pod.labels.insert_or_assign("ray.io/worker-group-replica-name", "*");
  pod.labels.insert_or_assign("ray.io/replica-host-index", "*");
}

void add_fault_tolerance(const RayClusterInstance& cluster, DerivedPod& pod) {
  const bool tolerant = is_gcs_fault_tolerant(cluster.fields, cluster.annotations);
  pod.annotations.insert_or_assign("ray.io/ft-enabled", tolerant ? "true" : "false");
  if (!tolerant) return;
  constexpr std::string_view kStorage = "ray.io/external-storage-namespace";
  std::string storage = "<uid>";
  if (const auto own = cluster.annotations.find(kStorage); own != cluster.annotations.end())
    storage = own->second;
  if (!cluster.fields.external_storage_namespace.empty()) storage = cluster.fields.external_storage_namespace;
  pod.annotations.insert_or_assign(std::string(kStorage), storage);
  if (!cluster.fields.gcs_fault_tolerance) return;
  if (cluster.fields.has_redis_username)
    pod.start_params.insert_or_assign("redis-username", "$REDIS_USERNAME");
  if (cluster.fields.has_redis_password)
    pod.start_params.insert_or_assign("redis-password", "$REDIS_PASSWORD");
}

void add_metrics_port(RayContainer& ray) {
  if (ray.port("metrics")) return;
  ray.ports.push_back(
      {.name = "metrics", .number = kMetricsPort, .protocol = "TCP", .host_port = 0, .from = {}});
}

void add_start_params(const RayGroup& group, DerivedPod& pod) {
  if (!group.labels.empty()) {
    std::string joined;
    for (const auto& [key, value] : group.labels)
      joined += fmt::format("{}{}={}", joined.empty() ? "" : ",", key, value);
    pod.start_params.insert_or_assign("labels", joined);
  }
  pod.start_params.try_emplace("metrics-export-port", std::to_string(kMetricsPort));
  pod.start_params.try_emplace(std::string(kAgentPortKey), std::to_string(kAgentPort));
  pod.start_params.insert_or_assign("block", "true");
}

int64_t port_of(const StringMap& start_params, std::string_view key, int64_t otherwise,
                const Version& kuberay) {
  const auto found = start_params.find(key);
  if (kuberay < kProbePortsSince || found == start_params.end()) return otherwise;
  const std::string_view text = found->second;
  const bool decimal = !text.empty() && text.find_first_not_of("0123456789", text.front() == '-' ? 1 : 0) ==
                                            std::string_view::npos;
  return decimal ? integer_value(text).value_or(otherwise) : otherwise;
}

bool has_one_health_check(const RayClusterInstance& cluster, const Version& kuberay) {
  const std::optional<Version> ray = parse_ray_version(cluster.fields.ray_version);
  return kuberay >= kProbePortsSince && ray && *ray >= kOneHealthCheckSince;
}

void add_probes(const RayClusterInstance& cluster, const KubeRaySettings& settings, DerivedPod& pod) {
  const RayContainer& ray = pod.containers.front();
  const int64_t agent = port_of(pod.start_params, kAgentPortKey, kAgentPort, settings.version);
  RayProbe probe{RayProbe::Kind::exec, {{agent, "api/local_raylet_healthz"}}};
  if (pod.role == RayPodRole::head)
    probe.requests.push_back(
        {port_of(pod.start_params, "dashboard-port", kDashboardPort, settings.version), "api/gcs_healthz"});
  RayProbe readiness = probe;
  if (has_one_health_check(cluster, settings.version)) {
    probe = {RayProbe::Kind::http, {{agent, "api/healthz"}}};
    if (!cluster.is_of_service || pod.role == RayPodRole::head) readiness = probe;
  }
  if (cluster.is_of_service && pod.role == RayPodRole::worker)
    readiness.requests.push_back({ray.port("serve").value_or(kServePort), "-/healthz"});
  if (!settings.probes_injection) {
    probe = {};
    readiness = {};
  }
  pod.liveness = ray.liveness_probe ? RayProbe{RayProbe::Kind::user, {}} : probe;
  pod.readiness = ray.readiness_probe ? RayProbe{RayProbe::Kind::user, {}} : readiness;
}

// What head and workers have in common; `role` decides the rest.
DerivedPod start_pod(const RayClusterInstance& cluster, const RayGroup& group, RayPodRole role) {
  const RayTemplate& source = group.pod_template;
  DerivedPod pod;
  pod.role = role;
  pod.group = group.name;
  pod.cluster = cluster.name;
  pod.ns = cluster.ns;
  pod.labels = pod_labels(cluster, group, to_string(role));
  pod.annotations = source.annotations;
  if (has_true(cluster.annotations, kOverwriteCommand))
    pod.annotations.insert_or_assign(std::string(kOverwriteCommand), "true");
  if (!source.service_account_name.empty()) pod.service_account_name = source.service_account_name;
  pod.automount_token = source.automount_token;
  pod.host_network = source.host_network;
  pod.restart_policy = source.restart_policy;
  pod.containers = source.containers;
  pod.init_containers = source.init_containers;
  pod.start_params = group.start_params;
  pod.runs_start_params = !has_true(pod.annotations, kOverwriteCommand) &&
                          source.containers.front().command_line.find("ray start") == std::string::npos;
  pod.pod_template = source.nodes;
  pod.group_spec = group.from;
  pod.group_labels = group.labels.empty() ? NodeRef() : group.from["labels"];
  pod.from = group.from.key_place();
  add_serve_label(cluster, pod);
  return pod;
}

std::string gcs_port(const RayClusterInstance& cluster) {
  const auto port = cluster.fields.head.start_params.find("port");
  return port == cluster.fields.head.start_params.end() ? std::to_string(kGcsPort) : port->second;
}

void add_autoscaler(const RayClusterInstance& cluster, DerivedPod& pod) {
  if (!cluster.fields.autoscaling) return;
  const std::string& account = cluster.fields.head.pod_template.service_account_name;
  pod.service_account_name = ray_checked_name(account.empty() ? cluster.name : account);
  pod.start_params.insert_or_assign("no-monitor", "true");
  RayContainer autoscaler;
  autoscaler.name = "autoscaler";
  autoscaler.image = cluster.fields.autoscaler_image.empty() ? pod.containers.front().image
                                                             : cluster.fields.autoscaler_image;
  pod.containers.push_back(std::move(autoscaler));
  if (cluster.fields.autoscaler_version == "v2") pod.restart_policy = "Never";
}

int64_t wanted_replicas(const RayGroup& group) {
  if (group.suspended) return 0;
  if (group.min_replicas > group.max_replicas) return std::max(group.max_replicas, int64_t{0});
  return std::clamp(group.replicas, group.min_replicas, group.max_replicas);
}

}  // namespace

DerivedPod build_head_pod(const RayClusterInstance& cluster, const KubeRaySettings& settings) {
  DerivedPod pod = start_pod(cluster, cluster.fields.head, RayPodRole::head);
  pod.generate_name = ray_pod_prefix(cluster.name, "head");
  pod.name = cluster.fields.head.pod_template.name;
  add_start_params(cluster.fields.head, pod);
  pod.start_params.try_emplace("dashboard-host", "0.0.0.0");
  if (cluster.sidecar) {
    pod.containers.push_back(*cluster.sidecar);
    pod.restart_policy = "Never";
  }
  add_autoscaler(cluster, pod);
  add_fault_tolerance(cluster, pod);
  add_metrics_port(pod.containers.front());
  pod.head_address = fmt::format("127.0.0.1:{}", gcs_port(cluster));
  add_probes(cluster, settings, pod);
  if (settings.version >= kVersionAnnotationSince)
    pod.annotations.insert_or_assign("ray.io/kuberay-version", "v" + settings.version.to_string());
  return pod;
}

DerivedPod build_worker_pod(const RayClusterInstance& cluster, const RayGroup& group,
                            const KubeRaySettings& settings) {
  DerivedPod pod = start_pod(cluster, group, RayPodRole::worker);
  pod.generate_name = ray_pod_prefix(fmt::format("{}-{}", cluster.name, group.name), "worker");
  pod.count = wanted_pods(group, settings.version);
  add_replica_labels(group, settings.version, pod);
  add_start_params(group, pod);
  const std::string address =
      fmt::format("{}:{}", head_service_address(cluster, settings), gcs_port(cluster));
  pod.head_address = pod.start_params.try_emplace("address", address).first->second;
  if (settings.init_container_injection) {
    RayContainer wait;
    wait.name = "wait-gcs-ready";
    wait.image = pod.containers.front().image;
    pod.init_containers.push_back(std::move(wait));
  }
  add_metrics_port(pod.containers.front());
  if (cluster.fields.autoscaling && cluster.fields.autoscaler_version == "v2") pod.restart_policy = "Never";
  add_probes(cluster, settings, pod);
  return pod;
}

DerivedPod build_redis_cleanup_pod(const RayClusterInstance& cluster, const KubeRaySettings& settings) {
  DerivedPod pod = build_head_pod(cluster, settings);
  pod.role = RayPodRole::redis_cleanup;
  pod.group.clear();
  pod.labels.insert_or_assign("ray.io/node-type", std::string(to_string(pod.role)));
  if (cluster.is_of_service) pod.labels.insert_or_assign("ray.io/serve", "false");
  pod.annotations.erase("ray.io/kuberay-version");
  pod.job = ray_checked_label(fmt::format("{}-redis-cleanup", cluster.name));
  pod.generate_name = pod.job + "-";
  pod.name.clear();
  pod.containers.resize(1);
  pod.restart_policy = "Never";
  pod.runs_start_params = false;
  pod.liveness = {};
  pod.readiness = {};
  const NodeRef options = cluster.fields.gcs_fault_tolerance;
  if (options) pod.from = options.key_place();
  return pod;
}

RayContainer default_submitter_container(std::string_view head_image) {
  RayContainer submitter;
  submitter.name = "ray-job-submitter";
  submitter.image = head_image;
  return submitter;
}

int64_t wanted_pods(const RayGroup& group, const Version& kuberay) {
  return wanted_replicas(group) *
         (kuberay < kHostsCountedSince ? std::max(group.hosts, int64_t{1}) : group.hosts);
}

int64_t counted_pods(const RayGroup& group, const Version& kuberay) {
  return kuberay < kHostsCountedSince ? wanted_replicas(group) : wanted_pods(group, kuberay);
}

}  // namespace kray
