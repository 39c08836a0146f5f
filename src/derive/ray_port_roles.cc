// One table of keys and defaults; the parameters are those `ray start` really gets.
#include "derive/ray_port_roles.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace kray {
namespace {

constexpr int64_t kServePort = 8000;
constexpr PortRange kWorkerPorts{10002, 19999};
constexpr int64_t kRandom = 0;  // as Ray writes it

struct RoleKey {
  RayPortRole role;
  std::string_view key;
  int64_t ray_default;
  bool head_only;
};

constexpr std::array<RoleKey, 9> kRoleKeys = {{
    {RayPortRole::gcs, "port", 6379, true},
    {RayPortRole::dashboard, "dashboard-port", 8265, true},
    {RayPortRole::client, "ray-client-server-port", 10001, true},
    {RayPortRole::metrics, "metrics-export-port", kRandom, false},
    {RayPortRole::agent, "dashboard-agent-listen-port", 52365, false},
    {RayPortRole::node_manager, "node-manager-port", kRandom, false},
    {RayPortRole::object_manager, "object-manager-port", kRandom, false},
    {RayPortRole::runtime_env_agent, "runtime-env-agent-port", kRandom, false},
    {RayPortRole::agent_grpc, "dashboard-agent-grpc-port", kRandom, false},
}};

// The parameters of `ray start`, and who says so.
struct StartParams {
  StringMap values;
  RayPortOrigin origin = RayPortOrigin::start_params;
  bool is_readable = true;  // false: Ray is started in a way we do not see
};

// "--port=6380" and "--port 6380"; a flag without a value is a switch.
StringMap flags_of(std::string_view command) {
  constexpr std::string_view kBlanks = " \t\n\"'\\;";
  StringMap flags;
  std::string pending;
  for (size_t begin = command.find_first_not_of(kBlanks); begin != std::string_view::npos;) {
    const size_t end = std::min(command.find_first_of(kBlanks, begin), command.size());
    const std::string_view word = command.substr(begin, end - begin);
    if (word.starts_with("--")) {
      const size_t equals = std::min(word.find('='), word.size());
      pending = equals == word.size() ? std::string(word.substr(2)) : std::string();
      flags.insert_or_assign(std::string(word.substr(2, equals - 2)),
                             equals == word.size() ? "true" : std::string(word.substr(equals + 1)));
    } else if (!pending.empty()) {
      flags.insert_or_assign(std::exchange(pending, {}), std::string(word));
    }
    begin = command.find_first_not_of(kBlanks, end);
  }
  return flags;
}

StartParams start_params_of(const DerivedPod& pod) {
  const std::string& command = pod.containers.front().command_line;
  if (pod.runs_start_params || command.find("KUBERAY_GEN_RAY_START_CMD") != std::string::npos)
    return {pod.start_params, RayPortOrigin::start_params, true};
  const size_t start = command.find("ray start");
  if (start == std::string::npos) return {{}, RayPortOrigin::command, false};
  return {flags_of(std::string_view(command).substr(start)), RayPortOrigin::command, true};
}

std::optional<int64_t> port_number(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value >= 0 && value <= 65535 ? std::optional(value) : std::nullopt;
}

void set_ports(RayRolePort& port, std::optional<int64_t> number) {
  port.kind = !number ? RayRolePort::Kind::unknown
                      : (*number == kRandom ? RayRolePort::Kind::random : RayRolePort::Kind::fixed);
  if (port.kind == RayRolePort::Kind::fixed) port.ranges = {{*number, *number}};
}

// Where the value is set, and whether the user or the operator did.
void set_origin(const DerivedPod& pod, const StartParams& params, std::string_view key, RayRolePort& port) {
  port.origin = params.origin;
  if (params.origin == RayPortOrigin::command) {
    port.from = pod.containers.front().from.place();
    return;
  }
  const NodeRef own = pod.group_spec["rayStartParams"][key];
  if (own) {
    port.from = own.key_place();
  } else {
    port.origin = RayPortOrigin::operator_default;
  }
}

RayRolePort port_of(const DerivedPod& pod, const StartParams& params, const RoleKey& entry) {
  RayRolePort port;
  port.role = entry.role;
  const auto set = params.values.find(entry.key);
  if (set != params.values.end()) {
    set_ports(port, port_number(set->second));
    set_origin(pod, params, entry.key, port);
  } else {
    set_ports(port, entry.ray_default);
    if (!params.is_readable) port.kind = RayRolePort::Kind::unknown;
  }
  return port;
}

RayRolePort serve_port(const RayContainer& ray) {
  RayRolePort port;
  port.role = RayPortRole::serve;
  for (const RayContainerPort& declared : ray.ports) {
    if (declared.name != "serve" && !declared.name.starts_with("serve-")) continue;
    port.ranges.push_back({declared.number, declared.number});
    port.origin = RayPortOrigin::container_port;
    if (!port.from && declared.from) port.from = declared.from.place();
  }
  if (port.ranges.empty()) port.ranges = {{kServePort, kServePort}};
  return port;
}

// "10002,10003,10010": nothing if any of it is no port.
std::vector<PortRange> port_list(std::string_view text) {
  std::vector<PortRange> ranges;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    const std::optional<int64_t> number = port_number(text.substr(begin, comma - begin));
    if (!number) return {};
    ranges.push_back({*number, *number});
    begin = comma + 1;
  }
  return ranges;
}

