// What the operator itself refuses, after the API server has let it pass.
//
// specs/kuberay-kubeflow.md section 0, items 3 to 6, 13 and section A.3; operators from 1.4 on check
// names, and RayJobs and RayServices along with the cluster they carry.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "derive/ray_settings.h"
#include "derive/ray_spec.h"

namespace kray {

struct InvalidRaySpec {
  std::string text;
  Place place;
};

// Ray versions as the operator compares them: "2.53", "v2.53.0-rc1"; a single number is none.
std::optional<Version> parse_ray_version(std::string_view text);

bool is_gcs_fault_tolerant(const RayClusterFields& cluster, const Labels& annotations);
bool is_managed_elsewhere(std::string_view managed_by);

// Nothing if it is valid. `name` is the object's own, `annotations` those of its metadata; `labels`
// those of the RayCluster, which say whether a RayJob or RayService made it.
std::optional<InvalidRaySpec> invalid_ray_cluster(const RayClusterFields& cluster, std::string_view name,
                                                  const Labels& labels, const Labels& annotations,
                                                  const Version& kuberay);
std::optional<InvalidRaySpec> invalid_ray_job(const RayJobFields& job, std::string_view name,
                                              const Labels& annotations, const Version& kuberay);
std::optional<InvalidRaySpec> invalid_ray_service(const RayServiceFields& service, std::string_view name,
                                                  const Labels& annotations, const Version& kuberay);
// networkPolicy: refused where its feature gate is known to be off (A.3), and where its rules do not fit.
std::optional<InvalidRaySpec> invalid_network_policy(const RayClusterFields& cluster,
                                                     const KubeRaySettings& settings);
// upgradeStrategy of a RayService that is upgraded in steps.
std::optional<InvalidRaySpec> invalid_upgrade_options(const RayServiceFields& service);
std::optional<InvalidRaySpec> invalid_ray_cron_job(const RayCronJobFields& cron_job, const Version& kuberay);

}  // namespace kray
