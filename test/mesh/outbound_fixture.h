// A cluster of live pods and what their sidecars would do: Pods with a container istio-proxy have one.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "cluster/inventory_fixture.h"
#include "mesh/outbound.h"

namespace kray::test {

inline bool is_ready(NodeRef pod) {
  for (const NodeRef condition : pod["status"]["conditions"].items()) {
    if (condition["type"].text() == "Ready") return condition["status"].text() == "True";
  }
  return false;
}

// A live pod: what its container list and labels say has already been through the injector.
inline MeshPod live_pod(const Object& object) {
  MeshPod pod;
  pod.ns = object.ns;
  pod.name = object.name;
  pod.labels = labels_of(object.metadata()["labels"]);
  if (const NodeRef account = object.spec()["serviceAccountName"]) pod.service_account = account.text();
  for (const NodeRef container : object.spec()["containers"].items()) {
    if (container["name"].text() == "istio-proxy") pod.has_sidecar = Answer::yes;
    for (const ContainerPortView& port : container_ports(container))
      pod.named_ports.push_back({std::string(port.name()), port.port().value_or(0)});
  }
  pod.ip = parse_ip(object.node["status"]["podIP"].text());
  pod.is_ready = is_ready(object.node) ? Answer::yes : Answer::no;
  return pod;
}

struct OutboundWorld {
  explicit OutboundWorld(const std::string& text)
      : inventory(text),
        config(read_mesh_config(*inventory, texts)),
        authentications(*inventory, config),
        pods(live_pods(*inventory)),
        outbound(*inventory, config, authentications, pods) {}

  static std::vector<MeshPod> live_pods(const Inventory& inventory) {
    std::vector<MeshPod> pods;
    for (const Object* object : inventory.of_kind("", "Pod")) pods.push_back(live_pod(*object));
    return pods;
  }

  const MeshPod& pod(const std::string& id) const {
    for (const MeshPod& one : pods) {
      if (one.ns + "/" + one.name == id) return one;
    }
    throw std::out_of_range("no pod " + id);
  }

  LoadedInventory inventory;
  MeshTexts texts;
  MeshConfig config;
  PeerAuthentications authentications;
  std::vector<MeshPod> pods;
  Outbound outbound;
};

}  // namespace kray::test
