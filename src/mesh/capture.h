// Which TCP traffic of a pod passes its sidecar, and pods whose network cannot be set up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/answer.h"
#include "cluster/ip_address.h"
#include "cluster/labels.h"

namespace kray {

// Inbound TCP ports: all of them, or a list (sorted, each once).
struct InboundPorts {
  bool all = false;
  std::vector<uint16_t> ports;  // empty if `all`
  friend bool operator==(const InboundPorts&, const InboundPorts&) = default;
};

// What istio-iptables is told. Lists are texts, for what is wrong in them matters.
struct TrafficSettings {
  std::string mode = "REDIRECT";      // or "TPROXY"
  std::string include_inbound = "*";  // "*", a list, or empty: nothing
  std::string exclude_inbound;        // counts only if include_inbound is "*"
  std::string include_outbound_ports;
  std::string exclude_outbound_ports;
  std::string include_outbound_ranges = "*";
  std::string exclude_outbound_ranges;
  std::string exclude_interfaces;
};

struct Capture {
  InboundPorts captured;           // less `excluded`, if all
  std::vector<uint16_t> excluded;  // sorted; empty unless all are captured
  std::string failure;             // not empty: the pod never starts; nothing is captured then
  TrafficSettings settings;        // that these are made of; what goes out hangs on them too
};

// Runs istio-iptables in thought.
Capture capture_by_iptables(const TrafficSettings& settings);

// INJ-25: whether a connection to a port and address passes the pod's own sidecar. Of an address that is not
// known: unknown where ranges decide.
Answer captures_outbound(const TrafficSettings& settings, uint16_t port,
                         const std::optional<IpAddress>& address);

// The arguments of an istio-init or istio-validation container; nothing if it has none.
std::optional<TrafficSettings> traffic_settings_of_arguments(const std::vector<std::string_view>& arguments);

// What the CNI plugin makes of the finished pod: it reads annotations, never arguments.
struct CniPod {
  const Labels& labels;
  const Labels& annotations;
  bool has_istio_init = false;
  std::string_view proxy_type;  // second argument of istio-proxy: "sidecar", "router"
};
// Nothing if the plugin leaves the pod alone.
std::optional<Capture> capture_by_cni(const CniPod& pod);

}  // namespace kray
