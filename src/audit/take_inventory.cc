// Copies the model of the cluster into plain values.
//
// Pods of Ray objects are those that the operator makes (derive/ray_objects.h): an object that it rejects or
// leaves alone has none here, though its templates are audited. All other pods are those that templates name.
#include "audit/take_inventory.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "audit/cluster_model.h"
#include "audit/inventory_words.h"
#include "checks/describe.h"
#include "cluster/network_views.h"
#include "derive/kuberay.h"
#include "derive/ray_objects.h"
#include "derive/ray_port_roles.h"

namespace kray {
namespace {

std::string object_id(const Object& object) {
  return fmt::format("{}/{}{}{}", object.kind, object.ns, object.ns.empty() ? "" : "/", object.name);
}

// ---- Pods -----------------------------------------------------------------------------------------------

InventoryInjection injection_of(const InjectionDecision& decision) {
  InventoryInjection injection;
  injection.has_proxy = answer(decision.injected);
  injection.injected =
      decision.injected == Answer::unknown ? std::nullopt : std::optional(decision.by_injector);
  injection.rejected = answer(decision.rejected);
  injection.native = answer(decision.is_native);
  injection.starts_never = decision.start_fails;
  injection.reason = reason_word(decision);
  injection.why = words_of(decision.reason);
  injection.message = decision.message;
  injection.decided_by = decision.place;
  injection.revision = decision.revision;
  injection.proxy = words_of(decision.proxy);
  injection.tls_mode = decision.tls_mode;
  injection.interception = words_of(decision.interception);
  injection.captures_all = decision.captured_inbound_ports.all;
  injection.captured_ports = decision.captured_inbound_ports.ports;
  injection.excluded_ports = decision.excluded_inbound_ports;
  injection.webhooks = decision.webhooks;
  return injection;
}

InventoryPort port_of(NodeRef node) {
  return {std::string(node["name"].text()), number_in(node["containerPort"]), protocol_in(node["protocol"]),
          number_in(node["hostPort"])};
}

std::vector<InventoryContainer> containers_of(NodeRef list) {
  std::vector<InventoryContainer> containers;
  for (const NodeRef node : list.items()) {
    InventoryContainer one{std::string(node["name"].text()), std::string(node["image"].text()), {}};
    for (const NodeRef port : node["ports"].items()) one.ports.push_back(port_of(port));
    containers.push_back(std::move(one));
  }
  return containers;
}

std::vector<InventoryContainer> containers_of(const std::vector<RayContainer>& list) {
  std::vector<InventoryContainer> containers;
  for (const RayContainer& container : list) {
    InventoryContainer one{std::string(container.name), std::string(container.image), {}};
    for (const RayContainerPort& port : container.ports)
      one.ports.push_back({std::string(port.name), port.number,
                           port.protocol == "TCP" ? "" : std::string(port.protocol), port.host_port});
    containers.push_back(std::move(one));
  }
  return containers;
}

InventoryPod pod_as_written(const PodClass& pods, const InjectionDecision& decision) {
  const PodTemplate& nodes = pods.pod_template;
  InventoryPod pod;
  pod.id = pods.id();
  pod.object = object_id(*pods.object);
  pod.role = "other";
  pod.ns = pods.object->ns;
  pod.name = nodes.metadata["name"].text();
  pod.generate_name = nodes.metadata["generateName"].text();
  pod.labels = pods.labels;
  pod.labels_are_certain = pods.labels_are_certain;
  pod.annotations = labels_of(nodes.metadata["annotations"]);
  const std::string_view account = nodes.service_account_name().text();
  pod.service_account = account.empty() ? "default" : account;
  if (const NodeRef automount = nodes.spec["automountServiceAccountToken"])
    pod.automount_token = automount.is_true();
  pod.host_network = nodes.host_network().is_true();
  pod.restart_policy = nodes.spec["restartPolicy"].text();
  pod.containers = containers_of(nodes.containers());
  pod.init_containers = containers_of(nodes.init_containers());
  pod.injection = injection_of(decision);
  pod.from = nodes.place();
  return pod;
}

// The class that the injector is asked about: KubeRay's pods go through it like all others.
PodClass class_of(const Object& object, const DerivedPod& pod) {
  PodClass one{.object = &object,
               .pod_template = pod.pod_template,
               .role = PodRole::other,
               .group = std::string(to_string(pod.role)),
               .labels = pod.labels,
               .group_spec = pod.group_spec,
               .group_labels = pod.group_labels};
  switch (pod.role) {
    case RayPodRole::head: one.role = PodRole::ray_head; break;
    case RayPodRole::worker:
      one.role = PodRole::ray_worker;
      one.group = pod.group;
      break;
    case RayPodRole::submitter: one.role = PodRole::ray_submitter; break;
    case RayPodRole::redis_cleanup: one.role = PodRole::ray_redis_cleanup; break;
  }
  return one;
}

std::vector<InventoryRayPort> ray_ports_of(const DerivedPod& pod) {
  std::vector<InventoryRayPort> ports;
  for (const RayRolePort& one : ray_port_roles(pod))
    ports.push_back({std::string(to_string(one.role)), words_of(one), one.from});
  return ports;
}

// ---- Ray objects ----------------------------------------------------------------------------------------

class Taker {
 public:
  explicit Taker(const ClusterModel& model) : model_(model) {}

