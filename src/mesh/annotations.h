// Pod annotations that steer Istio's injector: their names, and which values it accepts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cluster/labels.h"
#include "mesh/mesh_text.h"

namespace kray {

namespace annotation_key {
inline constexpr std::string_view kInterceptionMode = "sidecar.istio.io/interceptionMode";
inline constexpr std::string_view kIncludeInboundPorts = "traffic.sidecar.istio.io/includeInboundPorts";
inline constexpr std::string_view kExcludeInboundPorts = "traffic.sidecar.istio.io/excludeInboundPorts";
inline constexpr std::string_view kIncludeOutboundPorts = "traffic.sidecar.istio.io/includeOutboundPorts";
inline constexpr std::string_view kExcludeOutboundPorts = "traffic.sidecar.istio.io/excludeOutboundPorts";
inline constexpr std::string_view kIncludeOutboundRanges = "traffic.sidecar.istio.io/includeOutboundIPRanges";
inline constexpr std::string_view kExcludeOutboundRanges = "traffic.sidecar.istio.io/excludeOutboundIPRanges";
inline constexpr std::string_view kExcludeInterfaces = "traffic.sidecar.istio.io/excludeInterfaces";
inline constexpr std::string_view kStatusPort = "status.sidecar.istio.io/port";
inline constexpr std::string_view kNativeSidecar = "sidecar.istio.io/nativeSidecar";
inline constexpr std::string_view kTemplates = "inject.istio.io/templates";
inline constexpr std::string_view kProxyConfig = "proxy.istio.io/config";
inline constexpr std::string_view kStatus = "sidecar.istio.io/status";
}  // namespace annotation_key

// Lists as Istio's validators take them; an empty text is an empty list.
bool is_port_list(std::string_view text);       // decimal uint16, blanks around entries, no "*"
bool is_cidr_list(std::string_view text);       // no blanks, no "*"
bool is_interface_list(std::string_view text);  // names of at most 15 characters

// interceptionMode of a ProxyConfig in YAML: of the annotation proxy.istio.io/config or of the mesh.
struct ProxyConfigText {
  bool ok = true;            // false: no YAML, no mapping, or a value that its type forbids
  std::string interception;  // empty if not set; "REDIRECT" is the zero value, which overrides nothing
};
ProxyConfigText read_proxy_config(NodeRef proxy_config);

// Keys of the annotations for which the injector refuses the pod, sorted. `renders_resources`: the
// template asks for the proxy's CPU and memory, so those must be quantities.
std::vector<std::string> bad_annotations(const Labels& annotations, bool renders_resources);

}  // namespace kray
