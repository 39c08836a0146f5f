// Questions to a pod's sidecar in a few words, and a mesh of manifests to put them to.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/inventory_fixture.h"
#include "derive/pod_class.h"
#include "mesh/inbound.h"
#include "mesh/mesh_fixture.h"

namespace kray::test {

inline Stated<std::string> identity(const std::string& ns, const std::string& account,
                                    const std::string& trust_domain = "cluster.local") {
  return Stated<std::string>::of("spiffe://" + trust_domain + "/ns/" + ns + "/sa/" + account);
}

// Opaque bytes from team-b's account "job", all parts stated.
inline Request a_connection(uint16_t port = 8265) {
  Request request;
  request.connection = {.principal = identity("team-b", "job"),
                        .tls = ClientTls::by_mode,
                        .sni = Stated<std::string>::none(),
                        .source_ip = parse_ip("10.1.0.7"),
                        .destination_ip = parse_ip("10.2.0.1"),
                        .port = port};
  request.payload = Payload::bytes;
  return request;
}

inline Request a_get(const std::string& path, uint16_t port = 8265) {
  Request request = a_connection(port);
  request.payload = Payload::http;
  request.http.method = "GET";
  request.http.path = path;
  request.http.host = "web";
  return request;
}

inline Request without_identity(Request request) {
  request.connection.principal = Stated<std::string>::none();
  return request;
}

// An AuthorizationPolicy of team-a for every pod there; `spec` in YAML flow style, without braces.
inline std::string a_policy(const std::string& spec, const std::string& name = "p",
                            const std::string& ns = "team-a", const std::string& annotations = "") {
  return "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: " + name +
         ", namespace: " + ns + ", annotations: {" + annotations + "}}\nspec: {" + spec + "}\n";
}

inline std::string a_peer_authentication(const std::string& spec, const std::string& ns = "team-a") {
  return "---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: pa, namespace: " +
         ns + "}\nspec: {" + spec + "}\n";
}

// A Service of pod "web" in team-a, whose label is app: web; `port` in flow style, without braces.
inline std::string a_service(const std::string& port, const std::string& name = "web",
                             const std::string& metadata = "") {
  return "---\napiVersion: v1\nkind: Service\nmetadata: {name: " + name + ", namespace: team-a" + metadata +
         "}\nspec: {selector: {app: web}, ports: [{" + port + "}]}\n";
}

// The first pod class of the manifests, which by default is a pod with a sidecar that the fixture adds.
class InboundFixture {
 public:
  explicit InboundFixture(const std::string& manifests, bool add_pod = true)
      : inventory_(add_pod ? a_namespace(kInject) + a_pod("", "app: web") + manifests : manifests),
        settings_(read_mesh_settings(*inventory_)),
        mesh_(read_mesh_config(*inventory_, texts_)),
        pods_(pod_classes(*inventory_, {1, 6, 2})),
        inbound_(*inventory_, mesh_) {
    const PodClass& pods = pods_.at(0);
    injection_ = decide_injection(pods, *inventory_, settings_, {});
    workload_ = inbound_.workload(pods.object->ns, pods.labels, declared_ports(pods, *inventory_, mesh_),
                                  &injection_);
  }

  // The request must outlive the answer.
  InboundVerdict ask(const Request& request) const { return decide_inbound(workload_, request); }
  Verdict verdict(const Request& request) const { return ask(request).verdict; }
  InboundReason reason(const Request& request) const { return ask(request).reason; }
  const InboundWorkload& workload() const { return workload_; }

 private:
  LoadedInventory inventory_;
  MeshSettings settings_;
  MeshTexts texts_;
  MeshConfig mesh_;
  std::vector<PodClass> pods_;
  InboundMesh inbound_;
  InjectionDecision injection_;
  InboundWorkload workload_;
};

}  // namespace kray::test
