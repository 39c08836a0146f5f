// not-analysed: what the audit recognised but could not look into, and how to show it to the audit.
//
// Unrendered Helm charts (one match a chart), templates of other tools (one a file), kustomizations
// that change what they list or list what is not in the input, and kinds that carry pods but are not
// known.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 1> kPlaceholders = {"what"};

std::string folder_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string(".") : std::string(path.substr(0, slash));
}

// The chart that a template belongs to: the nearest folder above it with a Chart.yaml in the input,
// else the folder above `templates/`; empty if neither is there.
std::string chart_of(const std::string& path, const std::set<std::string>& chart_folders) {
  for (std::string folder = folder_of(path);; folder = folder_of(folder)) {
    if (chart_folders.contains(folder)) return folder;
    if (folder == "." || folder.find('/') == std::string::npos) break;
  }
  const size_t templates = path.find("templates/");
  if (templates == 0) return ".";
  if (templates == std::string::npos || path[templates - 1] != '/') return "";
  return path.substr(0, templates - 1);
}

Match match_at(Place place, std::string label, std::string what, std::string fix) {
  Match match;
  match.place = place;
  match.label = std::move(label);
  match.values = {{"what", std::move(what)}};
  match.fix = std::move(fix);
  return match;
}

void check_templates(const CheckContext& context, CheckOutcome& outcome) {
  std::set<std::string> chart_folders;
  for (const ManifestFile& file : context.files) {
    if (file.source->path.ends_with("Chart.yaml")) chart_folders.insert(folder_of(file.source->path));
  }
  std::map<std::string, std::vector<const ManifestFile*>> charts;
  for (const ManifestFile& file : context.files) {
    if (!file.is_template) continue;
    const std::string chart = chart_of(file.source->path, chart_folders);
    charts[chart.empty() ? file.source->path : chart].push_back(&file);
  }
  for (const auto& [chart, files] : charts) {
    const bool alone = files.size() == 1 && files.front()->source->path == chart;
    outcome.matches.push_back(
        alone
            ? match_at(files.front()->template_mark, "template text",
                       "This file is a template that is no YAML before it is rendered",
                       "Render it with the tool it is written for and audit the result: '… | kray-audit -'.")
            : match_at(files.front()->template_mark, "template text",
                       fmt::format("Helm chart '{}' is not rendered: {} not audited", chart,
                                   files.size() == 1 ? "1 template was"
                                                     : fmt::format("{} templates were", files.size())),
                       fmt::format("Audit what it renders to: 'helm template {} | kray-audit -'.", chart)));
  }
}

void check_placeholders(const CheckContext& context, CheckOutcome& outcome) {
  for (const ManifestFile& file : context.files) {
    for (const Document& document : file.documents) {
      if (document.kind != DocumentKind::placeholder_template) continue;
      outcome.matches.push_back(
          match_at(document.place, "a placeholder where a value should be",
                   "This document has unfilled placeholders and was not audited",
                   "Fill them in with the tool they are written for and audit the result."));
      break;
    }
  }
}

bool changes_what_it_lists(NodeRef kustomization) {
  // `namespace` is not among them: the audit does what it says.
  constexpr std::array<std::string_view, 17> kFields = {"patches",
                                                        "patchesStrategicMerge",
                                                        "patchesJson6902",
                                                        "transformers",
                                                        "replacements",
                                                        "vars",
                                                        "labels",
                                                        "commonLabels",
                                                        "commonAnnotations",
                                                        "namePrefix",
                                                        "nameSuffix",
                                                        "images",
                                                        "helmCharts",
                                                        "generators",
                                                        "configMapGenerator",
                                                        "secretGenerator",
                                                        "helmChartInflationGenerator"};
  return std::any_of(kFields.begin(), kFields.end(), [kustomization](std::string_view field) {
    return kustomization[field].size() > 0 || !kustomization[field].text().empty();
  });
}

void check_kustomizations(const CheckContext& context, CheckOutcome& outcome) {
  std::vector<NodeRef> found;
  for (const ManifestFile& file : context.files) {
    for (const Document& document : file.documents) {
      const bool one = document.kind == DocumentKind::kustomization && changes_what_it_lists(document.root());
      if (one) found.push_back(document.root());
    }
  }
  if (found.empty()) return;
  const Place place = (*found.front().fields().begin()).key.place();
  outcome.matches.push_back(
      match_at(place, "patches or generates objects",
               fmt::format("{} not built: objects were audited as their files have them, without patches and "
                           "generated objects",
                           found.size() == 1 ? "1 kustomization was"
                                             : fmt::format("{} kustomizations were", found.size())),
               fmt::format("Audit what it builds to: 'kubectl kustomize {} | kray-audit -'.",
                           folder_of(place.file->path))));
}

