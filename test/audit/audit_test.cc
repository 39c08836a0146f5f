// A whole audit, from files to a report: the order of findings, one line one finding, questions asked
// once, numbers that add up, the same report whatever the threads, and what -n and --assume settle.
#include "audit/audit.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <tuple>

#include "support/temp_folder.h"

namespace kray {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

// Shared by all reports of this file: findings point into the rules they came from.
const LoadedRules& embedded() {
  static const LoadedRules kLoaded = load_rules({});
  return kLoaded;
}

// What this file pins is how findings are gathered, not which rules there are: a fixed set runs.
RuleSelection few_rules() {
  RuleSelection selection;
  selection.only = {"KRAY101", "KRAY103", "KRAY201", "KRAY202", "KRAY203", "KRAY308",
                    "KRAY401", "KRAY414", "KRAY603", "KRAY901", "KRAY902", "KRAY905"};
  return selection;
}

AuditReport audit(const AuditSettings& settings, const RuleSelection& selection = few_rules()) {
  return run_audit(settings, select_rules(embedded().set, selection));
}

AuditSettings settings_of(const test::TempFolder& folder) {
  AuditSettings settings;
  settings.inputs.paths = {folder.path()};
  return settings;
}

std::string file_name(const Place& place) { return place.file->path.substr(place.file->path.rfind('/') + 1); }

// "a.yaml:3 KRAY101" for each finding, in the order of the report.
std::vector<std::string> findings_of(const AuditReport& report) {
  std::vector<std::string> words;
  for (const Finding& finding : report.findings) {
    words.push_back(fmt::format("{}:{} {}", file_name(finding.place),
                                finding.place.file->lines().line_of(finding.place.begin), finding.rule->id));
  }
  return words;
}

const Undecided* find_question(const AuditReport& report, std::string_view fact) {
  for (const Undecided& one : report.undecided) {
    if (one.fact == fact) return &one;
  }
  return nullptr;
}

constexpr const char* kNamespace =
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: team-a, labels: {istio-injection: enabled}}\n";

std::string ray_cluster(const std::string& metadata, const std::string& image = "rayproject/ray:2.44.1") {
  return "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: " + metadata +
         "\nspec:\n  headGroupSpec:\n    rayStartParams: {}\n    template:\n      spec:\n        "
         "containers:\n"
         "        - {name: head, image: '" +
         image + "'}\n";
}

TEST(RunAudit, OrdersFindingsByFileThenPlaceThenRule) {
  const test::TempFolder folder;
  // The first file's Ray pods are decided by the second; rules look at it in another order.
  folder.write("b.yaml", ray_cluster("{name: demo, namespace: default}", "rayproject/ray") + "---\n" +
                             ray_cluster("{name: late, namespace: default}"));
  folder.write("a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\nspec: {}\nspec: {}\n");
  folder.write("c.yaml", "a: ]\n");
  EXPECT_THAT(findings_of(audit(settings_of(folder))),
              ElementsAre("a.yaml:3 KRAY103", "a.yaml:5 KRAY902", "b.yaml:3 KRAY101", "b.yaml:7 KRAY201",
                          "b.yaml:10 KRAY603", "b.yaml:14 KRAY101", "b.yaml:18 KRAY201", "c.yaml:1 KRAY901"));
}

TEST(RunAudit, KeepsTheOrderOfItsArguments) {
  const test::TempFolder folder;
  AuditSettings settings;
  settings.inputs.paths = {folder.write("z.yaml", "a: ]\n"), folder.write("a.yaml", "a: ]\n")};
  EXPECT_THAT(findings_of(audit(settings)), ElementsAre("z.yaml:1 KRAY901", "a.yaml:1 KRAY901"));
}

TEST(RunAudit, FillsMessagesAndKeepsWhatReportsNeed) {
  const test::TempFolder folder;
  folder.write("a.yaml", ray_cluster("{name: demo, namespace: default}"));
  const AuditReport report = audit(settings_of(folder), {.only = {"KRAY101"}, .skip = {}, .strict = false});
  ASSERT_THAT(report.findings, SizeIs(1));
  const Finding& finding = report.findings[0];
  EXPECT_EQ(finding.message, "RayCluster 'demo' would land in namespace 'default': its metadata says so.");
  EXPECT_EQ(finding.severity, Severity::high);
  EXPECT_EQ(finding.subject.qualified(), "default/RayCluster.ray.io/demo/metadata/namespace");
  // The rule is that of the report, which outlives the rules that were run.
  EXPECT_EQ(finding.rule, &report.rules.at(0));
  EXPECT_THAT(report.coverage.rules_run, ElementsAre("KRAY101"));
  EXPECT_THAT(report.coverage.rules_skipped, Contains("KRAY603"));
}

