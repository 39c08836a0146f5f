// Two maps, filled once.
#include "reach/pod_directory.h"

#include <fmt/format.h>

#include "cluster/similar.h"

namespace kray {

PodDirectory::PodDirectory(std::span<const PodClass> pods) : pods_(pods) {
  for (size_t i = 0; i < pods.size(); ++i) {
    by_name_[pods[i].id()].push_back(i);
    if (!pods[i].object->is("", "Pod")) continue;
    // On the host network the address is the node's.
    if (pods[i].pod_template.host_network().is_true()) continue;
    if (const auto ip = parse_ip(pods[i].object->node["status"]["podIP"].text()))
      by_ip_[{ip->is_v6, ip->bytes}].push_back(i);
  }
}

PodDirectory::Found PodDirectory::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  if (found != by_name_.end() && found->second.size() == 1)
    return {.index = found->second.front(), .problem = {}};
  if (found != by_name_.end()) {
    return {.index = std::nullopt,
            .problem = fmt::format("'{}' is defined {} times in the input", name, found->second.size())};
  }
  const std::string prefix = std::string(name) + "/";
  const auto group = by_name_.lower_bound(prefix);
  if (group != by_name_.end() && group->first.starts_with(prefix)) {
    return {.index = std::nullopt,
            .problem = fmt::format("'{}' has several groups of pods, '{}' is one", name, group->first)};
  }
  std::vector<std::string_view> names;
  for (const auto& [one, indexes] : by_name_) names.push_back(one);
  const std::string meant = nearest_name(name, names);
  return {.index = std::nullopt,
          .problem = meant.empty()
                         ? fmt::format("there is no pod '{}' in the input", name)
                         : fmt::format("there is no pod '{}' in the input; did you mean '{}'?", name, meant)};
}

std::optional<size_t> PodDirectory::find_by_ip(const IpAddress& ip) const {
  const auto found = by_ip_.find({ip.is_v6, ip.bytes});
  if (found == by_ip_.end() || found->second.size() != 1) return std::nullopt;
  return found->second.front();
}

}  // namespace kray
