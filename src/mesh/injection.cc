// The decision in the order in which the cluster takes it: what settles it whatever the namespace
// says, then the webhook selectors over namespace and pod labels, then the injector's own look at the
// annotation.
#include "mesh/injection.h"

#include <algorithm>
#include <array>

namespace kray {
namespace {

constexpr std::string_view kRevisionKey = "istio.io/rev";
constexpr std::array<std::string_view, 4> kIgnoredNamespaces = {"kube-system", "kube-public",
                                                                "kube-node-lease", "local-path-storage"};

std::string_view find_label(const Labels& labels, std::string_view key) {
  const auto found = labels.find(key);
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

bool has_container(NodeRef containers, std::string_view name) {
  const auto items = containers.items();
  return std::any_of(items.begin(), items.end(),
                     [name](NodeRef item) { return item["name"].text() == name; });
}

// INJ-14: injected by hand (istioctl kube-inject) before it was written to the file.
bool is_already_injected(const PodTemplate& pod) {
  const bool proxy =
      has_container(pod.containers(), "istio-proxy") || has_container(pod.init_containers(), "istio-proxy");
  return proxy && (has_container(pod.init_containers(), "istio-init") ||
                   has_container(pod.init_containers(), "istio-validation"));
}

// The labels of a namespace that matter, with the place where they stand.
struct NamespaceLabels {
  bool has_injection = false;
  std::string_view injection;
  bool has_revision = false;
  std::string_view revision;
  bool are_strings = true;
  Place place;
};

class Decision {
 public:
  Decision(const PodClass& pods, const Inventory& inventory, const InjectionSettings& settings)
      : pods_(pods), pod_(pods.pod_template), inventory_(inventory), settings_(settings) {}

  InjectionDecision run() {
    if (is_already_injected(pod_))
      return answer(Answer::yes, InjectionReason::already_injected, pod_.spec.key_place());
    if (pod_.host_network().is_true()) {
      return answer(Answer::no, InjectionReason::host_network, pod_.host_network().field_place());
    }
    const Object& object = *pods_.object;
    if (std::find(kIgnoredNamespaces.begin(), kIgnoredNamespaces.end(), object.ns) !=
        kIgnoredNamespaces.end()) {
      return answer(Answer::no, InjectionReason::ignored_namespace,
                    object.ns_place ? object.ns_place : pod_.place());
    }
    const NodeRef label = pods_.label(kInjectKey);
    for (const NodeRef field : {label, pod_.annotation(kInjectKey)}) {
      if (!field || field.is_string()) continue;
      return answer(Answer::unknown, InjectionReason::label_not_a_string, field.field_place());
    }
    if (const NodeRef revision = pods_.label(kRevisionKey); revision && !revision.is_string()) {
      return answer(Answer::unknown, InjectionReason::revision_unknown, revision.field_place());
    }
    if (pod_label() == "false") {
      return answer(Answer::no, InjectionReason::label_false, label ? label.field_place() : pod_.place());
    }
    if (object.ns_source == NamespaceSource::not_set && settings_.assumed_namespace_label.empty()) {
      return answer(Answer::unknown, InjectionReason::namespace_not_set, object.name_place());
    }
    return by_namespace();
  }

 private:
  InjectionDecision answer(Answer injected, InjectionReason reason, Place place) const {
    return {injected, reason, place ? place : pods_.object->name_place()};
  }

  std::string_view pod_label() const { return find_label(pods_.labels, kInjectKey); }

  InjectionDecision by_namespace() {
    const NamespaceInfo* info = inventory_.find_namespace(pods_.object->ns);
    if (info == nullptr) {
      if (settings_.assumed_namespace_label.empty()) {
        return answer(Answer::unknown, InjectionReason::namespace_unknown, pods_.object->name_place());
      }
      NamespaceLabels assumed;
      assumed.has_injection = settings_.assumed_namespace_label != "none";
      assumed.injection = settings_.assumed_namespace_label;
      return webhooks(assumed);
    }
    InjectionDecision first;
    for (size_t i = 0; i < info->definitions.size(); ++i) {
      const InjectionDecision one = webhooks(read_labels(info->definitions[i]));
      if (i == 0) first = one;
      if (one.injected != first.injected) {
        return answer(Answer::unknown, InjectionReason::namespace_ambiguous, first.place);
      }
    }
    return first;
  }

  static NamespaceLabels read_labels(const NamespaceInfo::Definition& definition) {
    NamespaceLabels labels;
    const NodeRef injection = definition.labels_node["istio-injection"];
    const NodeRef revision = definition.labels_node[kRevisionKey];
    labels.has_injection = injection || definition.labels.contains("istio-injection");
    labels.injection = find_label(definition.labels, "istio-injection");
    labels.has_revision = revision || definition.labels.contains(kRevisionKey);
    labels.revision = find_label(definition.labels, kRevisionKey);
    labels.are_strings = (!injection || injection.is_string()) && (!revision || revision.is_string());
    const NodeRef field = labels.has_injection ? injection : revision;
    labels.place = field ? field.field_place() : definition.object->name_place();
    return labels;
  }

  // Stage A. The pod's label is not "false" here, which every selector asks for.
  InjectionDecision webhooks(const NamespaceLabels& ns) {
    // INJ-10: the API server refuses such a namespace, so what it will look like is open.
    if (!ns.are_strings) return answer(Answer::unknown, InjectionReason::namespace_unknown, ns.place);
    if (ns.has_injection) {
      if (ns.injection != "enabled") return answer(Answer::no, InjectionReason::namespace_opts_out, ns.place);
      return injector(InjectionReason::namespace_injects, ns.place);
    }
    if (ns.has_revision) {
      if (ns.revision != "default")
        return answer(Answer::unknown, InjectionReason::revision_unknown, ns.place);
      return injector(InjectionReason::namespace_injects, ns.place);
    }
    const auto revision = pods_.labels.find(kRevisionKey);
    if (revision != pods_.labels.end()) {
      const Place place = pods_.label(kRevisionKey).field_place();
      if (revision->second != "default")
        return answer(Answer::unknown, InjectionReason::revision_unknown, place);
      return injector(InjectionReason::label_true, place);
    }
    if (pod_label() == "true")
      return injector(InjectionReason::label_true, pods_.label(kInjectKey).field_place());
    return answer(Answer::no, InjectionReason::namespace_without_label, ns.place);
  }

  // Stage B: a label, even an empty one, hides the annotation (INJ-7, INJ-8).
  InjectionDecision injector(InjectionReason reason, Place place) const {
    const NodeRef annotation = pod_.annotation(kInjectKey);
    if (!pods_.labels.contains(kInjectKey) && annotation.string() == "false") {
      return answer(Answer::no, InjectionReason::annotation_false, annotation.field_place());
    }
    return answer(Answer::yes, reason, place);
  }

  const PodClass& pods_;
  const PodTemplate& pod_;
  const Inventory& inventory_;
  const InjectionSettings& settings_;
};

}  // namespace

InjectionDecision decide_injection(const PodClass& pods, const Inventory& inventory,
                                   const InjectionSettings& settings) {
  return Decision(pods, inventory, settings).run();
}

}  // namespace kray
