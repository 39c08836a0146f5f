// Which of Istio's webhooks select a pod: what the API server decides before any injector is asked.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/answer.h"
#include "cluster/inventory.h"
#include "mesh/mesh_text.h"

namespace kray {

struct Webhook {
  std::string id;  // "istio-sidecar-injector/namespace.sidecar-injector.istio.io"
  NodeRef namespace_selector;
  NodeRef object_selector;
  bool has_pod_rule = false;    // some rule covers CREATE of pods
  bool has_conditions = false;  // matchConditions (CEL), which nothing here evaluates
  std::string revision;         // of the control plane that it calls; "default" if that has none
  std::string ns;               // where that control plane lives; empty if it is called by URL
};

// A MutatingWebhookConfiguration with webhooks of Istio's. Several definitions of one name, as overlays
// of one repository hold them, are variants: the cluster will have one of them.
struct WebhookConfiguration {
  std::string name;
  std::vector<std::vector<Webhook>> variants;
};

struct WebhookSettings {
  std::vector<WebhookConfiguration> configurations;  // in call order
  bool from_input = false;  // false: the input has none of Istio's, so these are the default install's
};

// `texts` keeps the default install's selectors.
WebhookSettings read_webhooks(const Inventory& inventory, MeshTexts& texts);

// The webhook's selectors against a pod about to be created in namespace `ns`; labels that are not
// known are null.
Answer selects(const Webhook& webhook, const Labels& pod_labels, std::string_view ns,
               const Labels* namespace_labels);

struct SelectedWebhooks {
  std::vector<const Webhook*> webhooks;  // that select the pod or may, in call order
  bool is_certain = true;                // false: not known of some
  bool variants_differ = false;          // it hangs on which definition of a configuration is applied
};

SelectedWebhooks select_webhooks(const WebhookSettings& settings, const Labels& pod_labels,
                                 std::string_view ns, const Labels* namespace_labels);

}  // namespace kray
