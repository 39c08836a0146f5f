// What the remaining checks say beyond the line: Services, namespaces, syntax, and what was left out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/check_run.h"

namespace kray {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Parameters kTypes = {{"types", {"LoadBalancer", "NodePort"}}};
const Parameters kDefault = {{"namespaces", {"default"}}};

std::string service_text(const std::string& spec) {
  return "apiVersion: v1\nkind: Service\nmetadata: {name: front, namespace: team-a}\nspec: " + spec +
         "\n---\n";
}

TEST(ExternalServiceType, NamesThePortsThatAreNotPublic) {
  CheckRun run;
  run.file("a.yaml", ray_cluster_text() +
                         service_text("{type: NodePort, selector: {ray.io/cluster: demo}, ports: [{port: "
                                      "8000}, {port: 80, targetPort: dashboard}, {port: 7777}]}"));
  const CheckOutcome outcome = run.run("external-service-type", kTypes);
  ASSERT_THAT(outcome.matches, SizeIs(1));
  const Match& match = outcome.matches[0];
  EXPECT_EQ(match.values.at("what"), "Service 'front' has type NodePort");
  EXPECT_EQ(match.values.at("ports"), "dashboard 8265 and 7777");
  EXPECT_EQ(match.values.at("pods"), "head group of RayCluster 'demo'");
  EXPECT_EQ(text_at(match.place), "type: NodePort");
  EXPECT_EQ(text_at(match.related.at(0).place), "demo");
}

TEST(ExternalServiceType, OfAHeadNotInTheInput) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", service_text("{externalIPs: [203.0.113.7], selector: {ray.io/node-type: head}, "
                                      "ports: [{port: 80, targetPort: dashboard}]}"))
          .run("external-service-type", kTypes);
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(outcome.matches[0].values.at("what"), "Service 'front' has externalIPs");
  EXPECT_EQ(outcome.matches[0].values.at("pods"), "Ray head that it selects");
  EXPECT_EQ(text_at(outcome.matches[0].place), "externalIPs");
  EXPECT_THAT(outcome.matches[0].related, IsEmpty());
}

TEST(ExternalServiceType, OfTheOperatorsHeadServiceNamesAllItsPorts) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml",
               "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: api, namespace: team-a}\nspec:\n  "
               "rayClusterConfig:\n    headGroupSpec:\n"
               "      serviceType: LoadBalancer\n      template: {spec: {containers: [{name: head}]}}\n")
          .run("external-service-type", kTypes);
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(outcome.matches[0].values.at("what"),
            "The head Service of RayService 'api' has type LoadBalancer");
  EXPECT_EQ(outcome.matches[0].values.at("ports"),
            "client 10001, gcs-server 6379, dashboard 8265, serve 8000 and metrics 8080");
}

TEST(ExternalServiceType, TakesTheTypesFromTheRule) {
  CheckRun run;
  run.file("a.yaml",
           ray_cluster_text() +
               service_text("{type: NodePort, selector: {ray.io/cluster: demo}, ports: [{port: 8265}]}"));
  EXPECT_THAT(run.run("external-service-type", {{"types", {"LoadBalancer"}}}).matches, IsEmpty());
}

constexpr const char* kConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n";

TEST(LandsInNamespace, SaysHowItGetsThere) {
  CheckRun by_itself;
  CheckOutcome outcome = by_itself.file("a.yaml", std::string(kConfigMap) + "  namespace: default\n")
                             .run("lands-in-namespace", kDefault);
  EXPECT_EQ(outcome.matches.at(0).values.at("subject"), "ConfigMap 'settings'");
  EXPECT_EQ(outcome.matches.at(0).values.at("how"), "its metadata says so");
  EXPECT_EQ(text_at(outcome.matches.at(0).place), "namespace: default");
  EXPECT_EQ(outcome.matches.at(0).subject.qualified(), "default/ConfigMap/settings/metadata/namespace");

  CheckRun by_option;
  outcome =
      by_option.file("a.yaml", kConfigMap).option_namespace("default").run("lands-in-namespace", kDefault);
  EXPECT_EQ(outcome.matches.at(0).values.at("how"), "it names none and -n puts it there");
  EXPECT_EQ(text_at(outcome.matches.at(0).place), "settings");

  CheckRun by_kustomization;
  outcome = by_kustomization.file("k/kustomization.yaml", "namespace: default\nresources: [a.yaml]\n")
                .file("k/a.yaml", std::string(kConfigMap) + "---\n" + kConfigMap)
                .run("lands-in-namespace", kDefault);
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(outcome.matches[0].values.at("subject"), "2 objects");
  EXPECT_THAT(outcome.matches[0].values.at("how"), HasSubstr("kustomization"));
  EXPECT_EQ(text_at(outcome.matches[0].place), "namespace: default");
  EXPECT_EQ(text_at(outcome.matches[0].related.at(0).place), "settings");
}