  InventoryReport take() {
    report_.files = model_.sources();
    report_.errors = model_.errors();
    report_.kuberay = model_.kuberay_words();
    report_.kuberay_version = model_.kuberay().settings.version.to_string();
    add_objects();
    add_pods();
    add_written_objects();
    add_derived();
    select_pods();
    return std::move(report_);
  }

 private:
  void add_objects() {
    std::map<std::string, InventoryNamespace> namespaces;
    for (const Object& object : model_.inventory().objects()) {
      ++report_.kinds[object.qualified_kind()];
      if (!object.ns.empty()) ++namespaces[object.ns].objects;
      if (object.is("", "Namespace") || object.is("kubeflow.org", "Profile"))
        namespaces[std::string(object.name)];
    }
    for (auto& [name, one] : namespaces) {
      one.name = name;
      if (const NamespaceInfo* info = model_.inventory().find_namespace(name)) {
        for (const auto& definition : info->definitions)
          one.defined_by.push_back(definition.object->name_place());
        if (!info->definitions.empty()) one.labels = info->definitions.front().labels;
      }
      report_.namespaces.push_back(std::move(one));
    }
  }

  void add_pods() {
    for (size_t i = 0; i < model_.pods().size(); ++i) {
      const PodClass& one = model_.pods()[i];
      note_undecided(one, model_.injection()[i]);
      if (is_ray_kind(*one.object)) continue;
      report_.pods.push_back(pod_as_written(one, model_.injection()[i]));
    }
    for (const Object& object : model_.inventory().objects()) {
      if (is_ray_kind(object)) add_ray_object(object);
    }
    // In input order, whoever makes them.
    std::map<const SourceFile*, size_t> rank;
    for (const auto& file : report_.files) rank.emplace(file.get(), rank.size());
    std::stable_sort(report_.pods.begin(), report_.pods.end(),
                     [&rank](const InventoryPod& a, const InventoryPod& b) {
                       const auto order = [&rank](const InventoryPod& pod) {
                         const auto file = rank.find(pod.from.file);
                         return std::pair(file == rank.end() ? rank.size() : file->second, pod.from.begin);
                       };
                       return order(a) < order(b);
                     });
  }

  void note_undecided(const PodClass& pods, const InjectionDecision& decision) {
    if (decision.injected != Answer::unknown) return;
    const Unknown unknown = injection_unknown(pods, decision);
    if (facts_.insert(unknown.fact).second)
      report_.undecided.push_back({unknown.message, unknown.advice, unknown.place});
  }

