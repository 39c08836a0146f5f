// What a file's documents are taken for, and that one bad document never hides the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "manifest/document.h"
#include "manifest/parsed.h"

namespace kray {
namespace {

using testing::dump;
using ::testing::ElementsAre;
using testing::errors_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kinds_of;
using testing::located;
using testing::parse;
using testing::range;
using testing::root_of;

// The kind of a text that is one document.
DocumentKind kind_of(const std::string& text, const std::string& path = "in/manifest.yaml") {
  const ManifestFile file = parse(text, path);
  EXPECT_EQ(file.documents.size(), 1U) << text;
  EXPECT_THAT(errors_of(file), IsEmpty()) << text;
  return file.documents.empty() ? DocumentKind::other : file.documents[0].kind;
}

TEST(Classify, Objects) {
  for (const char* text : {
           "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n",
           "apiVersion: v1\nkind: Pod\nmetadata: {generateName: p-}\n",
           "apiVersion: \"security.istio.io/v1\"\nkind: \"AuthorizationPolicy\"\nmetadata: {name: deny}\n",
           "apiVersion: example.com/v1\nkind: Anything\nmetadata: {name: x}\n",
           "{apiVersion: v1, kind: Pod, metadata: {name: p}}\n",
           "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"p\"}}\n",
           "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n",
       }) {
    EXPECT_EQ(kind_of(text), DocumentKind::object) << text;
  }
}

TEST(Classify, ObjectsWhoseNameWasForgotten) {
  EXPECT_EQ(kind_of("apiVersion: v1\nkind: Pod\nspec: {}\n"), DocumentKind::object);
  EXPECT_EQ(kind_of("apiVersion: ray.io/v1\nkind: RayCluster\nspec: {}\n"), DocumentKind::object);
  EXPECT_EQ(kind_of("apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"), DocumentKind::object);
}

TEST(Classify, ListsOfObjects) {
  EXPECT_EQ(
      kind_of("apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: p}}\n"),
      DocumentKind::object);
  EXPECT_EQ(kind_of("apiVersion: ray.io/v1\nkind: RayClusterList\nitems: []\n"), DocumentKind::object);
  EXPECT_EQ(kind_of("apiVersion: example.com/v1\nkind: ThingList\nitems: []\n"), DocumentKind::object);
  EXPECT_EQ(kind_of("- {apiVersion: v1, kind: Pod, metadata: {name: p}}\n- {apiVersion: v1, kind: Pod, "
                    "metadata: {name: q}}\n"),
            DocumentKind::object);
}

TEST(Classify, CustomResourceDefinitions) {
  const char* const text =
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b}\nspec: "
      "{group: b}\n";
  EXPECT_EQ(kind_of(text), DocumentKind::custom_resource_definition);
  EXPECT_EQ(kind_of("{\"apiVersion\": \"apiextensions.k8s.io/v1\", \"kind\": \"CustomResourceDefinition\", "
                    "\"metadata\": {\"name\": \"a.b\"}}"),
            DocumentKind::custom_resource_definition);
}

TEST(Classify, KustomizationsByKindOrName) {
  EXPECT_EQ(
      kind_of("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n"),
      DocumentKind::kustomization);
  EXPECT_EQ(kind_of("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"),
            DocumentKind::kustomization);
  for (const char* name : {"kustomization.yaml", "kustomization.yml", "Kustomization"}) {
    EXPECT_EQ(kind_of("resources: [a.yaml]\n", std::string("in/") + name), DocumentKind::kustomization)
        << name;
  }
  EXPECT_EQ(kind_of("resources: [a.yaml]\n", "in/my-kustomization.yaml"), DocumentKind::other);
}

TEST(Classify, Patches) {
  EXPECT_EQ(kind_of("$patch: delete\napiVersion: v1\nkind: Service\nmetadata: {name: s}\n"),
            DocumentKind::patch);
  EXPECT_EQ(kind_of("kind: Deployment\nmetadata: {name: d}\nspec: {}\n"), DocumentKind::patch)
      << "no apiVersion";
  EXPECT_EQ(kind_of("- op: replace\n  path: /spec/x\n  value: 1\n- {op: remove, path: /a}\n"),
            DocumentKind::json_patch);
  EXPECT_EQ(kind_of("[{\"op\": \"add\", \"path\": \"/a\", \"value\": {}}]", "in/patch.json"),
            DocumentKind::json_patch);
  EXPECT_EQ(kind_of("- op: replace\n  value: 1\n"), DocumentKind::other);
}

TEST(Classify, HelmFilesThatAreYaml) {
  EXPECT_EQ(kind_of("image: {tag: latest}\n", "chart/values.yaml"), DocumentKind::helm_values);
  EXPECT_EQ(kind_of("image: {tag: latest}\n", "chart/values-prod.yaml"), DocumentKind::helm_values);
  EXPECT_EQ(kind_of("apiVersion: v2\nname: chart\nversion: 1.0.0\n", "chart/Chart.yaml"),
            DocumentKind::helm_values);
  EXPECT_EQ(kind_of("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n", "values.yaml"), DocumentKind::object);
}

TEST(Classify, Workflows) {
  EXPECT_EQ(kind_of("name: ci\non:\n  push: {}\njobs:\n  build: {}\n"), DocumentKind::workflow)
      << "the key `on` reads as true";
}

TEST(Classify, ConfigurationOfPrograms) {
  EXPECT_EQ(kind_of("apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: []\n"),
            DocumentKind::client_config);
  EXPECT_EQ(kind_of("apiVersion: v1\nkind: Config\nclusters: []\n"), DocumentKind::client_config)
      << "a kubeconfig";
}

TEST(Classify, Empty) {
  EXPECT_EQ(kind_of("---\n"), DocumentKind::empty);
  EXPECT_EQ(kind_of("--- ~\n"), DocumentKind::empty);
  EXPECT_EQ(kind_of("null", "in/a.json"), DocumentKind::empty);
}

TEST(Classify, Other) {
  for (const char* text : {"a: 1\n", "- a\n- b\n", "text\n", "[]\n", "{}\n", "apiVersion: 1\nkind: 2\n"}) {
    EXPECT_EQ(kind_of(text), DocumentKind::other) << text;
  }
}

TEST(Classify, KindsHaveNames) {
  for (int kind = 0; kind <= static_cast<int>(DocumentKind::other); ++kind) {
    EXPECT_NE(to_string(static_cast<DocumentKind>(kind)), "") << kind;
  }
}

TEST(HelmTemplates, WithControlLines) {
  const ManifestFile file = parse(
      "{{- if .Values.enabled }}\napiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n{{- "
      "end }}\n",
      "templates/service.yaml");
  EXPECT_TRUE(file.is_template);
  EXPECT_EQ(located(file.template_mark), "1:1-1:3 \"{{\"");
  EXPECT_THAT(kinds_of(file), ElementsAre("Helm template"));
  EXPECT_THAT(file.errors, IsEmpty());
  EXPECT_FALSE(file.documents[0].root());
}

TEST(HelmTemplates, WithControlLinesAmongFields) {
  for (const char* text : {
           "a:\n  {{- toYaml .Values.a | nindent 2 }}\nb: 1\n",
           "a: 1\n{{- with .Values.b }}\nb: {{ . | quote }}\n{{- end }}\n",
           "a: {{ .Values.x }}-suffix\n",
           "a: \"x\" {{ .Values.x }}\n",
           "{{/* a comment of\n   several\n   lines\n   that\n   ends */}}\na: 1\n",
           "{{- include \"chart.pod\" (dict\n   \"a\" 1\n   \"b\" 2\n   \"c\" 3\n   \"d\" 4\n   \"e\" 5) "
           "}}\na: 1\n",
       }) {
    EXPECT_TRUE(parse(text).is_template) << text;
    EXPECT_THAT(parse(text).errors, IsEmpty()) << text;
  }
}

TEST(HelmTemplates, CountEveryDocumentOfTheFile) {
  const ManifestFile file = parse(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n---\na: 1\n{{- if .x }}\nb: 2\n{{- end }}\n---\nc: d: "
      "e\n");
  EXPECT_TRUE(file.is_template);
  EXPECT_THAT(kinds_of(file), ElementsAre("Helm template", "Helm template", "Helm template"));
  EXPECT_THAT(file.errors, IsEmpty()) << "what is wrong before it is rendered says nothing";
  EXPECT_THAT(file.duplicates, IsEmpty());
}

TEST(HelmTemplates, InJson) {
  const ManifestFile file = parse("{\n  \"a\": {{ .Values.a }}\n}\n", "dashboard.json");
  EXPECT_TRUE(file.is_template);
  EXPECT_THAT(file.errors, IsEmpty());
}

TEST(Placeholders, UnquotedAreATemplateOfOneDocument) {
  const ManifestFile file = parse(
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{Name}}\n---\napiVersion: v1\nkind: Pod\nmetadata: "
      "{name: q}\n");
  EXPECT_FALSE(file.is_template);
  EXPECT_THAT(kinds_of(file), ElementsAre("template with placeholders", "Kubernetes object"));
  EXPECT_THAT(file.errors, IsEmpty());
  EXPECT_EQ(range(file.documents[0].place).substr(0, 2), "4:");
}