// Two groups share a template: one line to change, one finding of each rule.
TEST(RunAudit, ReportsALineOnce) {
  const test::TempFolder folder;
  folder.write(
      "a.yaml",
      std::string(kNamespace) +
          "---\napiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo, namespace: team-a}\nspec:\n  "
          "headGroupSpec:\n"
          "    rayStartParams: {}\n    template: &template\n      spec:\n        hostNetwork: true\n"
          "        containers: [{name: ray, image: rayproject/ray}]\n"
          "  workerGroupSpecs:\n  - groupName: g\n    rayStartParams: {}\n    template: *template\n");
  EXPECT_THAT(findings_of(audit(settings_of(folder))), ElementsAre("a.yaml:13 KRAY201", "a.yaml:14 KRAY603"));
}

TEST(RunAudit, AsksForAFactOnce) {
  const test::TempFolder folder;
  folder.write("a.yaml", ray_cluster("{name: one, namespace: team-a}") + "---\n" +
                             ray_cluster("{name: two, namespace: team-a}"));
  folder.write("b.yaml",
               ray_cluster("{name: three, namespace: team-b}") + "---\n" + ray_cluster("{name: four}"));
  const AuditReport report = audit(settings_of(folder));
  EXPECT_THAT(report.findings, IsEmpty());
  ASSERT_THAT(report.undecided, SizeIs(3));
  EXPECT_EQ(report.undecided[0].fact, "namespace-labels:team-a");
  EXPECT_EQ(report.undecided[1].fact, "namespace-labels:team-b");
  const Undecided& unset = report.undecided[2];
  EXPECT_EQ(unset.fact, "namespace-not-set");
  EXPECT_THAT(unset.rules, ElementsAre("KRAY101", "KRAY103", "KRAY201"));
  EXPECT_THAT(unset.places, SizeIs(1));
  const Undecided& labels = report.undecided[0];
  EXPECT_THAT(labels.rules, ElementsAre("KRAY103", "KRAY201"));
  // Each place once, in the order of the input, though two rules ask for it.
  ASSERT_THAT(labels.places, SizeIs(2));
  EXPECT_LT(labels.places[0].begin, labels.places[1].begin);
}

TEST(RunAudit, OptionNamespaceSettlesWhereObjectsGo) {
  const test::TempFolder folder;
  folder.write("a.yaml", kNamespace);
  folder.write("b.yaml", ray_cluster("{name: demo}"));
  AuditSettings settings = settings_of(folder);
  EXPECT_NE(find_question(audit(settings), "namespace-not-set"), nullptr);
  settings.default_namespace = "team-a";
  EXPECT_THAT(audit(settings).undecided, IsEmpty());
  EXPECT_THAT(audit(settings).findings, IsEmpty());
  settings.default_namespace = "default";
  EXPECT_THAT(findings_of(audit(settings)), ElementsAre("b.yaml:3 KRAY101"));
}

TEST(RunAudit, AssumedInjectionSettlesUnknownNamespacesOnly) {
  const test::TempFolder folder;
  folder.write("a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: bare}\n");
  folder.write("b.yaml", ray_cluster("{name: demo, namespace: bare}") + "---\n" +
                             ray_cluster("{name: demo, namespace: elsewhere}"));
  AuditSettings settings = settings_of(folder);
  settings.injection.assumed_namespace_label = "enabled";
  AuditReport report = audit(settings);
  EXPECT_THAT(report.undecided, IsEmpty());
  EXPECT_THAT(findings_of(report), ElementsAre("a.yaml:3 KRAY103", "b.yaml:7 KRAY201"));
  EXPECT_THAT(report.assumptions, Contains(HasSubstr("istio-injection=enabled")));
  settings.injection.assumed_namespace_label = "disabled";
  EXPECT_THAT(findings_of(audit(settings)), Contains("b.yaml:18 KRAY201"));
}

