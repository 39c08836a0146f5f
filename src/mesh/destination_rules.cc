// Keeps two indexes, as istiod does: what a namespace's own clients see and what it exports (CL-1). A rule
// for some workloads is exported to nobody (0.5-28).
#include "mesh/destination_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "cluster/istio_views.h"
#include "mesh/hosts.h"
#include "mesh/istio_objects.h"

namespace kray {
namespace {

std::string host_of(const Object& rule) { return complete_host(DestinationRuleView(rule).host(), rule.ns); }

// A rule for some workloads is for its own namespace alone.
std::set<std::string, std::less<>> export_to_of(const DestinationRuleView& view) {
  if (view.workload_labels().size() > 0) return {"."};
  std::set<std::string, std::less<>> export_to;
  for (const NodeRef one : view.export_to().items()) export_to.emplace(one.text());
  return export_to;
}

// Admission refuses a workloadSelector together with a wider exportTo.
bool is_refused(const DestinationRuleView& view) {
  if (view.workload_labels().size() == 0) return false;
  const auto exports = view.export_to().items();
  return std::any_of(exports.begin(), exports.end(), [](NodeRef one) { return one.text() != "."; });
}

// Of two rules for one host the first one's policy counts, if it has one.
bool decide_differently(NodeRef a, NodeRef b) {
  if (a.is_null() || b.is_null()) return false;
  return !same_value(a["tls"], b["tls"]) || !same_value(a["portLevelSettings"], b["portLevelSettings"]) ||
         !same_value(a["loadBalancer"]["simple"], b["loadBalancer"]["simple"]);
}

bool same_labels(NodeRef a, NodeRef b) { return labels_of(a) == labels_of(b); }

// Merges a rule into those of its host that came before.
void merge(const DestinationRule& rule, std::vector<DestinationRule>& rules) {
  bool is_merged = false;
  for (DestinationRule& existing : rules) {
    const bool both_select = rule.has_selector() && existing.has_selector();
    if (both_select && !same_labels(rule.workload_labels, existing.workload_labels)) continue;
    is_merged = is_merged || rule.has_selector() == existing.has_selector();
    if (existing.traffic_policy.is_null() && !rule.traffic_policy.is_null()) {
      existing.traffic_policy = rule.traffic_policy;
      existing.object = rule.object;
    }
  }
  if (!is_merged) rules.push_back(rule);
}

}  // namespace

DestinationRules::DestinationRules(const Inventory& inventory, const MeshConfig& mesh,
                                   std::string_view revision)
    : root_namespace_(mesh.root_namespace) {
  const std::vector<const Object*> objects =
      istio_objects(inventory, "networking.istio.io", "DestinationRule", mesh, revision);
  std::map<std::string, const Object*> oldest;  // by namespace and host
  for (const Object* object : objects) {
    const DestinationRuleView view(*object);
    if (is_refused(view)) continue;
    if (object->ns_source == NamespaceSource::not_set ||
        is_read(*object, inventory, mesh, revision) == Answer::unknown)
      unsure_.push_back(object);
    const std::string host = host_of(*object);
    const auto [first, is_new] = oldest.try_emplace(object->ns + "/" + host, object);
    if (!is_new && !order_is_known(*first->second, *object) &&
        decide_differently(DestinationRuleView(*first->second).traffic_policy(), view.traffic_policy())) {
      ties_[host] = fmt::format("which of DestinationRules '{}' and '{}' is older is not in the input",
                                first->second->name, object->name);
    }
    add(*object, mesh);
  }
}

void DestinationRules::add(const Object& object, const MeshConfig& mesh) {
  const DestinationRuleView view(object);
  const DestinationRule rule{.object = &object,
                             .workload_labels = view.workload_labels(),
                             .traffic_policy = view.traffic_policy(),
                             .export_to = export_to_of(view)};
  const auto& to = rule.export_to;
  const auto& defaults = mesh.default_destination_rule_export_to;
  const std::string host = host_of(object);
  const bool own = to.contains(".") || to.contains(object.ns);
  if (to.empty() || to.contains("*") || own) merge(rule, local_[object.ns][host]);
  const bool is_private =
      to.empty() ? std::find(defaults.begin(), defaults.end(), ".") != defaults.end() : to.size() == 1 && own;
  if (!is_private) {
    merge(rule, exported_[object.ns][host]);
  } else if (object.ns == root_namespace_) {
    merge(rule, root_private_[host]);
  }
}

const std::vector<DestinationRule>* DestinationRules::most_special(const Hosts& hosts,
                                                                   std::string_view host) {
  if (const auto exact = hosts.find(host); exact != hosts.end()) return &exact->second;
  const std::vector<DestinationRule>* best = nullptr;
  size_t length = 0;
  for (const auto& [pattern, rules] : hosts) {
    if (!pattern.starts_with('*') || !matches_host(pattern, host) || pattern.size() <= length) continue;
    best = &rules;
    length = pattern.size();
  }
  return best;
}

const std::vector<DestinationRule>* DestinationRules::find_exported(std::string_view owner,
                                                                    std::string_view client_ns,
                                                                    std::string_view host) const {
  const auto hosts = exported_.find(owner);
  if (hosts == exported_.end()) return nullptr;
  const std::vector<DestinationRule>* rules = most_special(hosts->second, host);
  if (rules == nullptr) return nullptr;
  // What is not for this client hides a less special host all the same.
  const auto& to = rules->front().export_to;
  const bool is_for_client =
      to.empty() || to.contains("*") || to.contains(client_ns) || (to.contains(".") && owner == client_ns);
  return is_for_client ? rules : nullptr;
}

const std::vector<DestinationRule>* DestinationRules::rules_for(std::string_view client_ns,
                                                                std::string_view service_ns,
                                                                std::string_view host) const {
  // For clients in the root namespace its exported rules come last, those for it alone first.
  const auto own = local_.find(client_ns);
  const Hosts* hosts = own == local_.end() ? nullptr : &own->second;
  if (client_ns == root_namespace_) hosts = &root_private_;
  if (const auto* rules = hosts == nullptr ? nullptr : most_special(*hosts, host)) return rules;
  if (const auto* rules = find_exported(service_ns, client_ns, host)) return rules;
  return find_exported(root_namespace_, client_ns, host);
}

std::string DestinationRules::why_uncertain(std::string_view client_ns, std::string_view host) const {
  for (const auto& [pattern, why] : ties_) {
    if (matches_host(pattern, host)) return why;
  }
  for (const Object* one : unsure_) {
    if (matches_host(host_of(*one), host) && lives_in(*one, client_ns) != Answer::yes)
      return fmt::format("whether DestinationRule '{}' counts here is not in the input", one->name);
  }
  return {};
}

FoundRule DestinationRules::find(std::string_view client_ns, const Labels& client_labels,
                                 std::string_view service_ns, std::string_view host) const {
  FoundRule found{.rule = nullptr, .uncertain = why_uncertain(client_ns, host)};
  const std::vector<DestinationRule>* rules = rules_for(client_ns, service_ns, host);
  if (rules == nullptr) return found;
  for (const DestinationRule& rule : *rules) {
    if (!rule.has_selector()) {
      found.rule = &rule;
    } else if (rule.object->ns == client_ns && matches_all(rule.workload_labels, client_labels)) {
      found.rule = &rule;
      return found;
    }
  }
  return found;
}

}  // namespace kray
