// Capture (specs/istio.md 1.6, INJ-22, INJ-25, 0.5-14, 0.5-15).
//
// istio-iptables turns each entry of a list into a rule `--dport ENTRY` and hands all rules to
// iptables-restore at once: an entry that iptables does not take fails them all, and the pod never
// starts. iptables reads numbers like C: a leading zero is octal. Entries are words of a line for it,
// so blanks around a number are nothing, but an entry of blanks only leaves `--dport` without a value.
//
// The tunnel port 15008 is spared in the nat table, which TPROXY does not use for inbound traffic.
// Excluded ports count only if everything is captured; an explicit list ignores them.
//
// The CNI plugin does the same with what it finds in annotations (the injector writes them for it), after
// its own checks, which know no mode NONE (0.5-18). It leaves pods alone that have istio-init, no sidecar, or
// an inject value that Go's ParseBool takes for false; those wait in istio-validation for rules that never
// come (INJ-9).
#include "mesh/capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "mesh/annotations.h"
#include "mesh/go_text.h"

namespace kray {
namespace {

constexpr uint16_t kTunnelPort = 15008;
// The interface that other pods come in by; others, as multus adds them, are not modelled.
constexpr std::string_view kPodInterface = "eth0";

// iptables' reading of one port: C's strtoul with base 0.
std::optional<uint16_t> parse_iptables_port(std::string_view text) {
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  const std::string number(text);
  char* end = nullptr;
  const unsigned long value = std::strtoul(number.c_str(), &end, 0);
  if (end != number.c_str() + number.size() || value > 0xFFFF) return std::nullopt;
  return static_cast<uint16_t>(value);
}

struct PortRange {
  uint16_t first = 0;
  uint16_t last = 0;
};

// A port or "first:last"; either end may be left out.
std::optional<PortRange> parse_iptables_range(std::string_view text) {
  const size_t colon = text.find(':');
  const std::optional<uint16_t> first =
      colon == 0 ? std::optional<uint16_t>(0) : parse_iptables_port(text.substr(0, colon));
  if (colon == std::string_view::npos) return first ? std::optional(PortRange{*first, *first}) : std::nullopt;
  const std::string_view rest = text.substr(colon + 1);
  const std::optional<uint16_t> last = rest.empty() ? 0xFFFF : parse_iptables_port(rest);
  if (!first || !last || *last < *first) return std::nullopt;
  return PortRange{*first, *last};
}

// A list of ports as rules; the first entry that iptables refuses ends it.
class PortList {
 public:
  // `follower` is the word that stands behind the port in a rule.
  PortList(std::string_view list, std::string_view follower) {
    for (const std::string_view entry : split_commas(list)) {
      if (entry.empty()) continue;
      add(split_blanks(entry), follower);
      if (!failure_.empty()) return;
    }
    std::sort(ports_.begin(), ports_.end());
    ports_.erase(std::unique(ports_.begin(), ports_.end()), ports_.end());
  }

  const std::vector<uint16_t>& ports() const { return ports_; }  // without 0, which no packet has
  const std::string& failure() const { return failure_; }

 private:
  void add(const std::vector<std::string_view>& words, std::string_view follower) {
    const std::string_view port = words.empty() ? follower : words.front();
    const std::optional<PortRange> range = parse_iptables_range(port);
    if (!range) {
      failure_ = fmt::format("iptables: invalid port/service \"{}\"", port);
    } else if (words.size() > 1) {
      failure_ = fmt::format("iptables: bad argument \"{}\"", words[1]);
    } else {
      for (uint32_t one = std::max<uint32_t>(range->first, 1); one <= range->last; ++one)
        ports_.push_back(static_cast<uint16_t>(one));
    }
  }

