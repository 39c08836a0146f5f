// Ray objects as the objects that the operator makes of them: their shape, the field that causes each, and
// which are not made.
#include "derive/derived_objects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "derive/derived_fixture.h"
#include "derive/ray_manifest.h"

namespace kray {
namespace {

using test::DerivedInventory;
using test::flow;
using test::ray_text;
using test::RayParts;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

KubeRaySettings settings(const Version& version, std::map<std::string, bool, std::less<>> gates = {},
                         bool are_known = false) {
  KubeRaySettings settings;
  settings.version = version;
  settings.feature_gates = std::move(gates);
  settings.feature_gates_are_known = are_known;
  return settings;
}

DerivedInventory derive(const RayParts& parts, const KubeRaySettings& with = {}) {
  return DerivedInventory(ray_text(parts), with);
}

constexpr Version kNew{1, 7, 0};
constexpr const char* kGate = "RayClusterNetworkPolicy";

TEST(DerivedServices, AreServices) {
  const DerivedInventory made = derive({.head = "serviceType: NodePort", .ports = "{containerPort: 8265}"});
  const Object& service = made.object("Service", "demo-head-svc");
  EXPECT_EQ(service.ns, "team-a");
  EXPECT_EQ(flow(service.spec()),
            "{type: NodePort, selector: {app.kubernetes.io/created-by: kuberay-operator, "
            "app.kubernetes.io/name: kuberay, ray.io/cluster: demo, ray.io/identifier: demo-head, "
            "ray.io/node-type: head}, "
            "ports: [{name: 8265-port, port: 8265, appProtocol: tcp, protocol: TCP}, "
            "{name: metrics, port: 8080, appProtocol: tcp, protocol: TCP}]}");
  EXPECT_EQ(service.metadata()["labels"]["ray.io/cluster"].text(), "demo");
  EXPECT_EQ(service.made_for, &made.inventory.object("demo"));
}

TEST(DerivedServices, HeadlessOnesHaveNoAddress) {
  const DerivedInventory made = derive({});
  const ServiceView view(made.object("Service", "demo-head-svc"));
  EXPECT_TRUE(view.is_headless());
  EXPECT_TRUE(view.publishes_not_ready());
}

// A finding on a Service points at the field that gave it its type.
TEST(DerivedServices, PointAtTheFieldThatOpensThem) {
  EXPECT_EQ(derive({.head = "serviceType: LoadBalancer"}).cause("Service", "demo-head-svc"), "serviceType");
  EXPECT_EQ(derive({}).cause("Service", "demo-head-svc"), "headGroupSpec");
  EXPECT_EQ(derive({.head = "headService: {spec: {type: LoadBalancer}}"}).cause("Service", "demo-head-svc"),
            "type");
  EXPECT_EQ(
      derive({.head = "serviceType: NodePort, headService: {spec: {}}"}).cause("Service", "demo-head-svc"),
      "serviceType");
  const RayParts serve{.kind = "RayService", .spec = "serveService: {spec: {type: NodePort}}"};
  EXPECT_EQ(derive(serve).cause("Service", "demo-serve-svc"), "type");
  EXPECT_EQ(derive({.worker = "numOfHosts: 2"}, settings({1, 6, 2})).cause("Service", "demo-headless"),
            "numOfHosts");
}

TEST(DerivedServices, KeepWhatTheUserOpens) {
  const DerivedInventory made =
      derive({.head = "headService: {spec: {type: LoadBalancer, externalIPs: [192.0.2.1], "
                      "loadBalancerSourceRanges: [10.0.0.0/8]}}"});
  const NodeRef spec = made.object("Service", "demo-head-svc").spec();
  EXPECT_EQ(flow(spec["externalIPs"]), "[192.0.2.1]");
  EXPECT_EQ(flow(spec["loadBalancerSourceRanges"]), "[10.0.0.0/8]");
}

TEST(DerivedObjects, OfAutoscalingAreAnAccountAndItsRights) {
  const DerivedInventory made = derive({.cluster = "enableInTreeAutoscaling: true"});
  EXPECT_THAT(made.names(), ElementsAre("Service team-a/demo-head-svc", "ServiceAccount team-a/demo",
                                        "Role team-a/demo", "RoleBinding team-a/demo"));
  EXPECT_EQ(flow(made.object("Role", "demo").node["rules"]),
            "[{apiGroups: [''], resources: [pods], verbs: [get, list, watch]}, "
            "{apiGroups: [ray.io], resources: [rayclusters], verbs: [get, patch]}]");
  EXPECT_EQ(flow(made.object("RoleBinding", "demo").node["subjects"]),
            "[{kind: ServiceAccount, name: demo, namespace: team-a}]");
  EXPECT_EQ(made.cause("Role", "demo"), "enableInTreeAutoscaling");
}

TEST(DerivedIngresses, LeadEveryHostToTheDashboard) {
  const RayParts parts{.annotations = "kubernetes.io/ingress.class: nginx, other: kept",
                       .head = "enableIngress: true"};
  const DerivedInventory made = derive(parts);
  const Object& ingress = made.object("Ingress", "demo-head-ingress");
  EXPECT_EQ(flow(ingress.spec()),
            "{ingressClassName: nginx, rules: [{http: {paths: [{path: /demo/(.*), pathType: Exact, "
            "backend: {service: {name: demo-head-svc, port: {number: 8265}}}}]}}]}");
  EXPECT_EQ(flow(ingress.metadata()["annotations"]), "{other: kept}");
  EXPECT_EQ(made.cause("Ingress", "demo-head-ingress"), "enableIngress");
}

// Section 0, item 22.
TEST(DerivedIngresses, HaveOptionsFrom1_7) {
  const RayParts plain{.head = "enableIngress: true"};
  const DerivedInventory by_default = derive(plain, settings(kNew));
  EXPECT_EQ(flow(by_default.object("Ingress", "demo-head-ingress").spec()["rules"]),
            "[{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: demo-head-svc, "
            "port: {number: 8265}}}}]}}]");
  const RayParts options{.head =
                             "enableIngress: true, ingressOptions: {host: ray.example.com, path: /ray, "
                             "pathType: Exact, tls: [{hosts: [ray.example.com], secretName: ray-tls}]}"};
  const DerivedInventory made = derive(options, settings(kNew));
  EXPECT_EQ(flow(made.object("Ingress", "demo-head-ingress").spec()),
            "{tls: [{hosts: [ray.example.com], secretName: ray-tls}], rules: [{host: ray.example.com, "
            "http: {paths: [{path: /ray, pathType: Exact, backend: {service: {name: demo-head-svc, "
            "port: {number: 8265}}}}]}}]}");
  // Older operators drop the field.
  const DerivedInventory old = derive(options, settings({1, 6, 2}));
  EXPECT_EQ(
      flow(old.object("Ingress", "demo-head-ingress").spec()["rules"].at(0)["http"]["paths"].at(0)["path"]),
      "/demo/(.*)");
}

// -- NetworkPolicies (B.4; section 0, item 23)

const RayParts kIsolated{
    .cluster =
        "networkPolicy: {head: {ingressRules: [{from: [{podSelector: {matchLabels: {app: prom}}}], "
        "ports: [{port: 8080}, {port: metrics}]}]}, worker: {egressRules: [{to: [{ipBlock: {cidr: "
        "10.0.0.0/8}}]}]}}"};

TEST(DerivedNetworkPolicies, IsolateHeadAndGroups) {
  const DerivedInventory made = derive(kIsolated, settings(kNew, {{kGate, true}}, true));
  EXPECT_EQ(flow(made.object("NetworkPolicy", "demo-head").spec()),
            "{podSelector: {matchLabels: {ray.io/cluster: demo, ray.io/node-type: head}}, "
            "policyTypes: [Ingress, Egress], "
            "ingress: [{from: [{podSelector: {matchLabels: {ray.io/cluster: demo}}}]}, "
            "{from: [{podSelector: {matchLabels: {app: prom}}}], ports: [{port: 8080}, {port: metrics}]}], "
            "egress: [{to: [{podSelector: {matchLabels: {ray.io/cluster: demo}}}]}]}");
  EXPECT_EQ(
      flow(made.object("NetworkPolicy", "demo-workers-small").spec()),
      "{podSelector: {matchLabels: {ray.io/cluster: demo, ray.io/group: small, ray.io/node-type: worker}}, "
      "policyTypes: [Ingress, Egress], "
      "ingress: [{from: [{podSelector: {matchLabels: {ray.io/cluster: demo}}}]}], "
      "egress: [{to: [{podSelector: {matchLabels: {ray.io/cluster: demo}}}]}, "
      "{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}");
  EXPECT_EQ(made.cause("NetworkPolicy", "demo-head"), "head");
  // A port by number stays one.
  const NodeRef ports = made.object("NetworkPolicy", "demo-head").spec()["ingress"].at(1)["ports"];
  EXPECT_EQ(ports.at(0)["port"].kind(), NodeKind::integer);
  EXPECT_TRUE(ports.at(1)["port"].is_string());
}

TEST(DerivedNetworkPolicies, LeaveADirectionOpenByMode) {
  const RayParts parts{.cluster = "networkPolicy: {mode: DenyAllIngress}"};
  const DerivedInventory made = derive(parts, settings(kNew, {{kGate, true}}, true));
  const NodeRef spec = made.object("NetworkPolicy", "demo-head").spec();
  EXPECT_EQ(flow(spec["policyTypes"]), "[Ingress]");
  EXPECT_FALSE(spec["egress"]);
  EXPECT_EQ(made.cause("NetworkPolicy", "demo-head"), "networkPolicy");
}

TEST(DerivedNetworkPolicies, OfAGroupReplaceThoseOfAllWorkers) {
  const RayParts parts{.cluster =
                           "networkPolicy: {worker: {ingressRules: [{}]}, workerGroups: [{groupName: "
                           "small, egressRules: [{}]}]}"};
  const DerivedInventory made = derive(parts, settings(kNew, {{kGate, true}}, true));
  const NodeRef spec = made.object("NetworkPolicy", "demo-workers-small").spec();
  EXPECT_EQ(spec["ingress"].size(), 1U);
  EXPECT_EQ(spec["egress"].size(), 2U);
}

TEST(DerivedNetworkPolicies, LetTheSubmitterOfARayJobIn) {
  RayParts parts{.kind = "RayJob", .cluster = "networkPolicy: {}", .params = "dashboard-port: '9000'"};
  const DerivedInventory made = derive(parts, settings(kNew, {{kGate, true}}, true));
  const NodeRef ingress = made.object("NetworkPolicy", "demo-xxxxx-head").spec()["ingress"];
  ASSERT_EQ(ingress.size(), 2U);
  EXPECT_EQ(flow(ingress.at(1)),
            "{from: [{podSelector: {matchLabels: {ray.io/originated-from-cr-name: demo, "
            "ray.io/originated-from-crd: RayJob}}}], ports: [{protocol: TCP, port: 9000}]}");
  // A dump of a running cluster has the RayCluster itself, with its owner.
  RayParts owned{.labels = "ray.io/originated-from-cr-name: train, ray.io/job-submission-mode: K8sJobMode",
                 .cluster = "networkPolicy: {}"};
  std::string text = ray_text(owned);
  text.insert(text.find("  labels:"),
              "  ownerReferences: [{apiVersion: ray.io/v1, kind: RayJob, name: train, controller: true}]\n");
  const DerivedInventory dumped(text, settings(kNew, {{kGate, true}}, true));
  EXPECT_EQ(dumped.object("NetworkPolicy", "demo-head").spec()["ingress"].size(), 2U);
  const DerivedInventory not_owned(ray_text(owned), settings(kNew, {{kGate, true}}, true));
  EXPECT_EQ(not_owned.object("NetworkPolicy", "demo-head").spec()["ingress"].size(), 1U);
  parts.spec = "submissionMode: HTTPMode";
  const DerivedInventory by_http = derive(parts, settings(kNew, {{kGate, true}}, true));
  EXPECT_EQ(by_http.object("NetworkPolicy", "demo-xxxxx-head").spec()["ingress"].size(), 1U);
}

// Off by default, and unknown to operators before 1.7.
TEST(DerivedNetworkPolicies, AreNotMadeWithoutTheFeatureGate) {
  for (const KubeRaySettings& one :
       {settings(kNew), settings(kNew, {}, true), settings({1, 6, 2}, {{kGate, true}}),
        settings(kNew, {{kGate, false}}, true)}) {
    EXPECT_THAT(derive(kIsolated, one).names(), Not(Contains(testing::StartsWith("NetworkPolicy"))));
  }
  // Nobody knows: everything else is made. Known to be off: the operator refuses the object.
  EXPECT_THAT(derive(kIsolated, settings(kNew)).names(), Not(IsEmpty()));
  EXPECT_THAT(derive(kIsolated, settings(kNew, {}, true)).names(), IsEmpty());
}

TEST(DerivedNetworkPolicies, ThatNobodyMakesAreToldAllTheSame) {
  const test::LoadedInventory inventory(ray_text(kIsolated));
  for (const bool are_known : {false, true}) {
    const RayDerivation made = derive_ray(inventory->objects().front(), settings(kNew, {}, are_known));
    ASSERT_EQ(made.network_policies.size(), 2U);
    EXPECT_TRUE(made.network_policies[0].is_gated);
    EXPECT_EQ(made.rejected.by, are_known ? RejectedBy::ray_operator : RejectedBy::nobody);
  }
}

TEST(DerivedNetworkPolicies, ThatContradictThemselvesAreRefused) {
  const auto reason = [](const std::string& policy) {
    const test::LoadedInventory inventory(ray_text({.cluster = "networkPolicy: " + policy}));
    return derive_ray(inventory->objects().front(), settings(kNew, {{kGate, true}}, true)).rejected.text;
  };
  EXPECT_EQ(reason("{}"), "");
  EXPECT_EQ(reason("{mode: DenyAllEgress, head: {ingressRules: [{}]}}"),
            "ingressRules cannot be set in mode DenyAllEgress");
  EXPECT_EQ(reason("{mode: DenyAllIngress, worker: {egressRules: [{}]}}"),
            "egressRules cannot be set in mode DenyAllIngress");
  EXPECT_EQ(reason("{workerGroups: [{groupName: large}]}"), "there is no worker group large");
}

// Anchors that stand for a great many rules are not written out.
TEST(DerivedNetworkPolicies, TooLargeToWriteAreLeftOut) {
  std::string text = ray_text({.cluster = "networkPolicy: {head: {ingressRules: *l6}}"});
  std::string anchors = "x0: &l0 [{}, {}, {}, {}, {}, {}, {}, {}]\n";
  for (int i = 1; i < 7; ++i) {
    const std::string below = "*l" + std::to_string(i - 1);
    anchors += "x" + std::to_string(i) + ": &l" + std::to_string(i) + " [" + below + ", " + below + ", " +
               below + ", " + below + "]\n";
  }
  const DerivedInventory made(anchors + text, settings(kNew, {{kGate, true}}, true));
  EXPECT_THAT(made.names(), Not(Contains("NetworkPolicy team-a/demo-head")));
}

// -- Gateways (B.3)

const RayParts kInSteps{
    .kind = "RayService",
    .spec =
        "upgradeStrategy: {type: NewClusterWithIncrementalUpgrade, clusterUpgradeOptions: "
        "{gatewayClassName: istio, intervalSeconds: 1, stepSizePercent: 5}}",
    .cluster = "enableInTreeAutoscaling: true"};

TEST(DerivedGateways, LeadToTheServiceOfTheClusterThatServes) {
  const DerivedInventory made = derive(kInSteps, settings(kNew));
  EXPECT_THAT(made.names(), Contains("Service team-a/demo-xxxxx-serve-svc"));
  EXPECT_THAT(made.names(), Not(Contains("Service team-a/demo-serve-svc")));
  EXPECT_EQ(flow(made.object("Gateway", "demo-gateway").spec()),
            "{gatewayClassName: istio, listeners: [{name: http, protocol: HTTP, port: 80}]}");
  EXPECT_EQ(flow(made.object("HTTPRoute", "demo-httproute").spec()),
            "{parentRefs: [{name: demo-gateway, namespace: team-a}], "
            "rules: [{matches: [{path: {type: PathPrefix, value: /}}], "
            "backendRefs: [{name: demo-xxxxx-serve-svc, namespace: team-a, port: 8000}]}]}");
  EXPECT_EQ(made.cause("Gateway", "demo-gateway"), "type");
}

// The gate is off before 1.7, and may be switched either way.
TEST(DerivedGateways, NeedTheFeatureGate) {
  constexpr const char* kUpgrade = "RayServiceIncrementalUpgrade";
  for (const KubeRaySettings& one : {settings({1, 6, 2}), settings(kNew, {{kUpgrade, false}})})
    EXPECT_THAT(derive(kInSteps, one).names(), Contains("Service team-a/demo-serve-svc"));
  EXPECT_THAT(derive(kInSteps, settings({1, 6, 2}, {{kUpgrade, true}})).names(),
              Contains("Gateway team-a/demo-gateway"));
}

TEST(DerivedGateways, NeedTheAutoscaler) {
  RayParts parts = kInSteps;
  parts.cluster.clear();
  EXPECT_THAT(derive(parts, settings(kNew)).names(), IsEmpty());
}

// -- what is not made

TEST(DerivedObjects, ThatTheApiServerRefusesAreNone) {
  // Two ports 8080: section 0, item 18.
  const DerivedInventory made = derive({.ports = "{name: web, containerPort: 8080}"});
  EXPECT_THAT(made.names(), IsEmpty());
}

TEST(DerivedObjects, OfTheInputAreLeftAsTheyAre) {
  const std::string service =
      "---\napiVersion: v1\nkind: Service\nmetadata: {name: demo-head-svc, namespace: team-a}\nspec: {}\n";
  const DerivedInventory made(ray_text({}) + service);
  EXPECT_THAT(made.names(), IsEmpty());
  EXPECT_THAT(made.inventory->all_of_kind("", "Service"), testing::SizeIs(1));
}

TEST(DerivedObjects, ComeAfterThoseOfTheInput) {
  const std::string service =
      "---\napiVersion: v1\nkind: Service\nmetadata: {name: other, namespace: team-a}\nspec: {}\n";
  const DerivedInventory made(ray_text({}) + service);
  std::vector<std::string_view> names;
  for (const Object* one : made.inventory->all_of_kind("", "Service")) names.push_back(one->name);
  EXPECT_THAT(names, ElementsAre("other", "demo-head-svc"));
}

}  // namespace
}  // namespace kray
