// INJ-12: a bad value in one of these fails the whole admission, so the pod never runs.
//
// Syntax of each in specs/istio.md 1.6; 0.5-17 for proxy.istio.io/config. Values that nobody checks, as
// includeOutboundPorts, come out when the pod starts (see capture.cc).
#include "mesh/annotations.h"

#include <algorithm>
#include <array>

#include "cluster/quantity.h"
#include "mesh/go_text.h"

namespace kray {
namespace {

bool is_port(std::string_view text) { return parse_go_uint(trim_space(text), 16).has_value(); }
bool is_uint32(std::string_view text) { return parse_go_uint(text, 32).has_value(); }
bool is_go_bool(std::string_view text) { return parse_go_bool(text).has_value(); }
bool is_mode(std::string_view text) { return text == "REDIRECT" || text == "TPROXY" || text == "NONE"; }
bool is_inbound_list(std::string_view text) { return text == "*" || is_port_list(text); }
bool is_range_list(std::string_view text) { return text == "*" || is_cidr_list(text); }

bool is_proxy_config(std::string_view text) {
  MeshTexts texts;
  const MeshTexts::Parsed parsed = texts.parse(text);
  return parsed.ok && read_proxy_config(parsed.root).ok;
}

struct Validated {
  std::string_view key;
  bool (*accepts)(std::string_view);
};

constexpr std::array<Validated, 15> kValidated = {
    {{annotation_key::kInterceptionMode, is_mode},
     {annotation_key::kStatusPort, is_port},
     {"readiness.status.sidecar.istio.io/initialDelaySeconds", is_uint32},
     {"readiness.status.sidecar.istio.io/periodSeconds", is_uint32},
     {"readiness.status.sidecar.istio.io/failureThreshold", is_uint32},
     {annotation_key::kIncludeOutboundRanges, is_range_list},
     {annotation_key::kExcludeOutboundRanges, is_cidr_list},
     {annotation_key::kIncludeInboundPorts, is_inbound_list},
     {annotation_key::kExcludeInboundPorts, is_port_list},
     {annotation_key::kExcludeOutboundPorts, is_port_list},
     {annotation_key::kExcludeInterfaces, is_interface_list},
     {"traffic.sidecar.istio.io/kubevirtInterfaces", is_interface_list},
     {"istio.io/reroute-virtual-interfaces", is_interface_list},
     {"prometheus.istio.io/merge-metrics", is_go_bool},
     {annotation_key::kProxyConfig, is_proxy_config}}};

// Rendered into the container's resources, where the API's types refuse them.
constexpr std::array<std::string_view, 4> kQuantities = {
    "sidecar.istio.io/proxyCPU", "sidecar.istio.io/proxyCPULimit", "sidecar.istio.io/proxyMemory",
    "sidecar.istio.io/proxyMemoryLimit"};

// Protocol buffers in JSON: a field has two spellings, an enum is a name or a number.
NodeRef proto_field(NodeRef message, std::string_view name, std::string_view original_name) {
  const NodeRef field = message[name];
  return field ? field : message[original_name];
}

bool is_interface(std::string_view name) {
  return !name.empty() && name.size() <= 15 && name != "." && name != ".." &&
         name.find_first_of("/: \t\n\v\f\r") == std::string_view::npos;
}

}  // namespace

bool is_port_list(std::string_view text) {
  text = trim_space(text);
  if (text.empty()) return true;
  const std::vector<std::string_view> entries = split_commas(text);
  return std::all_of(entries.begin(), entries.end(), is_port);
}

bool is_cidr_list(std::string_view text) {
  if (text.empty()) return true;
  const std::vector<std::string_view> entries = split_commas(text);
  return std::all_of(entries.begin(), entries.end(), is_cidr);
}

bool is_interface_list(std::string_view text) {
  if (text.empty()) return true;
  const std::vector<std::string_view> entries = split_commas(text);
  return std::all_of(entries.begin(), entries.end(), is_interface);
}

ProxyConfigText read_proxy_config(NodeRef proxy_config) {
  if (proxy_config.is_null()) return {};
  if (!proxy_config.is_mapping()) return {false, {}};
  for (const auto& [name, original] :
       {std::pair("concurrency", "concurrency"), std::pair("proxyAdminPort", "proxy_admin_port"),
        std::pair("statusPort", "status_port")}) {
    const NodeRef number = proto_field(proxy_config, name, original);
    if (!number.is_null() && number.kind() != NodeKind::integer) return {false, {}};
  }
  const NodeRef mode = proto_field(proxy_config, "interceptionMode", "interception_mode");
  if (mode.is_null()) return {};
  static constexpr std::array<std::string_view, 3> kModes = {"REDIRECT", "TPROXY", "NONE"};
  for (size_t i = 0; i < kModes.size(); ++i) {
    const bool by_number = mode.kind() == NodeKind::integer && mode.text() == std::to_string(i);
    if (by_number || mode.string() == kModes[i]) return {true, std::string(kModes[i])};
  }
  return {false, {}};
}

std::vector<std::string> bad_annotations(const Labels& annotations, bool renders_resources) {
  std::vector<std::string> bad;
  for (const Validated& one : kValidated) {
    const auto found = annotations.find(one.key);
    if (found != annotations.end() && !one.accepts(found->second)) bad.emplace_back(one.key);
  }
  if (renders_resources) {
    for (const std::string_view key : kQuantities) {
      const auto found = annotations.find(key);
      if (found != annotations.end() && !parse_quantity(found->second)) bad.emplace_back(key);
    }
  }
  std::sort(bad.begin(), bad.end());
  return bad;
}

}  // namespace kray
