// Pins where each kind keeps what the views name, their defaults, and that a field's place is its line.
#include "cluster/views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"

namespace kray {
namespace {

using test::line_of;
using test::LoadedInventory;
using test::text_of;

constexpr const char* kPodTemplate = R"(
      metadata:
        labels: {app: web}
      spec:
        hostNetwork: true
        serviceAccountName: runner
        initContainers:
        - name: first
        containers:
        - name: main
)";

struct WorkloadCase {
  const char* name;
  std::string text;
  const char* host_network_line;
};

void PrintTo(const WorkloadCase& one, std::ostream* out) { *out << one.name; }

WorkloadCase workload(const char* api_version, const char* kind) {
  return {kind,
          std::string("apiVersion: ") + api_version + "\nkind: " + kind +
              "\nmetadata: {name: web}\nspec:\n    template:" + kPodTemplate,
          "objects.yaml:9"};
}

class WorkloadViewTest : public testing::TestWithParam<WorkloadCase> {};

TEST_P(WorkloadViewTest, FindsThePodTemplate) {
  const LoadedInventory inventory(GetParam().text);
  const PodTemplate pod = pod_template_of(inventory.object("web"));
  ASSERT_TRUE(pod);
  EXPECT_EQ(pod.label("app").text(), "web");
  EXPECT_EQ(pod.service_account_name().text(), "runner");
  EXPECT_EQ(pod.first_container()["name"].text(), "main");
  EXPECT_EQ(pod.init_containers().at(0)["name"].text(), "first");
  EXPECT_TRUE(pod.host_network().is_true());
  EXPECT_EQ(line_of(pod.host_network().field_place()), GetParam().host_network_line);
  EXPECT_EQ(text_of(pod.host_network().field_place()), "hostNetwork: true");
  EXPECT_EQ(text_of(pod.place()), "metadata");
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, WorkloadViewTest,
    testing::Values(workload("apps/v1", "Deployment"), workload("apps/v1", "StatefulSet"),
                    workload("apps/v1", "DaemonSet"), workload("apps/v1", "ReplicaSet"),
                    workload("batch/v1", "Job"), workload("v1", "ReplicationController"),
                    WorkloadCase{
                        "CronJob",
                        std::string("apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: web}\nspec:\n"
                                    "  jobTemplate:\n   spec:\n    template:") +
                            kPodTemplate,
                        "objects.yaml:11"},
                    WorkloadCase{"Pod", R"(
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  hostNetwork: true
  serviceAccountName: runner
  initContainers: [{name: first}]
  containers: [{name: main}]
)",
                                 "objects.yaml:5"}),
    [](const testing::TestParamInfo<WorkloadCase>& one) { return std::string(one.param.name); });

TEST(PodTemplateOf, OtherKindsHaveNone) {
  for (const char* head : {"apiVersion: v1\nkind: Service", "apiVersion: example.com/v1\nkind: Deployment",
                           "apiVersion: ray.io/v1\nkind: RayCluster"}) {
    const LoadedInventory inventory(std::string(head) +
                                    "\nmetadata: {name: web}\nspec: {template: {spec: {containers: []}}}\n");
    EXPECT_FALSE(pod_template_of(inventory.object("web"))) << head;
  }
}

TEST(PodTemplateView, LooksUpInNothingWhereFieldsAreMissing) {
  const LoadedInventory inventory("apiVersion: v1\nkind: Pod\nmetadata: {name: bare}\nspec: {}\n");
  const PodTemplate pod = pod_template_of(inventory.object("bare"));
  ASSERT_TRUE(pod);
  EXPECT_FALSE(pod.label("app"));
  EXPECT_FALSE(pod.annotation("app"));
  EXPECT_FALSE(pod.host_network().is_true());
  EXPECT_FALSE(pod.first_container());
  EXPECT_FALSE(pod.containers());
}

TEST(PodTemplateView, PlaceIsTheSpecWhereThereIsNoMetadata) {
  const LoadedInventory inventory(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec: {containers: [{name: main}]}
)");
  const PodTemplate pod = pod_template_of(inventory.object("web"));
  EXPECT_EQ(line_of(pod.place()), "objects.yaml:6");
  EXPECT_EQ(text_of(pod.place()), "spec");
}

TEST(ServiceViewTest, ReadsFields) {
  const LoadedInventory inventory(R"(
apiVersion: v1
kind: Service
metadata: {name: open}
spec:
  type: LoadBalancer
  externalIPs:
  - 203.0.113.7
  selector: {app: web}
  ports:
  - port: 8265
---
apiVersion: v1
kind: Service
metadata: {name: headless}
spec: {clusterIP: None}
)");
  const ServiceView open(inventory.object("open"));
  EXPECT_EQ(open.type(), "LoadBalancer");
  EXPECT_FALSE(open.is_headless());
  EXPECT_EQ(open.selector()["app"].text(), "web");
  EXPECT_EQ(line_of(open.ports().at(0)["port"].place()), "objects.yaml:10");
  EXPECT_EQ(line_of(open.external_ips().at(0).place()), "objects.yaml:7");
  const ServiceView headless(inventory.object("headless"));
  EXPECT_EQ(headless.type(), "ClusterIP");
  EXPECT_TRUE(headless.is_headless());
  EXPECT_FALSE(headless.selector());
}

