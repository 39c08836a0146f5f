// Enumerates the subjects of a field check and applies its conditions to each.
#include "checks/field_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "checks/describe.h"
#include "checks/field_condition.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 8> kSubjects = {
    "object", "pod", "ray-pod", "container", "ray-container", "ray-cluster", "worker-group", "image"};
constexpr std::array<std::string_view, 6> kPlaceholders = {"kind",    "name", "namespace",
                                                           "subject", "path", "value"};

// One thing that a check looks at, with words for it.
struct Subject {
  NodeRef node;
  const Object* object;
  std::string words;
};
using Visitor = std::function<void(const Subject&)>;

std::string object_words(const Object& object) { return fmt::format("{} '{}'", object.kind, object.name); }

void visit_containers(const PodClass& pods, const Visitor& visit) {
  for (const NodeRef list : {pods.pod_template.init_containers(), pods.pod_template.containers()}) {
    for (const NodeRef container : list.items()) {
      visit({container, pods.object,
             fmt::format("container '{}' of {}", container["name"].text(), pods.describe())});
    }
  }
}

// Every place where a pod's image is named: containers, and the autoscaler that KubeRay adds to heads.
void visit_images(const PodClass& pods, const Visitor& visit) {
  visit_containers(pods, [&visit](const Subject& container) {
    if (const NodeRef image = container.node["image"]) visit({image, container.object, container.words});
  });
  if (pods.role != PodRole::ray_head) return;
  if (const NodeRef image = ray_cluster_spec_of(*pods.object).autoscaler_options()["image"]) {
    visit({image, pods.object, "autoscaler of " + object_words(*pods.object)});
  }
}

void visit_pods(std::string_view subject, const PodClass& pods, const Visitor& visit) {
  // The submitter that KubeRay makes up is written nowhere; a shared template is looked at once.
  const bool is_made_up = pods.role == PodRole::ray_submitter && !pods.pod_template;
  if (is_made_up || pods.shares_template()) return;
  const bool ray_only = subject.starts_with("ray-");
  if (ray_only && !pods.is_ray_node()) return;
  if (subject == "pod" || subject == "ray-pod") {
    visit({pods.pod_template.spec.parent(), pods.object, pods.describe()});
  } else if (subject == "container" || subject == "ray-container") {
    visit_containers(pods, visit);
  } else if (subject == "image") {
    visit_images(pods, visit);
  }
}

bool is_kind(const Object& object, std::string_view kind) {
  return object.kind == kind || object.qualified_kind() == kind;
}

void visit_objects(std::string_view subject, const Object& object, const Visitor& visit) {
  if (subject == "object" || is_kind(object, subject)) {
    visit({object.node, &object, object_words(object)});
  } else if (subject == "ray-cluster" || subject == "worker-group") {
    const RayClusterSpec cluster = ray_cluster_spec_of(object);
    if (subject == "ray-cluster" && cluster.spec) visit({cluster.spec, &object, object_words(object)});
    if (subject != "worker-group") return;
    for (const RayWorkerGroup& group : cluster.worker_groups()) {
      visit(
          {group.node, &object, fmt::format("worker group '{}' of {}", group.name(), object_words(object))});
    }
  }
}

void visit_subjects(std::string_view subject, const CheckContext& context, const Visitor& visit) {
  const std::array<std::string_view, 5> of_pods = {"pod", "ray-pod", "container", "ray-container", "image"};
  if (std::find(of_pods.begin(), of_pods.end(), subject) != of_pods.end()) {
    for (const PodClass& pods : context.pods) visit_pods(subject, pods, visit);
  } else {
    for (const Object& object : context.inventory.objects()) visit_objects(subject, object, visit);
  }
}

Match match_of(const Subject& subject, const ConditionResult& result) {
  Match match;
  match.place = result.blame_is_parent ? result.blame.key_place() : result.blame.place();
  // A mapping's own place may span pages: what is missing in an item is shown at its first line.
  if (result.blame_is_parent && result.blame == subject.object->node)
    match.place = subject.object->name_place();
  if (!match.place) match.place = subject.object->name_place();
  match.values = object_values(*subject.object);
  match.values["subject"] = subject.words;
  match.values["path"] = result.path;
  match.values["value"] = result.blame_is_parent             ? "(not set)"
                          : subject.object->is("", "Secret") ? "(hidden)"
                                                             : std::string(result.blame.text());
  match.subject = logical_name(*subject.object, result.blame);
  return match;
}

}  // namespace

Error error_at(NodeRef node, std::string what, std::string advice) {
  const Place place = node.place();
  if (!place) return {"", std::move(what), std::move(advice)};
  return {fmt::format("{}:{}", place.file->path, place.file->lines().line_of(place.begin)), std::move(what),
          std::move(advice)};
}

std::span<const std::string_view> field_check_placeholders() { return kPlaceholders; }
std::span<const std::string_view> subject_names() { return kSubjects; }

Result<FieldCheck> compile_field_check(NodeRef rule) {
  FieldCheck check;
  const NodeRef subject = rule["for"];
  const bool is_kind_name = !subject.text().empty() && subject.text()[0] >= 'A' && subject.text()[0] <= 'Z';
  if (!is_kind_name && std::find(kSubjects.begin(), kSubjects.end(), subject.text()) == kSubjects.end()) {
    return error_at(subject ? subject : rule,
                    fmt::format("'for: {}' names nothing to look at", subject.text()),
                    fmt::format("write a kind such as Service, or one of {}", fmt::join(kSubjects, ", ")));
  }
  check.subject = subject.text();
  for (const auto& [key, target] : {std::pair{"where", &check.where}, {"require", &check.require}}) {
    if (!rule[key]) continue;
    Result<FieldCondition> condition = compile_condition(rule[key]);
    if (!condition.ok()) return condition.error();
    *target = std::make_shared<const FieldCondition>(std::move(condition.value()));
  }
  if (!check.require) return error_at(rule, "a rule with 'for' needs 'require'", "");
  return check;
}

void run_field_check(const FieldCheck& check, const CheckContext& context, CheckOutcome& outcome) {
  visit_subjects(check.subject, context, [&check, &outcome](const Subject& subject) {
    if (check.where && !evaluate_condition(*check.where, subject.node).holds) return;
    const ConditionResult result = evaluate_condition(*check.require, subject.node);
    if (!result.holds) outcome.matches.push_back(match_of(subject, result));
  });
}

}  // namespace kray
