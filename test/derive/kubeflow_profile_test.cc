// What a Profile makes (specs/kuberay-kubeflow.md E.1): names, rights, the owner's policy word for word.
#include "derive/kubeflow_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "derive/derived_fixture.h"

namespace kray {
namespace {

using test::DerivedInventory;
using test::flow;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

const std::string kProfile = R"(apiVersion: kubeflow.org/v1
kind: Profile
metadata: {name: team-a}
spec:
  owner: {kind: User, name: amy@example.com}
)";

TEST(Profiles, MakeAccountsRightsAndThePolicyOfTheOwner) {
  const DerivedInventory made(kProfile);
  EXPECT_THAT(
      made.names(),
      ElementsAre("ServiceAccount team-a/default-editor", "RoleBinding team-a/default-editor",
                  "ServiceAccount team-a/default-viewer", "RoleBinding team-a/default-viewer",
                  "RoleBinding team-a/namespaceAdmin", "AuthorizationPolicy team-a/ns-owner-access-istio"));
  const Object& editor = made.object("RoleBinding", "default-editor");
  EXPECT_EQ(flow(editor.node["roleRef"]),
            "{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-edit}");
  EXPECT_EQ(flow(editor.node["subjects"]),
            "[{kind: ServiceAccount, name: default-editor, namespace: team-a}]");
  EXPECT_EQ(made.object("RoleBinding", "default-viewer").node["roleRef"]["name"].text(), "kubeflow-view");
  const Object& admin = made.object("RoleBinding", "namespaceAdmin");
  EXPECT_EQ(admin.node["roleRef"]["name"].text(), "kubeflow-admin");
  EXPECT_EQ(flow(admin.node["subjects"]), "[{kind: User, name: amy@example.com}]");
  EXPECT_EQ(flow(admin.metadata()["annotations"]), "{role: admin, user: amy@example.com}");
  EXPECT_EQ(made.cause("RoleBinding", "namespaceAdmin"), "name: amy@example.com");
  EXPECT_EQ(made.cause("ServiceAccount", "default-editor"), "team-a");
}

TEST(Profiles, TheOwnersPolicyHasFourRulesAndNoSelector) {
  const DerivedInventory made(kProfile);
  const Object& policy = made.object("AuthorizationPolicy", "ns-owner-access-istio");
  EXPECT_EQ(policy.group, "security.istio.io");
  EXPECT_EQ(policy.ns_source, NamespaceSource::controller);
  EXPECT_EQ(policy.made_for, &made.inventory.object("team-a"));
  EXPECT_EQ(
      flow(policy.spec()),
      "{action: ALLOW, rules: ["
      "{from: [{source: {principals: ["
      "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account, "
      "cluster.local/ns/kubeflow/sa/ml-pipeline-ui]}}], "
      "when: [{key: request.headers[kubeflow-userid], values: [amy@example.com]}]}, "
      "{when: [{key: source.namespace, values: [team-a]}]}, "
      "{to: [{operation: {paths: [/healthz, /metrics, /wait-for-drain]}}]}, "
      "{from: [{source: {principals: [cluster.local/ns/kubeflow/sa/notebook-controller-service-account]}}], "
      "to: [{operation: {methods: [GET], paths: [*/api/kernels]}}]}]}");
}

TEST(Profiles, MakeAQuotaWhereOneIsSet) {
  const DerivedInventory made(kProfile + "  resourceQuotaSpec: {hard: {cpu: 4, memory: 8Gi}}\n");
  EXPECT_EQ(flow(made.object("ResourceQuota", "kf-resource-quota").spec()), "{hard: {cpu: 4, memory: 8Gi}}");
  EXPECT_EQ(made.cause("ResourceQuota", "kf-resource-quota"), "resourceQuotaSpec");
  const DerivedInventory empty(kProfile + "  resourceQuotaSpec: {}\n");
  EXPECT_THAT(empty.names(), Not(Contains("ResourceQuota team-a/kf-resource-quota")));
}

constexpr const char* kController = R"(---
apiVersion: apps/v1
kind: Deployment
metadata: {name: profiles-deployment, namespace: kubeflow}
spec:
  template:
    spec:
      containers:
      - {name: kfam, image: 'ghcr.io/kubeflow/kubeflow/kfam:v1.10.0'}
      - name: manager
        image: ghcr.io/kubeflow/kubeflow/profile-controller:v1.10.0
        command: [/manager, -userid-header, $(USERID_HEADER), -userid-prefix, $(USERID_PREFIX)]
        envFrom: [{configMapRef: {name: profiles-config}}]
        env: [{name: KFP_UI_PRINCIPAL, value: example.org/ns/pipelines/sa/ui}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: profiles-config, namespace: kubeflow}
data:
  ISTIO_INGRESS_GATEWAY_PRINCIPAL: example.org/ns/edge/sa/gateway
  KFP_UI_PRINCIPAL: beaten
  NOTEBOOK_CONTROLLER_PRINCIPAL: ""
  USERID_HEADER: x-user
  USERID_PREFIX: "mail:"
)";

TEST(Profiles, FollowTheSettingsOfTheControllerInTheInput) {
  const DerivedInventory made(kProfile + kController);
  const NodeRef rules = made.object("AuthorizationPolicy", "ns-owner-access-istio").spec()["rules"];
  EXPECT_EQ(flow(rules.at(0)["from"]),
            "[{source: {principals: [example.org/ns/edge/sa/gateway, example.org/ns/pipelines/sa/ui]}}]");
  EXPECT_EQ(flow(rules.at(0)["when"]), "[{key: request.headers[x-user], values: [mail:amy@example.com]}]");
  // An empty variable is none.
  EXPECT_EQ(flow(rules.at(3)["from"]),
            "[{source: {principals: [cluster.local/ns/kubeflow/sa/notebook-controller-service-account]}}]");
}

TEST(Profiles, WhatTheInputHoldsIsLeftAsItIs) {
  const DerivedInventory made(kProfile + R"(---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ns-owner-access-istio, namespace: team-a}
spec: {}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: default-editor, namespace: team-b}
)");
  EXPECT_THAT(made.names(), Not(Contains("AuthorizationPolicy team-a/ns-owner-access-istio")));
  EXPECT_THAT(made.names(), Contains("ServiceAccount team-a/default-editor"));
  EXPECT_THAT(made.inventory->all_of_kind("security.istio.io", "AuthorizationPolicy"), testing::SizeIs(1));
}

// The controller refuses a namespace that is not marked as the owner's.
TEST(Profiles, MakeNothingInSomebodyElsesNamespace) {
  const std::string ns = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: team-a";
  EXPECT_THAT(DerivedInventory(kProfile + ns + "}\n").names(), IsEmpty());
  EXPECT_THAT(DerivedInventory(kProfile + ns + ", annotations: {owner: bob}}\n").names(), IsEmpty());
  EXPECT_THAT(DerivedInventory(kProfile + ns + ", annotations: {owner: amy@example.com}}\n").names(),
              Not(IsEmpty()));
}

// kfam writes the policy of a contributor itself, and once: a RoleBinding alone brings none about.
TEST(Profiles, ContributorsBindingsMakeNoPolicy) {
  const DerivedInventory made(kProfile + R"(---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: user-bob-clusterrole-edit
  namespace: team-a
  annotations: {user: bob, role: edit}
)");
  EXPECT_THAT(made.names(), Not(Contains("AuthorizationPolicy team-a/user-bob-clusterrole-edit")));
}

}  // namespace
}  // namespace kray
