// Which DestinationRule steers a client's calls to a Service (specs/istio.md CL-1, 0.5-28).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory.h"
#include "cluster/labels.h"
#include "mesh/mesh_config.h"

namespace kray {

// The rules of one host in one namespace, merged: the first traffic policy counts.
struct DestinationRule {
  const Object* object = nullptr;  // whose traffic policy it is
  NodeRef workload_labels;         // nothing: for all clients
  NodeRef traffic_policy;          // may be nothing
  std::set<std::string, std::less<>> export_to;

  bool has_selector() const { return workload_labels.size() > 0; }
};

struct FoundRule {
  const DestinationRule* rule = nullptr;  // null: none
  std::string uncertain;                  // not empty: why it may be another one, as a clause
};

class DestinationRules {
 public:
  // Those that the control plane of `revision` reads. The inventory must outlive it.
  DestinationRules(const Inventory& inventory, const MeshConfig& mesh, std::string_view revision = "default");

  // For a client and a Service's host. First the client's namespace, then the Service's, then the root
  // namespace; in each the most special host alone.
  FoundRule find(std::string_view client_ns, const Labels& client_labels, std::string_view service_ns,
                 std::string_view host) const;

 private:
  // By host, as written or made complete; wildcards begin with "*".
  using Hosts = std::map<std::string, std::vector<DestinationRule>, std::less<>>;

  void add(const Object& object, const MeshConfig& mesh);
  static const std::vector<DestinationRule>* most_special(const Hosts& hosts, std::string_view host);
  const std::vector<DestinationRule>* find_exported(std::string_view owner, std::string_view client_ns,
                                                    std::string_view host) const;
  const std::vector<DestinationRule>* rules_for(std::string_view client_ns, std::string_view service_ns,
                                                std::string_view host) const;
  std::string why_uncertain(std::string_view client_ns, std::string_view host) const;

  std::string root_namespace_;
  std::map<std::string, Hosts, std::less<>> local_;     // for clients of the same namespace
  std::map<std::string, Hosts, std::less<>> exported_;  // for those of others
  Hosts root_private_;                                  // of the root namespace, for itself alone
  std::vector<const Object*> unsure_;                   // whose namespace or visibility is not known
  // Pairs of one host in one namespace whose order is not known, with different policies.
  std::map<std::string, std::string, std::less<>> ties_;  // host to clause
};

}  // namespace kray