TEST(LandsInNamespace, AsksOnceForEachObjectThatNamesNone) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", std::string(kConfigMap) + "---\n" + kConfigMap).run("lands-in-namespace", kDefault);
  EXPECT_THAT(outcome.matches, IsEmpty());
  ASSERT_THAT(outcome.unknowns, SizeIs(2));
  EXPECT_EQ(outcome.unknowns[0].fact, "namespace-not-set");
  EXPECT_EQ(outcome.unknowns[0].fact, outcome.unknowns[1].fact);
  EXPECT_EQ(line_at(outcome.unknowns[1].place), 9U);
}

TEST(LandsInNamespace, TakesTheNamespacesFromTheRule) {
  CheckRun run;
  run.file("a.yaml", std::string(kConfigMap) + "  namespace: kube-system\n");
  EXPECT_THAT(run.run("lands-in-namespace", kDefault).matches, IsEmpty());
  EXPECT_THAT(run.run("lands-in-namespace", {{"namespaces", {"kube-public", "kube-system"}}}).matches,
              SizeIs(1));
}

// What the cluster makes is left alone by name, not by kind.
TEST(LandsInNamespace, SparesOnlyWhatTheClusterMakes) {
  CheckRun run;
  run.file("a.yaml",
           "apiVersion: v1\nkind: Service\nmetadata: {name: kubernetes, namespace: default}\n---\n"
           "apiVersion: v1\nkind: Service\nmetadata: {name: kubernetes-dashboard, namespace: default}\n---\n"
           "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: ray, namespace: default}\n");
  std::vector<std::string> subjects;
  for (const Match& match : run.run("lands-in-namespace", kDefault).matches)
    subjects.push_back(match.values.at("subject"));
  EXPECT_THAT(subjects, ElementsAre("Service 'kubernetes-dashboard'", "ServiceAccount 'ray'"));
}

TEST(DuplicateKey, NamesKeyAndMappingAndShowsBoth) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml",
               "apiVersion: v1\nkind: Service\nspec:\n  ports:\n  - {port: 80, port: 443}\nkind: Other\n")
          .run("duplicate-key");
  ASSERT_THAT(outcome.matches, SizeIs(2));
  std::map<std::string, const Match*> by_key;
  for (const Match& match : outcome.matches) by_key[match.values.at("key")] = &match;
  EXPECT_EQ(by_key.at("port")->values.at("path"), "'spec/ports[0]'");
  EXPECT_EQ(by_key.at("kind")->values.at("path"), "the top level");
  EXPECT_EQ(line_at(by_key.at("kind")->place), 6U);
  EXPECT_EQ(line_at(by_key.at("kind")->related.at(0).place), 2U);
  EXPECT_EQ(by_key.at("kind")->related.at(0).message, "This one is dropped.");
}

TEST(UnparsableDocument, SaysWhatAndHowToMendIt) {
  CheckRun run;
  const CheckOutcome outcome = run.file("a.yaml", "kind: A\n---\nkind: [\n---\nkind: B\n")
                                   .file("b.yaml", "kind: \xFF\n")
                                   .run("unparsable-document");
  ASSERT_THAT(outcome.matches, SizeIs(2));
  EXPECT_FALSE(outcome.matches[0].values.at("error").ends_with("."));
  EXPECT_EQ(outcome.matches[1].values.at("error"), "not UTF-8 text");
  EXPECT_EQ(outcome.matches[1].fix, "save the file as UTF-8.");
}

std::vector<std::string> left_out(CheckRun& run) {
  std::vector<std::string> words;
  for (const Match& match : run.run("not-analysed").matches)
    words.push_back(match.values.at("what") + " | " + match.fix);
  return words;
}