// The same cluster at the four paths of the Ray kinds, one indentation for all.
std::string ray_object(const char* version, const char* kind, const std::string& path) {
  return std::string("apiVersion: ray.io/") + version + "\nkind: " + kind + "\nmetadata: {name: demo}\n" +
         path + R"(
      autoscalerOptions: {image: auto}
      headGroupSpec:
        template:
          metadata: {labels: {app: head}}
          spec: {containers: [{name: ray-head}]}
      workerGroupSpecs:
      - groupName: small
        template:
          spec: {containers: [{name: ray-small}]}
      - groupName: large
        template:
          spec: {containers: [{name: ray-large}]}
)";
}

struct RayCase {
  const char* version;
  const char* kind;
  const char* path;
  const char* second_group_line;
};

void PrintTo(const RayCase& one, std::ostream* out) { *out << one.version << " " << one.kind; }

class RayViewTest : public testing::TestWithParam<RayCase> {};

TEST_P(RayViewTest, FindsTheClusterSpec) {
  const LoadedInventory inventory(ray_object(GetParam().version, GetParam().kind, GetParam().path));
  const Object& object = inventory.object("demo");
  EXPECT_TRUE(is_ray_kind(object));
  const RayClusterSpec cluster = ray_cluster_spec_of(object);
  ASSERT_TRUE(cluster.spec);
  EXPECT_EQ(cluster.autoscaler_options()["image"].text(), "auto");
  EXPECT_EQ(cluster.head_template().label("app").text(), "head");
  EXPECT_EQ(cluster.head_template().first_container()["name"].text(), "ray-head");
  const std::vector<RayWorkerGroup> groups = cluster.worker_groups();
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].name(), "small");
  EXPECT_EQ(groups[0].pod_template().first_container()["name"].text(), "ray-small");
  EXPECT_EQ(groups[1].name(), "large");
  EXPECT_EQ(line_of(groups[1].node["groupName"].place()), GetParam().second_group_line);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, RayViewTest,
    testing::Values(RayCase{"v1", "RayCluster", "spec:", "objects.yaml:14"},
                    RayCase{"v1", "RayJob", "spec:\n  rayClusterSpec:", "objects.yaml:15"},
                    RayCase{"v1", "RayService", "spec:\n  rayClusterConfig:", "objects.yaml:15"},
                    RayCase{"v1", "RayCronJob",
                            "spec:\n  jobTemplate:\n    rayClusterSpec:", "objects.yaml:16"},
                    RayCase{"v1alpha1", "RayCluster", "spec:", "objects.yaml:14"},
                    RayCase{"v1alpha1", "RayJob", "spec:\n  rayClusterSpec:", "objects.yaml:15"},
                    RayCase{"v1alpha1", "RayService", "spec:\n  rayClusterConfig:", "objects.yaml:15"}),
    [](const testing::TestParamInfo<RayCase>& one) {
      return std::string(one.param.kind) + "_" + one.param.version;
    });

TEST(RayView, OtherGroupsAreNoRayKinds) {
  const LoadedInventory inventory(
      "apiVersion: example.com/v1\nkind: RayCluster\nmetadata: {name: demo}\nspec: {headGroupSpec: {}}\n");
  EXPECT_FALSE(is_ray_kind(inventory.object("demo")));
  EXPECT_FALSE(ray_cluster_spec_of(inventory.object("demo")).spec);
  EXPECT_FALSE(ray_submitter_template_of(inventory.object("demo")));
}

TEST(RayView, OperatorConfigurationIsNoRayKind) {
  const LoadedInventory inventory("apiVersion: ray.io/v1\nkind: RayThing\nmetadata: {name: demo}\n");
  EXPECT_FALSE(is_ray_kind(inventory.object("demo")));
}

TEST(RayView, ClusterSelectorBeatsTheClusterSpec) {
  const LoadedInventory inventory(R"(
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: selecting}
spec:
  clusterSelector: {ray.io/cluster: shared}
  rayClusterSpec: {headGroupSpec: {template: {spec: {containers: [{name: ray}]}}}}
---
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: empty}
spec:
  clusterSelector: {}
  rayClusterSpec: {headGroupSpec: {template: {spec: {containers: [{name: ray}]}}}}
)");
  EXPECT_FALSE(ray_cluster_spec_of(inventory.object("selecting")).spec);
  EXPECT_TRUE(ray_cluster_spec_of(inventory.object("empty")).spec);
}

