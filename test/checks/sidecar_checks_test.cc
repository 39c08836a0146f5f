// Checks on what a sidecar sees and when it runs: ports past it, pods that wait for it, notebooks without it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "checks/check_run.h"

namespace kray {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Parameters kRoot = {{"root-namespace", {"istio-system"}}};

std::string annotated(const std::string& annotations, const std::string& params = "{}") {
  return namespace_text("team-a") +
         "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo, namespace: team-a}\nspec: "
         "{headGroupSpec: {rayStartParams: " +
         params + ", template: {metadata: {annotations: " + annotations +
         "}, spec: {containers: [{name: head}]}}}}\n---\n";
}

std::string ports_past_sidecar(const std::string& annotations, const std::string& params = "{}") {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", annotated(annotations, params)).run("port-bypasses-sidecar");
  return outcome.matches.empty() ? "" : outcome.matches[0].values.at("ports");
}

TEST(PortBypassesSidecar, NamesPortsByTheirRole) {
  EXPECT_EQ(ports_past_sidecar("{traffic.sidecar.istio.io/excludeInboundPorts: '8265,6379'}"),
            "gcs 6379 and dashboard 8265");
  EXPECT_EQ(ports_past_sidecar("{traffic.sidecar.istio.io/excludeInboundPorts: '6380'}",
                               "{node-manager-port: '6380'}"),
            "node-manager 6380");
  EXPECT_EQ(ports_past_sidecar("{traffic.sidecar.istio.io/excludeInboundPorts: '10003'}"), "worker 10003");
  EXPECT_THAT(ports_past_sidecar("{traffic.sidecar.istio.io/includeInboundPorts: '8265'}"),
              HasSubstr("worker 10002-"));
}

TEST(PortBypassesSidecar, LeavesWhatTheSidecarNeverSees) {
  // The dashboard on localhost, excluded ports beside a list, a port list that iptables refuses.
  EXPECT_EQ(ports_past_sidecar("{traffic.sidecar.istio.io/excludeInboundPorts: '8265'}",
                               "{dashboard-host: 127.0.0.1}"),
            "");
  EXPECT_EQ(ports_past_sidecar("{traffic.sidecar.istio.io/excludeInboundPorts: '9999'}"), "");
  EXPECT_EQ(ports_past_sidecar("{traffic.sidecar.istio.io/excludeInboundPorts: 'dashboard'}"), "");
  EXPECT_EQ(ports_past_sidecar("{traffic.sidecar.istio.io/includeInboundPorts: '*'}"), "");
}

std::string workers_with(const std::string& native) {
  const std::string annotations =
      native.empty() ? "{}" : "{annotations: {sidecar.istio.io/nativeSidecar: \"" + native + "\"}}";
  return namespace_text("team-a") +
         "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: strict, namespace: "
         "team-a}\nspec: {mtls: {mode: "
         "STRICT}}\n---\n" +
         ray_cluster_text("{}", annotations);
}

constexpr const char* kOperator =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: kuberay-operator, namespace: ray}\n"
    "spec: {template: {spec: {containers: [{name: manager, image: kuberay/operator}]}}}\n---\n";

TEST(InitBeforeSidecar, NamesThePolicyThatRefusesPlaintext) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", kOperator + workers_with("false")).run("init-before-sidecar", kRoot);
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(outcome.matches[0].values.at("pods"), "worker group 'small' of RayCluster 'demo'");
  EXPECT_EQ(text_at(outcome.matches[0].related.at(0).place), "strict");
}

std::set<std::string> questions(const std::string& manifests) {
  CheckRun run;
  const CheckOutcome outcome = run.file("a.yaml", manifests).run("init-before-sidecar", kRoot);
  EXPECT_THAT(outcome.matches, IsEmpty());
  std::set<std::string> facts;
  for (const Unknown& unknown : outcome.unknowns) facts.insert(unknown.fact);
  return facts;
}

TEST(InitBeforeSidecar, AsksForWhatItDoesNotKnow) {
  EXPECT_THAT(questions(kOperator + workers_with("")), ElementsAre("native-sidecars"));
  EXPECT_THAT(questions(workers_with("false")), ElementsAre("kuberay-init-container"));
  EXPECT_THAT(questions(kOperator + workers_with("true")), IsEmpty());
}

TEST(NotebookWithoutSidecar, SaysWhyAndForWhom) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", namespace_text("team-a") +
                             "apiVersion: kubeflow.org/v1\nkind: Notebook\nmetadata: {name: lab, namespace: "
                             "team-a, labels: "
                             "{sidecar.istio.io/inject: \"false\"}}\nspec: {template: {spec: {containers: "
                             "[{name: lab}]}}}\n---\n" +
                             ray_cluster_text())
          .run("notebook-without-sidecar");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(outcome.matches[0].values.at("why"), "its label 'sidecar.istio.io/inject' is 'false'");
  EXPECT_EQ(outcome.matches[0].values.at("ray"), "head group of RayCluster 'demo'");
  EXPECT_EQ(text_at(outcome.matches[0].place), "sidecar.istio.io/inject: \"false\"");
}

}  // namespace
}  // namespace kray
