// Derived objects that a real API server would not accept: names, labels and ports (section 0, items 18,
// 21). In the order in which the operator makes them, so that the first one is where it stops.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "derive/ray_build.h"
#include "derive/ray_names.h"

namespace kray {
namespace {

class Refusals {
 public:
  explicit Refusals(std::vector<RefusedObject>& refused) : refused_(refused) {}

  // What follows is about this object.
  void begin(std::string_view kind, std::string_view name, Place from) {
    object_ = fmt::format("{}/{}", kind, name);
    from_ = from;
  }
  void refuse(std::string text) { refused_.push_back({object_, std::move(text), from_}); }
  void refuse_if(std::string_view what, const std::optional<std::string>& problem) {
    if (problem) refuse(fmt::format("{}: {}", what, *problem));
  }
  void check_labels(std::string_view what, const Labels& labels) {
    for (const auto& [key, value] : labels) {
      refuse_if(fmt::format("{} key {}", what, key), invalid_label_key(key));
      if (value != "*") refuse_if(fmt::format("{} {}", what, key), invalid_label_value(value));
    }
  }

 private:
  std::vector<RefusedObject>& refused_;
  std::string object_;
  Place from_;
};

void check_service_ports(const DerivedService& service, Refusals& refusals) {
  if (service.ports.empty() && !service.headless) refusals.refuse("no ports");
  std::set<std::string_view> names;
  std::set<std::pair<int64_t, std::string_view>> numbers;
  for (const RayServicePort& port : service.ports) {
    if (port.name.empty()) {
      if (service.ports.size() > 1) refusals.refuse("port without a name among several");
    } else {
      refusals.refuse_if(fmt::format("port name {}", port.name), invalid_dns1123_label(port.name));
      if (!names.insert(port.name).second) refusals.refuse(fmt::format("duplicate port name {}", port.name));
    }
    const std::string_view protocol = port.protocol.empty() ? "TCP" : std::string_view(port.protocol);
    if (!numbers.emplace(port.port, protocol).second)
      refusals.refuse(fmt::format("duplicate port {}/{}", port.port, protocol));
  }
}

void check_service(const DerivedService& service, Refusals& refusals) {
  refusals.begin("Service", service.name, service.from);
  refusals.refuse_if("name", invalid_dns1035_label(service.name));
  refusals.check_labels("label", service.labels);
  refusals.check_labels("selector", service.selector);
  check_service_ports(service, refusals);
  constexpr std::array<std::string_view, 4> kTypes = {"ClusterIP", "NodePort", "LoadBalancer",
                                                      "ExternalName"};
  if (std::find(kTypes.begin(), kTypes.end(), service.type) == kTypes.end())
    refusals.refuse(fmt::format("unsupported type {}", service.type));
  if (service.headless && (service.type == "NodePort" || service.type == "LoadBalancer"))
    refusals.refuse(fmt::format("clusterIP None with type {}", service.type));
  if (service.type == "ExternalName" && !service.has_external_name)
    refusals.refuse("type ExternalName without externalName");
}

void check_containers(const DerivedPod& pod, Refusals& refusals) {
  std::set<std::string_view> names;
  for (const auto* containers : {&pod.init_containers, &pod.containers}) {
    for (const RayContainer& container : *containers) {
      if (!names.insert(container.name).second)
        refusals.refuse(fmt::format("duplicate container name {}", container.name));
      for (const RayContainerPort& port : container.ports) {
        if (!port.name.empty())
          refusals.refuse_if(fmt::format("port name {}", port.name), invalid_port_name(port.name));
      }
    }
  }
}

void check_pod(const DerivedPod& pod, Refusals& refusals) {
  if (!pod.job.empty()) {
    refusals.begin("Job", pod.job, pod.from);
  } else {
    refusals.begin("Pod", pod.generate_name, pod.from);
    const std::string name = pod.name.empty() ? pod.generate_name + "xxxxx" : pod.name;
    refusals.refuse_if("name", invalid_dns1123_subdomain(name));
  }
  refusals.check_labels("label", pod.labels);
  refusals.refuse_if("serviceAccountName", invalid_dns1123_subdomain(pod.service_account_name));
  check_containers(pod, refusals);
}

void check_named(std::string_view kind, const DerivedName& object, Refusals& refusals) {
  refusals.begin(kind, object.name, object.from);
  refusals.refuse_if("name", invalid_dns1123_subdomain(object.name));
  refusals.check_labels("label", object.labels);
}

}  // namespace

void find_refusals(RayDerivation& derivation) {
  Refusals refusals(derivation.refused);
  for (const DerivedName& account : derivation.service_accounts)
    check_named("ServiceAccount", account, refusals);
  for (const DerivedRole& role : derivation.roles) {
    for (const std::string_view kind : {"Role", "RoleBinding"}) {
      refusals.begin(kind, role.name, role.from);
      refusals.check_labels("label", role.labels);
    }
  }
  for (const DerivedIngress& ingress : derivation.ingresses) {
    refusals.begin("Ingress", ingress.name, ingress.from);
    refusals.refuse_if("name", invalid_dns1123_subdomain(ingress.name));
    refusals.check_labels("label", ingress.labels);
  }
  for (const DerivedName& secret : derivation.secrets) check_named("Secret", secret, refusals);
  for (const DerivedService& service : derivation.services) check_service(service, refusals);
  for (const DerivedPod& pod : derivation.pods) check_pod(pod, refusals);
}

}  // namespace kray
