// Field by field; every look-up goes through the admission, so that a field the CRD does not know is not
// seen (specs/kuberay-kubeflow.md section 0, items 1 to 6).
#include "derive/ray_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "manifest/scalar.h"

namespace kray {
namespace {

constexpr std::string_view kHeadGroup = "headgroup";

class SpecReader {
 public:
  explicit SpecReader(const Admission& admission) : admission_(admission) {}

  RayClusterFields cluster(NodeRef spec) const;
  RayJobFields job(NodeRef spec) const;
  RayServiceFields service(NodeRef spec) const;
  RayCronJobFields cron_job(NodeRef spec) const;

 private:
  NodeRef get(NodeRef parent, std::string_view key) const { return admission_.field(parent, key); }
  std::string text(NodeRef parent, std::string_view key) const {
    return std::string(get(parent, key).string());
  }
  bool is_true(NodeRef parent, std::string_view key) const { return get(parent, key).is_true(); }
  // The field itself if it is true, so that what it causes knows its place.
  NodeRef if_true(NodeRef parent, std::string_view key) const {
    return is_true(parent, key) ? get(parent, key) : NodeRef();
  }
  std::optional<int64_t> integer(NodeRef parent, std::string_view key) const {
    const NodeRef value = get(parent, key);
    return value ? integer_value(value.text()) : std::nullopt;
  }
  Labels strings(NodeRef parent, std::string_view key) const { return labels_of(get(parent, key)); }

  RayGroup head(NodeRef spec) const;
  RayGroup worker(NodeRef spec) const;
  void read_group(NodeRef spec, RayGroup& group) const;
  RayTemplate pod_template(NodeRef node) const;
  RayContainer container(NodeRef node) const;
  std::vector<RayContainer> containers(NodeRef list) const;
  RayServiceTemplate service_template(NodeRef node) const;
  RayNetworkPolicy network_policy(NodeRef node) const;
  RayNetworkPolicyRules network_policy_rules(NodeRef node) const;

