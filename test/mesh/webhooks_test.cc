// Pins stage A for webhooks of the input: what the API server matches, in which order, and what is not
// known when the input does not say enough.
#include "mesh/webhooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mesh/mesh_fixture.h"

namespace kray {
namespace {

using test::a_configuration;
using test::a_namespace;
using test::a_pod;
using test::a_revision;
using test::a_webhook;
using test::Decided;
using test::kInject;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Webhooks, DefaultInstallHasFour) {
  const test::LoadedInventory inventory("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n");
  MeshTexts texts;
  const WebhookSettings settings = read_webhooks(*inventory, texts);
  EXPECT_FALSE(settings.from_input);
  ASSERT_EQ(settings.configurations.size(), 1U);
  EXPECT_EQ(settings.configurations.front().variants.at(0).size(), 4U);
  EXPECT_THAT(Decided(a_pod() + a_namespace(kInject))->webhooks,
              ElementsAre("istio-sidecar-injector/namespace.sidecar-injector.istio.io"));
  EXPECT_THAT(Decided(a_pod("", "istio.io/rev: default") + a_namespace(""))->webhooks,
              ElementsAre("istio-sidecar-injector/rev.object.sidecar-injector.istio.io"));
}

// INJ-5: a revisioned install without a default tag.
TEST(Webhooks, Inj5_RevisionedInstallIgnoresEnabled) {
  const std::string install = a_revision("istio-sidecar-injector-canary", "canary", "canary");
  const Decided enabled(a_pod() + a_namespace(kInject) + install);
  EXPECT_EQ(enabled->injected, Answer::no);
  EXPECT_EQ(enabled->reason, InjectionReason::namespace_without_webhook);
  EXPECT_TRUE(enabled->decided_by_namespace());
  EXPECT_EQ(enabled.text(), kInject);
  const Decided by_revision(a_pod() + a_namespace("istio.io/rev: canary") + install);
  EXPECT_EQ(by_revision->injected, Answer::yes);
  EXPECT_EQ(by_revision->reason, InjectionReason::namespace_injects);
  EXPECT_EQ(by_revision->revision, "canary");
}

// INJ-6: with webhooks in the input, a revision that none of them serves injects nothing.
TEST(Webhooks, Inj6_RevisionWithoutWebhook) {
  const std::string install = a_revision("istio-sidecar-injector-canary", "canary", "canary");
  const Decided by_namespace(a_pod() + a_namespace("istio.io/rev: ghost") + install);
  EXPECT_EQ(by_namespace->injected, Answer::no);
  EXPECT_EQ(by_namespace->reason, InjectionReason::namespace_without_webhook);
  EXPECT_EQ(by_namespace.text(), "istio.io/rev: ghost");
  const Decided by_pod(a_pod("", "istio.io/rev: ghost") + a_namespace("") + install);
  EXPECT_EQ(by_pod->injected, Answer::no);
  EXPECT_EQ(by_pod->reason, InjectionReason::pod_revision_without_webhook);
  EXPECT_EQ(by_pod.text(), "istio.io/rev: ghost");
}

TEST(Webhooks, TagCallsItsRevision) {
  const Decided decided(a_pod() + a_namespace("istio.io/rev: prod") +
                        a_revision("istio-revision-tag-prod", "canary", "prod"));
  EXPECT_EQ(decided->injected, Answer::yes);
  EXPECT_EQ(decided->revision, "canary");
  EXPECT_THAT(decided->webhooks,
              ElementsAre("istio-revision-tag-prod/rev.namespace.sidecar-injector.istio.io"));
}

TEST(Webhooks, DeactivatedOnesMatchNothing) {
  const std::string selector = "{matchLabels: {istio-injection: enabled, istio.io/deactivated: never-match}}";
  const Decided decided(a_pod() + a_namespace(kInject) +
                        a_configuration("istio", "default", a_webhook("namespace", selector, "{}")));
  EXPECT_EQ(decided->injected, Answer::no);
  EXPECT_EQ(decided->reason, InjectionReason::namespace_without_webhook);
}

TEST(Webhooks, ForeignOnesAreNone) {
  const std::string foreign =
      "---\napiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\n"
      "metadata: {name: opa}\nwebhooks:\n- name: mutate.opa.example\n"
      "  rules: [{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods]}]\n"
      "- name: other-sidecar-injector.istio.io.example\n";
  const Decided decided(a_pod() + a_namespace(kInject) + foreign);
  EXPECT_EQ(decided->injected, Answer::yes);
  EXPECT_THAT(decided->webhooks, ElementsAre("istio-sidecar-injector/namespace.sidecar-injector.istio.io"));
}

TEST(Webhooks, AutoInjectsWhereNothingIsSaid) {
  const std::string install = a_configuration(
      "istio", "default",
      a_webhook("auto",
                "{matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: "
                "[kube-system]}]}",
                "{matchExpressions: [{key: sidecar.istio.io/inject, operator: DoesNotExist}]}"));
  const Decided decided(a_pod() + a_namespace("") + install);
  EXPECT_EQ(decided->injected, Answer::yes);
  EXPECT_EQ(decided->reason, InjectionReason::namespaces_by_default);
  EXPECT_EQ(Decided(a_pod("", "sidecar.istio.io/inject: 'no'") + a_namespace("") + install)->injected,
            Answer::no);
  // The selector hangs on the name only, which is known without the Namespace.
  EXPECT_EQ(Decided(a_pod() + install)->injected, Answer::yes) << "every namespace of that name is selected";
}

TEST(Webhooks, RulesMustCoverCreationOfPods) {
  const auto injected = [](const std::string& rules) {
    const std::string webhook = "- name: x.sidecar-injector.istio.io\n  rules: " + rules + "\n";
    return Decided(a_pod() + a_namespace(kInject) + a_configuration("istio", "default", webhook))->injected;
  };
  EXPECT_EQ(injected("[{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*']}]"),
            Answer::yes);
  EXPECT_EQ(injected("[{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: ['*/*'], scope: "
                     "Namespaced}]"),
            Answer::yes);
  for (const char* rules :
       {"[]", "[{operations: [UPDATE], apiGroups: [''], apiVersions: [v1], resources: [pods]}]",
        "[{operations: [CREATE], apiGroups: [apps], apiVersions: [v1], resources: [pods]}]",
        "[{operations: [CREATE], apiGroups: [''], apiVersions: [v1beta1], resources: [pods]}]",
        "[{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods/exec]}]",
        "[{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods], scope: Cluster}]"})
    EXPECT_EQ(injected(rules), Answer::no) << rules;
}

TEST(Webhooks, AbsentSelectorsMatchEverything) {
  const std::string webhook =
      "- name: sidecar-injector.istio.io\n"
      "  rules: [{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods]}]\n";
  const std::string install = a_configuration("old", "default", webhook);
  EXPECT_EQ(Decided(a_pod() + a_namespace("") + install)->injected, Answer::yes);
  EXPECT_EQ(Decided(a_pod() + install)->injected, Answer::yes) << "whatever the namespace's labels";
}

// 0.5-19: by the names of the configurations, then as listed.
TEST(Webhooks, AreCalledInOrder) {
  const Decided decided(
      a_pod() + a_namespace(kInject) +
      a_configuration("z", "default", a_webhook("b", "{}", "{}") + a_webhook("a", "{}", "{}")) +
      a_configuration("a", "canary", a_webhook("c", "{}", "{}")));
  EXPECT_THAT(decided->webhooks, ElementsAre("a/c.sidecar-injector.istio.io", "z/b.sidecar-injector.istio.io",
                                             "z/a.sidecar-injector.istio.io"));
}

TEST(Webhooks, ConditionsCannotBeEvaluated) {
  const std::string install = a_configuration(
      "istio", "default",
      a_webhook("namespace", "{}", "{}", "  matchConditions: [{name: x, expression: 'true'}]\n"));
  const Decided decided(a_pod() + a_namespace(kInject) + install);
  EXPECT_EQ(decided->injected, Answer::unknown);
  EXPECT_EQ(decided->reason, InjectionReason::webhooks_unknown);
  EXPECT_EQ(Decided(a_pod("sidecar.istio.io/inject: 'false'") + a_namespace(kInject) + install)->injected,
            Answer::no)
      << "the injector would decline";
}

TEST(Webhooks, DefinitionsThatDifferLeaveItOpen) {
  const std::string canary = a_revision("istio", "canary", "canary");
  const std::string stable = a_revision("istio", "stable", "stable");
  const Decided decided(a_pod() + a_namespace("istio.io/rev: canary") + canary + stable);
  EXPECT_EQ(decided->injected, Answer::unknown);
  EXPECT_EQ(decided->reason, InjectionReason::webhooks_unknown);
  EXPECT_EQ(Decided(a_pod() + a_namespace("istio.io/rev: canary") + canary + canary)->injected, Answer::yes);
  EXPECT_EQ(Decided(a_pod() + a_namespace("istio-injection: disabled") + canary + stable)->injected,
            Answer::no);
}

TEST(Webhooks, UnknownNamespaceIsNeitherYesNorNo) {
  const std::string install = a_revision("istio", "canary", "canary");
  const Decided decided(a_pod() + install);
  EXPECT_EQ(decided->injected, Answer::unknown);
  EXPECT_EQ(decided->reason, InjectionReason::namespace_unknown);
  // What every webhook that may be called comes to is certain.
  EXPECT_EQ(Decided(a_pod("sidecar.istio.io/inject: 'false'") + install)->injected, Answer::no);
  EXPECT_EQ(Decided(a_pod("sidecar.istio.io/inject: 'false'"))->reason, InjectionReason::annotation_false);
  EXPECT_THAT(Decided(a_pod("", "sidecar.istio.io/inject: 'false'"))->webhooks, IsEmpty());
}

TEST(Webhooks, RevisionWithoutLabelIsReadFromTheService) {
  const std::string webhook =
      "- name: x.sidecar-injector.istio.io\n"
      "  rules: [{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods]}]\n"
      "  clientConfig: {service: {name: istiod-canary, namespace: istio-system}}\n";
  EXPECT_EQ(Decided(a_pod() + a_namespace("") + a_configuration("istio", "''", webhook))->revision, "canary");
}

}  // namespace
}  // namespace kray
