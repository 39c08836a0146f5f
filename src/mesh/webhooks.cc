// Stage A (specs/istio.md 1.1), as the API server's own matchers do it.
//
// A webhook is called for a pod if one of its rules covers CREATE of v1 pods, its namespaceSelector
// matches the namespace's labels and its objectSelector the pod's. Annotations are not seen. A tag is a
// configuration of its own that calls the same control plane; a webhook that a tag took over is
// "deactivated" by a selector that matches nothing, and needs no rule of its own here. Webhooks are
// called in the order of their configurations' names, then as listed (0.5-19).
#include "mesh/webhooks.h"

#include <algorithm>

namespace kray {
namespace {

constexpr std::string_view kSuffix = "sidecar-injector.istio.io";

// Table 1.1 for an install without revision: its webhooks are also those of revision "default". The selectors
// say it all: no other value of istio-injection is tolerated (INJ-1), "enabled" beats revisions (INJ-2), the
// namespace's revision beats the pod's (INJ-3), and a pod opts in by label (INJ-4). Installs with a revision
// lack the last two (INJ-5).
constexpr std::string_view kDefaultInstall = R"(
metadata: {name: istio-sidecar-injector, labels: {istio.io/rev: default}}
webhooks:
- name: rev.namespace.sidecar-injector.istio.io
  clientConfig: &istiod {service: {name: istiod, namespace: istio-system, path: /inject}}
  rules: &pods [{operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods]}]
  namespaceSelector:
    matchExpressions:
    - {key: istio.io/rev, operator: In, values: [default]}
    - {key: istio-injection, operator: DoesNotExist}
  objectSelector:
    matchExpressions:
    - {key: sidecar.istio.io/inject, operator: NotIn, values: ["false"]}
- name: rev.object.sidecar-injector.istio.io
  clientConfig: *istiod
  rules: *pods
  namespaceSelector: &unlabelled
    matchExpressions:
    - {key: istio.io/rev, operator: DoesNotExist}
    - {key: istio-injection, operator: DoesNotExist}
  objectSelector:
    matchExpressions:
    - {key: sidecar.istio.io/inject, operator: NotIn, values: ["false"]}
    - {key: istio.io/rev, operator: In, values: [default]}
- name: namespace.sidecar-injector.istio.io
  clientConfig: *istiod
  rules: *pods
  namespaceSelector:
    matchLabels: {istio-injection: enabled}
  objectSelector:
    matchExpressions:
    - {key: sidecar.istio.io/inject, operator: NotIn, values: ["false"]}
- name: object.sidecar-injector.istio.io
  clientConfig: *istiod
  rules: *pods
  namespaceSelector: *unlabelled
  objectSelector:
    matchLabels: {sidecar.istio.io/inject: "true"}
    matchExpressions:
    - {key: istio.io/rev, operator: DoesNotExist}
)";

bool lists_any(NodeRef list, std::initializer_list<std::string_view> wanted) {
  const auto items = list.items();
  return std::any_of(items.begin(), items.end(), [&wanted](NodeRef item) {
    return std::find(wanted.begin(), wanted.end(), item.text()) != wanted.end();
  });
}

// matchPolicy needs no look: pods exist in one group and version only.
bool covers_pods(NodeRef rule) {
  const std::string_view scope = rule["scope"].text();
  return lists_any(rule["operations"], {"CREATE", "*"}) && lists_any(rule["apiGroups"], {"", "*"}) &&
         lists_any(rule["apiVersions"], {"v1", "*"}) && lists_any(rule["resources"], {"pods", "*", "*/*"}) &&
         scope != "Cluster";
}

bool is_istios(NodeRef webhook) {
  const std::string_view name = webhook["name"].text();
  if (!name.ends_with(kSuffix)) return false;
  return name.size() == kSuffix.size() || name[name.size() - kSuffix.size() - 1] == '.';
}

// The control plane's revision: the configuration's label, which istioctl also goes by, else the name
// of the Service that is called ("istiod-canary").
std::string revision_of(NodeRef configuration, NodeRef webhook) {
  const std::string_view label = configuration["metadata"]["labels"]["istio.io/rev"].text();
  if (!label.empty()) return std::string(label);
  const std::string_view service = webhook["clientConfig"]["service"]["name"].text();
  return service.starts_with("istiod-") ? std::string(service.substr(7)) : "default";
}

std::vector<Webhook> webhooks_of(NodeRef configuration) {
  std::vector<Webhook> webhooks;
  const std::string prefix = std::string(configuration["metadata"]["name"].text()) + "/";
  for (const NodeRef one : configuration["webhooks"].items()) {
    if (!is_istios(one)) continue;
    const auto rules = one["rules"].items();
    webhooks.push_back({.id = prefix + std::string(one["name"].text()),
                        .namespace_selector = one["namespaceSelector"],
                        .object_selector = one["objectSelector"],
                        .has_pod_rule = std::any_of(rules.begin(), rules.end(), covers_pods),
                        .has_conditions = one["matchConditions"].size() > 0,
                        .revision = revision_of(configuration, one),
                        .ns = std::string(one["clientConfig"]["service"]["namespace"].text())});
  }
  return webhooks;
}