TEST(RunAudit, AssumedOperatorWinsOverTheInputsAndThatOverTheDefault) {
  const test::TempFolder folder;
  const std::string cluster = folder.write("cluster.yaml", ray_cluster("{name: demo, namespace: team-a}"));
  const std::string deployment = folder.write(
      "operator.yaml",
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: operator, namespace: kubeflow}\n"
      "spec: {template: {spec: {containers: [{name: operator, image: quay.io/kuberay/operator:v1.5.1}]}}}\n");
  AuditSettings settings;
  settings.inputs.paths = {cluster};
  EXPECT_THAT(audit(settings).assumptions,
              Contains(StartsWith("KubeRay operator 1.3.2, as Kubeflow deploys it")));
  settings.inputs.paths = {cluster, deployment};
  EXPECT_THAT(audit(settings).assumptions,
              Contains(testing::AllOf(StartsWith("KubeRay operator 1.5.1"), HasSubstr("operator.yaml:4"))));
  settings.assumed_kuberay = Version{1, 6, 2};
  EXPECT_THAT(audit(settings).assumptions, Contains("KubeRay operator 1.6.2 (from --assume)"));
}

TEST(RunAudit, RestsOnNothingWhereThereIsNoRay) {
  const test::TempFolder folder;
  folder.write("a.yaml", kNamespace);
  EXPECT_THAT(audit(settings_of(folder)).assumptions, IsEmpty());
}

uint64_t total(const std::map<std::string, uint64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0},
                         [](uint64_t sum, const auto& one) { return sum + one.second; });
}

// One file of every sort that there is.
void write_one_of_each(const test::TempFolder& folder) {
  folder.write("object.yaml",
               std::string(kNamespace) + "---\n" + ray_cluster("{name: demo, namespace: team-a}"));
  folder.write(
      "list.json",
      R"({"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}]})");
  folder.write("half.yaml", std::string("a: [\n---\n") + kNamespace);
  folder.write("broken.yaml", "a: [\n---\nb: ]\n");
  folder.write("broken.json", "{");
  folder.write("kustomization.yaml", "patches: [{path: patch.yaml}]\nresources: [object.yaml]\n");
  folder.write("patch.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
  folder.write("json-patch.yaml", "- {op: add, path: /a, value: b}\n");
  folder.write("template.yaml", "kind: {{ .kind }}\n{{- if .a }}\na: b\n{{- end }}\n");
  folder.write("placeholder.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{ name }}\"}\n");
  folder.write("values.yaml", "replicas: 3\n");
  folder.write("workflow.yaml", "on: push\njobs: {}\n");
  folder.write("empty.yaml", "");
  folder.write("comments.yaml", "# nothing\n");
  folder.write("other.yaml", "a: b\n");
  folder.write("crd.yaml",
               "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: "
               "a}\nspec: {group: a, names: {kind: A}}\n");
}

TEST(RunAudit, NumbersAddUp) {
  const test::TempFolder folder;
  write_one_of_each(folder);
  const Coverage coverage = audit(settings_of(folder)).coverage;
  EXPECT_EQ(coverage.files, 16U);
  EXPECT_EQ(coverage.files,
            coverage.files_analysed + total(coverage.files_recognised) + coverage.files_failed);
  EXPECT_EQ(coverage.documents, coverage.documents_with_objects + total(coverage.documents_recognised) +
                                    coverage.documents_failed);
  EXPECT_EQ(coverage.files_analysed, 4U);
  EXPECT_EQ(coverage.files_failed, 2U);
  EXPECT_EQ(coverage.documents_failed, 4U);
  EXPECT_EQ(coverage.files_recognised.at("Kustomize patch"), 1U);
  EXPECT_EQ(coverage.files_recognised.at("Helm template"), 1U);
  EXPECT_EQ(coverage.files_recognised.at("empty"), 2U);
  EXPECT_EQ(coverage.objects, 5U);
  EXPECT_EQ(coverage.pod_classes, 1U);
  EXPECT_EQ(coverage.ray_pod_classes, 1U);
}

