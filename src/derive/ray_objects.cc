// Plays the reconcilers through to the state in which nothing changes any more: every pod becomes ready,
// every Job runs, every Serve application is healthy.
//
// A RayCluster makes its objects in a fixed order and stops at the first error; what its owner makes
// needs a cluster that is ready and, for the dashboard, a head Service with a port of that name
// (specs/kuberay-kubeflow.md A.4, B.1 to B.8; section 0, items 10, 15, 16).
#include "derive/ray_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "derive/ray_build.h"
#include "derive/ray_names.h"
#include "derive/ray_validation.h"
#include "derive/ray_versions.h"

namespace kray {
namespace {

// What an object is called, whoever makes it.
struct Identity {
  std::string name;
  std::string ns;
  Labels labels;
  Labels annotations;
  std::string owner_kind;  // of ray.io, by its ownerReferences; empty: nobody owns it
  Place from;
};

// `ready`: all pods are there, RayJobs wait for it. `incomplete`: its status still says whether there is
// a head, which is enough for a RayService.
enum class ClusterState : uint8_t { ready, incomplete, without_status };

class Deriver {
 public:
  Deriver(const KubeRaySettings& settings, const Object* selected)
      : settings_(settings), selected_(selected) {}

  RayDerivation derive(const Object& object);
  std::vector<DerivedPod> pods_as_written(const Object& object);
  // The cluster that a RayJob's clusterSelector names, and whether a job can be submitted to it.
  ClusterState run_cluster(const RayClusterInstance& cluster);

 private:
  const Version& version() const { return settings_.version; }
  void reject(RejectedBy by, std::string text, Place place) { out_.rejected = {by, std::move(text), place}; }
  // `otherwise` is for problems of names and annotations, which are no field of the spec.
  bool refuse_network_policy(const RayClusterInstance& cluster);
  bool reject_if(const std::optional<InvalidRaySpec>& problem, Place otherwise) {
    if (problem) reject(RejectedBy::ray_operator, problem->text, problem->place ? problem->place : otherwise);
    return problem.has_value();
  }
  void fail(std::string text, Place place) {
    if (!out_.error) out_.error = RayRejection{RejectedBy::ray_operator, std::move(text), place};
  }

  bool admit(const Object& object, const Identity& identity);
  void run_job(const Identity& identity, const RayJobFields& job);
  void run_service(const Identity& identity, const RayServiceFields& service);
  void run_cron_job(const Identity& identity, const RayCronJobFields& cron_job);
  // Whether the cluster is complete in the eyes of the operator.
  bool make_pods(const RayClusterInstance& cluster);
  bool make_services(const RayClusterInstance& cluster);

  std::string cluster_name(const std::string& owner) const {
    return fmt::format("{}{}-xxxxx", owner, version() >= kShortClusterNamesSince ? "" : "-raycluster");
  }
  RayClusterInstance cluster_of(const Identity& owner, std::string_view kind,
                                const RayClusterFields& fields) const;
  RayClusterInstance cluster_of_service(const Identity& owner, const RayServiceFields& service) const;
  std::optional<RayClusterInstance> selected_cluster() const;
  void write_cluster_pods(RayClusterInstance& cluster);
  bool find_dashboard(const RayClusterInstance& cluster, const std::string& owner, Place place);
  bool is_job_error(const RayJobFields& job, const RayClusterInstance& cluster);
  void make_submitter(const Identity& identity, const RayJobFields& job, const RayClusterInstance& cluster);
  void finish_job(const Identity& identity, const RayJobFields& job, const RayClusterInstance& cluster);

