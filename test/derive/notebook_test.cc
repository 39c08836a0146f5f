// The pod class of a Notebook: its own labels and annotations, and what the controller adds. The Service and
// the VirtualService that lead to it (specs/kuberay-kubeflow.md F.1).
#include "derive/notebook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"
#include "derive/derived_fixture.h"

namespace kray {
namespace {

using test::DerivedInventory;
using test::flow;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST(Notebooks, GiveTheirLabelsToTheirPods) {
  const test::LoadedInventory inventory(R"(
apiVersion: kubeflow.org/v1
kind: Notebook
metadata: {name: lab, namespace: team-a, labels: {sidecar.istio.io/inject: "false"}}
spec: {template: {metadata: {labels: {lost: "yes"}}, spec: {serviceAccountName: default-editor, containers: [{name: lab}]}}}
)");
  const std::vector<PodClass> classes = pod_classes(*inventory, {1, 3, 2});
  ASSERT_THAT(classes, SizeIs(1));
  EXPECT_EQ(classes[0].id(), "team-a/Notebook/lab");
  EXPECT_EQ(classes[0].describe(), "Notebook 'lab'");
  EXPECT_THAT(classes[0].labels,
              UnorderedElementsAre(Pair("sidecar.istio.io/inject", "false"), Pair("statefulset", "lab"),
                                   Pair("notebook-name", "lab")));
  EXPECT_EQ(classes[0].label("sidecar.istio.io/inject").text(), "false");
  EXPECT_EQ(classes[0].pod_template.service_account_name().text(), "default-editor");
}

TEST(Notebooks, WithoutAPodSpecMakeNone) {
  const test::LoadedInventory inventory(
      "apiVersion: kubeflow.org/v1\nkind: Notebook\nmetadata: {name: lab}\nspec: {}\n");
  EXPECT_THAT(pod_classes(*inventory, {1, 3, 2}), IsEmpty());
}

std::string notebook(const std::string& container, const std::string& ns = ", namespace: team-a") {
  return "apiVersion: kubeflow.org/v1\nkind: Notebook\nmetadata: {name: lab" + ns +
         "}\nspec: {template: {spec: {containers: [" + container + "]}}}\n";
}

TEST(Notebooks, HaveAServiceAndAVirtualService) {
  const DerivedInventory made(notebook("{name: lab, ports: [{containerPort: 9999}]}"));
  EXPECT_THAT(made.names(), ElementsAre("Service team-a/lab", "VirtualService team-a/notebook-team-a-lab"));
  EXPECT_EQ(flow(made.object("Service", "lab").spec()),
            "{type: ClusterIP, selector: {statefulset: lab}, "
            "ports: [{name: http-lab, protocol: TCP, port: 80, targetPort: 9999}]}");
  EXPECT_EQ(flow(made.object("VirtualService", "notebook-team-a-lab").spec()),
            "{hosts: [*], gateways: [kubeflow/kubeflow-gateway], http: [{"
            "match: [{uri: {prefix: /notebook/team-a/lab/}}], rewrite: {uri: /notebook/team-a/lab/}, "
            "route: [{destination: {host: lab.team-a.svc.cluster.local, port: {number: 80}}}]}]}");
  EXPECT_EQ(made.cause("Service", "lab"), "containerPort: 9999");
  EXPECT_EQ(made.cause("VirtualService", "notebook-team-a-lab"), "lab");
}

TEST(Notebooks, ListenWhereJupyterDoesByDefault) {
  const DerivedInventory made(notebook("{name: lab}"));
  EXPECT_EQ(made.object("Service", "lab").spec()["ports"].at(0)["targetPort"].text(), "8888");
  EXPECT_EQ(made.cause("Service", "lab"), "lab");
}

TEST(Notebooks, WithoutANamespaceHaveAServiceWhereverTheyAre) {
  const DerivedInventory made(notebook("{name: lab}", ""));
  EXPECT_THAT(made.names(), ElementsAre("Service /lab"));
  EXPECT_EQ(made.object("Service", "lab").ns_source, NamespaceSource::not_set);
}

TEST(Notebooks, FollowTheSettingsOfTheControllerInTheInput) {
  const std::string controller = R"(---
apiVersion: apps/v1
kind: Deployment
metadata: {name: notebook-controller-deployment, namespace: kubeflow}
spec: {template: {spec: {containers: [{name: manager, image: 'registry.example/notebook-controller:v1',
  env: [{name: ISTIO_GATEWAY, value: edge/public}, {name: CLUSTER_DOMAIN, value: cluster.example},
        {name: USE_ISTIO, valueFrom: {configMapKeyRef: {name: config, key: USE_ISTIO}}}]}]}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: config, namespace: kubeflow}
data: {USE_ISTIO: )";
  const DerivedInventory made(notebook("{name: lab}") + controller + "'true'}\n");
  const NodeRef spec = made.object("VirtualService", "notebook-team-a-lab").spec();
  EXPECT_EQ(flow(spec["gateways"]), "[edge/public]");
  EXPECT_EQ(spec["http"].at(0)["route"].at(0)["destination"]["host"].text(),
            "lab.team-a.svc.cluster.example");
  EXPECT_THAT(DerivedInventory(notebook("{name: lab}") + controller + "'false'}\n").names(),
              ElementsAre("Service team-a/lab"));
}

}  // namespace
}  // namespace kray