  void add_ray_object(const Object& object) {
    const RayDerivation made =
        derive_ray(object, model_.kuberay().settings, selected_ray_cluster(object, model_.inventory()));
    const std::string id = object_id(object);
    for (const DerivedPod& pod : made.pods) add_ray_pod(object, id, pod);
    for (const DerivedService& service : made.services) add_service(id, service);
    for (const DerivedIngress& ingress : made.ingresses) {
      report_.ingresses.push_back(
          {ingress.name,
           ingress.ns,
           id,
           ingress.class_name.value_or(""),
           ingress.labels,
           ingress.annotations,
           ingress.tls.size() > 0,
           {{ingress.path, ingress.path_type, ingress.service, std::to_string(ingress.port)}},
           ingress.from});
    }
    for (const DerivedNetworkPolicy& policy : made.network_policies) add_network_policy(id, policy);
    for (const DerivedName& account : made.service_accounts)
      report_.service_accounts.push_back({account.name, account.ns, id, account.from});
    for (const DerivedRole& role : made.roles) {
      report_.roles.push_back({role.name,
                               role.ns,
                               id,
                               role.rules,
                               {fmt::format("ServiceAccount/{}/{}", role.ns, role.service_account)},
                               role.from});
    }
    if (made.rejected.by != RejectedBy::nobody)
      report_.rejected.push_back({id, words_of(made.rejected.by), made.rejected.text, made.rejected.place});
    if (made.error) report_.rejected.push_back({id, "operator error", made.error->text, made.error->place});
    for (const PrunedField& field : made.pruned)
      report_.pruned.push_back({id, field.path, field.node.key_place()});
    for (const RefusedObject& one : made.refused) {
      report_.refused.push_back({id, fmt::format("{}: {}", one.object, one.text), one.from});
    }
  }

  void add_ray_pod(const Object& object, const std::string& id, const DerivedPod& derived) {
    const PodClass one = class_of(object, derived);
    InventoryPod pod;
    pod.id = one.id();
    pod.object = id;
    pod.role = to_string(derived.role);
    pod.group = derived.group;
    pod.cluster = derived.cluster;
    pod.ns = derived.ns;
    pod.name = derived.name;
    pod.generate_name = derived.generate_name;
    pod.job = derived.job;
    pod.count = derived.count;
    pod.labels = derived.labels;
    pod.annotations = derived.annotations;
    pod.service_account = derived.service_account_name;
    pod.automount_token = derived.automount_token;
    pod.host_network = derived.host_network;
    pod.restart_policy = derived.restart_policy;
    pod.containers = containers_of(derived.containers);
    pod.init_containers = containers_of(derived.init_containers);
    pod.ray_ports = ray_ports_of(derived);
    pod.injection =
        injection_of(decide_injection(one, model_.inventory(), model_.mesh(), model_.settings().injection));
    pod.from = derived.from;
    report_.pods.push_back(std::move(pod));
  }

  void add_service(const std::string& id, const DerivedService& service) {
    InventoryService one;
    one.name = service.name;
    one.ns = service.ns;
    one.object = id;
    one.owner = service.owner;
    one.type = service.type;
    one.headless = service.headless;
    one.publish_not_ready = service.publish_not_ready;
    one.labels = service.labels;
    one.annotations = service.annotations;
    one.selector = service.selector;
    for (const RayServicePort& port : service.ports)
      one.ports.push_back({std::string(port.name), port.port, std::string(port.target_port),
                           std::string(port.app_protocol), std::string(port.protocol)});
    one.from = service.from;
    report_.services.push_back(std::move(one));
  }

  void add_network_policy(const std::string& id, const DerivedNetworkPolicy& policy) {
    report_.network_policies.push_back({.name = policy.name,
                                        .ns = policy.ns,
                                        .object = id,
                                        .from = policy.from,
                                        .pod_selector = policy.pod_selector,
                                        .limits_ingress = policy.limits_ingress,
                                        .limits_egress = policy.limits_egress,
                                        .is_gated = policy.is_gated});
  }

  // What other controllers make; that of the operator is among pods, Services and the rest.
  void add_derived() {
    for (const Object& object : model_.inventory().derived()) {
      if (object.made_for == nullptr || is_ray_kind(*object.made_for)) continue;
      report_.derived.push_back(
          {.api_version = std::string(object.node["apiVersion"].text()),
           .kind = std::string(object.kind),
           .ns = object.ns,
           .name = std::string(object.name),
           .object = object_id(*object.made_for),
           .made_by = fmt::format("{} '{}'", object.made_for->kind, object.made_for->name),
           .from = object.derived_from});
    }
  }

  // ---- Objects of the input -----------------------------------------------------------------------------