TEST(RayView, SubmitterTemplateStandsInTheJobSpec) {
  const LoadedInventory inventory(R"(
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: job}
spec:
  submitterPodTemplate:
    spec: {containers: [{name: submit}]}
---
apiVersion: ray.io/v1
kind: RayCronJob
metadata: {name: cron}
spec:
  jobTemplate:
    submitterPodTemplate:
      spec: {containers: [{name: submit}]}
---
apiVersion: ray.io/v1
kind: RayService
metadata: {name: service}
spec:
  submitterPodTemplate:
    spec: {containers: [{name: submit}]}
)");
  const PodTemplate job = ray_submitter_template_of(inventory.object("job"));
  EXPECT_EQ(job.first_container()["name"].text(), "submit");
  EXPECT_EQ(line_of(job.place()), "objects.yaml:6");
  EXPECT_EQ(line_of(ray_submitter_template_of(inventory.object("cron")).place()), "objects.yaml:14");
  EXPECT_FALSE(ray_submitter_template_of(inventory.object("service")));
}

std::string job_in_mode(const char* version, const char* mode) {
  return std::string("{apiVersion: ray.io/") + version +
         ", kind: RayJob, metadata: {name: job}, spec: {submissionMode: " + mode +
         ", submitterPodTemplate: {spec: {containers: [{name: submit}]}}}}\n";
}

TEST(RayView, OnlyK8sJobModeHasASubmitterPod) {
  EXPECT_TRUE(ray_submitter_template_of(LoadedInventory(job_in_mode("v1", "K8sJobMode")).object("job")));
  for (const char* mode : {"HTTPMode", "InteractiveMode", "SidecarMode", "Bogus"}) {
    EXPECT_FALSE(ray_submitter_template_of(LoadedInventory(job_in_mode("v1", mode)).object("job"))) << mode;
  }
}

// The API server drops the mode there, and the operator falls back to K8sJobMode.
TEST(RayView, SubmissionModeHasNoEffectInV1alpha1) {
  EXPECT_TRUE(ray_submitter_template_of(LoadedInventory(job_in_mode("v1alpha1", "HTTPMode")).object("job")));
}

TEST(AuthorizationPolicyViewTest, ReadsFields) {
  const LoadedInventory inventory(R"(
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: deny
  annotations: {istio.io/dry-run: "true"}
spec:
  action: DENY
  selector: {matchLabels: {app: web}}
  rules:
  - from: []
  - to: []
---
apiVersion: security.istio.io/v1beta1
kind: AuthorizationPolicy
metadata: {name: plain}
spec: {}
)");
  const AuthorizationPolicyView deny(inventory.object("deny"));
  EXPECT_EQ(deny.action(), "DENY");
  EXPECT_TRUE(deny.is_dry_run());
  EXPECT_TRUE(deny.selector());
  EXPECT_FALSE(deny.has_target_refs());
  EXPECT_EQ(line_of(deny.rules().at(1).place()), "objects.yaml:11");
  const AuthorizationPolicyView plain(inventory.object("plain"));
  EXPECT_EQ(plain.action(), "ALLOW");
  EXPECT_FALSE(plain.is_dry_run());
  EXPECT_FALSE(plain.selector());
  EXPECT_EQ(plain.rules().size(), 0U);
}

TEST(AuthorizationPolicyViewTest, TargetRefs) {
  const auto has_refs = [](const char* spec) {
    const LoadedInventory inventory(
        std::string("apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
                    "metadata: {name: policy}\nspec: ") +
        spec + "\n");
    return AuthorizationPolicyView(inventory.object("policy")).has_target_refs();
  };
  EXPECT_TRUE(has_refs("{targetRef: {kind: Gateway, name: g}}"));
  EXPECT_TRUE(has_refs("{targetRefs: [{kind: Gateway, name: g}]}"));
  EXPECT_FALSE(has_refs("{targetRefs: []}"));
}

// Go's ParseBool: the annotation's value is text, and some spellings of true do not count.
TEST(AuthorizationPolicyViewTest, DryRunSpellings) {
  const auto is_dry_run = [](const char* value) {
    const LoadedInventory inventory(
        std::string("apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
                    "metadata: {name: policy, annotations: {istio.io/dry-run: '") +
        value + "'}}\n");
    return AuthorizationPolicyView(inventory.object("policy")).is_dry_run();
  };
  for (const char* value : {"1", "t", "T", "true", "TRUE", "True"}) EXPECT_TRUE(is_dry_run(value)) << value;
  for (const char* value : {"", "false", "yes", "tRUE", "0"}) EXPECT_FALSE(is_dry_run(value)) << value;
}

