// init-before-sidecar: pods that a classic sidecar keeps from starting or from ending.
//
// specs/kuberay-kubeflow.md B.1, D.2: the operator's init container `wait-gcs-ready` calls the head before a
// classic sidecar runs, in plaintext, and STRICT turns it away. A Job's pod is done when all its containers
// are, and a classic sidecar never is. Native sidecars start before init containers and end by themselves;
// whether they are in use, and whether the operator adds the init container, must be known to say yes or no.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array kParameters = {ParameterDescription{"root-namespace", true}};
constexpr std::array<std::string_view, 6> kPlaceholders = {"pods", "what", "why",
                                                           "kind", "name", "namespace"};
constexpr std::string_view kDefaultGcsPort = "6379";

// Which PeerAuthentication makes a port of the pods refuse plaintext; null: none certainly does. Of a pod's
// own, the namespace's and the mesh's, the narrowest that says something counts (specs/istio.md PA-1 to
// PA-4).
class MutualTls {
 public:
  MutualTls(const CheckContext& context, std::string_view root_namespace)
      : objects_(context.inventory.of_kind("security.istio.io", "PeerAuthentication")),
        root_(root_namespace) {}

  const Object* strict_policy(const PodClass& pods, std::string_view port) const {
    enum class Level : uint8_t { workload, of_namespace, mesh };
    for (const Level level : {Level::workload, Level::of_namespace, Level::mesh}) {
      const Object* strict = nullptr;
      bool any = false;
      for (const Object* object : objects_) {
        const PeerAuthenticationView view(*object);
        const bool selects = view.selector()["matchLabels"].size() > 0;
        const bool in_scope = level == Level::mesh ? object->ns == root_ : object->ns == pods.object->ns;
        if (!in_scope || selects != (level == Level::workload)) continue;
        if (selects && !matches_all(view.selector()["matchLabels"], pods.labels)) continue;
        const std::string_view mode = mode_of(view, level == Level::workload ? port : std::string_view());
        if (mode == "UNSET") continue;
        // Two that differ: the older wins, and manifests do not tell which that is.
        if (any && (mode == "STRICT") != (strict != nullptr)) return nullptr;
        any = true;
        if (mode == "STRICT") strict = object;
      }
      if (any) return strict;
    }
    return nullptr;
  }

 private:
  static std::string_view mode_of(const PeerAuthenticationView& view, std::string_view port) {
    const std::string_view of_port = view.port_level_mtls()[port]["mode"].text();
    return of_port.empty() || of_port == "UNSET" ? view.mode() : of_port;
  }

  std::span<const Object* const> objects_;
  std::string_view root_;
};

Unknown native_unknown(const Object& object) {
  return {.fact = "native-sidecars",
          .message =
              "It is open whether Istio injects native sidecars, which start before init containers and end "
              "with the Job.",
          .advice = "Add istiod's Deployment, with ENABLE_NATIVE_SIDECARS, to the input.",
          .place = object.name_place()};
}

Unknown init_container_unknown(const Object& object) {
  return {.fact = "kuberay-init-container",
          .message =
              "It is open whether the KubeRay operator adds its init container 'wait-gcs-ready' to workers.",
          .advice = "Add the operator's Deployment to the input.",
          .place = object.name_place()};
}

class Check {
 public:
  Check(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome)
      : context_(context),
        tls_(context, parameter(parameters, "root-namespace").front()),
        outcome_(outcome) {}

  void run() {
    for (size_t head = 0; head < context_.pods.size(); ++head) {
      if (context_.pods[head].role == PodRole::ray_head) check_workers(head);
    }
    for (const Object& object : context_.inventory.objects()) {
      if (is_ray_kind(object)) check_submitter(object);
    }
  }

 private:
  void check_workers(size_t head) {
    const PodClass& head_pods = context_.pods[head];
    if (has_intercepting_sidecar(context_.injection[head]) != Answer::yes) return;
    const NodeRef port = head_pods.group_spec["rayStartParams"]["port"];
    const Object* strict = tls_.strict_policy(head_pods, port ? port.text() : kDefaultGcsPort);
    if (strict == nullptr) return;
    for (size_t i = head + 1; i < context_.pods.size() && context_.pods[i].object == head_pods.object; ++i) {
      if (context_.pods[i].role == PodRole::ray_worker) check_worker(i, *strict);
    }
  }

