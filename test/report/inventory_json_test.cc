// The inventory as JSON and as text, from values that a test fills in. The JSON is also checked against the
// published schema.
#include "report/inventory_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "json_schema.h"
#include "report/inventory_text.h"

namespace kray {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class InventoryTest : public ::testing::Test {
 protected:
  InventoryTest() {
    report_.files.push_back(std::make_shared<SourceFile>("a.yaml", "one: 1\ntwo: 2\nthree: 3\n"));
    report_.kuberay = "KubeRay operator 1.3.2 (from --assume)";
    report_.kuberay_version = "1.3.2";
  }

  // Any place in that line.
  Place line(uint32_t number) const {
    const SourceFile* file = report_.files.front().get();
    return {file, file->lines().line_begin(number), file->lines().line_begin(number) + 1};
  }

  static InventoryPod head() {
    InventoryPod pod;
    pod.id = "team-a/RayCluster/demo/head";
    pod.object = "RayCluster/team-a/demo";
    pod.role = "head";
    pod.group = "headgroup";
    pod.cluster = "demo";
    pod.ns = "team-a";
    pod.generate_name = "demo-head-";
    pod.count = 1;
    pod.labels = {{"ray.io/cluster", "demo"}, {"ray.io/is-ray-node", "yes"}};
    pod.service_account = "default";
    pod.containers = {{"ray-head", "ray:2.44.1", {{"client", 10001, "", 0}, {"", 53, "UDP", 5353}}}};
    pod.init_containers = {{"warm-up", "", {}}};
    pod.ray_ports = {{"gcs", "6379", {}}, {"worker", "10002-19999", {}}};
    return pod;
  }

  json parsed() const {
    std::ostringstream out;
    write_inventory_json(report_, "0.1.0", out);
    EXPECT_THAT(testing::json_schema_errors("inventory-1.schema.json", out.str()), IsEmpty());
    return json::parse(out.str());
  }
  std::string text() const {
    std::ostringstream out;
    write_inventory_text(report_, out);
    return out.str();
  }

