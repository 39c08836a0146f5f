// Headings with counts, then entries. Facts that are the rule (no annotations, no host network) are left out:
// what is written is what to look at.
#include "report/inventory_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "report/glyph.h"
#include "report/summary.h"

namespace kray {
namespace {

constexpr std::string_view kOwnLabels[] = {"app.kubernetes.io/created-by", "app.kubernetes.io/name",
                                           "ray.io/identifier", "ray.io/is-ray-node"};

// "deploy.yaml:12"; columns say nothing here.
std::string line_of(const Place& place) {
  if (!place) return "nothing in the input";
  return fmt::format("{}:{}", place.file->path, place.file->lines().line_of(place.begin));
}

class Page {
 public:
  explicit Page(std::ostream& out) : out_(out) {}

  void heading(std::string_view what, size_t count) {
    out_ << (first_ ? "" : "\n") << fmt::format("{}: {}\n", what, count);
    first_ = false;
  }
  void statement(const std::string& text) { out_ << '\n' << visible(text) << '\n'; }
  void entry(const std::string& text) { out_ << "  " << visible(text) << '\n'; }
  void fact(std::string_view label, const std::string& text) {
    if (!text.empty()) out_ << fmt::format("    {:<17}{}\n", label, visible(text));
  }

 private:
  std::ostream& out_;
  bool first_ = true;
};

std::string labels_text(const InventoryLabels& labels, bool leave_out_operators) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : labels) {
    const bool own = std::find(std::begin(kOwnLabels), std::end(kOwnLabels), key) != std::end(kOwnLabels);
    if (!own || !leave_out_operators) texts.push_back(fmt::format("{}={}", key, value));
  }
  return joined(texts);
}

std::string container_text(const InventoryContainer& container) {
  std::string text =
      fmt::format("{} ({})", container.name, container.image.empty() ? "no image" : container.image);
  std::vector<std::string> ports;
  for (const InventoryPort& port : container.ports) {
    std::string one = port.name.empty() ? "" : port.name + " ";
    one += std::to_string(port.port);
    if (!port.protocol.empty()) one += "/" + port.protocol;
    if (port.host_port != 0) one += fmt::format(" on the node's port {}", port.host_port);
    ports.push_back(std::move(one));
  }
  return ports.empty() ? text : text + ": " + joined(ports);
}

std::string ports_text(const std::vector<uint16_t>& ports) {
  std::vector<std::string> texts;
  for (const uint16_t port : ports) texts.push_back(std::to_string(port));
  return joined(texts);
}

std::string sidecar_text(const InventoryInjection& injection) {
  std::string text = !injection.has_proxy ? "cannot tell" : *injection.has_proxy ? "yes" : "no";
  text += ": " + injection.why;
  if (injection.decided_by) text += fmt::format(" ({})", line_of(injection.decided_by));
  if (!injection.message.empty()) text += "; " + injection.message;
  return text;
}

std::string captured_text(const InventoryInjection& injection) {
  if (!injection.has_proxy.value_or(false)) return "";
  if (!injection.captures_all)
    return injection.captured_ports.empty() ? "no inbound port" : ports_text(injection.captured_ports);
  return injection.excluded_ports.empty() ? "all inbound ports"
                                          : "all inbound ports but " + ports_text(injection.excluded_ports);
}

void write_pod(Page& page, const InventoryPod& pod) {
  page.entry(pod.id);
  page.fact("from", line_of(pod.from));
  std::string role = pod.role;
  if (pod.count) role += ", " + counted(static_cast<uint64_t>(*pod.count), "pod");
  if (!pod.job.empty()) role += fmt::format(", made by Job '{}'", pod.job);
  page.fact("role", role);
  page.fact("labels", labels_text(pod.labels, pod.role != "other"));
  if (!pod.labels_are_certain) page.fact("", "and what its controller adds, which is not known");
  page.fact("service account", pod.service_account);
  if (pod.host_network) page.fact("network", "of the host");
  for (const InventoryContainer& one : pod.init_containers) page.fact("init container", container_text(one));
  for (const InventoryContainer& one : pod.containers) page.fact("container", container_text(one));
  std::vector<std::string> roles;
  for (const InventoryRayPort& port : pod.ray_ports)
    roles.push_back(fmt::format("{} {}", port.role, port.ports));
  page.fact("Ray's ports", joined(roles));
  page.fact("sidecar", sidecar_text(pod.injection));
  page.fact("captures", captured_text(pod.injection));
}

