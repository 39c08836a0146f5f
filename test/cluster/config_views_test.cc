// Pins the views of RBAC, quotas, webhooks, ConfigMaps and Secrets: a Secret gives keys and sizes only.
#include "cluster/config_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"

namespace kray {
namespace {

using test::line_of;
using test::LoadedInventory;
using test::text_of;
using testing::ElementsAre;
using testing::SizeIs;

TEST(RoleView, SaysWhatARuleGrants) {
  const LoadedInventory inventory(R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}
rules:
- {apiGroups: [""], resources: [secrets, pods], verbs: [get], resourceNames: [one]}
- {apiGroups: ["ray.io"], resources: ["*"], verbs: ["*"]}
)");
  const RoleView view(inventory.object("reader"));
  const std::vector<RoleRule> rules = view.rules();
  ASSERT_THAT(rules, SizeIs(2));
  EXPECT_TRUE(rules[0].grants("", "secrets", "get"));
  EXPECT_FALSE(rules[0].grants("", "secrets", "list"));
  EXPECT_FALSE(rules[0].grants("apps", "secrets", "get"));
  EXPECT_FALSE(rules[0].grants("", "configmaps", "get"));
  EXPECT_EQ(rules[0].resource_names().at(0).text(), "one");
  EXPECT_TRUE(rules[1].grants("ray.io", "rayjobs", "delete"));
  EXPECT_THAT(view.aggregation_rule(), SizeIs(1));
}

TEST(RoleBindingView, NamesRoleAndSubjects) {
  const LoadedInventory inventory(R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: team-a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-edit}
subjects:
- {kind: ServiceAccount, name: default-editor, namespace: team-a}
- {kind: User, name: ana@example.com}
)");
  const RoleBindingView view(inventory.object("b"));
  EXPECT_EQ(view.role_kind(), "ClusterRole");
  EXPECT_EQ(view.role_name(), "kubeflow-edit");
  const std::vector<RoleSubject> subjects = view.subjects();
  ASSERT_THAT(subjects, SizeIs(2));
  EXPECT_EQ(subjects[0].kind(), "ServiceAccount");
  EXPECT_EQ(subjects[0].ns(), "team-a");
  EXPECT_EQ(subjects[1].name(), "ana@example.com");
  EXPECT_EQ(line_of(subjects[1].node.place()), "objects.yaml:7");
}

TEST(QuotaViews, NameLimits) {
  const LoadedInventory inventory(R"(
apiVersion: v1
kind: ResourceQuota
metadata: {name: q}
spec: {hard: {cpu: "8", requests.memory: 16Gi}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: l}
spec: {limits: [{type: Container, default: {cpu: 500m}}]}
)");
  EXPECT_EQ(ResourceQuotaView(inventory.object("q")).hard()["requests.memory"].text(), "16Gi");
  EXPECT_EQ(LimitRangeView(inventory.object("l")).limits().at(0)["default"]["cpu"].text(), "500m");
}

class WebhookViewTest : public testing::TestWithParam<const char*> {};

TEST_P(WebhookViewTest, NamesServiceAndSelectors) {
  const LoadedInventory inventory(std::string("apiVersion: admissionregistration.k8s.io/v1\nkind: ") +
                                  GetParam() + R"(
metadata: {name: w}
webhooks:
- name: a.example
  clientConfig: {service: {name: hook, namespace: system, path: /x}}
  rules: [{operations: [CREATE]}]
  namespaceSelector: {matchLabels: {a: b}}
  objectSelector: {matchLabels: {c: d}}
- {name: b.example, failurePolicy: Ignore, clientConfig: {url: "https://hook.example"}}
)");
  const std::vector<Webhook> webhooks = WebhookConfigurationView(inventory.object("w")).webhooks();
  ASSERT_THAT(webhooks, SizeIs(2));
  EXPECT_EQ(webhooks[0].name(), "a.example");
  EXPECT_EQ(webhooks[0].service_name(), "hook");
  EXPECT_EQ(webhooks[0].service_namespace(), "system");
  EXPECT_EQ(webhooks[0].failure_policy(), "Fail");
  EXPECT_EQ(webhooks[0].namespace_selector()["matchLabels"]["a"].text(), "b");
  EXPECT_EQ(webhooks[0].object_selector()["matchLabels"]["c"].text(), "d");
  EXPECT_THAT(webhooks[0].rules(), SizeIs(1));
  EXPECT_EQ(webhooks[1].service_name(), "");
  EXPECT_EQ(webhooks[1].failure_policy(), "Ignore");
}

INSTANTIATE_TEST_SUITE_P(Kinds, WebhookViewTest,
                         testing::Values("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"));

struct Entry {
  std::string key;
  uint64_t size;
  std::string line;
  friend bool operator==(const Entry&, const Entry&) = default;
};

void PrintTo(const Entry& entry, std::ostream* out) {
  *out << entry.key << " of " << entry.size << " bytes at " << entry.line;
}

std::vector<Entry> entries_of(const std::vector<DataEntry>& entries) {
  std::vector<Entry> result;
  for (const DataEntry& one : entries) {
    EXPECT_EQ(text_of(one.place), one.key);
    result.push_back({std::string(one.key), one.size, line_of(one.place)});
  }
  return result;
}

TEST(SecretView, GivesKeysAndSizesOfWhatPodsWouldSee) {
  const LoadedInventory inventory(R"(
apiVersion: v1
kind: Secret
metadata: {name: s}
data:
  five: aGVsbG8=
  wrapped: |
    aGVs
    bG8=
stringData:
  plain: 'hello!'
)");
  const SecretView view(inventory.object("s"));
  EXPECT_EQ(view.type(), "Opaque");
  EXPECT_THAT(entries_of(view.entries()),
              ElementsAre(Entry{"five", 5, "objects.yaml:5"}, Entry{"wrapped", 5, "objects.yaml:6"},
                          Entry{"plain", 6, "objects.yaml:10"}));
}

TEST(ConfigMapView, GivesTextAndSizes) {
  const LoadedInventory inventory(R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {mesh: "abc"}
binaryData: {blob: aGVsbG8=}
)");
  const ConfigMapView view(inventory.object("c"));
  EXPECT_EQ(view.data("mesh").text(), "abc");
  EXPECT_FALSE(view.data("other"));
  EXPECT_THAT(entries_of(view.entries()),
              ElementsAre(Entry{"mesh", 3, "objects.yaml:4"}, Entry{"blob", 5, "objects.yaml:5"}));
}

}  // namespace
}  // namespace kray