TEST(PeerAuthenticationViewTest, ReadsFields) {
  const LoadedInventory inventory(R"(
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: strict}
spec:
  selector: {matchLabels: {app: web}}
  mtls: {mode: STRICT}
  portLevelMtls:
    8265: {mode: PERMISSIVE}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: plain}
)");
  const PeerAuthenticationView strict(inventory.object("strict"));
  EXPECT_EQ(strict.mode(), "STRICT");
  EXPECT_TRUE(strict.selector());
  EXPECT_EQ(line_of(strict.port_level_mtls()["8265"].place()), "objects.yaml:8");
  const PeerAuthenticationView plain(inventory.object("plain"));
  EXPECT_EQ(plain.mode(), "UNSET");
  EXPECT_FALSE(plain.selector());
}

TEST(ProfileViewTest, Owner) {
  const LoadedInventory inventory(
      "apiVersion: kubeflow.org/v1\nkind: Profile\nmetadata: {name: ana}\n"
      "spec: {owner: {kind: User, name: ana@example.com}}\n");
  EXPECT_EQ(ProfileView(inventory.object("ana")).owner(), "ana@example.com");
}

TEST(PortRefTest, IntegersAreNumbersAndStringsAreNames) {
  const LoadedInventory inventory(R"(
apiVersion: v1
kind: Service
metadata: {name: s}
spec:
  ports:
  - {port: 80}
  - {port: 81, targetPort: 8081, protocol: UDP, name: b, appProtocol: tcp, nodePort: 30000}
  - {port: 82, targetPort: web}
  - {port: 83, targetPort: "8083"}
  - {port: 84, targetPort: 0}
)");
  const std::vector<ServicePortView> ports = ServiceView(inventory.object("s")).port_views();
  ASSERT_EQ(ports.size(), 5U);
  EXPECT_EQ(ports[0].protocol(), "TCP");
  EXPECT_EQ(ports[0].target_port().number, 80);
  EXPECT_EQ(ports[1].port(), 81);
  EXPECT_EQ(ports[1].target_port().number, 8081);
  EXPECT_EQ(ports[1].protocol(), "UDP");
  EXPECT_EQ(ports[1].name(), "b");
  EXPECT_EQ(ports[1].app_protocol().text(), "tcp");
  EXPECT_EQ(ports[1].node_port().text(), "30000");
  EXPECT_EQ(ports[2].target_port().name, "web");
  EXPECT_FALSE(ports[2].target_port().number);
  EXPECT_EQ(ports[3].target_port().name, "8083");
  EXPECT_EQ(ports[4].target_port().number, 84);
}

TEST(ContainerPortTest, ReadsFields) {
  const LoadedInventory inventory(R"(
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {containers: [{name: a, ports: [{containerPort: 6379}, {name: d, containerPort: 53, protocol: UDP, hostPort: 53}]}]}
)");
  const std::vector<ContainerPortView> ports =
      container_ports(pod_template_of(inventory.object("p")).first_container());
  ASSERT_EQ(ports.size(), 2U);
  EXPECT_EQ(ports[0].port(), 6379);
  EXPECT_EQ(ports[0].name(), "");
  EXPECT_EQ(ports[0].protocol(), "TCP");
  EXPECT_FALSE(ports[0].host_port());
  EXPECT_EQ(ports[1].name(), "d");
  EXPECT_EQ(ports[1].protocol(), "UDP");
  EXPECT_EQ(ports[1].host_port().text(), "53");
}

TEST(NotebookViewTest, ReadsFields) {
  const LoadedInventory inventory(R"(
apiVersion: kubeflow.org/v1
kind: Notebook
metadata: {name: n, annotations: {kubeflow-resource-stopped: "2026-01-01"}}
spec: {template: {spec: {serviceAccountName: default-editor}}}
---
apiVersion: kubeflow.org/v1
kind: Notebook
metadata: {name: runs}
spec: {}
)");
  EXPECT_EQ(NotebookView(inventory.object("n")).pod_spec()["serviceAccountName"].text(), "default-editor");
  EXPECT_TRUE(NotebookView(inventory.object("n")).is_stopped());
  EXPECT_FALSE(NotebookView(inventory.object("runs")).is_stopped());
  EXPECT_FALSE(NotebookView(inventory.object("runs")).pod_spec());
}

TEST(ServiceAccountViewTest, AutomountToken) {
  const LoadedInventory inventory(
      "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\nautomountServiceAccountToken: false\n---\n"
      "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: b}\n");
  const NodeRef token = ServiceAccountView(inventory.object("a")).automount_token();
  EXPECT_EQ(token.kind(), NodeKind::boolean);
  EXPECT_FALSE(token.is_true());
  EXPECT_EQ(line_of(token.field_place()), "objects.yaml:4");
  EXPECT_FALSE(ServiceAccountView(inventory.object("b")).automount_token());
}

}  // namespace
}  // namespace kray