  void add_written_objects() {
    const Inventory& inventory = model_.inventory();
    for (const Object* object : inventory.of_kind("", "Service")) add_written_service(*object);
    for (const Object* object : inventory.of_kind("networking.k8s.io", "Ingress"))
      add_written_ingress(*object);
    for (const Object* object : inventory.of_kind("networking.k8s.io", "NetworkPolicy"))
      add_written_network_policy(*object);
    for (const Object* object : inventory.of_kind("", "ServiceAccount"))
      report_.service_accounts.push_back(name_of(*object));
    for (const char* kind : {"Role", "ClusterRole"}) {
      for (const Object* object : inventory.of_kind("rbac.authorization.k8s.io", kind))
        add_written_role(*object);
    }
  }

  void add_written_network_policy(const Object& object) {
    const NetworkPolicyView view(object);
    report_.network_policies.push_back({.name = std::string(object.name),
                                        .ns = object.ns,
                                        .object = object_id(object),
                                        .from = object.name_place(),
                                        .pod_selector = std::nullopt,
                                        .limits_ingress = view.isolates_ingress(),
                                        .limits_egress = view.isolates_egress(),
                                        .is_gated = false});
  }

  static InventoryName name_of(const Object& object) {
    return {std::string(object.name), object.ns, object_id(object), object.name_place()};
  }

  void add_written_service(const Object& object) {
    const ServiceView view(object);
    InventoryService one;
    one.name = object.name;
    one.ns = object.ns;
    one.object = object_id(object);
    one.type = view.type();
    one.headless = view.is_headless();
    one.publish_not_ready = view.spec["publishNotReadyAddresses"].is_true();
    one.labels = labels_of(object.metadata()["labels"]);
    one.annotations = labels_of(object.metadata()["annotations"]);
    one.selector = labels_of(view.selector());
    for (const NodeRef port : view.ports().items()) {
      one.ports.push_back({std::string(port["name"].text()), number_in(port["port"]),
                           std::string(port["targetPort"].text()), std::string(port["appProtocol"].text()),
                           protocol_in(port["protocol"])});
    }
    one.from = object.name_place();
    report_.services.push_back(std::move(one));
  }

  void add_written_ingress(const Object& object) {
    InventoryIngress one;
    one.name = object.name;
    one.ns = object.ns;
    one.object = object_id(object);
    one.class_name = object.spec()["ingressClassName"].text();
    one.labels = labels_of(object.metadata()["labels"]);
    one.annotations = labels_of(object.metadata()["annotations"]);
    one.tls = object.spec()["tls"].size() > 0;
    for (const NodeRef rule : object.spec()["rules"].items()) {
      for (const NodeRef path : rule["http"]["paths"].items()) {
        const NodeRef service = path["backend"]["service"];
        const NodeRef number = service["port"]["number"];
        one.rules.push_back({std::string(path["path"].text()), std::string(path["pathType"].text()),
                             std::string(service["name"].text()),
                             std::string(number ? number.text() : service["port"]["name"].text())});
      }
    }
    one.from = object.name_place();
    report_.ingresses.push_back(std::move(one));
  }

  void add_written_role(const Object& object) {
    InventoryRole one{std::string(object.name), object.ns, object_id(object), {}, {}, object.name_place()};
    for (const NodeRef rule : object.node["rules"].items()) {
      one.rules.push_back(fmt::format("{} {} {}", comma_separated(rule["apiGroups"]),
                                      comma_separated(rule["resources"]), comma_separated(rule["verbs"])));
    }
    report_.roles.push_back(std::move(one));
  }

  // Which pods each Service sends to.
  void select_pods() {
    for (InventoryService& service : report_.services) {
      if (service.selector.empty()) continue;
      for (const InventoryPod& pod : report_.pods) {
        const auto has = [&pod](const auto& wanted) {
          const auto label = pod.labels.find(wanted.first);
          return label != pod.labels.end() && label->second == wanted.second;
        };
        if (pod.ns != service.ns || !std::all_of(service.selector.begin(), service.selector.end(), has))
          continue;
        service.selects.push_back(pod.role == "other" ? pod.id : pod.role + "/" + pod.group);
        service.selects_ids.push_back(pod.id);
      }
      std::sort(service.selects.begin(), service.selects.end());
    }
  }

  const ClusterModel& model_;
  std::set<std::string> facts_;
  InventoryReport report_;
};

}  // namespace

InventoryReport take_inventory(const AuditSettings& settings) {
  const ClusterModel model(settings);
  return Taker(model).take();
}

}  // namespace kray
