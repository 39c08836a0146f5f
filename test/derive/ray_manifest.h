// Small Ray objects for tests: the parts that differ, in a frame that every operator version accepts.
#pragma once

#include <string>
#include <string_view>

#include "cluster/inventory_fixture.h"
#include "derive/ray_objects.h"

namespace kray::test {

constexpr Version kKubeflowOperator{1, 3, 2};
constexpr Version kNewOperator{1, 6, 2};

// What a test varies: text in YAML's flow style, put where its name says. Empty texts add nothing.
struct RayParts {
  std::string kind = "RayCluster";
  std::string api_version = "ray.io/v1";
  std::string name = "demo";
  std::string annotations = {};      // "ray.io/ft-enabled: 'true'"
  std::string labels = {};           // of the object
  std::string spec = {};             // of the RayJob or RayService, beside its cluster
  std::string cluster = {};          // beside headGroupSpec and workerGroupSpecs
  std::string head = {};             // of headGroupSpec
  std::string params = {};           // rayStartParams of the head
  std::string head_metadata = {};    // of the head's template
  std::string head_pod = {};         // of its pod spec, beside containers
  std::string ports = {};            // of the Ray container of the head
  std::string container = {};        // other fields of that container
  std::string worker = {};           // of the one worker group; "none": there is no group
  std::string worker_metadata = {};  // of its template
};

inline std::string with_comma(const std::string& text) { return text.empty() ? "" : ", " + text; }

inline std::string ray_cluster_text(const RayParts& parts) {
  const std::string ports = parts.ports.empty() ? "" : ", ports: [" + parts.ports + "]";
  const std::string head_container =
      "{name: ray, image: 'rayproject/ray:2.46.0'" + ports + with_comma(parts.container) + "}";
  const std::string head = "headGroupSpec: {rayStartParams: {" + parts.params + "}" + with_comma(parts.head) +
                           ", template: {metadata: {" + parts.head_metadata + "}, spec: {containers: [" +
                           head_container + "]" + with_comma(parts.head_pod) + "}}}";
  const std::string worker =
      "{groupName: small, replicas: 1, minReplicas: 1, maxReplicas: 3, rayStartParams: {}" +
      with_comma(parts.worker) + ", template: {metadata: {" + parts.worker_metadata +
      "}, spec: {containers: [{name: ray, image: 'rayproject/ray:2.46.0'}]}}}";
  const std::string workers = parts.worker == "none" ? "" : ", workerGroupSpecs: [" + worker + "]";
  return "{" + head + workers + with_comma(parts.cluster) + "}";
}

inline std::string ray_text(const RayParts& parts) {
  std::string spec = ray_cluster_text(parts);
  if (parts.kind == "RayJob")
    spec = "{entrypoint: python x.py, rayClusterSpec: " + spec + with_comma(parts.spec) + "}";
  if (parts.kind == "RayService") spec = "{rayClusterConfig: " + spec + with_comma(parts.spec) + "}";
  if (parts.kind == "RayCronJob")
    spec = "{jobTemplate: {entrypoint: python x.py, rayClusterSpec: " + spec + "}" + with_comma(parts.spec) +
           "}";
  return "apiVersion: " + parts.api_version + "\nkind: " + parts.kind + "\nmetadata:\n  name: " + parts.name +
         "\n  namespace: team-a\n  labels: {" + parts.labels + "}\n  annotations: {" + parts.annotations +
         "}\nspec: " + spec + "\n";
}

// Keeps the manifest alive beside what was derived from it.
struct Derived {
  LoadedInventory inventory;
  RayDerivation out;

  explicit Derived(const RayParts& parts, const Version& kuberay = kKubeflowOperator)
      : inventory(ray_text(parts)) {
    KubeRaySettings settings;
    settings.version = kuberay;
    out = derive_ray(inventory->objects().front(), settings);
  }

  const DerivedPod& pod(RayPodRole role) const {
    for (const DerivedPod& one : out.pods) {
      if (one.role == role) return one;
    }
    throw std::out_of_range("no such pod");
  }
  const DerivedPod& head() const { return pod(RayPodRole::head); }
  const DerivedPod& worker() const { return pod(RayPodRole::worker); }
  const DerivedService& service(std::string_view name) const {
    for (const DerivedService& one : out.services) {
      if (one.name == name) return one;
    }
    throw std::out_of_range("no Service " + std::string(name));
  }
};

// "client:10001/tcp": name, number, and appProtocol if there is one.
inline std::vector<std::string> ports_of(const DerivedService& service) {
  std::vector<std::string> ports;
  for (const RayServicePort& port : service.ports) {
    ports.push_back(port.name + ":" + std::to_string(port.port) +
                    (port.app_protocol.empty() ? "" : "/" + port.app_protocol));
  }
  return ports;
}

}  // namespace kray::test