void write_service(Page& page, const InventoryService& service) {
  page.entry(fmt::format("{}/{}", service.ns, service.name));
  page.fact("from", line_of(service.from));
  page.fact("made for", service.owner);
  page.fact("type", service.type + (service.headless ? ", headless" : ""));
  page.fact("selects", service.selects_ids.empty() ? "no pod of the input" : joined(service.selects_ids));
  std::vector<std::string> ports;
  for (const InventoryServicePort& port : service.ports) {
    std::string one = port.name.empty() ? "" : port.name + " ";
    one += std::to_string(port.port);
    if (!port.target_port.empty() && port.target_port != std::to_string(port.port))
      one += " to " + port.target_port;
    if (!port.app_protocol.empty()) one += fmt::format(" ({})", port.app_protocol);
    ports.push_back(std::move(one));
  }
  page.fact("ports", joined(ports));
}

void write_ingress(Page& page, const InventoryIngress& ingress) {
  page.entry(fmt::format("{}/{}", ingress.ns, ingress.name));
  page.fact("from", line_of(ingress.from));
  for (const InventoryIngressRule& rule : ingress.rules)
    page.fact("leads to", fmt::format("{}:{} from {}", rule.service, rule.port, rule.path));
}

void write_namespaces(Page& page, const InventoryReport& inventory) {
  page.heading("Namespaces", inventory.namespaces.size());
  for (const InventoryNamespace& one : inventory.namespaces) {
    page.entry(one.name);
    std::vector<std::string> places;
    for (const Place& place : one.defined_by) places.push_back(line_of(place));
    page.fact("defined in", places.empty() ? "nothing of the input; objects name it" : joined(places));
    page.fact("labels", labels_text(one.labels, false));
    page.fact("objects", std::to_string(one.objects));
  }
}

template <typename Items, typename Write>
void write_section(Page& page, std::string_view heading, const Items& items, const Write& write) {
  if (items.empty()) return;
  page.heading(heading, items.size());
  for (const auto& item : items) write(page, item);
}

void write_network_policy(Page& page, const InventoryNetworkPolicy& policy) {
  page.entry(fmt::format("{}/{}, {}", policy.ns, policy.name, line_of(policy.from)));
  if (policy.is_gated)
    page.fact("not made", "KubeRay's feature gate RayClusterNetworkPolicy is off, or not known to be on");
}

void write_made(Page& page, const InventoryReport& inventory) {
  write_section(page, "Pod classes", inventory.pods, write_pod);
  write_section(page, "Services", inventory.services, write_service);
  write_section(page, "Ingresses", inventory.ingresses, write_ingress);
  write_section(page, "Network policies", inventory.network_policies, write_network_policy);
  write_section(page, "Service accounts", inventory.service_accounts, [](Page& to, const InventoryName& one) {
    to.entry(fmt::format("{}/{}, {}", one.ns, one.name, line_of(one.from)));
  });
  write_section(page, "Roles", inventory.roles, [](Page& to, const InventoryRole& role) {
    to.entry(role.ns.empty() ? role.name : fmt::format("{}/{}", role.ns, role.name));
    to.fact("from", line_of(role.from));
    for (const std::string& rule : role.rules) to.fact("allows", rule);
    to.fact("for", joined(role.subjects));
  });
  write_section(page, "Made by other controllers", inventory.derived,
                [](Page& to, const InventoryDerived& one) {
                  to.entry(fmt::format("{} {}{}{}, made by {} ({})", one.kind, one.ns,
                                       one.ns.empty() ? "" : "/", one.name, one.made_by, line_of(one.from)));
                });
}

void write_nothing_comes_of(Page& page, const InventoryReport& inventory) {
  write_section(page, "Rejected", inventory.rejected, [](Page& to, const InventoryRejection& one) {
    to.entry(one.object);
    to.fact("from", line_of(one.from));
    to.fact("by", fmt::format("{}: {}", one.by, one.text));
  });
  const auto write_remark = [](Page& to, const InventoryRemark& one) {
    to.entry(fmt::format("{}: {} ({})", one.object, one.text, line_of(one.from)));
  };
  write_section(page, "Fields that the API server drops", inventory.pruned, write_remark);
  write_section(page, "Made, but refused by the API server", inventory.refused, write_remark);
  write_section(page, "Cannot tell", inventory.undecided, [](Page& to, const InventoryUndecided& one) {
    to.entry(one.message);
    to.fact("help", one.advice);
  });
  write_section(page, "Errors", inventory.errors,
                [](Page& to, const Error& error) { to.entry(error.to_string()); });
}

}  // namespace

void write_inventory_text(const InventoryReport& inventory, std::ostream& out) {
  Page page(out);
  uint64_t objects = 0;
  for (const auto& [kind, count] : inventory.kinds) objects += count;
  page.heading("Objects", objects);
  for (const auto& [kind, count] : inventory.kinds) page.entry(fmt::format("{} {}", count, kind));
  write_namespaces(page, inventory);
  page.statement(inventory.kuberay);
  write_made(page, inventory);
  write_nothing_comes_of(page, inventory);
}

}  // namespace kray