TEST(Placeholders, QuotedInANameAreOneToo) {
  EXPECT_THAT(kinds_of(parse("apiVersion: v1\nkind: Pod\nmetadata: {name: 'a-{{n}}'}\n")),
              ElementsAre("template with placeholders"));
  EXPECT_THAT(kinds_of(parse("apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: '{{ns}}'}\n")),
              ElementsAre("template with placeholders"));
}

TEST(Placeholders, AreNotWhatAMappingAsKeyIs) {
  EXPECT_THAT(errors_of(parse("a:\n  ? {b: c}\n  : d\n")),
              ElementsAre(HasSubstr("2:5 a mapping stands where a mapping key must be")));
}

const char* const kTemplateInBlock =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: injector\ndata:\n  template: |\n    {{- if .x }}\n  "
    "  a: {{ .y }}\n    {{- end }}\n";

TEST(TemplateText, InABlockScalarIsAnalysed) {
  const ManifestFile file = parse(kTemplateInBlock);
  EXPECT_FALSE(file.is_template);
  EXPECT_THAT(kinds_of(file), ElementsAre("Kubernetes object"));
  EXPECT_EQ(root_of(file)["data"]["template"].text(), "{{- if .x }}\na: {{ .y }}\n{{- end }}\n");
}

TEST(TemplateText, OfOneDocumentExplainsNoErrorOfAnother) {
  for (const std::string& text : {
           std::string(kTemplateInBlock) + "---\na: b: c\n",
           std::string(kTemplateInBlock) + "---\na: 'x\n",
           std::string("a: b: c\n---\nx: '{{ y }}'\n"),
           std::string("a: [1\n--- # {{ x }}\nb: 1\n"),
       }) {
    const ManifestFile file = parse(text);
    EXPECT_FALSE(file.is_template) << text;
    EXPECT_EQ(file.errors.size(), 1U) << text;
    EXPECT_EQ(file.documents.size(), 1U) << text;
  }
}

