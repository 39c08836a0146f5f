// The ways to the pods of a manifest, and a few objects that many tests need.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory_fixture.h"
#include "network/exposure.h"

namespace kray::test {

inline std::string an_object(const std::string& api_version, const std::string& kind, const std::string& ns,
                             const std::string& name, const std::string& rest) {
  return "---\napiVersion: " + api_version + "\nkind: " + kind + "\nmetadata: {name: " + name +
         (ns.empty() ? "" : ", namespace: " + ns) + "}\n" + rest + "\n";
}

// The destination of most tests: ray/head with a dashboard, behind a ClusterIP Service.
inline std::string the_head(const std::string& more = "") {
  return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: head, namespace: ray, labels: {app: ray}}\n"
         "spec: {containers: [{name: ray, ports: [{name: dash, containerPort: 8265}]}]" +
         more + "}\n";
}
// `spec` in flow style without its braces.
inline std::string a_service(const std::string& name, const std::string& spec,
                             const std::string& ns = "ray") {
  return an_object("v1", "Service", ns, name, "spec: {" + spec + "}");
}
inline std::string head_service() {
  return a_service("head", "selector: {app: ray}, ports: [{name: dashboard, port: 80, targetPort: dash}]");
}

// An Istio gateway with its service account, and the Service in front of it.
inline std::string an_ingress_gateway(const std::string& type = "LoadBalancer") {
  return "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: istio-ingressgateway, namespace: "
         "istio-system}\nspec:\n  template:\n    metadata: {labels: {istio: ingressgateway, app: gateway}}\n"
         "    spec:\n      serviceAccountName: gateway-sa\n"
         "      containers: [{name: istio-proxy, args: [proxy, router]}]\n" +
         an_object(
             "v1", "Service", "istio-system", "istio-ingressgateway",
             "spec: {type: " + type +
                 ", selector: {istio: ingressgateway}, ports: [{port: 80, targetPort: 8080}, {port: 443, "
                 "targetPort: 8443}]}");
}

class ExposedWorld {
 public:
  explicit ExposedWorld(const std::string& text, const ExposureSettings& settings = {})
      : inventory_(text),
        pods_(pod_classes(*inventory_, {1, 6, 2})),
        exposures_(*inventory_, pods_, settings) {}

  // Ways point into the world: it has to live as long as they are looked at.
  std::vector<Exposure> of(std::string_view id) const {
    for (const PodClass& pods : pods_) {
      if (pods.id() == id) return exposures_.of(exposed_pod_of(pods));
    }
    throw std::out_of_range("no pods " + std::string(id));
  }
  // Of ray/head, which must have exactly one way.
  Exposure only_way() const {
    std::vector<Exposure> ways = of("ray/head");
    if (ways.size() != 1) throw std::out_of_range(std::to_string(ways.size()) + " ways and not one");
    return ways.front();
  }

 private:
  LoadedInventory inventory_;
  std::vector<PodClass> pods_;
  Exposures exposures_;
};

// "Service/head, Ingress/web": the objects of a chain, outside first.
inline std::string chain_of(const Exposure& way) {
  std::string text;
  for (const ExposureStep& step : way.chain) {
    if (!text.empty()) text += ", ";
    text.append(step.object->kind).append("/").append(step.object->name);
  }
  return text;
}

}  // namespace kray::test
