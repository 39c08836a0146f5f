// Stage B (specs/istio.md 1.2, INJ-7, INJ-8, INJ-9) and the templates (INJ-11, INJ-13), as one injector after
// the other does it.
//
// An injected pod is followed by what matters later: in which list istio-proxy stands, what kind of proxy
// it is, the arguments of istio-init, and with CNI the annotations that the template writes for the
// plugin (the next injector reads them, 0.5-19). An injector keeps what an earlier one or the user
// put there and lays its own on top, container by container of the same name.
//
// Native sidecars (0.5-16): the template puts istio-proxy among the init containers unless the annotation
// says "false"; the empty string leaves it to the install. A copy among the containers is then removed,
// but only if the install or an annotation that is exactly "true" says native. Whoever slips through
// ends with two containers of one name, which the API server refuses.
#include "mesh/injector.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "mesh/annotations.h"
#include "mesh/go_text.h"

namespace kray {
namespace {

constexpr std::string_view kInjectKey = "sidecar.istio.io/inject";
constexpr std::string_view kTlsModeKey = "security.istio.io/tlsMode";
constexpr std::array<std::string_view, 4> kIgnoredNamespaces = {"kube-system", "kube-public",
                                                                "kube-node-lease", "local-path-storage"};
constexpr std::array<std::string_view, 8> kBuiltInTemplates = {
    "sidecar",  "gateway",      "grpc-simple",  "grpc-agent",
    "waypoint", "kube-gateway", "agentgateway", "agentgateway-waypoint"};

template <typename List>
bool contains(const List& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

const std::string* find(const Labels& labels, std::string_view key) {
  const auto found = labels.find(key);
  return found == labels.end() ? nullptr : &found->second;
}

// Empty selectors never match, unlike anywhere else in Kubernetes.
bool any_matches(const std::vector<NodeRef>& selectors, const Labels& labels) {
  return std::any_of(selectors.begin(), selectors.end(), [&labels](NodeRef selector) {
    const bool is_empty = selector["matchLabels"].size() == 0 && selector["matchExpressions"].size() == 0;
    return !is_empty && matches_label_selector(selector, labels);
  });
}

std::string setting(const Labels& annotations, std::string_view key, const std::string& otherwise) {
  const std::string* annotation = find(annotations, key);
  return annotation == nullptr ? otherwise : *annotation;
}

// The annotation's templates, else the default ones, aliases replaced once.
std::vector<std::string> chosen_templates(const Injector& injector, const Labels& annotations) {
  std::vector<std::string> names;
  if (const std::string* list = find(annotations, annotation_key::kTemplates)) {
    for (const std::string_view name : split_commas(*list)) names.emplace_back(trim_space(name));
  } else {
    names = injector.default_templates;
  }
  std::vector<std::string> resolved;
  for (const std::string& name : names) {
    const auto alias = injector.aliases.find(name);
    if (alias == injector.aliases.end()) {
      resolved.push_back(name);
    } else {
      resolved.insert(resolved.end(), alias->second.begin(), alias->second.end());
    }
  }
  return resolved;
}

bool has_template(const Injector& injector, const std::string& name) {
  return injector.templates.empty() ? contains(kBuiltInTemplates, name) : injector.templates.contains(name);
}

// The mode that the template sees: annotation, else ProxyConfig of the pod over that of the mesh.
// REDIRECT is the zero value, which cannot override (0.5-17).
std::string interception_mode(const Injector& injector, const Labels& annotations) {
  if (const std::string* mode = find(annotations, annotation_key::kInterceptionMode)) return *mode;
  if (const std::string* config = find(annotations, annotation_key::kProxyConfig)) {
    MeshTexts texts;
    const std::string own = read_proxy_config(texts.parse(*config).root).interception;
    if (!own.empty() && own != "REDIRECT") return own;
  }
  return injector.traffic.mode;
}

// The list with the status port added, the way the template does it: an addition also drops blanks and
// empty entries, no addition leaves the text as it is.
std::string with_status_port(const std::string& status_port, const std::string& excluded) {
  const std::string port(trim_space(status_port));
  if (port.empty() || port == "0") return excluded;
  std::string list;
  for (const std::string_view entry : split_commas(excluded)) {
    if (entry == port) return excluded;
    const std::string_view trimmed = trim_space(entry);
    if (!trimmed.empty()) list += fmt::format("{},", trimmed);
  }
  return list + port;
}

TrafficSettings rendered_settings(const Injector& injector, const Labels& annotations) {
  namespace key = annotation_key;
  const TrafficSettings& values = injector.traffic;
  return {.mode = interception_mode(injector, annotations),
          .include_inbound = setting(annotations, key::kIncludeInboundPorts, values.include_inbound),
          .exclude_inbound =
              with_status_port(setting(annotations, key::kStatusPort, injector.status_port),
                               setting(annotations, key::kExcludeInboundPorts, values.exclude_inbound)),
          .include_outbound_ports =
              setting(annotations, key::kIncludeOutboundPorts, values.include_outbound_ports),
          .exclude_outbound_ports =
              setting(annotations, key::kExcludeOutboundPorts, values.exclude_outbound_ports),
          .include_outbound_ranges =
              setting(annotations, key::kIncludeOutboundRanges, values.include_outbound_ranges),
          .exclude_outbound_ranges =
              setting(annotations, key::kExcludeOutboundRanges, values.exclude_outbound_ranges),
          .exclude_interfaces = setting(annotations, key::kExcludeInterfaces, "")};
}

// For the CNI plugin, which sees annotations only.
void write_annotations(const TrafficSettings& settings, Labels& annotations) {
  namespace key = annotation_key;
  const auto write = [&annotations](std::string_view name, const std::string& value) {
    annotations.insert_or_assign(std::string(name), value);
  };
  write(key::kInterceptionMode, settings.mode);
  write(key::kIncludeInboundPorts, settings.include_inbound);
  write(key::kExcludeInboundPorts, settings.exclude_inbound);
  if (!settings.include_outbound_ranges.empty())
    write(key::kIncludeOutboundRanges, settings.include_outbound_ranges);
  if (!settings.exclude_outbound_ranges.empty())
    write(key::kExcludeOutboundRanges, settings.exclude_outbound_ranges);
  if (!settings.include_outbound_ports.empty())
    write(key::kIncludeOutboundPorts, settings.include_outbound_ports);
  if (!settings.exclude_outbound_ports.empty())
    write(key::kExcludeOutboundPorts, settings.exclude_outbound_ports);
}

struct NativeChoice {
  bool by_template = false;   // istio-proxy goes to the init containers
  bool moves_copies = false;  // and none stays among the containers
};

NativeChoice choose_native(const Injector& injector, bool nodes_are_new, const Labels& annotations) {
  const bool install = injector.native == NativeSidecars::on ||
                       (injector.native == NativeSidecars::automatic && nodes_are_new);
  const std::string annotation = setting(annotations, annotation_key::kNativeSidecar, "");
  if (annotation.empty()) return {install, install};
  return {annotation != "false", annotation == "true" || (install && annotation != "false")};
}

void apply_sidecar(const Injector& injector, const NativeChoice& native, PodState& pod) {
  TrafficSettings settings = rendered_settings(injector, pod.annotations);
  if (injector.uses_cni) write_annotations(settings, pod.annotations);
  if (settings.mode != "NONE" && injector.uses_cni) pod.has_validation = true;
  if (settings.mode != "NONE" && !injector.uses_cni) {
    pod.has_istio_init = true;
    pod.init = settings;
    pod.init.exclude_inbound =
        settings.exclude_inbound.empty() ? "15090,15021" : "15090,15021," + settings.exclude_inbound;
  }
  (native.by_template ? pod.has_native_proxy : pod.has_proxy) = true;
  pod.proxy_type = "sidecar";
  std::string& tls_mode = pod.labels[std::string(kTlsModeKey)];
  if (tls_mode.empty()) tls_mode = "istio";
}

ProxyKind apply_template(const Injector& injector, const std::string& name, const NativeChoice& native,
                         PodState& pod) {
  if (name == "sidecar") {
    apply_sidecar(injector, native, pod);
    return ProxyKind::sidecar;
  }
  if (name == "gateway") {
    pod.has_proxy = true;
    pod.proxy_type = "router";
    return ProxyKind::router;
  }
  if (name == "grpc-agent") {
    pod.has_proxy = true;
    pod.proxy_type = "grpc-agent";  // runs without Envoy, which the CNI plugin leaves alone too
    return ProxyKind::grpc_agent;
  }
  return name == "grpc-simple" ? ProxyKind::none : ProxyKind::unknown;
}

}  // namespace

bool is_ignored_namespace(std::string_view ns) { return contains(kIgnoredNamespaces, ns); }

std::optional<Decline> declines(const Injector& injector, const PodState& pod) {
  if (pod.host_network) return Decline::host_network;
  if (is_ignored_namespace(pod.ns)) return Decline::ignored_namespace;
  // A label hides the annotation, even an empty one.
  const std::string* label = find(pod.labels, kInjectKey);
  const std::string* value = label != nullptr ? label : find(pod.annotations, kInjectKey);
  std::optional<Decline> skip;
  bool decided = false;
  if (value != nullptr && (*value == "true" || *value == "false")) {
    decided = true;
    if (*value == "false") skip = label != nullptr ? Decline::label_false : Decline::annotation_false;
  } else if (any_matches(injector.never_selectors, pod.labels)) {
    decided = true;
    skip = Decline::never_selector;
  } else if (any_matches(injector.always_selectors, pod.labels)) {
    decided = true;
  }
  if (skip) return skip;
  const bool injects = injector.policy == "enabled" || (injector.policy == "disabled" && decided);
  return injects ? std::nullopt : std::optional(Decline::policy);
}

Injected inject(const Injector& injector, bool nodes_are_new, PodState& pod) {
  Injected result;
  const std::vector<std::string> names = chosen_templates(injector, pod.annotations);
  const bool renders_resources = contains(names, "sidecar") || contains(names, "grpc-agent");
  const std::vector<std::string> bad = bad_annotations(pod.annotations, renders_resources);
  if (!bad.empty()) {
    result.refused_annotation = bad.front();
    result.refusal = fmt::format("bad value of annotation {}", fmt::join(bad, ", "));
    return result;
  }
  for (const std::string& name : names) {
    if (has_template(injector, name)) continue;
    result.refused_annotation = std::string(annotation_key::kTemplates);
    result.refusal = fmt::format("unknown injection template '{}'", name);
    return result;
  }
  const NativeChoice native = choose_native(injector, nodes_are_new, pod.annotations);
  for (const std::string& name : names) {
    const ProxyKind kind = apply_template(injector, name, native, pod);
    const bool adds =
        kind != ProxyKind::none && !(kind == ProxyKind::unknown && result.proxy == ProxyKind::sidecar);
    if (adds) result.proxy = kind;
  }
  if (native.moves_copies && pod.has_native_proxy) pod.has_proxy = false;
  pod.annotations.insert_or_assign(std::string(annotation_key::kStatus), "{}");
  return result;
}

std::optional<bool> nodes_run_native_sidecars(const InjectorSettings& settings, const PodState& pod) {
  if (const auto own = settings.nodes.find(pod.node_name); own != settings.nodes.end()) return own->second;
  if (settings.nodes.empty()) return std::nullopt;
  return std::all_of(settings.nodes.begin(), settings.nodes.end(),
                     [](const auto& node) { return node.second; });
}

namespace {

// Reads containers or init containers for what Istio puts there.
void read_containers(NodeRef containers, bool are_init, PodState& pod) {
  for (const NodeRef container : containers.items()) {
    const std::string_view name = container["name"].text();
    std::vector<std::string_view> arguments;
    for (const NodeRef argument : container["args"].items()) arguments.push_back(argument.text());
    if (name == "istio-proxy") {
      (are_init ? pod.has_native_proxy : pod.has_proxy) = true;
      if (arguments.size() > 1 && arguments[0] == "proxy") pod.proxy_type = std::string(arguments[1]);
    } else if (are_init && name == "istio-init") {
      pod.has_istio_init = true;
      if (auto settings = traffic_settings_of_arguments(arguments)) {
        pod.init = std::move(*settings);
      } else {
        pod.init.exclude_inbound = "15090,15021,15020";
      }
    } else if (are_init && name == "istio-validation") {
      pod.has_validation = true;
    }
  }
}

}  // namespace

PodState pod_state(std::string_view ns, const Labels& labels, NodeRef annotations, NodeRef spec) {
  PodState pod;
  pod.ns = std::string(ns);
  pod.host_network = spec["hostNetwork"].is_true();
  pod.node_name = std::string(spec["nodeName"].text());
  pod.labels = labels;
  pod.annotations = labels_of(annotations);
  read_containers(spec["containers"], false, pod);
  read_containers(spec["initContainers"], true, pod);
  return pod;
}

}  // namespace kray
