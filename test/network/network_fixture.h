// Policies and pods in a few words, and the verdict between two of them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/inventory_fixture.h"
#include "network/network_policy.h"

namespace kray::test {

inline std::string a_namespace(const std::string& name, const std::string& labels = "") {
  return "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + ", labels: {" + labels + "}}\n";
}

// `labels` in flow style; `more` follows the container's name: ", ports: [{name: http, containerPort: 80}]".
inline std::string a_pod(const std::string& ns, const std::string& name, const std::string& labels = "",
                         const std::string& more = "", const std::string& spec = "",
                         const std::string& status = "") {
  return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: " + ns + ", labels: {" +
         labels + "}}\nspec: {containers: [{name: main" + more + "}]" + spec + "}\nstatus: {" + status +
         "}\n";
}

// `spec` in flow style, without its braces.
inline std::string a_policy(const std::string& ns, const std::string& name, const std::string& spec) {
  return "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " + name +
         ", namespace: " + ns + "}\nspec: {" + spec + "}\n";
}

// Two namespaces with a pod each, which most questions are about.
inline std::string two_pods() {
  return a_namespace("ray", "team: ml") + a_namespace("web", "team: ui") +
         a_pod(
             "ray", "head", "app: ray, empty: ''",
             ", ports: [{name: dash, containerPort: 8265}, {name: dns, containerPort: 53, protocol: UDP}]") +
         a_pod("web", "client", "app: web");
}

class NetworkWorld {
 public:
  explicit NetworkWorld(const std::string& text) : inventory_(text), policies_(*inventory_) {
    for (const PodClass& pods : pod_classes(*inventory_, {1, 6, 2}))
      ends_.emplace_back(pods.id(), network_end_of(pods, *inventory_, policies_.nodes()));
  }

  NetworkEnd pod(std::string_view name) const {
    for (const auto& [id, end] : ends_) {
      if (id == name) return end;
    }
    throw std::out_of_range("no pod " + std::string(name));
  }
  NetworkVerdict ask(const NetworkEnd& source, const NetworkEnd& destination, uint16_t port,
                     Transport transport = Transport::tcp) const {
    return policies_.decide(policies_.prepare(source), policies_.prepare(destination), transport, port);
  }
  NetworkVerdict ask(std::string_view source, std::string_view destination, uint16_t port,
                     Transport transport = Transport::tcp) const {
    return ask(pod(source), pod(destination), port, transport);
  }
  const Inventory& inventory() const { return *inventory_; }

 private:
  LoadedInventory inventory_;
  NetworkPolicies policies_;
  std::vector<std::pair<std::string, NetworkEnd>> ends_;
};

// The verdict from web/client to a port of ray/head under one policy of namespace ray.
inline Answer under(const std::string& spec, uint16_t port = 8265, Transport transport = Transport::tcp) {
  return NetworkWorld(two_pods() + a_policy("ray", "policy", spec))
      .ask("web/client", "ray/head", port, transport)
      .allowed;
}

inline NetworkEnd at(std::string_view address) { return address_end(parse_ip(address).value()); }

}  // namespace kray::test
