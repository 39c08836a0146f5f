// Asks each deriver about each object it knows.
#include "derive/derived_objects.h"

#include <iterator>
#include <utility>

#include "cluster/views.h"
#include "derive/kubeflow_profile.h"
#include "derive/kuberay.h"
#include "derive/notebook.h"
#include "derive/ray_manifests.h"
#include "derive/ray_objects.h"

namespace kray {

std::vector<DerivedManifest> derive_objects(const Inventory& inventory, const KubeRaySettings& settings) {
  const ProfileSettings profiles = find_profile_settings(inventory);
  const NotebookSettings notebooks = find_notebook_settings(inventory);
  std::vector<DerivedManifest> all;
  const auto add = [&all](std::vector<DerivedManifest> made) {
    std::move(made.begin(), made.end(), std::back_inserter(all));
  };
  for (const Object& object : inventory.objects()) {
    if (is_ray_kind(object)) {
      add(ray_manifests(object, derive_ray(object, settings, selected_ray_cluster(object, inventory))));
    } else if (object.is("kubeflow.org", "Profile")) {
      add(profile_manifests(object, inventory, profiles));
    } else if (object.is("kubeflow.org", "Notebook")) {
      add(notebook_manifests(object, notebooks));
    }
  }
  return all;
}

}  // namespace kray
