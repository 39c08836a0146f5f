// A DestinationRule decides if it speaks of TLS (CL-2); else automatic mTLS asks the Service's namespace and
// then the endpoints: each for itself, or all together where the client dials pods directly.
#include "mesh/outbound_tls.h"

#include <fmt/format.h>

#include <algorithm>

namespace kray {
namespace {

OutboundDecision by_destination_rule(const ServiceCluster& cluster) {
  const std::string_view mode = cluster.tls["mode"].text();
  const std::string name = fmt::format("DestinationRule '{}'", cluster.rule->object->name);
  OutboundDecision result;
  if (mode == "ISTIO_MUTUAL") {
    result = answer(ClientTransport::mtls, name + " asks for ISTIO_MUTUAL");
  } else if (mode.empty() || mode == "DISABLE") {  // 0.5-28: DISABLE is the zero value
    result = answer(ClientTransport::plaintext, name + " disables TLS");
  } else if (!cluster.tls["credentialName"].text().empty() && !cluster.rule->has_selector()) {
    result = answer(ClientTransport::plaintext, name + " names a credential, which sidecars do not load");
  } else {
    result = answer(ClientTransport::tls_other, name + " asks for TLS of its own");
  }
  add_place(result, *cluster.rule->object, cluster.tls.field_place(), "DestinationRule");
  return result;
}

OutboundDecision disabled_by(const MtlsDecision& mode, std::string reason) {
  OutboundDecision result = answer(ClientTransport::plaintext, std::move(reason));
  if (mode.policy != nullptr) result.places.push_back({mode.place, "PeerAuthentication"});
  return result;
}

OutboundDecision label_unknown(const MeshPod& pod) {
  return answer(ClientTransport::unknown,
                fmt::format("whether endpoint '{}' speaks mTLS is not in the input", pod.name));
}

// 0.5-22: one endpoint without the label switches mTLS off for all; their modes do not count (0.5-20).
OutboundDecision to_all_or_nothing(const ServiceCluster& cluster, Endpoints& endpoints) {
  const Endpoints::Unanimity& all = endpoints.all_speak_mtls(*cluster.service, *cluster.port);
  if (all.answer == Answer::yes)
    return answer(ClientTransport::mtls, "all endpoints of the Service speak mTLS");
  if (all.answer == Answer::unknown && all.pod != nullptr) return label_unknown(*all.pod);
  if (all.answer == Answer::unknown)
    return answer(ClientTransport::unknown,
                  "the endpoints of a Service without a selector are not in the input");
  if (all.pod == nullptr) return answer(ClientTransport::plaintext, "the Service has no endpoints");
  return answer(ClientTransport::plaintext,
                fmt::format("endpoint '{}' of the Service does not speak mTLS", all.pod->name));
}

OutboundDecision to_endpoint(const ServiceCluster& cluster, const MeshPod& target,
                             const PeerAuthentications& authentications) {
  const OutboundDecision on = answer(ClientTransport::mtls, "the endpoint speaks mTLS");
  const OutboundDecision off = answer(ClientTransport::plaintext, "the endpoint does not speak mTLS");
  const std::string_view label = tls_mode_of(target);
  if (label == "disabled" && target.has_sidecar == Answer::unknown) return label_unknown(target);
  if (label != "istio") return off;
  if (cluster.any_tls) return *cluster.any_tls ? on : off;
  const auto port = static_cast<uint16_t>(target_port(*cluster.port, target).value_or(0));
  const MtlsDecision mode = authentications.mode(target.ns, target.labels, port);
  if (!mode.may_be(MtlsMode::disable)) return on;
  const OutboundDecision disabled = disabled_by(mode, "mTLS is disabled at the endpoint's port");
  return mode.is_certain() ? disabled : agreed({on, disabled}, mode.uncertain);
}

}  // namespace

ServiceCluster service_cluster(const MeshService& service, const MeshServicePort& port,
                               const DestinationRule* rule) {
  ServiceCluster cluster{.service = &service,
                         .port = &port,
                         .rule = rule,
                         .tls = {},
                         .keeps_address = service.is_headless,
                         .any_tls = std::nullopt};
  if (rule == nullptr) return cluster;
  const NodeRef policy = rule->traffic_policy;
  const auto settings = policy["portLevelSettings"].items();
  const auto of_port = std::find_if(settings.begin(), settings.end(), [&port](NodeRef one) {
    return port_ref(one["port"]["number"]).number == port.number;
  });
  // An entry for the port replaces the whole of the top level, but endpoints still look there (0.5-21).
  const NodeRef effective = of_port == settings.end() ? policy : *of_port;
  cluster.tls = effective["tls"];
  cluster.keeps_address = service.is_headless || effective["loadBalancer"]["simple"].text() == "PASSTHROUGH";
  const NodeRef any = cluster.tls.is_null() ? policy["tls"] : cluster.tls;
  if (!any.is_null()) cluster.any_tls = any["mode"].text() == "ISTIO_MUTUAL";
  return cluster;
}

OutboundDecision decide_tls(const ServiceCluster& cluster, const MeshPod& target, const MeshConfig& mesh,
                            const PeerAuthentications& authentications, Endpoints& endpoints) {
  if (!cluster.tls.is_null()) return by_destination_rule(cluster);
  if (!mesh.enable_auto_mtls) return answer(ClientTransport::plaintext, "the mesh has no automatic mTLS");
  const MtlsDecision mode = authentications.namespace_mode(cluster.service->object->ns);  // PA-10
  const OutboundDecision off = disabled_by(mode, "mTLS is disabled in the Service's namespace");
  if (mode.is_certain() && mode.mode == MtlsMode::disable) return off;
  const OutboundDecision on = cluster.keeps_address ? to_all_or_nothing(cluster, endpoints)
                                                    : to_endpoint(cluster, target, authentications);
  return mode.may_be(MtlsMode::disable) ? agreed({on, off}, mode.uncertain) : on;
}

}  // namespace kray