  void check_worker(size_t worker, const Object& strict) {
    const PodClass& pods = context_.pods[worker];
    const InjectionDecision& decision = context_.injection[worker];
    const KubeRayKnowledge& kuberay = context_.kuberay;
    // Without a sidecar the worker itself is turned away: that is not about the init container.
    if (decision.injected != Answer::yes || decision.is_native == Answer::yes) return;
    if (kuberay.settings_are_certain && !kuberay.settings.init_container_injection) return;
    if (decision.is_native == Answer::unknown)
      return outcome_.unknowns.push_back(native_unknown(*pods.object));
    if (!kuberay.settings_are_certain)
      return outcome_.unknowns.push_back(init_container_unknown(*pods.object));
    Match match = match_at(*pods.object, label_place(pods));
    match.values["pods"] = pods.describe();
    match.values["what"] = "never starts";
    match.values["why"] = fmt::format(
        "its init container 'wait-gcs-ready' calls the head before the sidecar runs, and "
        "PeerAuthentication {} refuses plaintext",
        quoted(strict.name));
    match.label = "waits for ever";
    match.fix = "Set ENABLE_INIT_CONTAINER_INJECTION=false on the operator, or use native sidecars.";
    match.related.push_back({strict.name_place(), "PeerAuthentication " + quoted(strict.name),
                             "It asks for mutual TLS on the port of the GCS."});
    outcome_.matches.push_back(std::move(match));
  }

  // The sidecar of a RayJob's submitter pod.
  const InjectionDecision* submitter_decision(const Object& object) const {
    for (size_t i = 0; i < context_.pods.size(); ++i) {
      if (context_.pods[i].object == &object && context_.pods[i].role == PodRole::ray_submitter)
        return &context_.injection[i];
    }
    return nullptr;
  }

  void check_submitter(const Object& object) {
    const NodeRef job = object.kind == "RayCronJob" ? object.spec()["jobTemplate"] : object.spec();
    const std::string_view mode =
        object.version == "v1alpha1" ? std::string_view() : job["submissionMode"].text();
    if (!job["entrypoint"] || (!mode.empty() && mode != "K8sJobMode")) return;
    const InjectionDecision* decision = submitter_decision(object);
    if (decision == nullptr || decision->injected != Answer::yes || decision->is_native == Answer::yes)
      return;
    if (ends_its_sidecar(job["submitterPodTemplate"])) return;
    if (decision->is_native == Answer::unknown) return outcome_.unknowns.push_back(native_unknown(object));
    const NodeRef own = job["submitterPodTemplate"];
    Match match = match_at(object, own ? own.key_place() : job["entrypoint"].key_place());
    match.values["pods"] = fmt::format("submitter of {} {}", object.kind, quoted(object.name));
    match.values["what"] = "never ends";
    match.values["why"] = "its sidecar keeps running when the job is submitted and done";
    match.label = "its pod never completes";
    match.fix = "Use native sidecars, or submissionMode: HTTPMode, which needs no submitter pod.";
    outcome_.matches.push_back(std::move(match));
  }

  // It tells the proxy to quit when it is done.
  static bool ends_its_sidecar(NodeRef pod_template) {
    for (const NodeRef container : pod_template["spec"]["containers"].items()) {
      for (const char* list : {"command", "args"}) {
        for (const NodeRef word : container[list].items()) {
          if (word.text().find("quitquitquit") != std::string_view::npos) return true;
        }
      }
    }
    return false;
  }

  static Match match_at(const Object& object, Place place) {
    Match match;
    match.place = place;
    match.values = object_values(object);
    match.subject = logical_name(object);
    return match;
  }

  const CheckContext& context_;
  MutualTls tls_;
  CheckOutcome& outcome_;
};

void run(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome) {
  Check(context, parameters, outcome).run();
}

}  // namespace

constinit const Primitive kInitBeforeSidecar = {"init-before-sidecar", kParameters, kPlaceholders, run};

}  // namespace kray
