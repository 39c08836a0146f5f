// Either onSuccess and onFailure, or a list of rules; workers go before the cluster, the cluster before
// the RayJob itself.
#include "derive/ray_deletion.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <utility>

#include "manifest/scalar.h"

namespace kray {
namespace {

using Problem = std::optional<InvalidDeletion>;

bool deletes_cluster(std::string_view policy) {
  return policy == "DeleteCluster" || policy == "DeleteWorkers";
}
bool autoscales(const RayJobFields& job) { return job.cluster && job.cluster->autoscaling; }

Problem invalid_policies(const RayJobFields& job) {
  for (const std::string_view when : {"onSuccess", "onFailure"}) {
    const NodeRef policy = job.deletion_strategy[when]["policy"];
    if (policy.is_null())
      return InvalidDeletion{job.deletion_strategy, fmt::format("{} needs a policy", when)};
    if (job.has_selector && deletes_cluster(policy.text()))
      return InvalidDeletion{policy, "a cluster of clusterSelector cannot be deleted"};
    if (policy.text() == "DeleteWorkers" && autoscales(job))
      return InvalidDeletion{policy, "DeleteWorkers cannot be used with the autoscaler"};
    if (policy.text() == "DeleteNone" && job.shutdown_after_finish)
      return InvalidDeletion{policy, "DeleteNone contradicts shutdownAfterJobFinishes"};
  }
  return std::nullopt;
}

Problem invalid_rules(const RayJobFields& job, NodeRef rules) {
  using Key = std::pair<std::string, std::string>;  // condition, policy
  std::map<Key, int64_t> seconds;
  for (const NodeRef rule : rules.items()) {
    const std::string policy(rule["policy"].text());
    const NodeRef condition = rule["condition"];
    if (job.has_selector && deletes_cluster(policy))
      return InvalidDeletion{rule["policy"], "a cluster of clusterSelector cannot be deleted"};
    if (policy == "DeleteWorkers" && autoscales(job))
      return InvalidDeletion{rule["policy"], "DeleteWorkers cannot be used with the autoscaler"};
    const std::string when =
        fmt::format("{}/{}", condition["jobStatus"].text(), condition["jobDeploymentStatus"].text());
    const int64_t ttl = integer_value(condition["ttlSeconds"].text()).value_or(0);
    if (!seconds.emplace(Key{when, policy}, ttl).second)
      return InvalidDeletion{rule, "two deletion rules for one condition and policy"};
  }
  constexpr std::array<std::string_view, 3> kOrder = {"DeleteWorkers", "DeleteCluster", "DeleteSelf"};
  for (const auto& [key, ttl] : seconds) {
    bool later = false;
    for (const std::string_view policy : kOrder) {
      const auto other = seconds.find(Key{key.first, std::string(policy)});
      if (later && other != seconds.end() && other->second < ttl)
        return InvalidDeletion{rules, fmt::format("{} comes before {}", policy, key.second)};
      later = later || policy == key.second;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<InvalidDeletion> invalid_ray_deletion(const RayJobFields& job) {
  const NodeRef ttl = job.from["ttlSecondsAfterFinished"];
  if (job.ttl_seconds < 0) return InvalidDeletion{ttl, "ttlSecondsAfterFinished is negative"};
  if (job.ttl_seconds > 0 && !job.shutdown_after_finish)
    return InvalidDeletion{ttl, "ttlSecondsAfterFinished needs shutdownAfterJobFinishes"};
  if (!job.deletion_strategy) return std::nullopt;
  const NodeRef rules = job.deletion_strategy["deletionRules"];
  if (rules.size() == 0) return invalid_policies(job);
  if (job.shutdown_after_finish)
    return InvalidDeletion{rules, "deletionRules and shutdownAfterJobFinishes exclude each other"};
  return invalid_rules(job, rules);
}

}  // namespace kray