  const KubeRaySettings& settings_;
  const Object* selected_;
  Admission admission_;
  RayDerivation out_;
  std::string dashboard_;  // host:port, once it is found
};

Identity identity_of(const Object& object) {
  Identity identity;
  identity.name = object.name;
  if (object.metadata()["name"].text().empty()) identity.name += "xxxxx";  // metadata.generateName
  identity.ns = object.ns;
  identity.labels = labels_of(object.metadata()["labels"]);
  identity.annotations = labels_of(object.metadata()["annotations"]);
  for (const NodeRef owner : object.metadata()["ownerReferences"].items()) {
    if (owner["controller"].is_true() && owner["apiVersion"].text().starts_with("ray.io/"))
      identity.owner_kind = owner["kind"].text();
  }
  identity.from = object.name_place();
  return identity;
}

// Labels and annotations are read by the API server before any schema is.
std::optional<InvalidRaySpec> undecodable(const Object& object) {
  for (const std::string_view field : {"labels", "annotations"}) {
    for (const auto& [key, value] : object.metadata()[field].fields()) {
      if (value.is_string() || value.is_null()) continue;
      return InvalidRaySpec{fmt::format("metadata.{}.{} is not a string", field, key.text()), value.place()};
    }
  }
  return std::nullopt;
}

// A RayCluster of the input. Its own label makes the operator treat it as one that a RayService made.
RayClusterInstance cluster_itself(const Identity& identity, RayClusterFields fields) {
  RayClusterInstance cluster;
  cluster.name = identity.name;
  cluster.ns = identity.ns;
  cluster.labels = identity.labels;
  cluster.annotations = identity.annotations;
  cluster.owner_kind = identity.owner_kind;
  cluster.fields = std::move(fields);
  cluster.from = identity.from;
  const auto creator = cluster.labels.find("ray.io/originated-from-crd");
  cluster.is_of_service = creator != cluster.labels.end() && creator->second == "RayService";
  return cluster;
}

// The RayJob that a RayCronJob makes.
Identity scheduled_job(const Identity& cron_job, const RayCronJobFields& fields) {
  Identity job;
  job.name = cron_job.name + "-xxxxx";
  job.ns = cron_job.ns;
  job.labels = {{"ray.io/cronjob-name", cron_job.name}};
  job.annotations = {{"ray.io/cronjob-scheduled-timestamp", "*"}};
  job.from = fields.job.from.key_place();
  return job;
}

bool Deriver::admit(const Object& object, const Identity& identity) {
  if (const auto problem = undecodable(object)) {
    reject(RejectedBy::decoding, problem->text, problem->place);
    return false;
  }
  admission_ = admit_ray_object(object, version());
  out_.pruned = admission_.pruned;
  if (const auto wrong = invalid_dns1123_subdomain(identity.name)) {
    reject(RejectedBy::api_server, fmt::format("metadata.name: {}", *wrong), object.name_place());
    return false;
  }
  for (const auto& [key, value] : identity.labels) {
    if (!invalid_label_key(key) && !invalid_label_value(value)) continue;
    reject(RejectedBy::api_server, fmt::format("metadata.labels: {}={} is no label", key, value),
           object.metadata()["labels"][key].place());
    return false;
  }
  if (admission_.violations.empty()) return true;
  reject(RejectedBy::api_server, admission_.violations.front().text, admission_.violations.front().place);
  return false;
}

RayDerivation Deriver::derive(const Object& object) {
  const Identity identity = identity_of(object);
  if (admit(object, identity)) {
    const NodeRef spec = object.spec();
    if (object.kind == "RayCluster") {
      run_cluster(cluster_itself(identity, read_ray_cluster(spec, admission_)));
    } else if (object.kind == "RayJob") {
      run_job(identity, read_ray_job(spec, admission_));
    } else if (object.kind == "RayService") {
      run_service(identity, read_ray_service(spec, admission_));
    } else {
      run_cron_job(identity, read_ray_cron_job(spec, admission_));
    }
    find_refusals(out_);
  }
  return std::move(out_);
}

// Without the gate the whole object is refused; which policies it would have is told all the same.
bool Deriver::refuse_network_policy(const RayClusterInstance& cluster) {
  if (!reject_if(invalid_network_policy(cluster.fields, settings_), cluster.from)) return false;
  if (!settings_.has_feature(kNetworkPolicyGate)) add_network_policies(cluster, settings_, out_);
  return true;
}

// -- RayCluster

// There is no Redis where the GCS keeps its state on a volume of the head.
bool cleans_up_redis(const RayClusterInstance& cluster) {
  return is_gcs_fault_tolerant(cluster.fields, cluster.annotations) &&
         cluster.fields.gcs_backend != "rocksdb";
}

bool Deriver::make_services(const RayClusterInstance& cluster) {
  out_.services.push_back(build_head_service(cluster, settings_));
  if (auto headless = build_headless_service(cluster, version()))
    out_.services.push_back(std::move(*headless));
  const auto wants_serve = cluster.annotations.find("ray.io/enable-serve-service");
  if (wants_serve == cluster.annotations.end() || wants_serve->second != "true") return true;
  auto serve = build_serve_service(cluster, {"RayCluster", cluster.name}, std::nullopt, settings_);
  if (!serve) {
    fail("the Ray container of the head declares ports, but none for Serve",
         cluster.fields.head.from.key_place());
    return false;
  }
  out_.services.push_back(std::move(*serve));
  return true;
}

// A group called like the head's finds the head among its pods; groups of several hosts look at replicas.
bool counts_head(const RayClusterInstance& cluster, const RayGroup& group, const Version& kuberay) {
  return group.name == cluster.fields.head.name && (group.hosts <= 1 || kuberay < kReplicaLabelsSince);
}

// A group is its name. Two of one name share their pods: the first that wants any decides how they
// look, the last how many there are. If one that counts the head among its pods wants none, the operator
// deletes the head, again and again. Before 1.4 a cluster whose group spans
// several hosts is never complete, for it has more pods than replicas.
bool Deriver::make_pods(const RayClusterInstance& cluster) {
  const bool may_delete = !cluster.fields.autoscaling;
  bool has_head = true;
  int64_t counted = 0;
  int64_t running = 0;
  std::vector<DerivedPod> workers;
  std::map<std::string_view, size_t> places;  // of the groups in `workers`
  for (const RayGroup& group : cluster.fields.workers) {
    counted += counted_pods(group, version());
    DerivedPod pod = build_worker_pod(cluster, group, settings_);
    if (counts_head(cluster, group, version())) {
      has_head = has_head && (pod.count > 0 || !may_delete);
      if (pod.count <= 1) continue;
      --running;
    } else if (group.hosts == 0 && pod.count == 0 && version() >= kHostsCountedSince) {
      continue;
    }
    const auto [place, is_new] = places.try_emplace(group.name, workers.size());
    if (is_new) {
      workers.push_back(std::move(pod));
    } else if (DerivedPod& same = workers[place->second]; same.count == 0) {
      same = std::move(pod);
    } else {
      same.count = pod.count;
    }
  }
  if (has_head) out_.pods.push_back(build_head_pod(cluster, settings_));
  running += has_head ? 1 : 0;
  for (DerivedPod& pod : workers) {
    running += pod.count;
    out_.pods.push_back(std::move(pod));
  }
  return running == counted + 1;
}

ClusterState Deriver::run_cluster(const RayClusterInstance& cluster) {
  out_.ray_clusters.push_back({cluster.name, cluster.ns, cluster.labels, cluster.annotations, cluster.from});
  if (is_managed_elsewhere(cluster.fields.managed_by)) return ClusterState::incomplete;
  if (reject_if(
          invalid_ray_cluster(cluster.fields, cluster.name, cluster.labels, cluster.annotations, version()),
          cluster.from))
    return ClusterState::without_status;
  if (refuse_network_policy(cluster)) return ClusterState::without_status;
  add_network_policies(cluster, settings_, out_);
  add_autoscaler_access(cluster, version(), out_);
  add_ingress(cluster, version(), out_);
  add_auth_secret(cluster, out_);
  const bool runs = make_services(cluster) && !cluster.fields.suspended;
  const bool complete = runs && make_pods(cluster);
  if (cleans_up_redis(cluster)) out_.pods.push_back(build_redis_cleanup_pod(cluster, settings_));
  const DerivedService& head = out_.services.front();
  if (head.type == "ExternalName" && !head.headless) {
    fail("the head Service has no address", head.from);
    return ClusterState::without_status;
  }
  return complete ? ClusterState::ready : ClusterState::incomplete;
}

RayClusterInstance Deriver::cluster_of(const Identity& owner, std::string_view kind,
                                       const RayClusterFields& fields) const {
  RayClusterInstance cluster;
  cluster.name = cluster_name(owner.name);
  cluster.ns = owner.ns;
  cluster.labels = owner.labels;
  cluster.labels.insert_or_assign("ray.io/originated-from-cr-name", owner.name);
  cluster.labels.insert_or_assign("ray.io/originated-from-crd", std::string(kind));
  cluster.annotations = owner.annotations;
  cluster.owner_kind = kind;
  cluster.fields = fields;
  cluster.from = fields.from.key_place();
  return cluster;
}

// The operator asks for the head Service by the name it wanted, which is not always the one it made.
bool Deriver::find_dashboard(const RayClusterInstance& cluster, const std::string& owner, Place place) {
  const DerivedService head = build_head_service(cluster, settings_);
  const std::string wanted = head_service_name(cluster, version());
  if (head.name != wanted) {
    fail(fmt::format("{}: Service {} not found", owner, wanted), head.from);
    return false;
  }
  const auto port = std::find_if(head.ports.begin(), head.ports.end(),
                                 [](const RayServicePort& one) { return one.name == "dashboard"; });
  if (port == head.ports.end()) {
    fail(fmt::format("{}: the head Service has no port named dashboard", owner), place);
    return false;
  }
  dashboard_ = fmt::format("{}:{}", head_service_address(cluster, settings_), port->port);
  return true;
}

// -- RayJob

std::optional<RayClusterInstance> Deriver::selected_cluster() const {
  if (selected_ == nullptr) return std::nullopt;
  const Admission admission = admit_ray_object(*selected_, version());
  return cluster_itself(identity_of(*selected_), read_ray_cluster(selected_->spec(), admission));
}

// `metadata` is passed on to Ray only from 2.6 on; without a cluster to read the version from, 1.3 fails.
bool Deriver::is_job_error(const RayJobFields& job, const RayClusterInstance& cluster) {
  if (!job.has_metadata) return false;
  const Place place = job.from["metadata"].key_place();
  if (!job.cluster) {
    if (version() < kNamesCheckedSince) reject(RejectedBy::panic, "metadata without rayClusterSpec", place);
    return version() < kNamesCheckedSince;
  }
  constexpr Version kMetadataSince{2, 6, 0};
  const std::optional<Version> ray = parse_version(cluster.fields.ray_version);
  if (ray && *ray >= kMetadataSince) return false;
  fail("metadata needs a rayVersion of 2.6.0 or later", place);
  return true;
}

void Deriver::make_submitter(const Identity& identity, const RayJobFields& job,
                             const RayClusterInstance& cluster) {
  DerivedPod pod;
  pod.role = RayPodRole::submitter;
  pod.ns = identity.ns;
  pod.job = identity.name;
  pod.generate_name = identity.name + "-";
  pod.head_address = dashboard_;
  pod.from = identity.from;
  if (job.submitter) {
    const RayTemplate& source = *job.submitter;
    pod.labels = source.labels;
    pod.annotations = source.annotations;
    if (!source.service_account_name.empty()) pod.service_account_name = source.service_account_name;
    pod.automount_token = source.automount_token;
    pod.host_network = source.host_network;
    pod.restart_policy = source.restart_policy;
    pod.containers = source.containers;
    pod.init_containers = source.init_containers;
    pod.pod_template = source.nodes;
    pod.from = source.from.key_place();
  } else {
    pod.restart_policy = "Never";
    const auto& containers = cluster.fields.head.pod_template.containers;
    pod.containers.push_back(default_submitter_container(containers.empty() ? "" : containers.front().image));
  }
  if (version() >= kSubmitterLabelsSince) {
    pod.labels.insert_or_assign("ray.io/originated-from-cr-name", identity.name);
    pod.labels.insert_or_assign("ray.io/originated-from-crd", "RayJob");
  }
  out_.pods.push_back(std::move(pod));
}

// The cluster is ready: the submitter, then the job's own head Service once it runs.
void Deriver::finish_job(const Identity& identity, const RayJobFields& job,
                         const RayClusterInstance& cluster) {
  const bool by_kubernetes = job.submission_mode == "K8sJobMode";
  if (by_kubernetes && job.submitter && job.submitter->containers.empty()) {
    reject(RejectedBy::panic, "the submitter has no containers", job.submitter->from.key_place());
    return;
  }
  const bool own_command = job.submitter && job.submitter->containers.front().has_command;
  if (by_kubernetes) {
    if ((!own_command || version() >= kNamesCheckedSince) && is_job_error(job, cluster)) return;
    make_submitter(identity, job, cluster);
  }
  const bool waits = job.submission_mode == "InteractiveMode" && job.job_id.empty();
  if (version() < kJobServiceSince || job.has_selector || waits) return;
  out_.services.push_back(build_owner_head_service(cluster, {"RayJob", identity.name}, settings_));
}

void Deriver::run_job(const Identity& identity, const RayJobFields& job) {
  if (is_managed_elsewhere(job.managed_by)) return;
  if (reject_if(invalid_ray_job(job, identity.name, identity.annotations, version()), identity.from)) return;
  if (job.has_selector && !job.selected_cluster) {
    fail("clusterSelector has no key ray.io/cluster", job.from["clusterSelector"].key_place());
    return;
  }
  if (job.suspended) return;
  if (job.has_selector) {
    const std::optional<RayClusterInstance> known = selected_cluster();
    RayClusterInstance assumed;
    assumed.name = *job.selected_cluster;
    assumed.ns = identity.ns;
    assumed.fields.head.pod_template.containers.resize(1);
    const RayClusterInstance& cluster = known ? *known : assumed;
    if (known && Deriver(settings_, nullptr).run_cluster(cluster) != ClusterState::ready) return;
    if (find_dashboard(cluster, identity.name, identity.from)) finish_job(identity, job, cluster);
    return;
  }
  RayClusterInstance cluster = cluster_of(identity, "RayJob", *job.cluster);
  if (version() >= kModeLabelSince)
    cluster.labels.insert_or_assign("ray.io/job-submission-mode", job.submission_mode);
  if (job.submission_mode == "SidecarMode" && version() >= kSidecarModeSince) {
    if (is_job_error(job, cluster)) return;
    cluster.annotations.insert_or_assign("ray.io/disable-provisioned-head-restart", "true");
    cluster.sidecar = default_submitter_container(cluster.fields.head.pod_template.containers.front().image);
  }
  if (refuse_network_policy(cluster)) return;
  if (run_cluster(cluster) == ClusterState::ready &&
      find_dashboard(cluster, identity.name, cluster.fields.head.from.key_place()))
    finish_job(identity, job, cluster);
}

// -- RayService

RayClusterInstance Deriver::cluster_of_service(const Identity& owner, const RayServiceFields& service) const {
  RayClusterInstance cluster = cluster_of(owner, "RayService", service.cluster);
  cluster.annotations.insert_or_assign("ray.io/num-worker-groups",
                                       std::to_string(service.cluster.workers.size()));
  cluster.annotations.insert_or_assign("ray.io/kuberay-version", "v" + version().to_string());
  cluster.is_of_service = true;
  cluster.serves_from_head = !service.exclude_head;
  return cluster;
}

void Deriver::run_service(const Identity& identity, const RayServiceFields& service) {
  if (version() >= kServiceManagedSince && is_managed_elsewhere(service.managed_by)) return;
  if (reject_if(invalid_ray_service(service, identity.name, identity.annotations, version()), identity.from))
    return;
  const bool in_steps = is_upgraded_in_steps(service, settings_);
  if (in_steps && reject_if(invalid_upgrade_options(service), identity.from)) return;
  const RayClusterInstance cluster = cluster_of_service(identity, service);
  if (refuse_network_policy(cluster)) return;
  const ClusterState state = run_cluster(cluster);
  if (out_.rejected.by != RejectedBy::nobody) return;
  const bool has_head = std::any_of(out_.pods.begin(), out_.pods.end(),
                                    [](const DerivedPod& pod) { return pod.role == RayPodRole::head; });
  if (!has_head) fail("the RayService finds no head pod", cluster.from);
  if (!has_head || state == ClusterState::without_status ||
      !find_dashboard(cluster, identity.name, cluster.fields.head.from.key_place()))
    return;
  const RayOwner owner{"RayService", identity.name};
  out_.services.push_back(build_owner_head_service(cluster, owner, settings_));
  if (auto serve = build_serve_service(cluster, owner, service.serve_service, settings_)) {
    if (in_steps) {
      serve->name = fmt::format("{}-serve-svc", cluster.name);
      out_.gateways.push_back(build_gateway(service, owner, *serve));
    }
    out_.services.push_back(std::move(*serve));
  } else {
    fail("the Ray container of the head declares ports, but none for Serve",
         cluster.fields.head.from.key_place());
  }
}

// -- RayCronJob

void Deriver::run_cron_job(const Identity& identity, const RayCronJobFields& cron_job) {
  if (reject_if(invalid_ray_cron_job(cron_job, version()), identity.from)) return;
  if (!cron_job.suspended) run_job(scheduled_job(identity, cron_job), cron_job.job);
}

// -- pods of the templates alone

// Templates without containers are refused; here they stand for a pod with one that has no name.
void ensure_container(RayTemplate& pod_template) {
  if (pod_template.containers.empty()) pod_template.containers.resize(1);
}

std::vector<DerivedPod> Deriver::pods_as_written(const Object& object) {
  admission_ = admit_ray_object(object, version());
  Identity identity = identity_of(object);
  std::optional<RayClusterInstance> cluster;
  std::optional<RayJobFields> job;
  if (object.kind == "RayCluster") {
    cluster = cluster_itself(identity, read_ray_cluster(object.spec(), admission_));
  } else if (object.kind == "RayService") {
    const RayServiceFields service = read_ray_service(object.spec(), admission_);
    cluster = cluster_of_service(identity, service);
  } else if (object.kind == "RayJob") {
    job = read_ray_job(object.spec(), admission_);
  } else {
    const RayCronJobFields cron_job = read_ray_cron_job(object.spec(), admission_);
    identity = scheduled_job(identity, cron_job);
    job = cron_job.job;
  }
  if (job && job->cluster && !job->has_selector) cluster = cluster_of(identity, "RayJob", *job->cluster);
  if (cluster) write_cluster_pods(*cluster);
  if (job && job->submission_mode == "K8sJobMode" && (job->submitter || job->cluster || job->has_selector))
    make_submitter(identity, *job, cluster.value_or(RayClusterInstance{}));
  return std::move(out_.pods);
}

void Deriver::write_cluster_pods(RayClusterInstance& cluster) {
  if (cluster.fields.head.from) {
    ensure_container(cluster.fields.head.pod_template);
    out_.pods.push_back(build_head_pod(cluster, settings_));
  }
  for (RayGroup& group : cluster.fields.workers) {
    ensure_container(group.pod_template);
    out_.pods.push_back(build_worker_pod(cluster, group, settings_));
  }
  if (cluster.fields.head.from && cleans_up_redis(cluster))
    out_.pods.push_back(build_redis_cleanup_pod(cluster, settings_));
}

}  // namespace

std::string_view to_string(RayPodRole role) {
  switch (role) {
    case RayPodRole::head: return "head";
    case RayPodRole::worker: return "worker";
    case RayPodRole::submitter: return "submitter";
    case RayPodRole::redis_cleanup: return "redis-cleanup";
  }
  return "head";
}

RayDerivation derive_ray(const Object& object, const KubeRaySettings& settings, const Object* selected) {
  return Deriver(settings, selected).derive(object);
}

std::vector<DerivedPod> ray_pods_as_written(const Object& object, const KubeRaySettings& settings) {
  return Deriver(settings, nullptr).pods_as_written(object);
}

std::vector<const DerivedPod*> selected_pods(const RayDerivation& derivation, const DerivedService& service) {
  std::vector<const DerivedPod*> pods;
  for (const DerivedPod& pod : derivation.pods) {
    const bool matches =
        std::all_of(service.selector.begin(), service.selector.end(), [&pod](const auto& wanted) {
          const auto own = pod.labels.find(wanted.first);
          return own != pod.labels.end() && own->second == wanted.second;
        });
    if (pod.ns == service.ns && matches) pods.push_back(&pod);
  }
  return pods;
}

}  // namespace kray
