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
    const NodeRef status = pods[i].object->node["status"];
    add_ip(status["podIP"].text(), i);
    for (const NodeRef one : status["podIPs"].items()) add_ip(one["ip"].text(), i);
  }
}

void PodDirectory::add_ip(std::string_view text, size_t pod) {
  const std::optional<IpAddress> ip = parse_ip(text);
  if (!ip) return;
  std::vector<size_t>& pods = by_ip_[{ip->is_v6, ip->bytes}];
  if (pods.empty() || pods.back() != pod) pods.push_back(pod);
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

PodDirectory::Found PodDirectory::find_by_ip(const IpAddress& ip) const {
  const auto found = by_ip_.find({ip.is_v6, ip.bytes});
  if (found == by_ip_.end()) return {};
  if (found->second.size() == 1) return {.index = found->second.front(), .problem = {}};
  return {.index = std::nullopt,
          .problem = fmt::format("{} pods of the input have the address {}, '{}' is one",
                                 found->second.size(), to_string(ip), pods_[found->second.front()].id())};
}

}  // namespace kray