TEST(TemplateText, FarAwayExplainsNoErrorOfItsDocument) {
  const ManifestFile file =
      parse(std::string(kTemplateInBlock) + "  p: 1\n  q: 1\n  r: 1\n  s: 1\n  t: u: v\n");
  EXPECT_FALSE(file.is_template);
  EXPECT_THAT(errors_of(file), ElementsAre("14:7 mapping values are not allowed in this context"));
}

TEST(TemplateText, ClosingBracesOfFlowMappingsExplainNothing) {
  const ManifestFile file = parse("a: {b: {c: 1}}\nd: {e: {f: 1}\ng: 2\n");
  EXPECT_FALSE(file.is_template);
  EXPECT_EQ(file.errors.size(), 1U);
}

TEST(BadDocuments, HideNoOther) {
  const ManifestFile file = parse(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\nbad: [1, 2\n---\nworse: \"x\n---\n\tworst: "
      "1\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: z}\n");
  EXPECT_THAT(kinds_of(file), ElementsAre("Kubernetes object", "Kubernetes object"));
  EXPECT_EQ(root_of(file, 1)["metadata"]["name"].text(), "z");
  EXPECT_THAT(errors_of(file), ElementsAre(HasSubstr("did not find expected ',' or ']'"),
                                           HasSubstr("found unexpected end of stream"),
                                           "9:1 found character that cannot start any token while scanning "
                                           "for the next token that begins in line 9"));
}

TEST(BadDocuments, ErrorsNameTheLineTheyBeganIn) {
  EXPECT_THAT(errors_of(parse("a: 1\nb: {c: 1,\n  d: 2\ne: 3\n")),
              ElementsAre(HasSubstr("while parsing a flow mapping that begins in line 2")));
  EXPECT_THAT(errors_of(parse("# é\n\na: 'x\n")),
              ElementsAre(HasSubstr("while scanning a quoted scalar that begins in line 3")));
  EXPECT_THAT(errors_of(parse("ok: 1\n---\n# c\na: b: c\n")),
              ElementsAre("4:5 mapping values are not allowed in this context"));
}

TEST(BadDocuments, KeepTheDocumentsBeforeThemInOneChunk) {
  const ManifestFile file = parse("a: 1\n...\n%YAML 1.1\n---\nb: [\n");
  EXPECT_EQ(dump(file), "{a: 1}\n");
  EXPECT_EQ(file.errors.size(), 1U);
}

TEST(Documents, KnowTheirPlace) {
  const ManifestFile file = parse("# c\na: 1\n\n---\nb:\n  - 2\n\n# d\n");
  EXPECT_EQ(range(file.documents[0].place), "2:1-2:5");
  EXPECT_EQ(range(file.documents[1].place), "5:1-6:6");
}

TEST(Documents, DuplicatesOfAllAreKept) {
  const ManifestFile file = parse("a: 1\na: 2\n---\nb: 1\nb: 2\n");
  ASSERT_EQ(file.duplicates.size(), 2U);
  EXPECT_EQ(range(file.duplicates[1].second), "5:1-5:2");
}

TEST(Documents, OfAnEmptyFileAreNone) {
  for (const char* text : {"", "\n\n", "# nothing\n", "\xEF\xBB\xBF"}) {
    const ManifestFile file = parse(text);
    EXPECT_THAT(file.documents, IsEmpty());
    EXPECT_THAT(file.errors, IsEmpty());
  }
}

}  // namespace
}  // namespace kray
