// specs/kuberay-kubeflow.md C.1: names, labels and flags of the chart and of the kustomizations.
#include "derive/kuberay_operator.h"

#include <algorithm>
#include <map>
#include <utility>

#include "cluster/image.h"
#include "derive/container_env.h"

namespace kray {
namespace {

bool is_operator_image(std::string_view image) {
  const std::string_view repository = parse_image(image).repository;
  return repository == "kuberay/operator" || repository.ends_with("/kuberay/operator") ||
         repository == "kuberay-operator" || repository.ends_with("/kuberay-operator");
}

// An image under a name of the user's own: the chart's labels or the name tell.
bool is_labelled_operator(const Object& deployment, const PodTemplate& pod) {
  constexpr std::string_view kName = "kuberay-operator";
  return deployment.name == kName || pod.label("app.kubernetes.io/component").text() == kName ||
         pod.label("app.kubernetes.io/name").text() == kName;
}

NodeRef operator_container(const Object& deployment, const PodTemplate& pod) {
  const auto containers = pod.containers().items();
  const auto by_image = std::find_if(containers.begin(), containers.end(), [](NodeRef container) {
    return is_operator_image(container["image"].text());
  });
  if (by_image != containers.end()) return *by_image;
  return is_labelled_operator(deployment, pod) ? pod.first_container() : NodeRef();
}

std::vector<std::string> split_commas(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

// "A=true,B=false" as Kubernetes' component-base reads it; what is no boolean stops the operator.
std::map<std::string, bool, std::less<>> feature_gates_of(NodeRef container) {
  std::map<std::string, bool, std::less<>> gates;
  for (const std::string& gate : split_commas(flag_of(container, "feature-gates").value_or(""))) {
    const size_t equals = std::min(gate.find('='), gate.size());
    const std::string value = gate.substr(std::min(equals + 1, gate.size()));
    gates.insert_or_assign(gate.substr(0, equals), value == "true" || value == "True" || value == "1");
  }
  return gates;
}

KubeRaySettings settings_of(const KubeRayOperator& one) {
  KubeRaySettings settings;
  if (one.version) settings.version = *one.version;
  settings.init_container_injection = one.env("ENABLE_INIT_CONTAINER_INJECTION").text() != "false";
  settings.probes_injection = one.env("ENABLE_PROBES_INJECTION").text() != "false";
  settings.head_cluster_ip_service = one.env("ENABLE_RAY_HEAD_CLUSTER_IP_SERVICE").text() == "true";
  if (const NodeRef domain = one.env("CLUSTER_DOMAIN"); !domain.text().empty())
    settings.cluster_domain = domain.text();
  settings.feature_gates = feature_gates_of(one.container);
  settings.feature_gates_are_known = true;
  return settings;
}

}  // namespace

std::string_view KubeRayOperator::service_account() const {
  const std::string_view name = pod_template.service_account_name().text();
  return name.empty() ? "default" : name;
}

NodeRef KubeRayOperator::env(std::string_view name) const {
  const auto variables = container["env"].items();
  const auto found = std::find_if(variables.begin(), variables.end(),
                                  [name](NodeRef variable) { return variable["name"].text() == name; });
  return found == variables.end() ? NodeRef() : (*found)["value"];
}

std::vector<std::string> KubeRayOperator::watched_namespaces() const {
  return split_commas(flag_of(container, "watch-namespace").value_or(""));
}

std::vector<KubeRayOperator> find_kuberay_operators(const Inventory& inventory) {
  std::vector<KubeRayOperator> operators;
  for (const Object* deployment : inventory.of_kind("apps", "Deployment")) {
    const PodTemplate pod = pod_template_of(*deployment);
    const NodeRef container = operator_container(*deployment, pod);
    if (!container) continue;
    KubeRayOperator one{.deployment = deployment,
                        .pod_template = pod,
                        .container = container,
                        .version = parse_version(parse_image(container["image"].text()).tag),
                        .settings = {}};
    one.settings = settings_of(one);
    operators.push_back(std::move(one));
  }
  return operators;
}

}  // namespace kray
