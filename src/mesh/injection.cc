// The decision in the order in which the cluster takes it: the webhooks that select the pod (stage A),
// each one's injector (stage B and templates), the API server's check of the result, and what then
// redirects traffic when the pod starts. The reason is found afterwards, by looking at what would have
// to be different.
//
// Where a namespace's labels are not known, the decision only stands if every webhook that might be
// called comes to it. Where it hangs on the version of nodes that the input does not list, it is taken
// for both kinds of nodes, and what differs is unknown.
#include "mesh/injection.h"

#include <algorithm>
#include <optional>

#include "mesh/annotations.h"

namespace kray {
namespace {

constexpr std::string_view kRevisionKey = "istio.io/rev";
constexpr std::string_view kInjectionKey = "istio-injection";

std::string_view find_label(const Labels& labels, std::string_view key) {
  const auto found = labels.find(key);
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

// INJ-14: injected by hand (istioctl kube-inject) before it was written to the file.
bool is_already_injected(const PodState& pod) {
  return (pod.has_proxy || pod.has_native_proxy) && (pod.has_istio_init || pod.has_validation);
}

// The labels of a namespace that matter, with the place where they stand.
struct NamespaceLabels {
  Labels labels;
  bool has_injection = false;
  bool has_revision = false;
  bool are_strings = true;
  Place place;
};

NamespaceLabels read_labels(const NamespaceInfo::Definition& definition) {
  NamespaceLabels result;
  const NodeRef injection = definition.labels_node[kInjectionKey];
  const NodeRef revision = definition.labels_node[kRevisionKey];
  result.labels = definition.labels;
  result.has_injection = injection || definition.labels.contains(kInjectionKey);
  result.has_revision = revision || definition.labels.contains(kRevisionKey);
  result.are_strings = (!injection || injection.is_string()) && (!revision || revision.is_string());
  const NodeRef field = result.has_injection ? injection : revision;
  result.place = field ? field.field_place() : definition.object->name_place();
  return result;
}

Interception interception_of(std::string_view mode) {
  if (mode == "TPROXY") return Interception::tproxy;
  return mode == "NONE" ? Interception::none : Interception::redirect;
}

// What runs when the pod starts: istio-init, or the CNI plugin with istio-validation waiting for it.
void start(const PodState& pod, bool has_cni, InjectionDecision& decision) {
  std::optional<Capture> capture;
  decision.interception = Interception::none;
  if (pod.has_istio_init) {
    decision.interception = interception_of(pod.init.mode);
    capture = capture_by_iptables(pod.init);
  } else {
    if (pod.has_validation) {
      const std::string_view mode = find_label(pod.annotations, annotation_key::kInterceptionMode);
      decision.interception = interception_of(mode);
    }
    if (has_cni || pod.has_validation)
      capture = capture_by_cni({pod.labels, pod.annotations, pod.has_istio_init, pod.proxy_type});
    if (!capture && pod.has_validation)
      capture = Capture{{}, {}, "istio-validation: the CNI plugin set up no redirection", {}};
  }
  if (!capture) return;
  decision.start_fails = !capture->failure.empty();
  decision.message = capture->failure;
  decision.traffic = capture->settings;
  decision.captured_inbound_ports = capture->captured;
  decision.excluded_inbound_ports = capture->excluded;
}

class Decision {
 public:
  Decision(const PodClass& pods, const Inventory& inventory, const MeshSettings& mesh,
           const InjectionSettings& settings)
      : pods_(pods),
        pod_(pods.pod_template),
        inventory_(inventory),
        mesh_(mesh),
        settings_(settings),
        state_(pod_state(pods.object->ns, pods.labels, pod_.metadata["annotations"], pod_.spec)) {}

  InjectionDecision run() {
    if (const std::optional<InjectionDecision> refused = refused_by_types()) return *refused;
    const std::vector<NamespaceLabels> candidates = namespace_candidates();
    if (candidates.empty()) return in_unknown_namespace();
    InjectionDecision first;
    for (size_t i = 0; i < candidates.size(); ++i) {
      const InjectionDecision one = in_namespace(candidates[i]);
      if (i == 0) first = one;
      if (one.injected != first.injected)
        return answer(Answer::unknown, InjectionReason::namespace_ambiguous, first.place);
    }
    return first;
  }

 private:
  InjectionDecision answer(Answer injected, InjectionReason reason, Place place) const {
    InjectionDecision decision;
    decision.injected = injected;
    decision.reason = reason;
    decision.place = place ? place : pods_.object->name_place();
    return decision;
  }

  std::string_view pod_label(std::string_view key) const { return find_label(state_.labels, key); }

  Place label_place(std::string_view key) const {
    const NodeRef label = pods_.label(key);
    return label ? label.field_place() : pod_.place();
  }

  // Values that are no strings, where they would matter (INJ-10).
  std::optional<InjectionDecision> refused_by_types() const {
    if (is_already_injected(state_) || state_.host_network || is_ignored_namespace(state_.ns))
      return std::nullopt;
    for (const NodeRef field : {pods_.label(kInjectKey), pod_.annotation(kInjectKey)}) {
      if (field && !field.is_string())
        return answer(Answer::unknown, InjectionReason::label_not_a_string, field.field_place());
    }
    if (const NodeRef revision = pods_.label(kRevisionKey); revision && !revision.is_string())
      return answer(Answer::unknown, InjectionReason::revision_unknown, revision.field_place());
    return std::nullopt;
  }

  // Labels that the namespace may have; none: not known.
  std::vector<NamespaceLabels> namespace_candidates() const {
    std::vector<NamespaceLabels> candidates;
    if (const NamespaceInfo* info = inventory_.find_namespace(state_.ns)) {
      for (const auto& definition : info->definitions) candidates.push_back(read_labels(definition));
    } else if (!settings_.assumed_namespace_label.empty()) {
      NamespaceLabels assumed;
      assumed.labels = {{"kubernetes.io/metadata.name", state_.ns}};
      assumed.has_injection = settings_.assumed_namespace_label != "none";
      if (assumed.has_injection) assumed.labels.emplace(kInjectionKey, settings_.assumed_namespace_label);
      candidates.push_back(std::move(assumed));
    }
    return candidates;
  }

  InjectionDecision in_namespace(const NamespaceLabels& ns) const {
    const SelectedWebhooks selected = select_webhooks(mesh_.webhooks, state_.labels, state_.ns, &ns.labels);
    InjectionDecision decision = by_webhooks(selected, ns);
    for (const Webhook* webhook : selected.webhooks) decision.webhooks.push_back(webhook->id);
    return decision;
  }

  InjectionDecision by_webhooks(const SelectedWebhooks& selected, const NamespaceLabels& ns) const {
    // INJ-10: the API server refuses such a namespace, so what it will look like is open.
    if (!ns.are_strings) {
      if (const std::optional<InjectionDecision> known = settled_by_pod()) return *known;
      return answer(Answer::unknown, InjectionReason::namespace_unknown, ns.place);
    }
    if (!is_settled(selected)) {
      if (const std::optional<InjectionDecision> known = settled_by_pod()) return *known;
      if (const std::optional<InjectionDecision> no = declined_by_all(selected)) return *no;
      return answer(Answer::unknown, InjectionReason::webhooks_unknown, pods_.object->name_place());
    }
    const std::optional<bool> nodes = nodes_run_native_sidecars(mesh_.injectors, state_);
    if (nodes) return through_injectors(selected, ns, *nodes);
    return merged(through_injectors(selected, ns, false), through_injectors(selected, ns, true));
  }

  const Injector& injector_of(const Webhook& webhook) const {
    return mesh_.injectors.find(webhook.revision, webhook.ns);
  }

  bool is_settled(const SelectedWebhooks& selected) const {
    return selected.is_certain && !selected.variants_differ &&
           std::all_of(selected.webhooks.begin(), selected.webhooks.end(), [this](const Webhook* webhook) {
             const Injector& injector = injector_of(*webhook);
             return injector.is_readable && !injector.variants_differ;
           });
  }

  // Nodes of both kinds.
  static InjectionDecision merged(const InjectionDecision& without, const InjectionDecision& with) {
    const bool differ = without.rejected != with.rejected;
    const Answer is_native = without.is_native == with.is_native ? with.is_native : Answer::unknown;
    InjectionDecision decision = without.rejected == Answer::yes ? with : without;
    if (differ) decision.rejected = Answer::unknown;
    if (!differ) decision.is_native = is_native;
    return decision;
  }

  InjectionDecision in_unknown_namespace() const {
    const SelectedWebhooks selected = select_webhooks(mesh_.webhooks, state_.labels, state_.ns, nullptr);
    InjectionDecision decision;
    if (const std::optional<InjectionDecision> known = settled_by_pod()) {
      decision = *known;
    } else if (selected.is_certain) {
      decision = by_webhooks(selected, {});  // no selector asks for what is not known
    } else if (const std::optional<InjectionDecision> no = declined_by_all(selected)) {
      decision = *no;
    } else {
      const bool not_set = pods_.object->ns_source == NamespaceSource::not_set;
      decision = answer(Answer::unknown,
                        not_set ? InjectionReason::namespace_not_set : InjectionReason::namespace_unknown,
                        pods_.object->name_place());
    }
    for (const Webhook* webhook : selected.webhooks) decision.webhooks.push_back(webhook->id);
    return decision;
  }

  // What no webhook and no injector changes. A proxy of the pod's own may be replaced by a newer one, but
  // there will be one.
  std::optional<InjectionDecision> settled_by_pod() const {
    if (!is_already_injected(state_)) return never_injected();
    InjectionDecision decision =
        answer(Answer::yes, InjectionReason::already_injected, pod_.spec.key_place());
    describe_proxy(ProxyKind::none, state_, decision);
    return decision;
  }

  // What comes out whichever of these webhooks are called.
  std::optional<InjectionDecision> declined_by_all(const SelectedWebhooks& selected) const {
    if (selected.webhooks.empty() || selected.variants_differ) return std::nullopt;
    std::optional<Decline> decline;
    for (const Webhook* webhook : selected.webhooks) {
      const Injector& injector = injector_of(*webhook);
      decline = declines(injector, state_);
      if (!decline || !injector.is_readable || injector.variants_differ) return std::nullopt;
    }
    return declined(*decline, injector_of(*selected.webhooks.back()));
  }

  // The same under every injector; EXP-4: pods on the host's network never have one.
  std::optional<InjectionDecision> never_injected() const {
    if (state_.host_network) return declined(Decline::host_network, {});
    if (is_ignored_namespace(state_.ns)) return declined(Decline::ignored_namespace, {});
    if (pod_label(kInjectKey) == "false") return declined(Decline::label_false, {});
    return std::nullopt;
  }

  InjectionDecision declined(Decline decline, const Injector& injector) const {
    const Object& object = *pods_.object;
    const auto no = [this](InjectionReason reason, Place place) { return answer(Answer::no, reason, place); };
    switch (decline) {
      case Decline::host_network: return no(InjectionReason::host_network, pod_.host_network().field_place());
      case Decline::ignored_namespace:
        return no(InjectionReason::ignored_namespace, object.ns_place ? object.ns_place : pod_.place());
      case Decline::label_false: return no(InjectionReason::label_false, label_place(kInjectKey));
      case Decline::annotation_false:
        return no(InjectionReason::annotation_false, pod_.annotation(kInjectKey).field_place());
      case Decline::never_selector: return no(InjectionReason::never_selector, injector.policy_place);
      case Decline::policy: return no(InjectionReason::policy_declines, injector.policy_place);
    }
    return no(InjectionReason::policy_declines, injector.policy_place);
  }

  // Every webhook's injector in turn, then the API server, then the start of the pod.
  InjectionDecision through_injectors(const SelectedWebhooks& selected, const NamespaceLabels& ns,
                                      bool nodes_are_new) const {
    PodState pod = state_;
    InjectionDecision decision;
    ProxyKind proxy = ProxyKind::none;
    std::optional<InjectionDecision> last_no = never_injected();
    for (const Webhook* webhook : selected.webhooks) {
      const Injector& injector = injector_of(*webhook);
      if (const std::optional<Decline> decline = declines(injector, pod)) {
        last_no = declined(*decline, injector);
        continue;
      }
      const Injected injected = inject(injector, nodes_are_new, pod);
      if (!injected.refusal.empty()) return refused(injected.refusal, injected.refused_annotation);
      if (injected.proxy != ProxyKind::none) proxy = injected.proxy;
      decision.by_injector = true;
      decision.revision = webhook->revision;
    }
    if (decision.by_injector && pod.has_proxy && pod.has_native_proxy)
      return refused("container name istio-proxy twice after injection", annotation_key::kNativeSidecar);
    const InjectionDecision why = explain(decision.by_injector, last_no, ns);
    decision.injected = why.injected;
    decision.reason = why.reason;
    decision.place = why.place;
    if (decision.injected == Answer::yes) describe_proxy(proxy, pod, decision);
    return decision;
  }

  InjectionDecision refused(std::string message, std::string_view annotation) const {
    const NodeRef field = pod_.annotation(annotation);
    InjectionDecision decision =
        answer(Answer::no, InjectionReason::refused, field ? field.field_place() : pod_.place());
    decision.rejected = Answer::yes;
    decision.message = std::move(message);
    return decision;
  }

  InjectionDecision explain(bool by_injector, const std::optional<InjectionDecision>& declined,
                            const NamespaceLabels& ns) const {
    if (is_already_injected(state_))
      return answer(Answer::yes, InjectionReason::already_injected, pod_.spec.key_place());
    if (!by_injector) return declined ? *declined : without_webhook(ns);
    if (ns.has_injection || ns.has_revision)
      return answer(Answer::yes, InjectionReason::namespace_injects, ns.place);
    for (const std::string_view key : {kRevisionKey, kInjectKey}) {
      const bool opts_in = key == kRevisionKey ? state_.labels.contains(key) : pod_label(key) == "true";
      if (opts_in) return answer(Answer::yes, InjectionReason::label_true, label_place(key));
    }
    return answer(Answer::yes, InjectionReason::namespaces_by_default, ns.place);
  }

  // INJ-6: no webhook selects the pod. In an install that is not in the input, a revision may have one.
  InjectionDecision without_webhook(const NamespaceLabels& ns) const {
    const bool from_input = mesh_.webhooks.from_input;
    if (ns.has_injection) {
      const bool opts_out = find_label(ns.labels, kInjectionKey) != "enabled";
      return answer(
          Answer::no,
          opts_out ? InjectionReason::namespace_opts_out : InjectionReason::namespace_without_webhook,
          ns.place);
    }
    if (ns.has_revision) {
      return from_input ? answer(Answer::no, InjectionReason::namespace_without_webhook, ns.place)
                        : answer(Answer::unknown, InjectionReason::revision_unknown, ns.place);
    }
    if (state_.labels.contains(kRevisionKey)) {
      const Place place = label_place(kRevisionKey);
      return from_input ? answer(Answer::no, InjectionReason::pod_revision_without_webhook, place)
                        : answer(Answer::unknown, InjectionReason::revision_unknown, place);
    }
    return answer(Answer::no, InjectionReason::namespace_without_label, ns.place);
  }

  // `proxy` is what the injectors added; a pod may have brought its own.
  void describe_proxy(ProxyKind proxy, const PodState& pod, InjectionDecision& decision) const {
    if (proxy == ProxyKind::none && is_already_injected(state_))
      proxy = pod.proxy_type == "router" ? ProxyKind::router : ProxyKind::sidecar;
    decision.proxy = proxy;
    if (proxy == ProxyKind::none) return;
    decision.is_native = pod.has_native_proxy && !pod.has_proxy ? Answer::yes : Answer::no;
    decision.tls_mode = std::string(find_label(pod.labels, "security.istio.io/tlsMode"));
    start(pod, mesh_.injectors.has_cni, decision);
  }

  const PodClass& pods_;
  const PodTemplate& pod_;
  const Inventory& inventory_;
  const MeshSettings& mesh_;
  const InjectionSettings& settings_;
  const PodState state_;
};

}  // namespace

InjectionDecision decide_injection(const PodClass& pods, const Inventory& inventory, const MeshSettings& mesh,
                                   const InjectionSettings& settings) {
  return Decision(pods, inventory, mesh, settings).run();
}

InjectionDecision decide_injection(const PodClass& pods, const Inventory& inventory,
                                   const InjectionSettings& settings) {
  return decide_injection(pods, inventory, read_mesh_settings(inventory), settings);
}

Answer has_intercepting_sidecar(const InjectionDecision& decision) {
  if (decision.injected != Answer::yes) return decision.injected;
  if (decision.proxy == ProxyKind::unknown) return Answer::unknown;
  const bool intercepts =
      decision.interception == Interception::redirect || decision.interception == Interception::tproxy;
  return decision.proxy == ProxyKind::sidecar && intercepts ? Answer::yes : Answer::no;
}

bool captures_inbound(const InjectionDecision& decision, uint16_t port) {
  const InboundPorts& captured = decision.captured_inbound_ports;
  const std::vector<uint16_t>& list = captured.all ? decision.excluded_inbound_ports : captured.ports;
  return captured.all != std::binary_search(list.begin(), list.end(), port);
}

}  // namespace kray
