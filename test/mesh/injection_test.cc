// Pins the sidecar decision of a default Istio install: the whole table of namespace label × pod label ×
// pod revision, the rules INJ-1 to INJ-10 one by one, and the line of the input that decides.
#include "mesh/injection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/inventory_fixture.h"
#include "derive/pod_class.h"

namespace kray {

void PrintTo(Answer answer, std::ostream* out);
void PrintTo(Answer answer, std::ostream* out) {
  *out << (answer == Answer::yes ? "yes" : answer == Answer::no ? "no" : "unknown");
}

namespace {

using test::line_of;
using test::LoadedInventory;
using test::text_of;

// A decision with its place written out, so that it may outlive the input.
struct Decided {
  Answer injected = Answer::unknown;
  InjectionReason reason = InjectionReason::namespace_unknown;
  bool by_namespace = false;
  std::string line;  // "objects.yaml:4"
  std::string text;  // of the place
};

// For the first pod class of the input.
Decided decide(const LoadedInventory& inventory, const InjectionSettings& settings = {}) {
  const InjectionDecision decision =
      decide_injection(pod_classes(*inventory, {1, 6, 2}).at(0), *inventory, settings);
  return {decision.injected, decision.reason, decision.decided_by_namespace(), line_of(decision.place),
          text_of(decision.place)};
}

Answer injected(const std::string& text, const InjectionSettings& settings = {}) {
  return decide(LoadedInventory(text), settings).injected;
}

// Labels and annotations in YAML flow style: "a: b, c: d".
std::string name_space(const std::string& labels, const std::string& name = "team-a") {
  return "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + ", labels: {" + labels + "}}\n";
}

std::string pod(const std::string& labels = "", const std::string& annotations = "",
                const std::string& ns = "team-a", const std::string& spec = "") {
  return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: " + ns + ", labels: {" + labels +
         "}, annotations: {" + annotations + "}}\nspec: {containers: [{name: web}]" + spec + "}\n";
}

constexpr const char* kEnabled = "istio-injection: enabled";
constexpr const char* kAnnotationFalse = "sidecar.istio.io/inject: 'false'";
constexpr const char* kAnnotationTrue = "sidecar.istio.io/inject: 'true'";

// --- The decision table -------------------------------------------------------------------------

struct Row {
  const char* name;
  const char* labels;  // of the namespace
  // By the pod's label sidecar.istio.io/inject: absent, "true", "false", another string ...
  std::array<char, 4> no_revision;       // ... without istio.io/rev on the pod
  std::array<char, 4> default_revision;  // ... with istio.io/rev: default
  std::array<char, 4> other_revision;    // ... with istio.io/rev: canary
};

// y: injected, n: not, ?: by a revision whose webhook is not in the input.
constexpr std::array kTable = {
    Row{"None", "", {'n', 'y', 'n', 'n'}, {'y', 'y', 'n', 'y'}, {'?', '?', 'n', '?'}},
    Row{"Enabled",
        "istio-injection: enabled",
        {'y', 'y', 'n', 'y'},
        {'y', 'y', 'n', 'y'},
        {'y', 'y', 'n', 'y'}},
    Row{"EnabledAndDefaultRevision",
        "istio-injection: enabled, istio.io/rev: default",
        {'y', 'y', 'n', 'y'},
        {'y', 'y', 'n', 'y'},
        {'y', 'y', 'n', 'y'}},
    Row{"EnabledAndOtherRevision",
        "istio-injection: enabled, istio.io/rev: canary",
        {'y', 'y', 'n', 'y'},
        {'y', 'y', 'n', 'y'},
        {'y', 'y', 'n', 'y'}},
    Row{"Disabled",
        "istio-injection: disabled",
        {'n', 'n', 'n', 'n'},
        {'n', 'n', 'n', 'n'},
        {'n', 'n', 'n', 'n'}},
    Row{"DisabledAndDefaultRevision",
        "istio-injection: disabled, istio.io/rev: default",
        {'n', 'n', 'n', 'n'},
        {'n', 'n', 'n', 'n'},
        {'n', 'n', 'n', 'n'}},
    Row{"AnythingElse",
        "istio-injection: 'true'",
        {'n', 'n', 'n', 'n'},
        {'n', 'n', 'n', 'n'},
        {'n', 'n', 'n', 'n'}},
    Row{"Empty", "istio-injection: ''", {'n', 'n', 'n', 'n'}, {'n', 'n', 'n', 'n'}, {'n', 'n', 'n', 'n'}},
    Row{"DefaultRevision",
        "istio.io/rev: default",
        {'y', 'y', 'n', 'y'},
        {'y', 'y', 'n', 'y'},
        {'y', 'y', 'n', 'y'}},
    Row{"OtherRevision",
        "istio.io/rev: canary",
        {'?', '?', 'n', '?'},
        {'?', '?', 'n', '?'},
        {'?', '?', 'n', '?'}},
};

class DecisionTableTest : public testing::TestWithParam<std::tuple<size_t, size_t, size_t>> {};

TEST_P(DecisionTableTest, Holds) {
  const auto [row_index, label_index, revision_index] = GetParam();
  const Row& row = kTable.at(row_index);
  const std::array<const char*, 4> inject = {"", "sidecar.istio.io/inject: 'true'",
                                             "sidecar.istio.io/inject: 'false'",
                                             "sidecar.istio.io/inject: 'yes'"};
  const std::array<const char*, 3> revision = {"", "istio.io/rev: default", "istio.io/rev: canary"};
  const std::array<const std::array<char, 4>*, 3> expected = {&row.no_revision, &row.default_revision,
                                                              &row.other_revision};
  std::string labels = inject.at(label_index);
  if (label_index != 0 && revision_index != 0) labels += ", ";
  labels += revision.at(revision_index);
  const char want = expected.at(revision_index)->at(label_index);
  EXPECT_EQ(injected(pod(labels) + name_space(row.labels)), want == 'y'   ? Answer::yes
                                                            : want == 'n' ? Answer::no
                                                                          : Answer::unknown)
      << "namespace {" << row.labels << "}, pod {" << labels << "}";
}

using Cell = std::tuple<size_t, size_t, size_t>;

std::string cell_name(const testing::TestParamInfo<Cell>& cell) {
  static constexpr std::array<const char*, 4> kLabels = {"Absent", "True", "False", "Other"};
  static constexpr std::array<const char*, 3> kRevisions = {"", "_PodRevisionDefault", "_PodRevisionOther"};
  return std::string(kTable.at(std::get<0>(cell.param)).name) + "_" + kLabels.at(std::get<1>(cell.param)) +
         kRevisions.at(std::get<2>(cell.param));
}

INSTANTIATE_TEST_SUITE_P(Cells, DecisionTableTest,
                         testing::Combine(testing::Range<size_t>(0, kTable.size()),
                                          testing::Range<size_t>(0, 4), testing::Range<size_t>(0, 3)),
                         cell_name);

// --- The rules by name ------------------------------------------------------------------------------

TEST(Injection, Inj1_OtherInjectionValuesSwitchEverythingOff) {
  for (const char* value : {"disabled", "Enabled", "ENABLED", "'true'", "'yes'", "''"}) {
    const Decided decision =
        decide(LoadedInventory(pod(kAnnotationTrue) + name_space(std::string("istio-injection: ") + value)));
    EXPECT_EQ(decision.injected, Answer::no) << value;
    EXPECT_EQ(decision.reason, InjectionReason::namespace_opts_out) << value;
    EXPECT_TRUE(decision.by_namespace);
  }
}

TEST(Injection, Inj2_EnabledBeatsEveryRevision) {
  EXPECT_EQ(
      injected(pod("istio.io/rev: canary") + name_space("istio-injection: enabled, istio.io/rev: stable")),
      Answer::yes);
}

TEST(Injection, Inj3_NamespaceRevisionBeatsThePods) {
  EXPECT_EQ(injected(pod("istio.io/rev: canary") + name_space("istio.io/rev: default")), Answer::yes);
  const Decided other =
      decide(LoadedInventory(pod("istio.io/rev: default") + name_space("istio.io/rev: canary")));
  EXPECT_EQ(other.injected, Answer::unknown);
  EXPECT_EQ(other.reason, InjectionReason::revision_unknown);
}

TEST(Injection, Inj4_OptInNeedsTheLabel) {
  const Decided by_label = decide(LoadedInventory(pod(kAnnotationTrue) + name_space("")));
  EXPECT_EQ(by_label.injected, Answer::yes);
  EXPECT_EQ(by_label.reason, InjectionReason::label_true);
  const Decided by_annotation = decide(LoadedInventory(pod("", kAnnotationTrue) + name_space("")));
  EXPECT_EQ(by_annotation.injected, Answer::no);
  EXPECT_EQ(by_annotation.reason, InjectionReason::namespace_without_label);
  EXPECT_TRUE(by_annotation.by_namespace);
}

// The default install has the webhooks that INJ-5 says a revisioned one may lack.
TEST(Injection, Inj5_TheInstallIsTakenToBeTheDefaultOne) {
  const Decided decision = decide(LoadedInventory(pod() + name_space(kEnabled)));
  EXPECT_EQ(decision.injected, Answer::yes);
  EXPECT_EQ(decision.reason, InjectionReason::namespace_injects);
  EXPECT_FALSE(decision.by_namespace);
}

TEST(Injection, Inj6_RevisionWithoutWebhookInTheInput) {
  const LoadedInventory by_namespace(pod() + name_space("istio.io/rev: canary"));
  EXPECT_EQ(decide(by_namespace).reason, InjectionReason::revision_unknown);
  EXPECT_EQ(decide(by_namespace).text, "istio.io/rev: canary");
  EXPECT_EQ(decide(by_namespace).line, "objects.yaml:9");
  const LoadedInventory by_pod(pod("istio.io/rev: canary") + name_space(""));
  EXPECT_EQ(decide(by_pod).reason, InjectionReason::revision_unknown);
  EXPECT_EQ(decide(by_pod).line, "objects.yaml:4");
}

TEST(Injection, Inj7_ValuesAreExact) {
  for (const char* value : {"True", "TRUE", "' true'", "'1'", "'on'", "'yes'"}) {
    EXPECT_EQ(injected(pod(std::string("sidecar.istio.io/inject: '") +
                           (value[0] == '\'' ? std::string(value).substr(1) : std::string(value) + "'")) +
                       name_space("")),
              Answer::no)
        << value;
  }
  // A label that is present but empty hides the annotation.
  EXPECT_EQ(injected(pod("sidecar.istio.io/inject: ''", kAnnotationFalse) + name_space(kEnabled)),
            Answer::yes);
}

TEST(Injection, Inj8_TheLabelBeatsTheAnnotation) {
  EXPECT_EQ(injected(pod(kAnnotationTrue, kAnnotationFalse) + name_space(kEnabled)), Answer::yes);
  EXPECT_EQ(injected(pod(kAnnotationFalse, kAnnotationTrue) + name_space(kEnabled)), Answer::no);
  EXPECT_EQ(injected(pod("sidecar.istio.io/inject: 'no'", kAnnotationFalse) + name_space(kEnabled)),
            Answer::yes);
}

TEST(Injection, Inj9_OddValuesAreInjectedInAnEnabledNamespace) {
  for (const char* value : {"False", "no", "0", "off", "disabled", ""}) {
    EXPECT_EQ(injected(pod(std::string("sidecar.istio.io/inject: '") + value + "'") + name_space(kEnabled)),
              Answer::yes)
        << value;
  }
}

TEST(Injection, Inj10_LabelsMustBeStrings) {
  for (const char* value : {"false", "true", "yes", "0", "null", ""}) {
    for (const char* ns : {kEnabled, ""}) {
      const Decided decision =
          decide(LoadedInventory(pod(std::string("sidecar.istio.io/inject: ") + value) + name_space(ns)));
      EXPECT_EQ(decision.injected, Answer::unknown) << value;
      EXPECT_EQ(decision.reason, InjectionReason::label_not_a_string) << value;
      EXPECT_EQ(decision.line, "objects.yaml:4") << value;
    }
  }
}

TEST(Injection, Inj10_AnnotationsMustBeStrings) {
  const Decided decision =
      decide(LoadedInventory(pod("", "sidecar.istio.io/inject: false") + name_space(kEnabled)));
  EXPECT_EQ(decision.injected, Answer::unknown);
  EXPECT_EQ(decision.reason, InjectionReason::label_not_a_string);
  EXPECT_EQ(decision.text, "sidecar.istio.io/inject: false");
}

TEST(Injection, Inj10_RevisionsMustBeStrings) {
  EXPECT_EQ(injected(pod("sidecar.istio.io/inject: 'true', istio.io/rev: 1.2") + name_space("")),
            Answer::unknown);
}

TEST(Injection, Inj10_NamespaceLabelsMustBeStrings) {
  for (const char* labels : {"istio-injection: true", "istio-injection: null", "istio.io/rev: 1"}) {
    const Decided decision = decide(LoadedInventory(pod() + name_space(labels)));
    EXPECT_EQ(decision.injected, Answer::unknown) << labels;
    EXPECT_EQ(decision.line, "objects.yaml:9") << labels;
  }
}

// --- Annotations, host network, system namespaces, manual injection ---------------------------------

TEST(Injection, AnnotationFalseSwitchesOffWhereTheNamespaceInjects) {
  for (const char* labels : {kEnabled, "istio.io/rev: default"}) {
    const Decided decision = decide(LoadedInventory(pod("", kAnnotationFalse) + name_space(labels)));
    EXPECT_EQ(decision.injected, Answer::no) << labels;
    EXPECT_EQ(decision.reason, InjectionReason::annotation_false) << labels;
    EXPECT_EQ(decision.text, kAnnotationFalse) << labels;
  }
  EXPECT_EQ(injected(pod("istio.io/rev: default", kAnnotationFalse) + name_space("")), Answer::no);
}

TEST(Injection, OtherAnnotationValuesHaveNoEffect) {
  for (const char* value : {"False", "no", ""}) {
    EXPECT_EQ(
        injected(pod("", std::string("sidecar.istio.io/inject: '") + value + "'") + name_space(kEnabled)),
        Answer::yes)
        << value;
  }
}

TEST(Injection, HostNetworkPodsNeverGetOne) {
  const Decided decision = decide(
      LoadedInventory(pod(kAnnotationTrue, "", "team-a", ", hostNetwork: true") + name_space(kEnabled)));
  EXPECT_EQ(decision.injected, Answer::no);
  EXPECT_EQ(decision.reason, InjectionReason::host_network);
  EXPECT_EQ(decision.text, "hostNetwork: true");
  EXPECT_EQ(injected(pod("", "", "team-a", ", hostNetwork: false") + name_space(kEnabled)), Answer::yes);
}

TEST(Injection, HostNetworkIsEnoughWithoutKnowingTheNamespace) {
  EXPECT_EQ(injected(pod("", "", "elsewhere", ", hostNetwork: true")), Answer::no);
}

TEST(Injection, SystemNamespacesAreIgnored) {
  for (const char* ns : {"kube-system", "kube-public", "kube-node-lease", "local-path-storage"}) {
    const Decided decision = decide(LoadedInventory(pod(kAnnotationTrue, "", ns) + name_space(kEnabled, ns)));
    EXPECT_EQ(decision.injected, Answer::no) << ns;
    EXPECT_EQ(decision.reason, InjectionReason::ignored_namespace) << ns;
    EXPECT_EQ(decision.text, std::string("namespace: ") + ns);
  }
  EXPECT_EQ(injected(pod("", "", "istio-system") + name_space(kEnabled, "istio-system")), Answer::yes);
}

TEST(Injection, ManuallyInjectedPodsHaveTheirs) {
  for (const char* init : {"istio-init", "istio-validation"}) {
    const LoadedInventory inventory(
        pod(kAnnotationFalse, "", "team-a",
            std::string(", initContainers: [{name: ") + init + "}, {name: istio-proxy}]"));
    EXPECT_EQ(decide(inventory).injected, Answer::yes) << init;
    EXPECT_EQ(decide(inventory).reason, InjectionReason::already_injected) << init;
    EXPECT_EQ(decide(inventory).text, "spec") << init;
  }
}

TEST(Injection, ClassicProxyContainerCountsAsManualInjection) {
  EXPECT_EQ(injected(R"(
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: team-a}
spec: {containers: [{name: web}, {name: istio-proxy}], initContainers: [{name: istio-init}]}
)"),
            Answer::yes);
}

TEST(Injection, AProxyContainerAloneIsNotEnough) {
  EXPECT_EQ(injected(pod("", "", "team-a", ", initContainers: [{name: istio-proxy}]") + name_space("")),
            Answer::no);
  EXPECT_EQ(injected(pod("", "", "team-a", ", initContainers: [{name: istio-init}]") + name_space("")),
            Answer::no);
}

// --- What is known of the namespace ------------------------------------------------------------------

TEST(Injection, NamespaceThatTheInputDoesNotDefine) {
  const LoadedInventory inventory(pod() + name_space(kEnabled, "team-b"));
  EXPECT_EQ(decide(inventory).injected, Answer::unknown);
  EXPECT_EQ(decide(inventory).reason, InjectionReason::namespace_unknown);
  EXPECT_EQ(decide(inventory).text, "web");
}

TEST(Injection, LabelFalseIsEnoughWithoutKnowingTheNamespace) {
  EXPECT_EQ(injected(pod(kAnnotationFalse)), Answer::no);
}

TEST(Injection, NamespaceThatIsNotSet) {
  const LoadedInventory inventory(
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec: {containers: [{name: web}]}\n");
  EXPECT_EQ(decide(inventory).injected, Answer::unknown);
  EXPECT_EQ(decide(inventory).reason, InjectionReason::namespace_not_set);
  EXPECT_EQ(decide(inventory).line, "objects.yaml:4");
}

TEST(Injection, ProfileNamespacesInject) {
  const LoadedInventory inventory(
      pod("", "", "ana") + "---\napiVersion: kubeflow.org/v1\nkind: Profile\nmetadata:\n  name: ana\n");
  EXPECT_EQ(decide(inventory).injected, Answer::yes);
  EXPECT_EQ(decide(inventory).reason, InjectionReason::namespace_injects);
  EXPECT_EQ(decide(inventory).line, "objects.yaml:10");
}

TEST(Injection, DefinitionsThatDifferLeaveItOpen) {
  const std::string both = name_space(kEnabled) + name_space("");
  EXPECT_EQ(decide(LoadedInventory(pod() + both)).injected, Answer::unknown);
  EXPECT_EQ(decide(LoadedInventory(pod() + both)).reason, InjectionReason::namespace_ambiguous);
  EXPECT_EQ(decide(LoadedInventory(pod() + name_space("") + name_space(kEnabled))).injected, Answer::unknown);
}

TEST(Injection, DefinitionsThatDifferWithoutConsequenceDoNot) {
  EXPECT_EQ(injected(pod() + name_space(kEnabled) + name_space("istio-injection: enabled, team: a")),
            Answer::yes);
  // With this label both namespaces inject.
  EXPECT_EQ(injected(pod(kAnnotationTrue) + name_space(kEnabled) + name_space("")), Answer::yes);
  EXPECT_EQ(injected(pod(kAnnotationFalse) + name_space(kEnabled) + name_space("")), Answer::no);
}

TEST(InjectionAssumption, SettlesNamespacesThatAreNotDefined) {
  EXPECT_EQ(injected(pod(), {"enabled"}), Answer::yes);
  EXPECT_EQ(injected(pod("", kAnnotationFalse), {"enabled"}), Answer::no);
  EXPECT_EQ(injected(pod(kAnnotationTrue), {"disabled"}), Answer::no);
  EXPECT_EQ(injected(pod(), {"none"}), Answer::no);
  EXPECT_EQ(injected(pod(kAnnotationTrue), {"none"}), Answer::yes);
}

TEST(InjectionAssumption, SettlesObjectsWithoutNamespace) {
  EXPECT_EQ(
      injected("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: []}\n", {"enabled"}),
      Answer::yes);
}

TEST(InjectionAssumption, NeverBeatsWhatTheInputSays) {
  EXPECT_EQ(injected(pod() + name_space(""), {"enabled"}), Answer::no);
  EXPECT_EQ(injected(pod() + name_space(kEnabled), {"none"}), Answer::yes);
}

TEST(InjectionAssumption, PlaceIsTheObjectWhereNothingIsWritten) {
  const LoadedInventory inventory(pod());
  EXPECT_EQ(decide(inventory, {"enabled"}).text, "web");
}

// --- The deciding line -------------------------------------------------------------------------------

constexpr const char* kCluster = R"(
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
  labels:
    istio-injection: enabled
---
apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: demo
  namespace: team-a
spec:
  headGroupSpec:
    template:
      metadata:
        labels:
          app: ray
          sidecar.istio.io/inject: "false"
      spec: {containers: [{name: ray}]}
  workerGroupSpecs:
  - groupName: annotated
    template:
      metadata:
        annotations:
          sidecar.istio.io/inject: "false"
      spec: {containers: [{name: ray}]}
  - groupName: on-host
    template:
      spec:
        hostNetwork: true
        containers: [{name: ray}]
  - groupName: plain
    template:
      spec: {containers: [{name: ray}]}
  - groupName: overruled
    labels:
      sidecar.istio.io/inject: "false"
    template:
      metadata:
        labels:
          sidecar.istio.io/inject: "true"
      spec: {containers: [{name: ray}]}
)";

std::vector<std::string> deciding_lines(const LoadedInventory& inventory, const Version& kuberay) {
  std::vector<std::string> lines;
  for (const PodClass& one : pod_classes(*inventory, kuberay)) {
    const InjectionDecision decision = decide_injection(one, *inventory, {});
    lines.push_back(one.group + (decision.injected == Answer::yes ? " yes " : " no ") +
                    line_of(decision.place));
  }
  return lines;
}

TEST(InjectionPlace, LineThatDecidesForEachGroup) {
  EXPECT_THAT(deciding_lines(LoadedInventory(kCluster), {1, 6, 2}),
              testing::ElementsAre("head no objects.yaml:19", "annotated no objects.yaml:26",
                                   "on-host no objects.yaml:31", "plain yes objects.yaml:6",
                                   "overruled no objects.yaml:38"));
}

// The older operator drops the group's labels, so the template's line decides.
TEST(InjectionPlace, GroupLabelsCountOnlyWhereTheOperatorMergesThem) {
  EXPECT_EQ(deciding_lines(LoadedInventory(kCluster), {1, 3, 2}).at(4), "overruled yes objects.yaml:6");
}

TEST(InjectionPlace, OptInOfTheGroup) {
  const LoadedInventory inventory(R"(
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
---
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: demo, namespace: team-a}
spec:
  headGroupSpec:
    labels:
      sidecar.istio.io/inject: "true"
    template:
      spec: {containers: [{name: ray}]}
  workerGroupSpecs:
  - groupName: small
    template:
      spec: {containers: [{name: ray}]}
)");
  EXPECT_THAT(deciding_lines(inventory, {1, 6, 2}),
              testing::ElementsAre("head yes objects.yaml:12", "small no objects.yaml:4"));
  EXPECT_THAT(deciding_lines(inventory, {1, 3, 2}),
              testing::ElementsAre("head no objects.yaml:4", "small no objects.yaml:4"));
}

TEST(InjectionPlace, NamespaceOfAnOption) {
  const LoadedInventory inventory(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: []}\n", "kube-system");
  const Decided decision = decide(inventory);
  EXPECT_EQ(decision.reason, InjectionReason::ignored_namespace);
  EXPECT_EQ(decision.line, "objects.yaml:3");
}

}  // namespace
}  // namespace kray
