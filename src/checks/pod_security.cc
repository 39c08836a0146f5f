// The controls of the standard (kubernetes.io, Pod Security Standards, version 1.32), one function each:
// first those of level baseline, then what restricted adds. A field that is not set is allowed by every
// control of baseline; restricted asks for some fields to be set.
#include "checks/pod_security.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "checks/describe.h"
#include "manifest/scalar.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 13> kBaselineCapabilities = {
    "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER",  "FSETID", "KILL",      "MKNOD",
    "NET_BIND_SERVICE", "SETFCAP", "SETGID",       "SETPCAP", "SETUID", "SYS_CHROOT"};
constexpr std::array<std::string_view, 12> kSafeSysctls = {
    "kernel.shm_rmid_forced",           "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports", "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",        "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",     "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",      "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",          "net.ipv4.tcp_wmem"};
constexpr std::array<std::string_view, 4> kSelinuxTypes = {"container_t", "container_init_t",
                                                           "container_kvm_t", "container_engine_t"};
// Volume sources that are part of the pod or of claims; `image` came later and mounts nothing of the node.
constexpr std::array<std::string_view, 9> kRestrictedVolumes = {
    "configMap", "csi",   "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
    "projected", "image", "secret"};

bool is_among(std::span<const std::string_view> list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_false(NodeRef node) { return node && node.kind() == NodeKind::boolean && !node.is_true(); }

class Examination {
 public:
  Examination(const PodTemplate& pod, PodSecurityLevel level)
      : pod_(pod), restricted_(level == PodSecurityLevel::restricted) {}

  std::vector<PodSecurityViolation> whole_pod() {
    examine_pod();
    for (const char* list : {"initContainers", "containers", "ephemeralContainers"}) {
      for (const NodeRef container : pod_.spec[list].items())
        examine_container(container, fmt::format("container {}", quoted(container["name"].text())));
    }
    return std::move(violations_);
  }

  std::vector<PodSecurityViolation> added_container(NodeRef container, std::string_view words) {
    examine_container(container, std::string(words));
    return std::move(violations_);
  }

 private:
  void forbid(NodeRef field, std::string words, std::string fix) {
    violations_.push_back({field, false, std::move(words), std::move(fix)});
  }

  void examine_pod() {
    host_namespaces();
    host_paths();
    sysctls();
    app_armor_annotations();
    const NodeRef context = pod_.spec["securityContext"];
    security_context(context, "the pod");
    if (restricted_) volume_types();
  }

  // Controls on fields that pods and containers both have.
  void security_context(NodeRef context, const std::string& owner) {
    host_process(context, owner);
    unconfined(context["seccompProfile"]["type"], owner, "seccomp");
    unconfined(context["appArmorProfile"]["type"], owner, "AppArmor");
    selinux(context["seLinuxOptions"], owner);
    if (restricted_) root_user(context, owner);
  }

  void examine_container(NodeRef container, const std::string& owner) {
    const NodeRef context = container["securityContext"];
    security_context(context, owner);
    if (const NodeRef privileged = context["privileged"]; privileged.is_true())
      forbid(privileged, owner + " is privileged", "Remove 'privileged: true'.");
    capabilities(context["capabilities"]["add"], owner);
    host_ports(container, owner);
    const NodeRef mount = context["procMount"];
    if (!mount.text().empty() && mount.text() != "Default")
      forbid(mount, fmt::format("{} has procMount {}", owner, mount.text()), "Remove 'procMount'.");
    if (restricted_) required_fields(container, owner);
  }

  void host_namespaces() {
    for (const char* field : {"hostNetwork", "hostPID", "hostIPC"}) {
      const NodeRef node = pod_.spec[field];
      if (node.is_true())
        forbid(node, fmt::format("it sets {}", field), fmt::format("Remove '{}: true'.", field));
    }
  }

  void host_paths() {
    for (const NodeRef volume : pod_.spec["volumes"].items()) {
      if (volume["hostPath"])
        forbid(volume["hostPath"], fmt::format("volume {} is a hostPath", quoted(volume["name"].text())),
               "Use an emptyDir or a persistentVolumeClaim.");
    }
  }

  void sysctls() {
    for (const NodeRef sysctl : pod_.spec["securityContext"]["sysctls"].items()) {
      if (!is_among(kSafeSysctls, sysctl["name"].text()))
        forbid(sysctl["name"], fmt::format("it sets the sysctl {}", quoted(sysctl["name"].text())),
               "Remove it, or have the node set it.");
    }
  }

  void app_armor_annotations() {
    for (const Field annotation : pod_.metadata["annotations"].fields()) {
      if (!annotation.key.text().starts_with("container.apparmor.security.beta.kubernetes.io/")) continue;
      const std::string_view value = annotation.value.text();
      if (value.empty() || value == "runtime/default" || value.starts_with("localhost/")) continue;
      forbid(annotation.value, fmt::format("its annotation sets the AppArmor profile {}", quoted(value)),
             "Use 'runtime/default'.");
    }
  }

  void host_process(NodeRef context, const std::string& owner) {
    const NodeRef field = context["windowsOptions"]["hostProcess"];
    if (field.is_true())
      forbid(field, owner + " runs as a Windows host process", "Remove 'hostProcess: true'.");
  }

  void unconfined(NodeRef type, const std::string& owner, std::string_view what) {
    if (!type || type.text().empty() || type.text() == "RuntimeDefault" || type.text() == "Localhost") return;
    forbid(type, fmt::format("{} has the {} profile {}", owner, what, type.text()),
           "Use type 'RuntimeDefault'.");
  }

  void selinux(NodeRef options, const std::string& owner) {
    if (const NodeRef type = options["type"]; !type.text().empty() && !is_among(kSelinuxTypes, type.text()))
      forbid(type, fmt::format("{} has the SELinux type {}", owner, quoted(type.text())), "Remove it.");
    for (const char* field : {"user", "role"}) {
      if (const NodeRef node = options[field]; !node.text().empty())
        forbid(node, fmt::format("{} sets an SELinux {}", owner, field), "Remove it.");
    }
  }

  void capabilities(NodeRef added, const std::string& owner) {
    for (const NodeRef capability : added.items()) {
      const std::string_view name = capability.text();
      if (restricted_ ? name == "NET_BIND_SERVICE" : is_among(kBaselineCapabilities, name)) continue;
      forbid(capability, fmt::format("{} adds capability {}", owner, name), "Remove it.");
    }
  }

  void host_ports(NodeRef container, const std::string& owner) {
    for (const NodeRef port : container["ports"].items()) {
      const NodeRef host_port = port["hostPort"];
      if (integer_value(host_port.text()).value_or(0) != 0)
        forbid(host_port, fmt::format("{} has host port {}", owner, host_port.text()), "Remove 'hostPort'.");
    }
  }

  void volume_types() {
    for (const NodeRef volume : pod_.spec["volumes"].items()) {
      for (const Field source : volume.fields()) {
        const std::string_view type = source.key.text();
        if (type == "name" || type == "hostPath" || is_among(kRestrictedVolumes, type)) continue;
        forbid(source.value, fmt::format("volume {} is of type {}", quoted(volume["name"].text()), type),
               "Use a persistentVolumeClaim.");
      }
    }
  }

  void root_user(NodeRef context, const std::string& owner) {
    if (const NodeRef user = context["runAsUser"]; user && integer_value(user.text()) == 0)
      forbid(user, owner + " runs as user 0", "Use another user.");
    if (const NodeRef non_root = context["runAsNonRoot"]; is_false(non_root))
      forbid(non_root, owner + " may run as root", "Set it to true.");
  }

  // What restricted asks of each container, by itself or through the pod.
  void required_fields(NodeRef container, const std::string& owner) {
    const NodeRef of_pod = pod_.spec["securityContext"];
    const NodeRef context = container["securityContext"];
    const bool is_windows = pod_.spec["os"]["name"].text() == "windows";
    std::vector<std::string> missing;
    if (!context["runAsNonRoot"] && !of_pod["runAsNonRoot"]) missing.emplace_back("runAsNonRoot: true");
    if (!is_windows) {
      if (!is_false(context["allowPrivilegeEscalation"]))
        missing.emplace_back("allowPrivilegeEscalation: false");
      if (!drops_all(context)) missing.emplace_back("capabilities.drop: [ALL]");
      if (context["seccompProfile"]["type"].text().empty() && of_pod["seccompProfile"]["type"].text().empty())
        missing.emplace_back("seccompProfile.type: RuntimeDefault");
    }
    if (missing.empty()) return;
    violations_.push_back({context ? context : container, true,
                           fmt::format("{} lacks {}", owner, join_words(missing)),
                           "Add it to the securityContext of the container."});
  }

  static bool drops_all(NodeRef context) {
    const auto dropped = context["capabilities"]["drop"].items();
    return std::any_of(dropped.begin(), dropped.end(), [](NodeRef one) { return one.text() == "ALL"; });
  }

  const PodTemplate& pod_;
  bool restricted_;
  std::vector<PodSecurityViolation> violations_;
};

}  // namespace

std::string_view to_string(PodSecurityLevel level) {
  switch (level) {
    case PodSecurityLevel::privileged: return "privileged";
    case PodSecurityLevel::baseline: return "baseline";
    case PodSecurityLevel::restricted: return "restricted";
  }
  return "";
}

std::optional<PodSecurityLevel> parse_pod_security_level(std::string_view text) {
  for (const PodSecurityLevel level :
       {PodSecurityLevel::privileged, PodSecurityLevel::baseline, PodSecurityLevel::restricted}) {
    if (text == to_string(level)) return level;
  }
  return std::nullopt;
}

std::vector<PodSecurityViolation> pod_security_violations(const PodTemplate& pod, PodSecurityLevel level) {
  if (level == PodSecurityLevel::privileged) return {};
  return Examination(pod, level).whole_pod();
}

std::vector<PodSecurityViolation> pod_security_violations_of_added(const PodTemplate& pod, NodeRef container,
                                                                   std::string_view words,
                                                                   PodSecurityLevel level) {
  if (level == PodSecurityLevel::privileged) return {};
  return Examination(pod, level).added_container(container, words);
}

}  // namespace kray