  InventoryReport report_;
};

TEST_F(InventoryTest, OfNothing) {
  const json inventory = parsed();
  for (const char* list : {"pods", "services", "ingresses", "networkPolicies", "serviceAccounts", "roles",
                           "rejected", "pruned", "refusedByAPIServer", "undecided", "errors", "namespaces"})
    EXPECT_EQ(inventory[list], json::array()) << list;
  EXPECT_EQ(inventory["kuberay"]["version"], "1.3.2");
  EXPECT_THAT(text(), HasSubstr("Objects: 0\n"));
}

TEST_F(InventoryTest, PodWithSidecar) {
  InventoryPod pod = head();
  pod.from = line(2);
  pod.injection.injected = pod.injection.has_proxy = true;
  pod.injection.rejected = pod.injection.native = false;
  pod.injection.reason = "injected";
  pod.injection.why = "the labels of the namespace inject";
  pod.injection.decided_by = line(3);
  pod.injection.proxy = "sidecar";
  pod.injection.interception = "REDIRECT";
  pod.injection.captures_all = true;
  pod.injection.excluded_ports = {15020};
  report_.pods.push_back(pod);
  const json one = parsed()["pods"][0];
  EXPECT_EQ(one["from"], json({{"file", "a.yaml"}, {"line", 2}}));
  EXPECT_EQ(one["count"], 1);
  EXPECT_EQ(one["containers"][0]["ports"][0], json({{"name", "client"}, {"port", 10001}}));
  EXPECT_EQ(one["containers"][0]["ports"][1], json({{"port", 53}, {"protocol", "UDP"}, {"hostPort", 5353}}));
  EXPECT_EQ(one["initContainers"], json({"warm-up"}));
  EXPECT_FALSE(one.contains("name"));
  EXPECT_FALSE(one.contains("automountServiceAccountToken"));
  const json injection = one["injection"];
  EXPECT_EQ(injection["injected"], true);
  EXPECT_EQ(injection["capturedInboundPorts"], "*");
  EXPECT_EQ(injection["excludedInboundPorts"], json({15020}));
  EXPECT_EQ(injection["decidedBy"]["line"], 3);
  EXPECT_EQ(text(), R"(Objects: 0

Namespaces: 0

KubeRay operator 1.3.2 (from --assume)

Pod classes: 1
  team-a/RayCluster/demo/head
    from             a.yaml:2
    role             head, 1 pod
    labels           ray.io/cluster=demo
    service account  default
    init container   warm-up (no image)
    container        ray-head (ray:2.44.1): client 10001, 53/UDP on the node's port 5353
    Ray's ports      gcs 6379, worker 10002-19999
    sidecar          yes: the labels of the namespace inject (a.yaml:3)
    captures         all inbound ports but 15020
)");
}

TEST_F(InventoryTest, PodOfWhichNothingIsKnown) {
  InventoryPod pod = head();
  pod.injection.reason = "unknown";
  pod.injection.why = "the labels of the namespace are not in the input";
  report_.pods.push_back(pod);
  report_.undecided.push_back({"The labels are not in the input.", "Add the Namespace.", line(1)});
  const json one = parsed();
  EXPECT_TRUE(one["pods"][0]["injection"]["injected"].is_null());
  EXPECT_TRUE(one["pods"][0]["injection"]["decidedBy"].is_null());
  EXPECT_TRUE(one["pods"][0]["from"].is_null());
  EXPECT_EQ(one["pods"][0]["injection"]["capturedInboundPorts"], json::array());
  EXPECT_THAT(text(),
              HasSubstr("sidecar          cannot tell: the labels of the namespace are not in the input\n"));
  EXPECT_THAT(text(),
              HasSubstr("Cannot tell: 1\n  The labels are not in the input.\n    help             Add the"));
  EXPECT_THAT(text(), Not(HasSubstr("captures")));
}

TEST_F(InventoryTest, ServicesAndWhatElseLeadsToPods) {
  InventoryService service;
  service.name = "demo-head-svc";
  service.ns = "team-a";
  service.object = "RayCluster/team-a/demo";
  service.owner = "RayCluster/demo";
  service.type = "ClusterIP";
  service.headless = true;
  service.ports = {{"dashboard", 80, "8265", "http", ""}, {"", 6379, "", "", ""}};
  service.selects = {"head/headgroup"};
  service.selects_ids = {"team-a/RayCluster/demo/head"};
  service.from = line(2);
  report_.services.push_back(service);
  report_.ingresses.push_back({"demo",
                               "team-a",
                               "Ingress/team-a/demo",
                               "",
                               {},
                               {},
                               true,
                               {{"/demo", "Prefix", "demo-head-svc", "8265"}},
                               line(1)});
  report_.network_policies.push_back({.name = "ray",
                                      .ns = "team-a",
                                      .object = "NetworkPolicy/team-a/ray",
                                      .from = line(1),
                                      .pod_selector = std::nullopt,
                                      .limits_ingress = true,
                                      .limits_egress = false,
                                      .is_gated = false});
  report_.service_accounts.push_back({"demo", "team-a", "RayCluster/team-a/demo", line(2)});
  report_.roles.push_back({"demo",
                           "team-a",
                           "RayCluster/team-a/demo",
                           {"ray.io rayclusters get,patch"},
                           {"ServiceAccount/team-a/demo"},
                           line(2)});
  const json inventory = parsed();
  EXPECT_EQ(inventory["services"][0]["ports"][0],
            json({{"name", "dashboard"}, {"port", 80}, {"targetPort", "8265"}, {"appProtocol", "http"}}));
  EXPECT_EQ(inventory["services"][0]["selects"], json({"head/headgroup"}));
  EXPECT_EQ(inventory["ingresses"][0]["rules"][0]["service"], "demo-head-svc");
  EXPECT_EQ(inventory["roles"][0]["subjects"], json({"ServiceAccount/team-a/demo"}));
  EXPECT_THAT(text(), HasSubstr("    ports            dashboard 80 to 8265 (http), 6379\n"));
  EXPECT_THAT(text(), HasSubstr("    leads to         demo-head-svc:8265 from /demo\n"));
}

TEST_F(InventoryTest, NetworkPoliciesThatNobodyMakes) {
  report_.network_policies.push_back({.name = "demo-head",
                                      .ns = "team-a",
                                      .object = "RayCluster/team-a/demo",
                                      .from = line(2),
                                      .pod_selector = InventoryLabels{{"ray.io/node-type", "head"}},
                                      .limits_ingress = true,
                                      .limits_egress = true,
                                      .is_gated = true});
  const json policy = parsed()["networkPolicies"][0];
  EXPECT_EQ(policy["podSelector"], json({{"ray.io/node-type", "head"}}));
  EXPECT_EQ(policy["policyTypes"], json({"Ingress", "Egress"}));
  EXPECT_EQ(policy["gated"], true);
  EXPECT_THAT(text(), HasSubstr("  team-a/demo-head, a.yaml:2\n    not made         KubeRay's feature gate "
                                "RayClusterNetworkPolicy is off, or not known to be on\n"));
}

TEST_F(InventoryTest, WhatOtherControllersMake) {
  report_.derived.push_back({.api_version = "v1",
                             .kind = "ServiceAccount",
                             .ns = "team-a",
                             .name = "default-editor",
                             .object = "Profile/team-a",
                             .made_by = "Profile 'team-a'",
                             .from = line(3)});
  EXPECT_EQ(parsed()["derived"][0]["object"], "Profile/team-a");
  EXPECT_THAT(text(),
              HasSubstr("Made by other controllers: 1\n  ServiceAccount team-a/default-editor, made by "
                        "Profile 'team-a' (a.yaml:3)\n"));
}

TEST_F(InventoryTest, LabelsThatMayNotBeAll) {
  report_.pods.push_back(head());
  EXPECT_FALSE(parsed()["pods"][0].contains("labelsAreCertain"));
  report_.pods[0].labels_are_certain = false;
  EXPECT_EQ(parsed()["pods"][0]["labelsAreCertain"], false);
  EXPECT_THAT(text(), HasSubstr("and what its controller adds, which is not known\n"));
}

TEST_F(InventoryTest, WhatComesToNothing) {
  report_.rejected.push_back({"RayCluster/team-a/a", "api server", "spec: Required value", line(1)});
  report_.pruned.push_back({"RayCluster/team-a/a", "spec.authOptions", line(2)});
  report_.refused.push_back({"RayCluster/team-a/a", "Service/a: name", line(3)});
  report_.errors.push_back({"b.yaml", "no such file", ""});
  const json inventory = parsed();
  EXPECT_EQ(inventory["rejected"][0]["by"], "api server");
  EXPECT_EQ(inventory["pruned"][0]["text"], "spec.authOptions");
  EXPECT_THAT(text(), HasSubstr("Rejected: 1\n  RayCluster/team-a/a\n    from             a.yaml:1\n"
                                "    by               api server: spec: Required value\n"));
  EXPECT_THAT(text(), HasSubstr("Errors: 1\n  b.yaml: no such file\n"));
}

TEST_F(InventoryTest, NothingOfTheInputReachesTheTerminalUnseen) {
  InventoryPod pod = head();
  pod.labels = {{"a", "\x1b[31m"}};
  report_.pods.push_back(pod);
  EXPECT_THAT(text(), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace kray
