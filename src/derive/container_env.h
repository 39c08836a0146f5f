// What a container finds in its environment, as far as the input says.
//
// Kubernetes' rules: `env` beats `envFrom`, the last entry of a name wins, and a source that is not in the
// input says nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cluster/inventory.h"

namespace kray {

// The value of a flag in command or args, as it is written: "-name VALUE", "--name=VALUE".
std::optional<std::string_view> flag_of(NodeRef container, std::string_view name);

// A container of `workload`, whose namespace is that of the ConfigMaps it names.
struct ContainerEnv {
  const Inventory* inventory = nullptr;
  const Object* workload = nullptr;
  NodeRef container;

  // Nothing: not set, or set by something that is not in the input.
  std::optional<std::string_view> value(std::string_view name) const;
  // The value of a flag, where "$(NAME)" stands for a variable; nothing if either is not there.
  std::optional<std::string_view> flag(std::string_view name) const;
};

// The first Deployment with a container whose image is called `image`, whatever its registry and tag.
// Without one, `container` is nothing and no variable is set.
ContainerEnv find_controller(const Inventory& inventory, std::string_view image);

}  // namespace kray
