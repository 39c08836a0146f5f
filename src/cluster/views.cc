// Where each kind keeps what the views name.
#include "cluster/views.h"

#include <algorithm>
#include <array>

#include "manifest/scalar.h"

namespace kray {
namespace {

NodeRef ray_job_spec_of(const Object& object) {
  // The jobTemplate of a RayCronJob is a bare RayJobSpec: there is no nested `spec`.
  if (object.kind == "RayCronJob") return object.spec()["jobTemplate"];
  if (object.kind == "RayJob") return object.spec();
  return {};
}

PodTemplate template_at(NodeRef node) { return {node["metadata"], node["spec"]}; }

// Go's strconv.ParseBool, as istiod reads the annotation.
bool parse_bool(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "true", "TRUE", "True"};
  return std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end();
}

}  // namespace

Place PodTemplate::place() const {
  if (metadata) return metadata.key_place();
  return spec.key_place();
}

PodTemplate pod_template_of(const Object& object) {
  if (object.is("", "Pod")) return template_at(object.node);
  const bool by_spec = object.is("apps", "Deployment") || object.is("apps", "StatefulSet") ||
                       object.is("apps", "DaemonSet") || object.is("apps", "ReplicaSet") ||
                       object.is("batch", "Job") || object.is("", "ReplicationController");
  if (by_spec) return template_at(object.spec()["template"]);
  if (object.is("batch", "CronJob")) return template_at(object.spec()["jobTemplate"]["spec"]["template"]);
  return {};
}

PortRef port_ref(NodeRef node) {
  if (node.is_string()) return {.number = std::nullopt, .name = node.text()};
  if (!node || node.kind() != NodeKind::integer) return {};
  const std::optional<int64_t> number = integer_value(node.text());
  return {.number = number, .name = {}};
}

namespace {

std::string_view transport_of(NodeRef port) {
  const std::string_view protocol = port["protocol"].text();
  return protocol.empty() ? "TCP" : protocol;
}

}  // namespace

std::string_view ServicePortView::protocol() const { return transport_of(node); }

PortRef ServicePortView::target_port() const {
  const NodeRef target = node["targetPort"];
  const PortRef ref = port_ref(target);
  // 0 and "" are the API's ways of saying nothing.
  const bool is_set = !ref.name.empty() || ref.number.value_or(0) != 0;
  return is_set ? ref : port_ref(node["port"]);
}

std::vector<ServicePortView> ServiceView::port_views() const {
  std::vector<ServicePortView> views;
  for (const NodeRef port : ports().items()) views.push_back({port});
  return views;
}

std::string_view ContainerPortView::protocol() const { return transport_of(node); }

std::vector<ContainerPortView> container_ports(NodeRef container) {
  std::vector<ContainerPortView> views;
  for (const NodeRef port : container["ports"].items()) views.push_back({port});
  return views;
}

std::string_view ServiceView::type() const {
  const std::string_view type = spec["type"].text();
  return type.empty() ? "ClusterIP" : type;
}

std::vector<RayWorkerGroup> RayClusterSpec::worker_groups() const {
  std::vector<RayWorkerGroup> groups;
  for (const NodeRef group : spec["workerGroupSpecs"].items()) groups.push_back({group});
  return groups;
}

bool is_ray_kind(const Object& object) {
  return object.group == "ray.io" && (object.kind == "RayCluster" || object.kind == "RayJob" ||
                                      object.kind == "RayService" || object.kind == "RayCronJob");
}

RayClusterSpec ray_cluster_spec_of(const Object& object) {
  if (object.group != "ray.io") return {};
  if (object.kind == "RayCluster") return {object.spec()};
  if (object.kind == "RayService") return {object.spec()["rayClusterConfig"]};
  // A clusterSelector silently beats a rayClusterSpec beside it (specs section 0, C).
  const NodeRef job = ray_job_spec_of(object);
  if (job["clusterSelector"].size() > 0) return {};
  return {job["rayClusterSpec"]};
}

PodTemplate ray_submitter_template_of(const Object& object) {
  if (object.group != "ray.io") return {};
  const NodeRef job = ray_job_spec_of(object);
  // v1alpha1 does not know the mode: the API server drops it (specs section 0, A.1).
  const std::string_view mode =
      object.version == "v1alpha1" ? std::string_view() : job["submissionMode"].text();
  if (!mode.empty() && mode != "K8sJobMode") return {};
  return template_at(job["submitterPodTemplate"]);
}

std::string_view AuthorizationPolicyView::action() const {
  const std::string_view action = spec["action"].text();
  return action.empty() ? "ALLOW" : action;
}

bool AuthorizationPolicyView::is_dry_run() const {
  return parse_bool(metadata["annotations"]["istio.io/dry-run"].text());
}

std::string_view PeerAuthenticationView::mode() const {
  const std::string_view mode = spec["mtls"]["mode"].text();
  return mode.empty() ? "UNSET" : mode;
}

}  // namespace kray
