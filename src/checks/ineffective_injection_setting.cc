// ineffective-injection-setting: settings of sidecar.istio.io/inject that do not do what they say.
//
// specs/istio.md INJ-1, 4, 7 to 10: only the strings "true" and "false" mean anything, the label
// beats the annotation, the annotation cannot opt in, labels beside the template reach no pod. A label
// of a Ray group beats the template's from operator 1.5 on and is dropped before
// (specs/kuberay-kubeflow.md section 0, A.2).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 5> kPlaceholders = {"setting", "why", "kind", "name", "namespace"};

// What a value asks for, going by what people write; nothing for words that mean neither.
std::optional<bool> meaning_of(std::string_view value) {
  constexpr std::array<std::string_view, 7> kYes = {"true", "yes", "on", "y", "t", "1", "enabled"};
  constexpr std::array<std::string_view, 7> kNo = {"false", "no", "off", "n", "f", "0", "disabled"};
  std::string lower(value);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (std::find(kYes.begin(), kYes.end(), lower) != kYes.end()) return true;
  if (std::find(kNo.begin(), kNo.end(), lower) != kNo.end()) return false;
  return std::nullopt;
}

class Settings {
 public:
  Settings(const PodClass& pods, const InjectionDecision& decision, CheckOutcome& outcome)
      : pods_(pods),
        decision_(decision),
        outcome_(outcome),
        label_(pods.label(kInjectKey)),
        annotation_(pods.pod_template.annotation(kInjectKey)) {}

  void check() {
    const NodeRef of_template = pods_.pod_template.label(kInjectKey);
    const NodeRef of_group = pods_.group_spec["labels"][kInjectKey];
    if (label_) check_label();
    if (of_template && of_template != label_) check_beaten_by_group(of_template);
    if (of_group && of_group != label_) check_dropped_by_operator(of_group);
    if (annotation_) check_annotation();
    if (!label_ && !of_group) check_label_beside_template();
  }

 private:
  // The decision is what the value asks for, whatever brought it about.
  bool comes_true(NodeRef setting) const {
    const std::optional<bool> wanted = meaning_of(setting.text());
    return wanted && decision_.injected == (*wanted ? Answer::yes : Answer::no);
  }
  bool is_defeated(NodeRef setting) const {
    const std::optional<bool> wanted = meaning_of(setting.text());
    return wanted && decision_.injected == (*wanted ? Answer::no : Answer::yes);
  }

  void check_beaten_by_group(NodeRef setting) {
    if (is_defeated(setting)) {
      report("label", setting, "the label of the group beats that of its pod template",
             "Set it in one of the two places.");
    }
  }

  void check_dropped_by_operator(NodeRef setting) {
    if (is_defeated(setting)) {
      report("label", setting, "KubeRay before 1.5 drops the labels of a group, so no pod carries it",
             "Move it to the labels of the pod template.");
    }
  }

  void check_label() {
    if (!label_.is_string()) {
      report("label", label_,
             fmt::format("labels must be strings and this is {}, so the API server refuses the pod",
                         to_string(label_.kind())),
             "Put the value in quotes.");
      return;
    }
    if (label_.text() == "false") return;
    if (label_.text() != "true") {
      if (comes_true(label_)) return;
      report("label", label_, "Istio knows only the exact values 'true' and 'false' and ignores every other",
             R"(Write "true" or "false", in lower case and in quotes.)");
      return;
    }
    if (decision_.injected != Answer::no) return;
    if (decision_.reason == InjectionReason::host_network) {
      report("label", label_, "a pod on the host's network never gets a sidecar",
             "Remove 'hostNetwork: true'.");
    } else if (decision_.reason == InjectionReason::namespace_opts_out) {
      report("label", label_,
             fmt::format("namespace '{}' switches injection off, and a pod cannot opt in against it",
                         pods_.object->ns),
             "Set the namespace's label istio-injection to 'enabled', or remove it.");
    } else if (decision_.reason == InjectionReason::ignored_namespace) {
      report("label", label_, fmt::format("Istio never injects in namespace '{}'", pods_.object->ns),
             "Move the object to a namespace of its own.");
    }
  }

  void check_annotation() {
    const std::string_view value = annotation_.text();
    const std::string fix =
        "Use the label sidecar.istio.io/inject instead; annotations of that name are deprecated.";
    if (!annotation_.is_string()) {
      report("annotation", annotation_,
             fmt::format("annotations must be strings and this is {}, so the API server refuses the pod",
                         to_string(annotation_.kind())),
             "Put the value in quotes. " + fix);
    } else if (label_) {
      // The label hides the annotation: harmless where both say the same.
      if (value == "false" && decision_.injected == Answer::yes) {
        report("annotation", annotation_, "the label of the same name beats it, and the pod gets a sidecar",
               fix);
      } else if (value == "true" && label_.text() == "false") {
        report("annotation", annotation_, "the label of the same name beats it, and the pod gets no sidecar",
               fix);
      }
    } else if (value == "true") {
      check_annotation_true(fix);
    } else if (value != "false" && !comes_true(annotation_)) {
      report("annotation", annotation_,
             "Istio knows only the exact values 'true' and 'false' and ignores every other", fix);
    }
  }

  void check_annotation_true(const std::string& fix) {
    if (decision_.rejected == Answer::yes) return;
    if (decision_.injected == Answer::no) {
      report("annotation", annotation_,
             "an annotation cannot opt in: only labels decide whether Istio sees the pod", fix);
    } else if (decision_.injected == Answer::unknown) {
      outcome_.unknowns.push_back(injection_unknown(pods_, decision_));
    }
  }

  // A label on the workload itself, beside the template that makes the pods.
  void check_label_beside_template() {
    const Object& object = *pods_.object;
    const NodeRef beside = object.metadata()["labels"][kInjectKey];
    if (!beside || object.is("", "Pod") || pods_.role == PodRole::ray_submitter) return;
    if (is_defeated(beside)) {
      report(
          "label", beside,
          fmt::format("it stands on the {} and not on its pod template, so no pod carries it", object.kind),
          "Move it to the labels of the pod template.");
    } else if (decision_.injected == Answer::unknown &&
               decision_.reason != InjectionReason::label_not_a_string) {
      outcome_.unknowns.push_back(injection_unknown(pods_, decision_));
    }
  }

  void report(std::string_view what, NodeRef setting, std::string why, std::string fix) {
    Match match;
    match.place = setting.field_place();
    match.label = "has no effect";
    match.values = object_values(*pods_.object);
    match.values["setting"] =
        fmt::format("{} 'sidecar.istio.io/inject: {}' of {}", what, setting.text(), pods_.describe());
    match.values["why"] = std::move(why);
    match.fix = std::move(fix);
    match.subject = logical_name(*pods_.object, setting);
    outcome_.matches.push_back(std::move(match));
  }

  const PodClass& pods_;
  const InjectionDecision& decision_;
  CheckOutcome& outcome_;
  NodeRef label_;
  NodeRef annotation_;
};

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (size_t i = 0; i < context.pods.size(); ++i) {
    // Whether an unknown controller hands a label on is not known; a shared template is looked at once.
    const PodClass& pods = context.pods[i];
    if (pods.labels_are_certain && !pods.shares_template())
      Settings(pods, context.injection[i], outcome).check();
  }
}

}  // namespace

constinit const Primitive kIneffectiveInjectionSetting = {
    "ineffective-injection-setting", {}, kPlaceholders, run};

}  // namespace kray
