// specs/kuberay-kubeflow.md E.1. Policies of contributors are not among them: kfam writes those together with
// their RoleBindings when someone is invited, and nothing makes them again of a RoleBinding.
#include "derive/kubeflow_profile.h"

#include <algorithm>
#include <array>
#include <utility>

#include "cluster/views.h"
#include "derive/container_env.h"
#include "derive/json_manifest.h"

namespace kray {
namespace {

constexpr std::string_view kRbac = "rbac.authorization.k8s.io";
constexpr std::string_view kRbacVersion = "rbac.authorization.k8s.io/v1";

std::string variable_or(const ContainerEnv& env, std::string_view name, std::string_view otherwise) {
  const std::string_view own = env.value(name).value_or("");
  return std::string(own.empty() ? otherwise : own);
}

// The flag decides; without one that can be read, the variable that Kubeflow fills it from.
std::string flag_or(const ContainerEnv& env, std::string_view flag, std::string_view variable,
                    std::string_view otherwise) {
  const std::optional<std::string_view> own = env.flag(flag);
  return std::string(own ? *own : env.value(variable).value_or(otherwise));
}

// A namespace that was there before and is not marked as the owner's is refused.
bool is_namespace_refused(const Object& profile, const Inventory& inventory) {
  const NamespaceInfo* info = inventory.find_namespace(profile.name);
  if (info == nullptr) return false;
  const std::string_view owner = ProfileView(profile).owner();
  return std::any_of(info->definitions.begin(), info->definitions.end(), [owner](const auto& definition) {
    const Object& object = *definition.object;
    return object.is("", "Namespace") && object.metadata()["annotations"]["owner"].text() != owner;
  });
}

void put_account_subject(ManifestJson& json, std::string_view name, std::string_view ns) {
  json.StartObject();
  put_text(json, "kind", "ServiceAccount");
  put_text(json, "name", name);
  put_text(json, "namespace", ns);
  json.EndObject();
}

void put_role_ref(ManifestJson& json, std::string_view role) {
  put_key(json, "roleRef");
  json.StartObject();
  put_text(json, "apiGroup", kRbac);
  put_text(json, "kind", "ClusterRole");
  put_text(json, "name", role);
  json.EndObject();
}

// "from": [{"source": {"principals": […]}}]
void put_principals(ManifestJson& json, std::initializer_list<std::string_view> principals) {
  put_key(json, "from");
  json.StartArray();
  json.StartObject();
  put_key(json, "source");
  json.StartObject();
  put_texts(json, "principals", principals);
  json.EndObject();
  json.EndObject();
  json.EndArray();
}

// "when": [{"key": …, "values": [value]}]
void put_condition(ManifestJson& json, std::string_view key, std::string_view value) {
  put_key(json, "when");
  json.StartArray();
  json.StartObject();
  put_text(json, "key", key);
  put_texts(json, "values", {value});
  json.EndObject();
  json.EndArray();
}

// "to": [{"operation": {…}}]
void put_operation(ManifestJson& json, std::initializer_list<std::string_view> methods,
                   std::initializer_list<std::string_view> paths) {
  put_key(json, "to");
  json.StartArray();
  json.StartObject();
  put_key(json, "operation");
  json.StartObject();
  if (methods.size() > 0) put_texts(json, "methods", methods);
  put_texts(json, "paths", paths);
  json.EndObject();
  json.EndObject();
  json.EndArray();
}

class ProfileMaker {
 public:
  ProfileMaker(const Object& profile, const ProfileSettings& settings)
      : profile_(profile), settings_(settings), ns_(profile.name), owner_(ProfileView(profile).owner()) {}

  std::vector<DerivedManifest> make() {
    account("default-editor", "kubeflow-edit");
    account("default-viewer", "kubeflow-view");
    owner_binding();
    owner_policy();
    quota();
    return std::move(made_);
  }

 private:
  ManifestHead head(std::string_view api_version, std::string_view kind, std::string_view name,
                    const Labels& annotations) const {
    static const Labels kNone;
    return {.api_version = api_version,
            .kind = kind,
            .name = name,
            .ns = ns_,
            .labels = kNone,
            .annotations = annotations};
  }
  void add(std::string text, Place from) { made_.push_back({std::move(text), from, &profile_}); }
  // The owner's rights come of the owner, everything else of the Profile.
  Place owner_place() const {
    const NodeRef owner = ProfileView(profile_).spec["owner"]["name"];
    return owner ? owner.field_place() : profile_.name_place();
  }
  Labels owner_annotations() const { return {{"user", owner_}, {"role", "admin"}}; }

