// The operator versions from which it does something differently, in one place.
//
// Proved for 1.3.2 and 1.6.2 (conformance/kuberay); which version in between made the change is taken from
// specs/kuberay-kubeflow.md where it says so, and is otherwise the earliest that may have.
#pragma once

#include "cluster/version.h"

namespace kray {

// 1.4: names are checked instead of cut, and so is the cluster inside a RayJob or RayService.
constexpr Version kNamesCheckedSince{1, 4, 0};
constexpr Version kShortClusterNamesSince{1, 4, 0};  // "demo-xxxxx", before "demo-raycluster-xxxxx"
constexpr Version kHostsCountedSince{1, 4, 0};       // numOfHosts in the size of a group; 0 was 1 before
constexpr Version kShortIngressLabelSince{1, 4, 0};
constexpr Version kGroupSuspendSince{1, 4, 0};  // feature gate RayJobDeletionPolicy, on from there

// 1.5: group labels, token authentication and SidecarMode come with the CRDs.
constexpr Version kJobServiceSince{1, 5, 0};  // a RayJob's own head Service
constexpr Version kSidecarModeSince{1, 5, 0};
constexpr Version kPodResizeSince{1, 5, 0};
constexpr Version kIncrementalUpgradeSince{1, 5, 0};

constexpr Version kCronJobsSince{1, 6, 0};
constexpr Version kServePrefixSince{1, 6, 0};  // ports named serve-*, and the user's own Serve ports
constexpr Version kProbePortsSince{1, 6, 0};   // of rayStartParams, and Ray's one health check
constexpr Version kReplicaLabelsSince{1, 6, 0};
constexpr Version kVersionAnnotationSince{1, 6, 0};
constexpr Version kModeLabelSince{1, 6, 0};
constexpr Version kServiceManagedSince{1, 6, 0};
constexpr Version kInitializingTimeoutSince{1, 6, 0};

// 1.7: facts of its sources only (specs/kuberay-kubeflow.md section 0).
constexpr Version kSubmitterLabelsSince{1, 7, 0};
constexpr Version kIngressOptionsSince{1, 7, 0};

}  // namespace kray
