// Declared container ports first, the operator's defaults where there are none.
#include "derive/ray_ports.h"

#include <algorithm>

#include "manifest/scalar.h"

namespace kray {

std::vector<RayPort> head_service_ports(const PodTemplate& head) {
  std::vector<RayPort> ports;
  for (const NodeRef port : head.first_container()["ports"].items()) {
    const auto number = integer_value(port["containerPort"].text());
    if (number) ports.push_back({*number, std::string(port["name"].text())});
  }
  if (ports.empty()) ports = {{10001, "client"}, {6379, "gcs-server"}, {8265, "dashboard"}, {8000, "serve"}};
  const bool has_metrics =
      std::any_of(ports.begin(), ports.end(), [](const RayPort& port) { return port.name == "metrics"; });
  if (!has_metrics) ports.push_back({8080, "metrics"});
  return ports;
}

bool is_public_ray_port(const RayPort& port) {
  if (port.name.empty()) return port.number == 8000 || port.number == 8080;
  return port.name == "serve" || port.name.starts_with("serve-") || port.name == "metrics";
}

}  // namespace kray
