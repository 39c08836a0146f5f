// The pod class of a Notebook: its own labels and annotations, and what the controller adds.
#include "derive/notebook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"

namespace kray {
namespace {

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

}  // namespace
}  // namespace kray