  // A ServiceAccount, and the RoleBinding of the same name.
  void account(std::string_view name, std::string_view role) {
    add(manifest_text(head("v1", "ServiceAccount", name, {}), [](ManifestJson&) {}), profile_.name_place());
    add(manifest_text(head(kRbacVersion, "RoleBinding", name, {}),
                      [&](ManifestJson& json) {
                        put_role_ref(json, role);
                        put_key(json, "subjects");
                        json.StartArray();
                        put_account_subject(json, name, ns_);
                        json.EndArray();
                      }),
        profile_.name_place());
  }

  void owner_binding() {
    const NodeRef owner = ProfileView(profile_).spec["owner"];
    if (!is_small(std::array{owner})) return;
    add(manifest_text(head(kRbacVersion, "RoleBinding", "namespaceAdmin", owner_annotations()),
                      [&](ManifestJson& json) {
                        put_role_ref(json, "kubeflow-admin");
                        put_key(json, "subjects");
                        json.StartArray();
                        if (owner.is_mapping()) put_node(json, owner);
                        json.EndArray();
                      }),
        owner_place());
  }

  void owner_policy() {
    const auto rule = [](ManifestJson& json, const auto& body) {
      json.StartObject();
      body();
      json.EndObject();
    };
    const auto body = [&](ManifestJson& json) {
      put_key(json, "spec");
      json.StartObject();
      put_text(json, "action", "ALLOW");
      put_key(json, "rules");
      json.StartArray();
      rule(json, [&] {
        put_principals(json, {settings_.gateway_principal, settings_.pipelines_principal});
        put_condition(json, "request.headers[" + settings_.user_header + "]", settings_.user_prefix + owner_);
      });
      rule(json, [&] { put_condition(json, "source.namespace", ns_); });
      rule(json, [&] { put_operation(json, {}, {"/healthz", "/metrics", "/wait-for-drain"}); });
      rule(json, [&] {
        put_principals(json, {settings_.notebook_controller_principal});
        put_operation(json, {"GET"}, {"*/api/kernels"});
      });
      json.EndArray();
      json.EndObject();
    };
    add(manifest_text(head("security.istio.io/v1beta1", "AuthorizationPolicy", "ns-owner-access-istio",
                           owner_annotations()),
                      body),
        owner_place());
  }

  void quota() {
    const NodeRef spec = ProfileView(profile_).resource_quota();
    if (spec["hard"].size() == 0 || !is_small(std::array{spec})) return;
    add(manifest_text(head("v1", "ResourceQuota", "kf-resource-quota", {}),
                      [&](ManifestJson& json) { put_node(json, "spec", spec); }),
        spec.key_place());
  }

  const Object& profile_;
  const ProfileSettings& settings_;
  std::string ns_;
  std::string owner_;
  std::vector<DerivedManifest> made_;
};

}  // namespace

ProfileSettings find_profile_settings(const Inventory& inventory) {
  const ContainerEnv env = find_controller(inventory, "profile-controller");
  ProfileSettings settings;
  settings.gateway_principal =
      variable_or(env, "ISTIO_INGRESS_GATEWAY_PRINCIPAL",
                  "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account");
  settings.pipelines_principal =
      variable_or(env, "KFP_UI_PRINCIPAL", "cluster.local/ns/kubeflow/sa/ml-pipeline-ui");
  settings.notebook_controller_principal =
      variable_or(env, "NOTEBOOK_CONTROLLER_PRINCIPAL",
                  "cluster.local/ns/kubeflow/sa/notebook-controller-service-account");
  settings.user_header = flag_or(env, "userid-header", "USERID_HEADER", settings.user_header);
  settings.user_prefix = flag_or(env, "userid-prefix", "USERID_PREFIX", settings.user_prefix);
  return settings;
}

std::vector<DerivedManifest> profile_manifests(const Object& profile, const Inventory& inventory,
                                               const ProfileSettings& settings) {
  if (profile.name.empty() || is_namespace_refused(profile, inventory)) return {};
  return ProfileMaker(profile, settings).make();
}

}  // namespace kray