RayRolePort worker_ports(const DerivedPod& pod, const StartParams& params) {
  RayRolePort port;
  port.role = RayPortRole::worker;
  const auto list = params.values.find("worker-port-list");
  if (list != params.values.end()) {
    set_origin(pod, params, list->first, port);
    port.ranges = port_list(list->second);
    if (port.ranges.empty()) port.kind = RayRolePort::Kind::unknown;
    return port;
  }
  PortRange range = kWorkerPorts;
  bool known = params.is_readable;
  for (const auto& [key, bound] :
       {std::pair{"min-worker-port", &range.first}, {"max-worker-port", &range.last}}) {
    const auto set = params.values.find(key);
    if (set == params.values.end()) continue;
    set_origin(pod, params, key, port);
    const std::optional<int64_t> number = port_number(set->second);
    known = known && number.has_value();
    *bound = number.value_or(*bound);
  }
  if (!known) {
    port.kind = RayRolePort::Kind::unknown;
  } else if (range.first == kRandom) {
    port.kind = RayRolePort::Kind::random;
  } else {
    port.ranges = {range};
  }
  return port;
}

bool is_switched_off(const StartParams& params) {
  const auto dashboard = params.values.find("include-dashboard");
  return dashboard != params.values.end() && (dashboard->second == "false" || dashboard->second == "False");
}

// The operator passes 0.0.0.0; `ray start` alone listens on localhost only.
bool is_loopback(const StartParams& params) {
  const auto host = params.values.find("dashboard-host");
  if (host == params.values.end()) return params.is_readable;
  return host->second == "127.0.0.1" || host->second == "localhost" || host->second == "::1";
}

}  // namespace

std::string_view to_string(RayPortRole role) {
  switch (role) {
    case RayPortRole::gcs: return "gcs";
    case RayPortRole::dashboard: return "dashboard";
    case RayPortRole::client: return "client";
    case RayPortRole::serve: return "serve";
    case RayPortRole::metrics: return "metrics";
    case RayPortRole::agent: return "agent";
    case RayPortRole::node_manager: return "node-manager";
    case RayPortRole::object_manager: return "object-manager";
    case RayPortRole::runtime_env_agent: return "runtime-env-agent";
    case RayPortRole::agent_grpc: return "agent-grpc";
    case RayPortRole::worker: return "worker";
  }
  return "worker";
}

bool RayRolePort::is(int64_t port) const {
  return std::any_of(ranges.begin(), ranges.end(),
                     [port](const PortRange& range) { return range.first <= port && port <= range.last; });
}

std::vector<RayRolePort> ray_port_roles(const DerivedPod& pod) {
  std::vector<RayRolePort> ports;
  const bool is_head = pod.role == RayPodRole::head;
  if ((!is_head && pod.role != RayPodRole::worker) || pod.containers.empty()) return ports;
  const StartParams params = start_params_of(pod);
  for (const RoleKey& entry : kRoleKeys) {
    if (entry.role == RayPortRole::metrics) ports.push_back(serve_port(pod.containers.front()));
    const bool is_dashboard = entry.role == RayPortRole::dashboard;
    if ((entry.head_only && !is_head) || (is_dashboard && is_switched_off(params))) continue;
    ports.push_back(port_of(pod, params, entry));
    if (is_dashboard) ports.back().loopback_only = is_loopback(params);
  }
  ports.push_back(worker_ports(pod, params));
  return ports;
}

}  // namespace kray