  std::vector<uint16_t> ports_;
  std::string failure_;
};

bool excludes_pod_interface(std::string_view interfaces) {
  const std::vector<std::string_view> names = split_commas(interfaces);
  return std::find(names.begin(), names.end(), kPodInterface) != names.end();
}

Capture failed(std::string message) { return {{}, {}, std::move(message), {}}; }

// Rules about outbound traffic are in the same batch.
std::string outbound_failure(const TrafficSettings& settings) {
  if (settings.exclude_outbound_ranges == "*") return "istio-iptables: every outbound address is excluded";
  for (const std::string* list : {&settings.exclude_outbound_ports, &settings.include_outbound_ports}) {
    const PortList ports(*list, "-j");
    if (!ports.failure().empty()) return ports.failure();
  }
  return {};
}

Capture capture_everything(const TrafficSettings& settings, bool is_tproxy) {
  const PortList excluded(settings.exclude_inbound, "-j");
  if (!excluded.failure().empty()) return failed(excluded.failure());
  Capture capture{{true, {}}, excluded.ports(), {}, {}};
  if (!is_tproxy) {
    const auto at = std::lower_bound(capture.excluded.begin(), capture.excluded.end(), kTunnelPort);
    if (at == capture.excluded.end() || *at != kTunnelPort) capture.excluded.insert(at, kTunnelPort);
  }
  return capture;
}

Capture capture_list(const TrafficSettings& settings, bool is_tproxy) {
  const PortList included(settings.include_inbound, is_tproxy ? "-m" : "-j");
  if (!included.failure().empty()) return failed(included.failure());
  Capture capture{{false, included.ports()}, {}, {}, {}};
  if (!is_tproxy) std::erase(capture.captured.ports, kTunnelPort);
  return capture;
}

std::string annotation_or(const Labels& annotations, std::string_view key, std::string_view otherwise) {
  const auto found = annotations.find(key);
  return found == annotations.end() ? std::string(otherwise) : found->second;
}

// The plugin's own checks, in its order. Lists of ports may be "*" for it where the injector forbids it.
std::string cni_refusal(const Labels& annotations) {
  const auto refusal = [](std::string_view key) {
    return fmt::format("the CNI plugin refuses the value of {}", key);
  };
  const std::string mode = annotation_or(annotations, annotation_key::kInterceptionMode, "REDIRECT");
  if (mode != "REDIRECT" && mode != "TPROXY") return refusal(annotation_key::kInterceptionMode);
  const std::string ranges = annotation_or(annotations, annotation_key::kIncludeOutboundRanges, "*");
  if (ranges != "*" && !is_cidr_list(ranges)) return refusal(annotation_key::kIncludeOutboundRanges);
  if (!is_cidr_list(annotation_or(annotations, annotation_key::kExcludeOutboundRanges, "")))
    return refusal(annotation_key::kExcludeOutboundRanges);
  for (const std::string_view key :
       {annotation_key::kExcludeInboundPorts, annotation_key::kIncludeInboundPorts,
        annotation_key::kExcludeOutboundPorts, annotation_key::kIncludeOutboundPorts}) {
    const std::string ports = annotation_or(annotations, key, "*");
    if (ports != "*" && !is_port_list(ports)) return refusal(key);
  }
  if (!is_interface_list(annotation_or(annotations, annotation_key::kExcludeInterfaces, "")))
    return refusal(annotation_key::kExcludeInterfaces);
  return {};
}

TrafficSettings cni_settings(const Labels& annotations) {
  const std::string always = "15020,15021,15090";
  std::string excluded(trim_space(annotation_or(annotations, annotation_key::kExcludeInboundPorts, "15020")));
  if (!excluded.empty() && excluded.back() != ',') excluded += ',';
  return {
      .mode = annotation_or(annotations, annotation_key::kInterceptionMode, "REDIRECT"),
      .include_inbound = annotation_or(annotations, annotation_key::kIncludeInboundPorts, "*"),
      .exclude_inbound = excluded + always,
      .include_outbound_ports = annotation_or(annotations, annotation_key::kIncludeOutboundPorts, ""),
      .exclude_outbound_ports = annotation_or(annotations, annotation_key::kExcludeOutboundPorts, "15020"),
      .include_outbound_ranges = annotation_or(annotations, annotation_key::kIncludeOutboundRanges, "*"),
      .exclude_outbound_ranges = annotation_or(annotations, annotation_key::kExcludeOutboundRanges, ""),
      .exclude_interfaces = annotation_or(annotations, annotation_key::kExcludeInterfaces, "")};
}

// A label, even an empty one, hides the annotation.
bool is_switched_off(const CniPod& pod) {
  constexpr std::string_view kKey = "sidecar.istio.io/inject";
  const auto label = pod.labels.find(kKey);
  const std::string value =
      label == pod.labels.end() ? annotation_or(pod.annotations, kKey, "") : label->second;
  return parse_go_bool(value) == false;
}

std::string* setting_of_flag(TrafficSettings& settings, std::string_view flag) {
  static constexpr std::array<std::pair<std::string_view, std::string TrafficSettings::*>, 8> kFlags = {
      {{"-m", &TrafficSettings::mode},
       {"-i", &TrafficSettings::include_outbound_ranges},
       {"-x", &TrafficSettings::exclude_outbound_ranges},
       {"-b", &TrafficSettings::include_inbound},
       {"-d", &TrafficSettings::exclude_inbound},
       {"-q", &TrafficSettings::include_outbound_ports},
       {"-o", &TrafficSettings::exclude_outbound_ports},
       {"-c", &TrafficSettings::exclude_interfaces}}};
  for (const auto& [name, member] : kFlags) {
    if (name == flag) return &(settings.*member);
  }
  return nullptr;
}

Answer in_ranges(std::string_view list, const std::optional<IpAddress>& address) {
  if (list.empty()) return Answer::no;
  if (list == "*") return Answer::yes;
  if (!address) return Answer::unknown;
  const std::vector<std::string_view> entries = split_commas(list);
  const bool any = std::any_of(entries.begin(), entries.end(), [&address](std::string_view entry) {
    const std::optional<IpRange> range = parse_ip_range(trim_space(entry));
    return range && range->contains(*address);
  });
  return any ? Answer::yes : Answer::no;
}

bool lists_port(std::string_view list, uint16_t port) {
  const PortList ports(list, "-j");
  return std::binary_search(ports.ports().begin(), ports.ports().end(), port);
}

}  // namespace

Answer captures_outbound(const TrafficSettings& settings, uint16_t port,
                         const std::optional<IpAddress>& address) {
  if (lists_port(settings.exclude_outbound_ports, port)) return Answer::no;
  if (excludes_pod_interface(settings.exclude_interfaces)) return Answer::no;
  const Answer excluded = in_ranges(settings.exclude_outbound_ranges, address);
  if (excluded == Answer::yes) return Answer::no;
  const Answer included = lists_port(settings.include_outbound_ports, port)
                              ? Answer::yes
                              : in_ranges(settings.include_outbound_ranges, address);
  return included == Answer::yes ? (excluded == Answer::no ? Answer::yes : Answer::unknown) : included;
}

Capture capture_by_iptables(const TrafficSettings& settings) {
  const bool is_tproxy = settings.mode == "TPROXY";
  Capture capture;
  if (settings.include_inbound == "*") {
    capture = capture_everything(settings, is_tproxy);
  } else if (!settings.include_inbound.empty()) {
    capture = capture_list(settings, is_tproxy);
  }
  if (!capture.failure.empty()) return capture;
  if (std::string failure = outbound_failure(settings); !failure.empty()) return failed(std::move(failure));
  if (excludes_pod_interface(settings.exclude_interfaces)) capture = {};
  capture.settings = settings;
  return capture;
}

std::optional<TrafficSettings> traffic_settings_of_arguments(const std::vector<std::string_view>& arguments) {
  if (arguments.empty()) return std::nullopt;
  TrafficSettings settings;
  settings.include_inbound.clear();  // what istio-iptables does when it is not told
  settings.include_outbound_ranges.clear();
  for (size_t i = 0; i + 1 < arguments.size(); ++i) {
    if (std::string* setting = setting_of_flag(settings, arguments[i]))
      *setting = std::string(arguments[++i]);
  }
  return settings;
}

std::optional<Capture> capture_by_cni(const CniPod& pod) {
  if (pod.has_istio_init || (!pod.proxy_type.empty() && pod.proxy_type != "sidecar")) return std::nullopt;
  if (is_switched_off(pod) || !pod.annotations.contains(annotation_key::kStatus)) return std::nullopt;
  if (std::string refusal = cni_refusal(pod.annotations); !refusal.empty()) return failed(std::move(refusal));
  return capture_by_iptables(cni_settings(pod.annotations));
}

}  // namespace kray
