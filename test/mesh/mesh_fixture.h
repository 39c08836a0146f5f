// Manifests of a mesh in a few words, and the decision for the first pod class in them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory_fixture.h"
#include "derive/pod_class.h"
#include "mesh/injection.h"

namespace kray::test {

// Labels and annotations in YAML flow style: "a: b, c: d".
inline std::string a_namespace(const std::string& labels, const std::string& name = "team-a") {
  return "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + ", labels: {" + labels + "}}\n";
}

// `spec` begins with a comma: ", nodeName: old".
inline std::string a_pod(const std::string& annotations = "", const std::string& labels = "",
                         const std::string& spec = "", const std::string& ns = "team-a") {
  return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: " + ns + ", labels: {" + labels +
         "}, annotations: {" + annotations + "}}\nspec: {containers: [{name: web}]" + spec + "}\n";
}

// A pod that istioctl kube-inject has been over; `init` is its init container, arguments in quotes.
inline std::string an_injected_pod(const std::string& init, const std::string& arguments,
                                   const std::string& labels = "", const std::string& annotations = "") {
  return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: team-a, labels: {" + labels +
         "}, annotations: {" + annotations +
         "}}\nspec:\n  containers: [{name: web}, {name: istio-proxy, args: [proxy, sidecar]}]\n" +
         "  initContainers: [{name: " + init + ", args: [istio-iptables" + arguments + "]}]\n";
}

inline std::string a_node(const std::string& name, const std::string& kubelet) {
  return "---\napiVersion: v1\nkind: Node\nmetadata: {name: " + name +
         "}\nstatus: {nodeInfo: {kubeletVersion: " + kubelet + "}}\n";
}

// One webhook; selectors in flow style.
inline std::string a_webhook(const std::string& name, const std::string& namespace_selector,
                             const std::string& object_selector, const std::string& more = "") {
  return "- name: " + name + ".sidecar-injector.istio.io\n  namespaceSelector: " + namespace_selector +
         "\n  objectSelector: " + object_selector +
         "\n  rules: [{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods]}]\n" +
         "  clientConfig: {service: {name: istiod, namespace: istio-system}}\n" + more;
}

inline std::string a_configuration(const std::string& name, const std::string& revision,
                                   const std::string& webhooks) {
  return "---\napiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: "
         "{name: " +
         name + ", labels: {istio.io/rev: " + revision + "}}\nwebhooks:\n" + webhooks;
}

// The webhooks of table 1.1 that look at the namespace only: for revision or tag `r`.
inline std::string a_revision(const std::string& name, const std::string& revision, const std::string& r) {
  return a_configuration(
      name, revision,
      a_webhook("rev.namespace",
                "{matchExpressions: [{key: istio.io/rev, operator: In, values: [" + r +
                    "]}, {key: istio-injection, operator: DoesNotExist}]}",
                "{matchExpressions: [{key: sidecar.istio.io/inject, operator: NotIn, values: ['false']}]}") +
          a_webhook("rev.object",
                    "{matchExpressions: [{key: istio.io/rev, operator: DoesNotExist}, {key: istio-injection, "
                    "operator: DoesNotExist}]}",
                    "{matchExpressions: [{key: istio.io/rev, operator: In, values: [" + r + "]}]}"));
}

inline std::string indented(std::string_view text) {
  std::string result = "    ";
  for (const char c : text) {
    result += c;
    if (c == '\n') result += "    ";
  }
  return result + "\n";
}

inline std::string a_config_map(const std::string& name, const std::string& data) {
  return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name +
         ", namespace: istio-system}\ndata:\n" + data;
}

// `config` and `values` are YAML; a suffix is "-canary".
inline std::string an_injector(const std::string& config, const std::string& values = "{}",
                               const std::string& suffix = "") {
  return a_config_map("istio-sidecar-injector" + suffix,
                      "  config: |\n" + indented(config) + "  values: |\n" + indented(values));
}

inline std::string a_mesh(const std::string& mesh, const std::string& suffix = "") {
  return a_config_map("istio" + suffix, "  mesh: |\n" + indented(mesh));
}

constexpr const char* kInject = "istio-injection: enabled";

// Places of the decision point into the input, which lives as long.
class Decided {
 public:
  explicit Decided(const std::string& text, const InjectionSettings& settings = {}) : inventory_(text) {
    const MeshSettings mesh = read_mesh_settings(*inventory_);
    decision_ = decide_injection(pod_classes(*inventory_, {1, 6, 2}).at(0), *inventory_, mesh, settings);
  }
  const InjectionDecision& operator*() const { return decision_; }
  const InjectionDecision* operator->() const { return &decision_; }
  std::string text() const { return text_of(decision_.place); }
  std::string line() const { return line_of(decision_.place); }

 private:
  LoadedInventory inventory_;
  InjectionDecision decision_;
};

}  // namespace kray::test
