// Pins what injectors do: stage B under every configuration, templates, the annotations for which a pod is
// refused, native sidecars, pods that bring a proxy, and two injectors one after the other.
#include "mesh/injector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "mesh/mesh_fixture.h"

namespace kray {
namespace {

using test::a_configuration;
using test::a_mesh;
using test::a_namespace;
using test::a_node;
using test::a_pod;
using test::a_webhook;
using test::an_injected_pod;
using test::an_injector;
using test::Decided;
using test::kInject;
using testing::HasSubstr;

constexpr const char* kTrue = "sidecar.istio.io/inject: 'true'";
constexpr const char* kOddValue = "sidecar.istio.io/inject: 'yes'";

// With one pod in a namespace that injects; annotations and labels of the pod.
Decided with_config(const std::string& config, const std::string& labels = "",
                    const std::string& annotations = "") {
  return Decided(a_pod(annotations, labels) + a_namespace(kInject) + an_injector(config));
}

Decided annotated(const std::string& annotations) {
  return Decided(a_pod(annotations) + a_namespace(kInject));
}

// --- Stage B -----------------------------------------------------------------------------------------

TEST(StageB, PolicyDisabledNeedsAnOptIn) {
  EXPECT_EQ(with_config("policy: enabled")->injected, Answer::yes);
  const Decided disabled = with_config("policy: disabled");
  EXPECT_EQ(disabled->injected, Answer::no);
  EXPECT_EQ(disabled->reason, InjectionReason::policy_declines);
  EXPECT_TRUE(disabled->decided_by_injector());
  EXPECT_EQ(disabled.text(), "config");
  EXPECT_EQ(with_config("policy: disabled", kTrue)->injected, Answer::yes);
  EXPECT_EQ(with_config("policy: disabled", "", kTrue)->injected, Answer::yes);
  EXPECT_EQ(with_config("policy: disabled", kOddValue)->injected, Answer::no);
}

TEST(StageB, OtherPoliciesNeverInject) {
  for (const char* policy : {"Enabled", "off", "true", "''", "'on'"}) {
    EXPECT_EQ(with_config(std::string("policy: ") + policy, kTrue)->injected, Answer::no) << policy;
  }
  EXPECT_EQ(with_config("templates: {}", kTrue)->injected, Answer::no) << "no policy at all";
}

TEST(StageB, Inj8_ExplicitValuesBeatSelectorsAndNeverBeatsAlways) {
  const std::string both =
      "policy: enabled\nneverInjectSelector: [{matchLabels: {app: a}}]\n"
      "alwaysInjectSelector: [{matchLabels: {app: a}}]";
  const Decided never = with_config(both, "app: a");
  EXPECT_EQ(never->injected, Answer::no);
  EXPECT_EQ(never->reason, InjectionReason::never_selector);
  EXPECT_EQ(with_config(both, "app: b")->injected, Answer::yes);
  EXPECT_EQ(with_config(both, std::string("app: a, ") + kTrue)->injected, Answer::yes);
  EXPECT_EQ(with_config(both, "app: a", kTrue)->injected, Answer::yes);
  EXPECT_EQ(with_config(both, std::string("app: a, ") + kOddValue)->injected, Answer::no);
  const std::string always =
      "policy: disabled\nalwaysInjectSelector: [{matchExpressions: [{key: app, operator: In, values: [a]}]}]";
  EXPECT_EQ(with_config(always, "app: a")->injected, Answer::yes);
  EXPECT_EQ(with_config(always, "app: b")->injected, Answer::no);
  EXPECT_EQ(with_config(always, "app: a", "sidecar.istio.io/inject: 'false'")->injected, Answer::no);
}

TEST(StageB, Inj8_EmptyAndUnknownSelectorsNeverMatch) {
  for (const char* selector : {"{}", "{matchLabels: {}}", "{matchExpressions: []}",
                               "{matchExpressions: [{key: app, operator: Near, values: [a]}]}"}) {
    EXPECT_EQ(with_config(std::string("policy: enabled\nneverInjectSelector: [") + selector + "]", "app: a")
                  ->injected,
              Answer::yes)
        << selector;
  }
  const std::string list =
      "policy: enabled\nneverInjectSelector: [{}, {matchExpressions: [{key: app, operator: Exists}]}]";
  EXPECT_EQ(with_config(list, "app: a")->injected, Answer::no);
}

TEST(StageB, HostNetworkAndSystemNamespacesBeatEverything) {
  const std::string config = an_injector("policy: enabled\nalwaysInjectSelector: [{matchLabels: {app: a}}]");
  EXPECT_EQ(Decided(a_pod("", "app: a", ", hostNetwork: true") + a_namespace(kInject) + config)->reason,
            InjectionReason::host_network);
  EXPECT_EQ(
      Decided(a_pod("", kTrue, "", "kube-public") + a_namespace(kInject, "kube-public") + config)->reason,
      InjectionReason::ignored_namespace);
}

TEST(InjectorSettings, TextThatIsNoYamlLeavesItOpen) {
  const Decided decided = with_config("policy: [");
  EXPECT_EQ(decided->injected, Answer::unknown);
  EXPECT_EQ(decided->reason, InjectionReason::webhooks_unknown);
}

TEST(InjectorSettings, DefinitionsThatDifferLeaveItOpen) {
  const std::string pod = a_pod() + a_namespace(kInject);
  const std::string enabled = an_injector("policy: enabled");
  EXPECT_EQ(Decided(pod + enabled + enabled)->injected, Answer::yes);
  EXPECT_EQ(Decided(pod + enabled + an_injector("policy: disabled"))->injected, Answer::unknown);
  const auto never = [](const char* app) {
    return an_injector(std::string("policy: enabled\nneverInjectSelector: [{matchLabels: {app: ") + app +
                       "}}]");
  };
  EXPECT_EQ(Decided(pod + never("a") + never("a"))->injected, Answer::yes);
  EXPECT_EQ(Decided(pod + never("a") + never("b"))->injected, Answer::unknown);
}

TEST(InjectorSettings, EachRevisionHasItsOwn) {
  const std::string input =
      a_pod() + test::a_revision("istio-canary", "canary", "canary") + an_injector("policy: disabled") +
      an_injector("policy: enabled", "{}", "-canary") +
      a_mesh("defaultConfig: {interceptionMode: TPROXY}", "-canary") +
      a_mesh("defaultConfig: {interceptionMode: NONE}") + a_namespace("istio.io/rev: canary");
  const Decided decided(input);
  EXPECT_EQ(decided->injected, Answer::yes);
  EXPECT_EQ(decided->revision, "canary");
  EXPECT_EQ(decided->interception, Interception::tproxy);
}

TEST(InjectorSettings, ConfigMapsOfOtherNamesAndNamespacesAreNone) {
  const std::string other =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio-sidecar-injectors, "
      "namespace: istio-system}\ndata: {config: 'policy: disabled'}\n"
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio-sidecar-injector, "
      "namespace: elsewhere}\ndata: {config: 'policy: disabled'}\n";
  EXPECT_EQ(Decided(a_pod() + a_namespace(kInject) + other)->injected, Answer::yes);
}

// --- Templates (INJ-11) ----------------------------------------------------------------------------------

TEST(Templates, Inj11_OnlySidecarIntercepts) {
  struct Row {
    const char* list;
    ProxyKind proxy;
    Answer intercepts;
    Interception interception;
  };
  for (const Row& row : {Row{"sidecar", ProxyKind::sidecar, Answer::yes, Interception::redirect},
                         Row{"' sidecar '", ProxyKind::sidecar, Answer::yes, Interception::redirect},
                         Row{"gateway", ProxyKind::router, Answer::no, Interception::none},
                         Row{"grpc-agent", ProxyKind::grpc_agent, Answer::no, Interception::none},
                         Row{"grpc-simple", ProxyKind::none, Answer::no, Interception::no_proxy},
                         Row{"'gateway,sidecar'", ProxyKind::sidecar, Answer::yes, Interception::redirect}}) {
    const Decided decided = annotated(std::string("inject.istio.io/templates: ") + row.list);
    EXPECT_EQ(decided->injected, Answer::yes) << row.list;
    EXPECT_TRUE(decided->by_injector) << row.list;
    EXPECT_EQ(decided->proxy, row.proxy) << row.list;
    EXPECT_EQ(has_intercepting_sidecar(*decided), row.intercepts) << row.list;
    EXPECT_EQ(decided->interception, row.interception) << row.list;
    EXPECT_EQ(decided->tls_mode, row.proxy == ProxyKind::sidecar ? "istio" : "") << row.list;
    EXPECT_EQ(captures_inbound(*decided, 8265), row.intercepts == Answer::yes) << row.list;
  }
}

TEST(Templates, Inj11_UnknownOnesAreRefused) {
  for (const char* list : {"sidecars", "''", "'sidecar,'", "Sidecar"}) {
    const Decided decided = annotated(std::string("inject.istio.io/templates: ") + list);
    EXPECT_EQ(decided->injected, Answer::no) << list;
    EXPECT_EQ(decided->reason, InjectionReason::refused) << list;
    EXPECT_EQ(decided->rejected, Answer::yes) << list;
    EXPECT_THAT(decided->message, HasSubstr("template"));
    EXPECT_EQ(has_intercepting_sidecar(*decided), Answer::no) << list;
    EXPECT_THAT(decided.text(), HasSubstr("inject.istio.io/templates")) << list;
  }
}

TEST(Templates, AliasesAndDefaultsOfTheInjector) {
  const std::string config =
      "policy: enabled\naliases: {mine: [gateway], sidecar: [sidecar]}\n"
      "defaultTemplates: [mine]\ntemplates: {sidecar: '', gateway: '', own: ''}";
  EXPECT_EQ(with_config(config)->proxy, ProxyKind::router);
  EXPECT_EQ(with_config(config, "", "inject.istio.io/templates: sidecar")->proxy, ProxyKind::sidecar);
  EXPECT_EQ(with_config(config, "", "inject.istio.io/templates: grpc-agent")->rejected, Answer::yes);
}

TEST(Templates, WhatCustomOnesDoIsNotKnown) {
  const std::string config = "policy: enabled\ntemplates: {sidecar: '', own: ''}";
  const Decided own = with_config(config, "", "inject.istio.io/templates: own");
  EXPECT_EQ(own->injected, Answer::yes);
  EXPECT_EQ(own->proxy, ProxyKind::unknown);
  EXPECT_EQ(has_intercepting_sidecar(*own), Answer::unknown);
  EXPECT_EQ(with_config(config, "", "inject.istio.io/templates: 'sidecar,own'")->proxy, ProxyKind::sidecar);
}

TEST(Templates, Inj13_TlsModeOfThePodIsKept) {
  const auto mode = [](const char* label) {
    return Decided(a_pod("", std::string("security.istio.io/tlsMode: ") + label) + a_namespace(kInject))
        ->tls_mode;
  };
  EXPECT_EQ(mode("disabled"), "disabled");
  EXPECT_EQ(mode("''"), "istio");
  EXPECT_EQ(annotated("")->tls_mode, "istio");
}

// --- Refused annotations (INJ-12) -----------------------------------------------------------------------

struct Values {
  const char* key;
  std::vector<const char*> accepted;
  std::vector<const char*> refused;
};

const std::vector<Values>& values() {
  static const std::vector<Values> all = {
      {"sidecar.istio.io/interceptionMode",
       {"REDIRECT", "TPROXY", "NONE"},
       {"redirect", "", "REDIRECT ", "none"}},
      {"status.sidecar.istio.io/port", {"0", "15020", " 15025", "65535"}, {"", "abc", "70000", "-1"}},
      {"readiness.status.sidecar.istio.io/initialDelaySeconds", {"5", "4294967295"}, {"5s", "-1", "", " 5"}},
      {"readiness.status.sidecar.istio.io/periodSeconds", {"0"}, {"4294967296"}},
      {"readiness.status.sidecar.istio.io/failureThreshold", {"3"}, {"x"}},
      {"traffic.sidecar.istio.io/includeInboundPorts",
       {"*", "", "0", " 8080 , 9090 ", "010", " "},
       {"* ", "8080,", ",8080", "+80", "0x50", "65536", "http", "8080;9090", "80 81", "*,80", "1-10"}},
      {"traffic.sidecar.istio.io/excludeInboundPorts", {"", "9090", "8080, 9090"}, {"*", "1:100", "8080,"}},
      {"traffic.sidecar.istio.io/excludeOutboundPorts", {"", "25"}, {"*", "25,x"}},
      {"traffic.sidecar.istio.io/includeOutboundPorts", {"*"}, {}},
      {"traffic.sidecar.istio.io/includeOutboundIPRanges",
       {"*", "", "10.0.0.0/8", "10.0.0.1/8,::/0"},
       {"10.0.0.0/8, 11.0.0.0/8", "10.0.0.1", "10.0.0.0/33", "10.0.0.0/08", "010.0.0.0/8"}},
      {"traffic.sidecar.istio.io/excludeOutboundIPRanges", {"", "fd00::/8"}, {"*", "::/129"}},
      {"traffic.sidecar.istio.io/excludeInterfaces",
       {"", "net1,net2"},
       {"net1, ", "a/b", "interface-name-that-is-too-long"}},
      {"istio.io/reroute-virtual-interfaces", {"net1"}, {"a b"}},
      {"prometheus.istio.io/merge-metrics", {"true", "F"}, {"yes"}},
      {"sidecar.istio.io/proxyCPU", {"100m"}, {"lots", ""}},
      {"sidecar.istio.io/proxyMemoryLimit", {"1Gi"}, {"1 Gi"}},
      {"proxy.istio.io/config",
       {"", "noSuchField: 1", "concurrency: -1", "{\"interceptionMode\":\"TPROXY\"}", "interceptionMode: 2"},
       {"a: b: c", "interceptionMode: redirect", "[]", "text", "concurrency: many", "interceptionMode: 3"}}};
  return all;
}

TEST(Refusal, Inj12_ValuesThatPass) {
  for (const Values& one : values()) {
    for (const char* value : one.accepted)
      EXPECT_EQ(annotated(std::string(one.key) + ": '" + value + "'")->rejected, Answer::no)
          << one.key << " '" << value << "'";
  }
}

TEST(Refusal, Inj12_ValuesThatRefuseThePod) {
  for (const Values& one : values()) {
    for (const char* value : one.refused) {
      const Decided decided = annotated(std::string(one.key) + ": '" + value + "'");
      EXPECT_EQ(decided->rejected, Answer::yes) << one.key << " '" << value << "'";
      EXPECT_EQ(decided->reason, InjectionReason::refused);
      EXPECT_THAT(decided->message, HasSubstr(one.key));
      EXPECT_THAT(decided.text(), HasSubstr(one.key));
      EXPECT_EQ(decided->revision, "");
      EXPECT_EQ(decided->proxy, ProxyKind::none);
    }
  }
}

TEST(Refusal, OnlyInjectorsRefuse) {
  const std::string bad = "status.sidecar.istio.io/port: abc";
  EXPECT_EQ(Decided(a_pod(bad) + a_namespace(""))->rejected, Answer::no);
  EXPECT_EQ(Decided(a_pod(bad + ", sidecar.istio.io/inject: 'false'") + a_namespace(kInject))->rejected,
            Answer::no);
}

TEST(Refusal, NamesEveryBadAnnotation) {
  EXPECT_EQ(annotated("status.sidecar.istio.io/port: x, sidecar.istio.io/interceptionMode: x")->message,
            "bad value of annotation sidecar.istio.io/interceptionMode, status.sidecar.istio.io/port");
}

// Only templates that ask for the proxy's resources render these.
TEST(Refusal, QuantitiesMatterOnlyWhereTheyAreRendered) {
  EXPECT_EQ(annotated("sidecar.istio.io/proxyCPU: lots, inject.istio.io/templates: gateway")->rejected,
            Answer::no);
}

// --- Native sidecars (INJ-13, 0.5-16) --------------------------------------------------------------------

constexpr const char* kNew = "v1.33.1";
constexpr const char* kOld = "v1.32.9";

Answer native_with(const std::string& annotation, const std::string& mode, const std::string& rest = "") {
  const std::string values = mode.empty() ? "{}" : "{pilot: {env: {ENABLE_NATIVE_SIDECARS: '" + mode + "'}}}";
  return Decided(a_pod(annotation) + a_namespace(kInject) + an_injector("policy: enabled", values) + rest)
      ->is_native;
}

TEST(Native, ModesOfTheInstall) {
  EXPECT_EQ(native_with("", "true"), Answer::yes);
  EXPECT_EQ(native_with("", "false"), Answer::no);
  for (const char* mode : {"auto", ""}) {
    EXPECT_EQ(native_with("", mode, a_node("a", kNew) + a_node("b", "v1.34.0")), Answer::yes);
    EXPECT_EQ(native_with("", mode, a_node("a", kNew) + a_node("b", kOld)), Answer::no);
    EXPECT_EQ(native_with("", mode), Answer::unknown) << "the input knows no nodes";
  }
}

TEST(Native, EnvironmentOfIstiodBeatsTheValues) {
  const std::string istiod =
      "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: istiod, namespace: istio-system}\nspec: "
      "{template: {spec: {containers: [{name: discovery, env: [{name: ENABLE_NATIVE_SIDECARS, value: "
      "'true'}]}]}}}\n";
  const Decided decided(a_pod() + a_namespace(kInject) + an_injector("policy: enabled") + istiod);
  EXPECT_EQ(decided->is_native, Answer::yes);
}

TEST(Native, Item16_EveryAnnotationButFalseAndEmptyIsNative) {
  for (const char* value : {"true", "no", "0", "False", "True"})
    EXPECT_EQ(native_with(std::string("sidecar.istio.io/nativeSidecar: '") + value + "'", "false"),
              Answer::yes)
        << value;
  EXPECT_EQ(native_with("sidecar.istio.io/nativeSidecar: 'false'", "true"), Answer::no);
  EXPECT_EQ(native_with("sidecar.istio.io/nativeSidecar: ''", "true"), Answer::yes);
  EXPECT_EQ(native_with("sidecar.istio.io/nativeSidecar: ''", "false"), Answer::no);
}

TEST(Native, Item16_OnlyTheNodeOfThePodCounts) {
  const std::string nodes = a_node("new", kNew) + a_node("old", kOld);
  const auto on_node = [&nodes](const std::string& node) {
    return Decided(a_pod("", "", ", nodeName: " + node) + a_namespace(kInject) + nodes)->is_native;
  };
  EXPECT_EQ(on_node("new"), Answer::yes);
  EXPECT_EQ(on_node("old"), Answer::no);
  EXPECT_EQ(on_node("nobody"), Answer::no) << "all nodes are asked";
}

// 0.5-16, 0.5-19: with a container istio-proxy of the user's own.
TEST(Native, Item19_OwnProxyContainerAndOddValue) {
  const auto decide = [](const std::string& value, const std::string& mode) {
    const std::string pod =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: team-a, annotations: "
        "{sidecar.istio.io/nativeSidecar: '" +
        value + "'}}\nspec: {containers: [{name: web}, {name: istio-proxy}]}\n";
    return Decided(
        pod + a_namespace(kInject) +
        an_injector("policy: enabled", "{pilot: {env: {ENABLE_NATIVE_SIDECARS: '" + mode + "'}}}"));
  };
  EXPECT_EQ(decide("no", "false")->rejected, Answer::yes);
  EXPECT_THAT(decide("no", "false")->message, HasSubstr("istio-proxy twice"));
  EXPECT_EQ(decide("true", "false")->rejected, Answer::no);
  EXPECT_EQ(decide("true", "false")->is_native, Answer::yes);
  EXPECT_EQ(decide("no", "true")->rejected, Answer::no);
  EXPECT_EQ(decide("", "true")->is_native, Answer::yes);
  EXPECT_EQ(decide("false", "true")->is_native, Answer::no);
  // It hangs on nodes that the input does not know.
  EXPECT_EQ(decide("no", "auto")->rejected, Answer::unknown);
  EXPECT_EQ(decide("no", "auto")->injected, Answer::yes);
}

// --- Pods that bring a proxy (INJ-14) -------------------------------------------------------------------

TEST(AlreadyInjected, Inj14_IsHonouredWithItsOwnArguments) {
  const Decided decided(an_injected_pod("istio-init", ", '-m', TPROXY, '-b', '8080,9090', '-d', '15090'",
                                        "security.istio.io/tlsMode: istio") +
                        a_namespace("istio-injection: disabled"));
  EXPECT_EQ(decided->injected, Answer::yes);
  EXPECT_EQ(decided->reason, InjectionReason::already_injected);
  EXPECT_FALSE(decided->by_injector);
  EXPECT_EQ(decided->proxy, ProxyKind::sidecar);
  EXPECT_EQ(decided->tls_mode, "istio");
  EXPECT_EQ(decided->interception, Interception::tproxy);
  EXPECT_THAT(decided->captured_inbound_ports.ports, testing::ElementsAre(8080, 9090));
}

TEST(AlreadyInjected, Inj14_WithCniNeedsThePlugin) {
  const std::string status = "sidecar.istio.io/status: '{}'";
  EXPECT_FALSE(Decided(an_injected_pod("istio-validation", "", "", status) + a_namespace(""))->start_fails);
  // The plugin leaves pods without the annotation or with the inject value false alone.
  EXPECT_TRUE(Decided(an_injected_pod("istio-validation", "") + a_namespace(""))->start_fails);
  const Decided off(an_injected_pod("istio-validation", "", "sidecar.istio.io/inject: 'false'", status) +
                    a_namespace(""));
  EXPECT_TRUE(off->start_fails);
  EXPECT_THAT(off->message, HasSubstr("no redirection"));
  EXPECT_EQ(off->injected, Answer::yes);
}

TEST(AlreadyInjected, MayBeInjectedAgain) {
  const Decided decided(an_injected_pod("istio-init", ", '-b', '8080'", "",
                                        "traffic.sidecar.istio.io/includeInboundPorts: '9090'") +
                        a_namespace(kInject));
  EXPECT_EQ(decided->reason, InjectionReason::already_injected);
  EXPECT_TRUE(decided->by_injector);
  EXPECT_THAT(decided->captured_inbound_ports.ports, testing::ElementsAre(9090));
}

TEST(AlreadyInjected, NeedsNoKnowledgeOfTheNamespace) {
  const Decided decided(an_injected_pod("istio-init", ", '-b', '*'"));
  EXPECT_EQ(decided->injected, Answer::yes);
  EXPECT_TRUE(decided->captured_inbound_ports.all);
}

// --- Two injectors (0.5-19) --------------------------------------------------------------------------

std::string two_installs(const std::string& first_values, const std::string& second_values) {
  const std::string everything = a_webhook("namespace", "{}", "{}");
  return a_pod() + a_namespace(kInject) + a_configuration("a", "canary", everything) +
         a_configuration("b", "default", everything) +
         an_injector("policy: enabled", first_values, "-canary") +
         an_injector("policy: enabled", second_values);
}

const std::string& values_text(bool native, bool cni, const char* ports = "*") {
  static std::string text;
  text = std::string("{pilot: {cni: {enabled: ") + (cni ? "true" : "false") +
         "}, env: {ENABLE_NATIVE_SIDECARS: '" + (native ? "true" : "false") +
         "'}}, global: {proxy: {includeInboundPorts: '" + ports + "'}}}";
  return text;
}

TEST(TwoInjectors, Item19_TheLastHasTheLastWord) {
  const std::string first = values_text(false, false, "8080");
  const Decided decided(two_installs(first, values_text(false, false, "9090")));
  EXPECT_EQ(decided->revision, "default");
  EXPECT_THAT(decided->captured_inbound_ports.ports, testing::ElementsAre(9090));
}

TEST(TwoInjectors, Item19_NativeThenClassicIsRefused) {
  const std::string native = values_text(true, false);
  const std::string classic = values_text(false, false);
  EXPECT_EQ(Decided(two_installs(native, classic))->rejected, Answer::yes);
  EXPECT_EQ(Decided(two_installs(classic, native))->rejected, Answer::no);
  EXPECT_EQ(Decided(two_installs(classic, native))->is_native, Answer::yes);
}

TEST(TwoInjectors, Item19_CniWritesAnnotationsThatTheSecondReads) {
  const std::string first = values_text(false, true, "8080");
  const Decided decided(two_installs(first, values_text(false, true, "9090")));
  EXPECT_THAT(decided->captured_inbound_ports.ports, testing::ElementsAre(8080));
}

TEST(TwoInjectors, OneThatDeclinesDoesNotCount) {
  const std::string everything = a_webhook("namespace", "{}", "{}");
  const Decided decided(a_pod() + a_namespace(kInject) + a_configuration("a", "canary", everything) +
                        a_configuration("b", "default", everything) +
                        an_injector("policy: enabled", "{}", "-canary") + an_injector("policy: disabled"));
  EXPECT_EQ(decided->injected, Answer::yes);
  EXPECT_EQ(decided->revision, "canary");
}

}  // namespace
}  // namespace kray
