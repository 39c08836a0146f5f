// Looks up variables when asked, in the container and in the ConfigMaps beside it.
#include "derive/container_env.h"

#include <algorithm>
#include <vector>

#include "cluster/image.h"
#include "cluster/views.h"

namespace kray {
namespace {

std::optional<std::string_view> text_of(NodeRef value) {
  if (!value) return std::nullopt;
  return value.text();
}

NodeRef config_map_data(const ContainerEnv& env, std::string_view name) {
  for (const Object* map : env.inventory->of_kind("", "ConfigMap")) {
    if (map->name == name && may_share_namespace(*map, *env.workload)) return map->node["data"];
  }
  return {};
}

std::optional<std::string_view> from_sources(const ContainerEnv& env, std::string_view name) {
  std::optional<std::string_view> found;
  for (const NodeRef source : env.container["envFrom"].items()) {
    const std::string_view prefix = source["prefix"].text();
    if (!name.starts_with(prefix)) continue;
    const NodeRef data = config_map_data(env, source["configMapRef"]["name"].text());
    if (const NodeRef value = data[name.substr(prefix.size())]) found = value.text();
  }
  return found;
}

std::vector<std::string_view> words_of(NodeRef container) {
  std::vector<std::string_view> words;
  for (const char* list : {"command", "args"}) {
    for (const NodeRef word : container[list].items()) words.push_back(word.text());
  }
  return words;
}

}  // namespace

std::optional<std::string_view> ContainerEnv::value(std::string_view name) const {
  NodeRef last;
  for (const NodeRef variable : container["env"].items()) {
    if (variable["name"].text() == name) last = variable;
  }
  if (!last) return container ? from_sources(*this, name) : std::nullopt;
  const NodeRef reference = last["valueFrom"]["configMapKeyRef"];
  if (!last["valueFrom"]) return last["value"].text();
  return text_of(config_map_data(*this, reference["name"].text())[reference["key"].text()]);
}

std::optional<std::string_view> flag_of(NodeRef container, std::string_view name) {
  const std::vector<std::string_view> words = words_of(container);
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    const size_t dashes = std::min(word.find_first_not_of('-'), word.size());
    if (dashes == 0 || !word.substr(dashes).starts_with(name)) continue;
    word.remove_prefix(dashes + name.size());
    if (word.starts_with('=')) return word.substr(1);
    if (word.empty() && i + 1 < words.size()) return words[i + 1];
  }
  return std::nullopt;
}

std::optional<std::string_view> ContainerEnv::flag(std::string_view name) const {
  const std::optional<std::string_view> text = flag_of(container, name);
  if (!text || !text->starts_with("$(") || !text->ends_with(')')) return text;
  return value(text->substr(2, text->size() - 3));
}

ContainerEnv find_controller(const Inventory& inventory, std::string_view image) {
  for (const Object* deployment : inventory.of_kind("apps", "Deployment")) {
    for (const NodeRef container : pod_template_of(*deployment).containers().items()) {
      const std::string_view repository = parse_image(container["image"].text()).repository;
      const size_t slash = repository.rfind('/');
      if (repository.substr(slash == std::string_view::npos ? 0 : slash + 1) == image)
        return {.inventory = &inventory, .workload = deployment, .container = container};
    }
  }
  return {.inventory = &inventory, .workload = nullptr, .container = {}};
}

}  // namespace kray
