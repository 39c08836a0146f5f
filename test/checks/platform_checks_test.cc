// Checks on resources, nodes and API versions: amounts, places and words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/check_run.h"

namespace kray {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

std::string quota_text(const std::string& hard) {
  return "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: quota, namespace: team-a}\nspec: {hard: " +
         hard + "}\n---\n";
}

std::string sized_cluster(const std::string& resources, const std::string& group = "replicas: 2") {
  return "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo, namespace: team-a}\nspec:\n"
         "  headGroupSpec: {template: {spec: {containers: [{name: head, resources: " +
         resources +
         "}]}}}\n"
         "  workerGroupSpecs: [{groupName: small, " +
         group + ", template: {spec: {containers: [{name: worker, resources: " + resources + "}]}}}]\n";
}

std::string excess(const std::string& hard, const std::string& resources,
                   const std::string& group = "replicas: 2") {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", quota_text(hard) + sized_cluster(resources, group)).run("platform-requirements");
  return outcome.matches.empty() ? "" : outcome.matches[0].values.at("needs");
}

TEST(PlatformRequirements, AddUpHeadAndWorkers) {
  EXPECT_EQ(excess("{requests.memory: 2Gi}", "{limits: {memory: 1Gi}}"), "3Gi of memory in requests");
  EXPECT_EQ(excess("{memory: 3Gi}", "{limits: {memory: 1Gi}}"), "");
  EXPECT_EQ(excess("{limits.cpu: '1'}", "{limits: {cpu: 500m}}"), "1.5 CPUs in limits");
  EXPECT_EQ(excess("{limits.cpu: '1'}", "{requests: {cpu: '9'}}"), "");
  EXPECT_EQ(excess("{pods: '2'}", "{}"), "3 pods");
  EXPECT_EQ(excess("{pods: '2'}", "{}", "replicas: 2, suspend: true"), "");
}

TEST(NoResourceLimits, SaysWhatIsMissing) {
  const struct {
    const char* resources;
    const char* missing;
  } cases[] = {{"{}", "neither a memory limit nor a CPU limit or request"},
               {"{limits: {cpu: '1'}}", "no memory limit"},
               {"{limits: {memory: 1Gi}}", "no CPU limit or request"}};
  for (const auto& [resources, missing] : cases) {
    CheckRun run;
    const CheckOutcome outcome = run.file("a.yaml", sized_cluster(resources)).run("no-resource-limits");
    ASSERT_THAT(outcome.matches, SizeIs(2)) << resources;
    EXPECT_EQ(outcome.matches[0].values.at("missing"), missing);
  }
}

TEST(HostNetwork, ShowsTheFieldToRemove) {
  CheckRun run;
  const CheckOutcome outcome = run.file("a.yaml",
                                        "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: "
                                        "demo}\nspec: {headGroupSpec: {template: {spec: {containers: "
                                        "[{name: head, ports: [{containerPort: 8265, hostPort: 80}, "
                                        "{containerPort: 8080, hostPort: 81}]}]}}}}\n")
                                   .run("host-network");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(text_at(outcome.matches[0].place), "hostPort: 80");
  EXPECT_EQ(outcome.matches[0].values.at("consequence"),
            "Ray's port 8265 is open to whoever reaches the node");
}

TEST(DeprecatedApi, NamesWhatTakesItsPlace) {
  const struct {
    const char* api;
    const char* kind;
    const char* fix;
  } cases[] = {{"networking.k8s.io/v1beta1", "Ingress",
                "Use networking.k8s.io/v1; some fields have other names there."},
               {"policy/v1beta1", "PodSecurityPolicy", "Nothing takes its place: remove the object."},
               {"ray.io/v1alpha1", "RayCluster", "Write 'apiVersion: ray.io/v1'."}};
  for (const auto& [api, kind, fix] : cases) {
    CheckRun run;
    const CheckOutcome outcome = run.file("a.yaml", std::string("apiVersion: ") + api + "\nkind: " + kind +
                                                        "\nmetadata: {name: a}\nspec: {}\n")
                                     .run("deprecated-api");
    ASSERT_THAT(outcome.matches, SizeIs(1)) << api;
    EXPECT_EQ(outcome.matches[0].fix, fix);
    EXPECT_EQ(text_at(outcome.matches[0].place), std::string("apiVersion: ") + api);
  }
}

TEST(DeprecatedApi, LeavesWhatIsServed) {
  for (const char* api :
       {"networking.k8s.io/v1beta1\nkind: ServiceCIDR", "flowcontrol.apiserver.k8s.io/v1\nkind: FlowSchema",
        "ray.io/v1\nkind: RayJob", "example.com/v1beta1\nkind: Ingress"}) {
    CheckRun run;
    EXPECT_THAT(run.file("a.yaml", std::string("apiVersion: ") + api + "\nmetadata: {name: a}\nspec: {}\n")
                    .run("deprecated-api")
                    .matches,
                IsEmpty())
        << api;
  }
}

}  // namespace
}  // namespace kray