void add_configuration(NodeRef node, std::vector<WebhookConfiguration>& configurations) {
  std::vector<Webhook> webhooks = webhooks_of(node);
  if (webhooks.empty()) return;
  const std::string_view name = node["metadata"]["name"].text();
  const auto same = std::find_if(configurations.begin(), configurations.end(),
                                 [name](const WebhookConfiguration& one) { return one.name == name; });
  if (same != configurations.end()) {
    same->variants.push_back(std::move(webhooks));
  } else {
    configurations.push_back({std::string(name), {std::move(webhooks)}});
  }
}

constexpr std::string_view kNameLabel = "kubernetes.io/metadata.name";

// A term about kubernetes.io/metadata.name, which every namespace has.
bool name_matches(NodeRef expression, std::string_view ns) {
  const std::string_view operation = expression["operator"].text();
  if (operation == "In") return lists_any(expression["values"], {ns});
  if (operation == "NotIn") return !lists_any(expression["values"], {ns});
  return operation == "Exists";
}

// A selector over labels of which only the namespace's name is known, and that not always.
Answer matches_unknown_labels(NodeRef selector, std::string_view ns) {
  Answer answer = Answer::yes;
  for (const Field field : selector["matchLabels"].fields()) {
    if (ns.empty() || field.key.text() != kNameLabel) {
      answer = Answer::unknown;
    } else if (field.value.text() != ns) {
      return Answer::no;
    }
  }
  for (const NodeRef expression : selector["matchExpressions"].items()) {
    if (ns.empty() || expression["key"].text() != kNameLabel) {
      answer = Answer::unknown;
    } else if (!name_matches(expression, ns)) {
      return Answer::no;
    }
  }
  return answer;
}

// Webhooks of one variant that select the pod or may.
std::vector<const Webhook*> selected_of(const std::vector<Webhook>& variant, const Labels& pod_labels,
                                        std::string_view ns, const Labels* namespace_labels,
                                        bool& is_certain) {
  std::vector<const Webhook*> selected;
  for (const Webhook& webhook : variant) {
    const Answer answer = selects(webhook, pod_labels, ns, namespace_labels);
    if (answer == Answer::no) continue;
    if (answer == Answer::unknown) is_certain = false;
    selected.push_back(&webhook);
  }
  return selected;
}

bool call_the_same(const std::vector<const Webhook*>& a, const std::vector<const Webhook*>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Webhook* one, const Webhook* other) {
    return one->id == other->id && one->revision == other->revision && one->ns == other->ns;
  });
}

}  // namespace

WebhookSettings read_webhooks(const Inventory& inventory, MeshTexts& texts) {
  WebhookSettings settings;
  for (const Object* object :
       inventory.of_kind("admissionregistration.k8s.io", "MutatingWebhookConfiguration"))
    add_configuration(object->node, settings.configurations);
  settings.from_input = !settings.configurations.empty();
  if (!settings.from_input) add_configuration(texts.parse(kDefaultInstall).root, settings.configurations);
  std::stable_sort(
      settings.configurations.begin(), settings.configurations.end(),
      [](const WebhookConfiguration& a, const WebhookConfiguration& b) { return a.name < b.name; });
  return settings;
}

Answer selects(const Webhook& webhook, const Labels& pod_labels, std::string_view ns,
               const Labels* namespace_labels) {
  if (!webhook.has_pod_rule || !matches_label_selector(webhook.object_selector, pod_labels))
    return Answer::no;
  Answer answer = Answer::no;
  if (namespace_labels == nullptr) {
    answer = matches_unknown_labels(webhook.namespace_selector, ns);
  } else if (matches_label_selector(webhook.namespace_selector, *namespace_labels)) {
    answer = Answer::yes;
  }
  return answer == Answer::yes && webhook.has_conditions ? Answer::unknown : answer;
}

SelectedWebhooks select_webhooks(const WebhookSettings& settings, const Labels& pod_labels,
                                 std::string_view ns, const Labels* namespace_labels) {
  SelectedWebhooks result;
  for (const WebhookConfiguration& configuration : settings.configurations) {
    const std::vector<const Webhook*> first =
        selected_of(configuration.variants.front(), pod_labels, ns, namespace_labels, result.is_certain);
    for (size_t i = 1; i < configuration.variants.size(); ++i) {
      bool ignored = true;
      const std::vector<const Webhook*> other =
          selected_of(configuration.variants[i], pod_labels, ns, namespace_labels, ignored);
      if (!call_the_same(first, other)) result.variants_differ = true;
    }
    result.webhooks.insert(result.webhooks.end(), first.begin(), first.end());
  }
  return result;
}

}  // namespace kray