TEST(RunAudit, AFileThatCannotBeReadIsCountedAndNamed) {
  const test::TempFolder folder;
  folder.write("a.yaml", kNamespace);
  AuditSettings settings = settings_of(folder);
  settings.inputs.paths.push_back(folder.path().string() + "/missing.yaml");
  settings.inputs.paths.push_back(folder.write("big.yaml", std::string(2000, '#')));
  settings.limits.file_bytes = 1000;
  const AuditReport report = audit(settings);
  EXPECT_EQ(report.coverage.files, 2U);
  EXPECT_EQ(report.coverage.files_failed, 1U);
  EXPECT_EQ(report.coverage.files_analysed, 1U);
  ASSERT_THAT(report.errors, SizeIs(2));
  EXPECT_THAT(report.errors[0].to_string(), HasSubstr("missing.yaml: no such file or folder"));
  EXPECT_THAT(report.errors[1].to_string(), HasSubstr("big.yaml: larger than the limit"));
}

// What could not be parsed is an error of the run and, for the reader of a report, a finding on its line.
TEST(RunAudit, ADocumentThatCannotBeParsedIsBothErrorAndFinding) {
  const test::TempFolder folder;
  folder.write("a.yaml", std::string(kNamespace) + "---\nkind: ]\n");
  const AuditReport report = audit(settings_of(folder));
  EXPECT_THAT(findings_of(report), ElementsAre("a.yaml:5 KRAY901"));
  ASSERT_THAT(report.errors, SizeIs(1));
  EXPECT_THAT(report.errors[0].where, HasSubstr("a.yaml:5:"));
  EXPECT_EQ(report.coverage.objects, 1U);
}

// The kustomization around the input says where its files go, without being audited itself.
TEST(RunAudit, LooksAtTheKustomizationAroundAFile) {
  const test::TempFolder folder;
  folder.write("kustomization.yaml",
               "namespace: default\nresources: [cluster.yaml]\nimages: [{name: x, newTag: y}]\n");
  AuditSettings settings;
  settings.inputs.paths = {folder.write("cluster.yaml", ray_cluster("{name: demo}"))};
  const AuditReport report = audit(settings);
  EXPECT_THAT(findings_of(report), ElementsAre("kustomization.yaml:1 KRAY101"));
  EXPECT_EQ(report.coverage.files, 1U);
}

// Everything that a report could show, as text.
std::string everything_in(const AuditReport& report) {
  std::string text;
  const auto add_place = [&text](const Place& place) {
    text += place ? fmt::format(" {}[{},{})", place.file->path, place.begin, place.end) : " -";
  };
  for (const Finding& finding : report.findings) {
    text += fmt::format("{} {} {} {} {}", finding.rule->id, finding.message, finding.label, finding.fix,
                        finding.subject.qualified());
    add_place(finding.place);
    for (const RelatedPlace& related : finding.related) {
      text += related.words + related.message;
      add_place(related.place);
    }
    text += "\n";
  }
  for (const Undecided& one : report.undecided) {
    text += fmt::format("{} {} {} {}", one.fact, one.message, one.advice, fmt::join(one.rules, ","));
    for (const Place& place : one.places) add_place(place);
    text += "\n";
  }
  for (const Error& error : report.errors) text += error.to_string() + "\n";
  for (const auto& [name, count] : report.coverage.documents_recognised)
    text += fmt::format("{} {}\n", name, count);
  return text + fmt::format("{}", fmt::join(report.assumptions, "\n"));
}

TEST(RunAudit, IsTheSameWhateverTheNumberOfThreads) {
  const test::TempFolder folder;
  write_one_of_each(folder);
  for (int i = 0; i < 60; ++i) {
    const std::string name = fmt::format("team-{}", i % 7);
    folder.write(
        fmt::format("many/{}.yaml", i),
        fmt::format("# {}\n", std::string(static_cast<size_t>(i * 37 % 500), 'x')) +
            ray_cluster(fmt::format("{{name: demo-{}, namespace: {}}}", i, i % 5 == 0 ? "default" : name),
                        "rayproject/ray"));
    folder.write(fmt::format("many/{}-namespace.yaml", i),
                 fmt::format("apiVersion: v1\nkind: Namespace\nmetadata: {{name: team-{}}}\n", i % 9));
  }
  AuditSettings settings = settings_of(folder);
  settings.threads = 1;
  const std::string alone = everything_in(audit(settings));
  EXPECT_THAT(alone, HasSubstr("KRAY103"));
  for (const unsigned threads : {2U, 8U, 8U, 8U}) {
    settings.threads = threads;
    EXPECT_EQ(everything_in(audit(settings)), alone) << threads;
  }
}

}  // namespace
}  // namespace kray