constexpr const char* kTemplate = "kind: {{ .kind }}\n{{- if .a }}\na: b\n{{- end }}\n";

TEST(NotAnalysed, CountsTheTemplatesOfEachChart) {
  CheckRun run;
  run.file("charts/a/Chart.yaml", "name: a\n")
      .file("charts/a/templates/one.yaml", kTemplate)
      .file("charts/a/templates/sub/two.yaml", kTemplate)
      .file("charts/b/templates/one.yaml", kTemplate);
  EXPECT_THAT(left_out(run),
              ElementsAre("Helm chart 'charts/a' is not rendered: 2 templates were not audited | "
                          "Audit what it renders to: 'helm template charts/a | kray-audit -'.",
                          "Helm chart 'charts/b' is not rendered: 1 template was not audited | "
                          "Audit what it renders to: 'helm template charts/b | kray-audit -'."));
}

TEST(NotAnalysed, KnowsAChartInTheWorkingDirectory) {
  CheckRun run;
  run.file("Chart.yaml", "name: a\n").file("templates/one.yaml", kTemplate);
  EXPECT_THAT(left_out(run), ElementsAre(HasSubstr("helm template . | kray-audit -")));
}

TEST(NotAnalysed, ATemplateOfNoChartIsNamedAlone) {
  CheckRun run;
  run.file("x/a.yaml", kTemplate).file("x/b.yaml", kTemplate);
  EXPECT_THAT(left_out(run),
              ElementsAre(HasSubstr("This file is a template"), HasSubstr("This file is a template")));
}

TEST(NotAnalysed, CountsKustomizationsOnce) {
  CheckRun run;
  run.file("a/kustomization.yaml", "patches: [{patch: x}]\n")
      .file("b/kustomization.yaml", "images: [{name: x, newTag: y}]\n")
      .file("c/kustomization.yaml", "namespace: x\n");
  EXPECT_THAT(left_out(run), ElementsAre(HasSubstr("2 kustomizations were not built")));
  EXPECT_THAT(left_out(run), ElementsAre(HasSubstr("'kubectl kustomize a | kray-audit -'")));
}

TEST(NotAnalysed, ListsResourcesThatAreNotInTheInput) {
  CheckRun run;
  run.file("a/kustomization.yaml",
           "resources: [here.yaml, ../b, ../c/, gone.yaml, 'github.com/x/y?ref=v1', ../d]\ncomponents: "
           "[./part]\n")
      .file("a/here.yaml", kConfigMap)
      .file("b/x.yaml", kConfigMap)
      .file("c/deep/x.yaml", kConfigMap);
  EXPECT_THAT(left_out(run),
              ElementsAre(HasSubstr("4 resources that are not in the input and not audited: 'gone.yaml', "
                                    "'github.com/x/y?ref=v1', '../d' and 1 more |")));
}

TEST(NotAnalysed, CountsObjectsOfEachUnknownKindWithPods) {
  const std::string fleet =
      "apiVersion: example.com/v1\nkind: Fleet\nmetadata: {name: f}\nspec: {template: {spec: {containers: "
      "[{image: a}]}}}\n---\n";
  CheckRun run;
  run.file("a.yaml", fleet + fleet);
  EXPECT_THAT(left_out(run),
              ElementsAre(HasSubstr("Pods of kind Fleet.example.com were not audited (2 objects)")));
  // With names the templates have the shape of pods: what they say is audited.
  const std::string rollout =
      "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r}\nspec: {template: {spec: "
      "{containers: "
      "[{name: a, image: a}]}}}\n";
  CheckRun shaped;
  shaped.file("c.yaml", rollout);
  EXPECT_THAT(left_out(shaped),
              ElementsAre(HasSubstr("Pods of kind Rollout.argoproj.io were audited by their "
                                    "templates only: the labels that the controller gives them "
                                    "are not known (1 object)")));
  // As the API server sends them, items of a list leave out their kind.
  CheckRun listed;
  listed.file("b.yaml",
              "apiVersion: example.com/v1\nkind: FleetList\nitems:\n- metadata: {name: f}\n  spec: "
              "{template: {spec: {containers: [{image: a}]}}}\n");
  const CheckOutcome outcome = listed.run("not-analysed");
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(text_at(outcome.matches[0].place), "f");
}

}  // namespace
}  // namespace kray