  const Admission& admission_;
};

// As the operator joins a command and its arguments to one line of shell; no more of it than anybody
// writes, for one anchor can stand for any number of words.
void append_words(NodeRef words, std::string& line) {
  constexpr size_t kLongestLine = size_t{64} << 10U;
  for (const NodeRef word : words.items()) {
    const std::string_view text = word.text();
    if (line.size() + text.size() > kLongestLine) return;
    line += fmt::format(" {} ", text);
  }
}

RayContainer SpecReader::container(NodeRef node) const {
  RayContainer one;
  one.from = node;
  one.name = get(node, "name").string();
  one.image = get(node, "image").string();
  for (const NodeRef port : get(node, "ports").items()) {
    const std::string_view protocol = get(port, "protocol").string();
    one.ports.push_back({.name = get(port, "name").string(),
                         .number = integer(port, "containerPort").value_or(0),
                         .protocol = protocol.empty() ? "TCP" : protocol,
                         .host_port = integer(port, "hostPort").value_or(0),
                         .from = port});
  }
  one.has_command = get(node, "command").size() > 0;
  append_words(get(node, "command"), one.command_line);
  append_words(get(node, "args"), one.command_line);
  one.liveness_probe = get(node, "livenessProbe");
  one.readiness_probe = get(node, "readinessProbe");
  return one;
}

std::vector<RayContainer> SpecReader::containers(NodeRef list) const {
  std::vector<RayContainer> all;
  for (const NodeRef node : list.items()) all.push_back(container(node));
  return all;
}

RayTemplate SpecReader::pod_template(NodeRef node) const {
  const NodeRef metadata = get(node, "metadata");
  const NodeRef spec = get(node, "spec");
  RayTemplate one;
  one.nodes = {metadata, spec};
  one.from = node;
  one.name = text(metadata, "name");
  one.labels = strings(metadata, "labels");
  one.annotations = strings(metadata, "annotations");
  one.service_account_name = text(spec, "serviceAccountName");
  if (const NodeRef automount = get(spec, "automountServiceAccountToken"))
    one.automount_token = automount.is_true();
  one.host_network = is_true(spec, "hostNetwork");
  one.restart_policy = text(spec, "restartPolicy");
  one.containers = containers(get(spec, "containers"));
  one.init_containers = containers(get(spec, "initContainers"));
  return one;
}

RayServiceTemplate SpecReader::service_template(NodeRef node) const {
  const NodeRef metadata = get(node, "metadata");
  const NodeRef spec = get(node, "spec");
  RayServiceTemplate one;
  one.from = node;
  one.name = text(metadata, "name");
  one.labels = strings(metadata, "labels");
  one.annotations = strings(metadata, "annotations");
  one.type = text(spec, "type");
  one.cluster_ip = text(spec, "clusterIP");
  one.publish_not_ready = is_true(spec, "publishNotReadyAddresses");
  one.has_external_name = !text(spec, "externalName").empty();
  for (const NodeRef port : get(spec, "ports").items()) {
    one.ports.push_back({.name = text(port, "name"),
                         .port = integer(port, "port").value_or(0),
                         .target_port = std::string(get(port, "targetPort").text()),
                         .app_protocol = text(port, "appProtocol"),
                         .protocol = text(port, "protocol")});
  }
  return one;
}

void SpecReader::read_group(NodeRef spec, RayGroup& group) const {
  group.from = spec;
  for (const auto& [key, value] : get(spec, "rayStartParams").fields())
    group.start_params.insert_or_assign(std::string(key.text()), std::string(value.text()));
  group.labels = strings(spec, "labels");
  group.has_resources = get(spec, "resources").size() > 0;
  group.pod_template = pod_template(get(spec, "template"));
}

RayGroup SpecReader::head(NodeRef spec) const {
  RayGroup group;
  read_group(spec, group);
  group.name = kHeadGroup;
  group.service_type = text(spec, "serviceType");
  if (const NodeRef service = get(spec, "headService")) group.head_service = service_template(service);
  group.enable_ingress = if_true(spec, "enableIngress");
  const NodeRef options = get(spec, "ingressOptions");
  group.ingress_options = {.host = text(options, "host"),
                           .path = text(options, "path"),
                           .path_type = text(options, "pathType"),
                           .tls = get(options, "tls")};
  return group;
}

RayGroup SpecReader::worker(NodeRef spec) const {
  RayGroup group;
  read_group(spec, group);
  group.name = text(spec, "groupName");
  group.replicas = integer(spec, "replicas").value_or(0);
  group.min_replicas = integer(spec, "minReplicas").value_or(0);
  group.max_replicas = integer(spec, "maxReplicas").value_or(std::numeric_limits<int32_t>::max());
  group.hosts = integer(spec, "numOfHosts").value_or(1);
  group.suspended = is_true(spec, "suspend");
  group.idle_timeout = integer(spec, "idleTimeoutSeconds");
  return group;
}

RayNetworkPolicyRules SpecReader::network_policy_rules(NodeRef node) const {
  return {.from = node, .ingress = get(node, "ingressRules"), .egress = get(node, "egressRules")};
}

RayNetworkPolicy SpecReader::network_policy(NodeRef node) const {
  RayNetworkPolicy one;
  one.from = node;
  one.mode = text(node, "mode");
  if (one.mode.empty()) one.mode = "DenyAll";
  one.head = network_policy_rules(get(node, "head"));
  one.worker = network_policy_rules(get(node, "worker"));
  // The first entry of a name counts.
  for (const NodeRef entry : get(node, "workerGroups").items())
    one.worker_groups.try_emplace(text(entry, "groupName"), network_policy_rules(entry));
  return one;
}

RayClusterFields SpecReader::cluster(NodeRef spec) const {
  RayClusterFields one;
  one.from = spec;
  one.ray_version = text(spec, "rayVersion");
  one.head = head(get(spec, "headGroupSpec"));
  for (const NodeRef group : get(spec, "workerGroupSpecs").items()) one.workers.push_back(worker(group));
  one.head_service_annotations = strings(spec, "headServiceAnnotations");
  one.managed_by = text(spec, "managedBy");
  one.suspended = is_true(spec, "suspend");
  one.autoscaling = if_true(spec, "enableInTreeAutoscaling");
  const NodeRef autoscaler = get(spec, "autoscalerOptions");
  one.autoscaler_image = get(autoscaler, "image").string();
  one.autoscaler_version = text(autoscaler, "version");
  one.autoscaler_idle_timeout = integer(autoscaler, "idleTimeoutSeconds");
  one.has_upgrade_type = static_cast<bool>(get(get(spec, "upgradeStrategy"), "type"));
  one.gcs_fault_tolerance = get(spec, "gcsFaultToleranceOptions");
  one.gcs_backend = text(one.gcs_fault_tolerance, "backend");
  one.external_storage_namespace = text(one.gcs_fault_tolerance, "externalStorageNamespace");
  one.has_redis_username = static_cast<bool>(get(one.gcs_fault_tolerance, "redisUsername"));
  one.has_redis_password = static_cast<bool>(get(one.gcs_fault_tolerance, "redisPassword"));
  one.auth = get(spec, "authOptions");
  one.auth_mode = text(one.auth, "mode");
  one.auth_secret = text(one.auth, "secretName");
  one.kubernetes_auth = is_true(one.auth, "enableK8sTokenAuth");
  if (const NodeRef policy = get(spec, "networkPolicy")) one.network_policy = network_policy(policy);
  return one;
}

RayJobFields SpecReader::job(NodeRef spec) const {
  RayJobFields one;
  one.from = spec;
  if (const NodeRef nested = get(spec, "rayClusterSpec")) one.cluster = cluster(nested);
  const NodeRef selector = get(spec, "clusterSelector");
  one.has_selector = selector.size() > 0;
  if (const NodeRef name = get(selector, "ray.io/cluster")) one.selected_cluster = name.text();
  const NodeRef mode = get(spec, "submissionMode");
  one.submission_mode = mode ? std::string(mode.text()) : "K8sJobMode";
  if (const NodeRef submitter = get(spec, "submitterPodTemplate")) one.submitter = pod_template(submitter);
  one.has_submitter_config = static_cast<bool>(get(spec, "submitterConfig"));
  one.has_metadata = get(spec, "metadata").size() > 0;
  one.job_id = text(spec, "jobId");
  one.runtime_env = text(spec, "runtimeEnvYAML");
  one.managed_by = text(spec, "managedBy");
  one.suspended = is_true(spec, "suspend");
  one.shutdown_after_finish = is_true(spec, "shutdownAfterJobFinishes");
  one.ttl_seconds = integer(spec, "ttlSecondsAfterFinished").value_or(0);
  one.active_deadline = integer(spec, "activeDeadlineSeconds");
  one.backoff_limit = integer(spec, "backoffLimit");
  one.deletion_policy = get(spec, "deletionPolicy");
  one.deletion_strategy = get(spec, "deletionStrategy");
  return one;
}

RayServiceFields SpecReader::service(NodeRef spec) const {
  RayServiceFields one;
  one.from = spec;
  one.cluster = cluster(get(spec, "rayClusterConfig"));
  if (const NodeRef serve = get(spec, "serveService")) one.serve_service = service_template(serve);
  one.exclude_head = is_true(spec, "excludeHeadPodFromServeSvc");
  one.managed_by = text(spec, "managedBy");
  if (const NodeRef type = get(get(spec, "upgradeStrategy"), "type")) one.upgrade_type = type.text();
  one.upgrade_options = get(get(spec, "upgradeStrategy"), "clusterUpgradeOptions");
  return one;
}

RayCronJobFields SpecReader::cron_job(NodeRef spec) const {
  RayCronJobFields one;
  one.job = job(get(spec, "jobTemplate"));
  one.schedule = text(spec, "schedule");
  one.suspended = is_true(spec, "suspend");
  return one;
}

}  // namespace

std::optional<int64_t> RayContainer::port(std::string_view port_name) const {
  const auto found = std::find_if(ports.begin(), ports.end(),
                                  [port_name](const RayContainerPort& one) { return one.name == port_name; });
  return found == ports.end() ? std::nullopt : std::optional(found->number);
}

NodeRef RayContainer::env_named(std::string_view env_name) const {
  for (const NodeRef variable : from["env"].items()) {
    if (variable["name"].string() == env_name) return variable;
  }
  return {};
}

RayClusterFields read_ray_cluster(NodeRef spec, const Admission& admission) {
  return SpecReader(admission).cluster(spec);
}

RayJobFields read_ray_job(NodeRef spec, const Admission& admission) {
  return SpecReader(admission).job(spec);
}

RayServiceFields read_ray_service(NodeRef spec, const Admission& admission) {
  return SpecReader(admission).service(spec);
}

RayCronJobFields read_ray_cron_job(NodeRef spec, const Admission& admission) {
  return SpecReader(admission).cron_job(spec);
}

}  // namespace kray
