// Pins what no policy stops: calls to a pod that keeps ztunnel out, calls from the network of its own node,
// and whatever a policy on the client alone says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reach/query_world.h"

namespace kray {
namespace {

using test::World;
using testing::HasSubstr;

// Pod team-a/head in ambient mode, guarded by a policy that lets nobody in.
std::string guarded_pod(const std::string& annotations, const std::string& node) {
  return R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: istio-cni-config, namespace: istio-system}
data: {AMBIENT_ENABLED: "true"}
---
apiVersion: v1
kind: Namespace
metadata: {name: team-a, labels: {istio.io/dataplane-mode: ambient}}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: nobody, namespace: team-a}
spec: {}
---
apiVersion: v1
kind: Pod
metadata: {name: head, namespace: team-a, annotations: {)" +
         annotations + "}}\nspec: {containers: [{name: ray}]" + node + "}\n";
}

std::string host_client(const std::string& node) {
  return "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: infra}\n---\napiVersion: v1\nkind: Pod\n"
         "metadata: {name: agent, namespace: infra}\nspec: {hostNetwork: true, containers: [{name: a}]" +
         node + "}\n";
}

QueryAnswer ask(const std::string& manifests, const std::string& source) {
  World world(manifests);
  return world.ask(source, "team-a/head", 8265, R"(,"via":"podIP"},"protocol":"tcp")");
}

TEST(QueryAmbient, Inj18APodMayKeepZtunnelOut) {
  const std::string plain = R"({"namespace":"plain","sidecar":false})";
  EXPECT_EQ(ask(guarded_pod("", ""), plain).allowed, Answer::no);
  const std::string bypass = "ambient.istio.io/bypass-inbound-capture: \"true\"";
  EXPECT_EQ(ask(guarded_pod(bypass, ""), plain).allowed, Answer::yes);
  const std::string no_bypass = "ambient.istio.io/bypass-inbound-capture: \"no\"";
  EXPECT_EQ(ask(guarded_pod(no_bypass, ""), plain).allowed, Answer::no);
}

TEST(QueryAmbient, Inj19TheOwnNodesNetworkGetsPastZtunnel) {
  const std::string agent = R"({"pod":"infra/agent"})";
  const std::string first = ", nodeName: node-1";
  const std::string second = ", nodeName: node-2";
  const QueryAnswer same = ask(guarded_pod("", first) + host_client(first), agent);
  EXPECT_EQ(same.allowed, Answer::yes);
  EXPECT_THAT(same.reason, HasSubstr("does not pass ztunnel"));
  EXPECT_EQ(ask(guarded_pod("", first) + host_client(second), agent).allowed, Answer::no);
  const QueryAnswer open = ask(guarded_pod("", "") + host_client(""), agent);
  EXPECT_EQ(open.allowed, Answer::unknown);
  EXPECT_THAT(open.reason, HasSubstr("on the network of a node"));
}

// specs/kuberay-kubeflow.md B.8: what it asks for comes from the Kubernetes API server.
TEST(QueryWaysIn, KubeRaysApiServerMayLeadToAHead) {
  World world(R"(
apiVersion: v1
kind: Namespace
metadata: {name: team-a}
---
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: demo, namespace: team-a}
spec:
  rayVersion: "2.44.1"
  headGroupSpec: {rayStartParams: {}, template: {spec: {containers: [{name: head, image: "rayproject/ray:2.44.1"}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: ray-system}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: api, image: "quay.io/kuberay/apiserver:v1.4.2"}]}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: ray-system}
spec: {type: NodePort, selector: {app: api}, ports: [{name: http, port: 8888}]}
)");
  const QueryAnswer answer = world.ask(R"({"outside":true})", "team-a/RayCluster/demo/head", 8265);
  EXPECT_EQ(answer.allowed, Answer::unknown);
  EXPECT_THAT(answer.reason, HasSubstr("KubeRay's API server may lead to port 8265"));
}

// A policy guards what comes in; the client's own are not asked.
TEST(QueryPolicies, Ap4OnlyTheDestinationsPoliciesCount) {
  const auto manifests = [](const char* guarded) {
    return std::string(R"(
apiVersion: v1
kind: Namespace
metadata: {name: team-a, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Pod
metadata: {name: head, namespace: team-a, labels: {app: head}}
spec: {containers: [{name: ray}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: team-a, labels: {app: client}}
spec: {containers: [{name: a}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: nobody, namespace: team-a}
spec: {selector: {matchLabels: {app: )") +
           guarded + "}}}\n";
  };
  const auto asked = [&manifests](const char* guarded) {
    World world(manifests(guarded));
    return world.ask(R"({"pod":"team-a/client"})", "team-a/head", 8265, R"(,"via":"podIP"},"protocol":"tcp")")
        .allowed;
  };
  EXPECT_EQ(asked("client"), Answer::yes);
  EXPECT_EQ(asked("head"), Answer::no);
}

}  // namespace
}  // namespace kray