// Resources that no file of the input is or lies in: remote ones, and what the audit was not given.
void check_missing_resources(const CheckContext& context, CheckOutcome& outcome) {
  std::set<std::string, std::less<>> paths;
  for (const ManifestFile& file : context.files) paths.insert(file.source->path);
  const auto is_in_input = [&paths](std::string path) {
    if (path.ends_with('/')) path.pop_back();
    if (paths.contains(path) || path == ".") return true;
    const auto first_inside = paths.lower_bound(path + "/");
    return first_inside != paths.end() && first_inside->starts_with(path + "/");
  };
  std::vector<NodeRef> missing;
  for (const ManifestFile& file : context.files) {
    const std::filesystem::path folder(folder_of(file.source->path));
    for (const Document& document : file.documents) {
      if (document.kind != DocumentKind::kustomization) continue;
      for (const char* field : {"resources", "bases", "components"}) {
        for (const NodeRef item : document.root()[field].items()) {
          const auto path = (folder / std::string(item.text())).lexically_normal().generic_string();
          if (item.is_string() && !is_in_input(path)) missing.push_back(item);
        }
      }
    }
  }
  if (missing.empty()) return;
  std::vector<std::string> words;
  for (const NodeRef item : missing) words.push_back(quoted(item.text()));
  outcome.matches.push_back(
      match_at(missing.front().place(), "not in the input",
               fmt::format("Kustomizations list {} not in the input and not audited: {}",
                           missing.size() == 1 ? "1 resource that is"
                                               : fmt::format("{} resources that are", missing.size()),
                           join_words(words, 3)),
               fmt::format("Audit what it builds to: 'kubectl kustomize {} | kray-audit -'.",
                           folder_of(missing.front().place().file->path))));
}

// Something with a list of containers that have images, a few levels down: a pod template by shape.
NodeRef containers_in(NodeRef node, int levels) {
  if (const NodeRef containers = node["containers"]; containers.at(0)["image"].is_string()) return containers;
  if (levels == 0) return {};
  for (const Field field : node.fields()) {
    if (const NodeRef found = containers_in(field.value, levels - 1)) return found;
  }
  for (const NodeRef item : node.items()) {
    if (const NodeRef found = containers_in(item, levels - 1)) return found;
  }
  return {};
}

// Objects of kinds that nobody here knows, by kind.
using UnknownKinds = std::map<std::string, std::vector<const Object*>>;

void note_kinds(const UnknownKinds& kinds, std::string_view what, CheckOutcome& outcome) {
  for (const auto& [kind, objects] : kinds) {
    Match match = match_at(
        objects.front()->node["kind"] ? objects.front()->node["kind"].place() : objects.front()->name_place(),
        "carries pods",
        fmt::format("Pods of kind {} were {} ({})", kind, what,
                    count_of(objects.size(), "object", "objects")),
        "Audit the pods that its controller makes, for example with 'kubectl get pods -o yaml | kray-audit "
        "-'.");
    match.subject = logical_name(*objects.front());
    outcome.matches.push_back(std::move(match));
  }
}

void check_unknown_kinds(const CheckContext& context, CheckOutcome& outcome) {
  constexpr int kLevels = 8;
  std::set<const Object*> understood;
  UnknownKinds by_template;  // what stands in their templates was audited
  for (const PodClass& pods : context.pods) {
    if (understood.insert(pods.object).second && !pods.labels_are_certain)
      by_template[pods.object->qualified_kind()].push_back(pods.object);
  }
  UnknownKinds not_at_all;
  for (const Object& object : context.inventory.objects()) {
    if (understood.contains(&object) || object.kind == "CustomResourceDefinition") continue;
    if (containers_in(object.spec(), kLevels)) not_at_all[object.qualified_kind()].push_back(&object);
  }
  note_kinds(not_at_all, "not audited", outcome);
  note_kinds(by_template,
             "audited by their templates only: the labels that the controller gives them are not known",
             outcome);
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  check_templates(context, outcome);
  check_placeholders(context, outcome);
  check_kustomizations(context, outcome);
  check_missing_resources(context, outcome);
  check_unknown_kinds(context, outcome);
}

}  // namespace

constinit const Primitive kNotAnalysed = {"not-analysed", {}, kPlaceholders, run};

}  // namespace kray
