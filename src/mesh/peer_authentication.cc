// Goes through the classes from the mesh to the workload and keeps every outcome that is possible where the
// oldest of a class is not known: one outcome a mode, the likeliest first.
#include "mesh/peer_authentication.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "cluster/views.h"
#include "manifest/scalar.h"
#include "mesh/policy_validation.h"

namespace kray {
namespace {

std::optional<MtlsMode> mode_of(NodeRef mtls) {
  const std::string_view mode = mtls["mode"].text();
  if (mode == "DISABLE") return MtlsMode::disable;
  if (mode == "PERMISSIVE") return MtlsMode::permissive;
  if (mode == "STRICT") return MtlsMode::strict;
  return std::nullopt;  // UNSET
}

// PA-4, PA-8: the port that the pod listens on, whether a Service lists it or not.
NodeRef port_entry(const Object& policy, uint16_t port) {
  for (const Field field : PeerAuthenticationView(policy).port_level_mtls().fields()) {
    if (integer_value(field.key.text()) == port) return field.value;
  }
  return {};
}

bool has_selector(const Object& policy) {
  return PeerAuthenticationView(policy).selector()["matchLabels"].size() > 0;
}

}  // namespace

std::string_view to_string(MtlsMode mode) {
  switch (mode) {
    case MtlsMode::disable: return "DISABLE";
    case MtlsMode::permissive: return "PERMISSIVE";
    case MtlsMode::strict: return "STRICT";
  }
  return "";
}

struct PeerAuthentications::Outcomes {
  struct One {
    MtlsMode mode = MtlsMode::permissive;
    const Object* policy = nullptr;
    NodeRef field;
  };
  // PA-5: PERMISSIVE where no policy says otherwise.
  std::vector<One> all = {One{}};
  std::string why;  // there are several

  void add(const One& outcome) {
    const bool known =
        std::any_of(all.begin(), all.end(), [&outcome](const One& one) { return one.mode == outcome.mode; });
    if (!known) all.push_back(outcome);
  }

  static One set_by(const One& inherited, const Object& policy, std::optional<uint16_t> port) {
    const NodeRef own = policy.spec()["mtls"];
    const NodeRef entry = port ? port_entry(policy, *port) : NodeRef();
    for (const NodeRef mtls : {entry, own}) {
      if (const std::optional<MtlsMode> mode = mode_of(mtls)) return {*mode, &policy, mtls["mode"]};
    }
    return inherited;
  }

  // One class: the oldest of it decides, whatever it says (PA-1). Without a port its port level has no say.
  void apply(const Oldest& oldest, std::optional<uint16_t> port) {
    if (oldest.candidates.empty()) return;
    const std::vector<One> inherited = std::exchange(all, {});
    for (const Object* policy : oldest.candidates) {
      for (const One& one : inherited) add(set_by(one, *policy, port));
    }
    if (oldest.may_be_none) {
      for (const One& one : inherited) add(one);
    }
    if (all.size() <= 1 || !why.empty()) return;
    why = oldest.candidates.size() > 1
              ? fmt::format("which of PeerAuthentications '{}' and '{}' is older is not in the input",
                            oldest.candidates[0]->name, oldest.candidates[1]->name)
              : fmt::format("whether PeerAuthentication '{}' counts here is not in the input",
                            oldest.candidates[0]->name);
  }
};

PeerAuthentications::PeerAuthentications(const Inventory& inventory, const MeshConfig& mesh,
                                         std::string_view revision) {
  for (const Object* object :
       istio_objects(inventory, "security.istio.io", "PeerAuthentication", mesh, revision)) {
    if (!peer_authentication_violations(*object).empty()) continue;
    const bool is_certain = is_read(*object, inventory, mesh, revision) == Answer::yes;
    if (object->ns_source == NamespaceSource::not_set) {
      anywhere_.push_back({object, is_certain});
    } else if (object->ns != mesh.root_namespace) {
      by_namespace_[object->ns].push_back({object, is_certain});
    } else if (!has_selector(*object)) {  // PA-2: with a selector it is ignored
      mesh_.push_back({object, is_certain});
    }
  }
}

// Of the namespace class, or, with a pod's labels, of the workload class.
std::vector<Contender> PeerAuthentications::contenders(std::string_view ns, const Labels* labels) const {
  std::vector<Contender> contenders;
  const auto add = [&](const Policy& policy) {
    const Answer lives = lives_in(*policy.object, ns);
    const bool fits =
        labels == nullptr
            ? !has_selector(*policy.object)
            : has_selector(*policy.object) &&
                  matches_all(PeerAuthenticationView(*policy.object).selector()["matchLabels"], *labels);
    if (fits && lives != Answer::no)
      contenders.push_back({policy.object, policy.is_certain && lives == Answer::yes});
  };
  if (const auto own = by_namespace_.find(ns); own != by_namespace_.end())
    std::for_each(own->second.begin(), own->second.end(), add);
  std::for_each(anywhere_.begin(), anywhere_.end(), add);
  if (!ns.empty()) return contenders;
  for (const auto& [name, policies] : by_namespace_) std::for_each(policies.begin(), policies.end(), add);
  return contenders;
}

PeerAuthentications::Outcomes PeerAuthentications::namespace_outcomes(std::string_view ns) const {
  Outcomes outcomes;
  std::vector<Contender> of_mesh;
  for (const Policy& policy : mesh_) of_mesh.push_back({policy.object, policy.is_certain});
  outcomes.apply(oldest_of(of_mesh), std::nullopt);
  outcomes.apply(oldest_of(contenders(ns, nullptr)), std::nullopt);
  return outcomes;
}

MtlsDecision PeerAuthentications::decide(const Outcomes& outcomes) {
  const Outcomes::One& likeliest = outcomes.all.front();
  MtlsDecision decision;
  decision.mode = likeliest.mode;
  decision.policy = likeliest.policy;
  if (likeliest.policy != nullptr) decision.place = likeliest.policy->shown(likeliest.field.field_place());
  for (const Outcomes::One& one : outcomes.all) decision.possible[static_cast<size_t>(one.mode)] = true;
  if (outcomes.all.size() > 1) decision.uncertain = outcomes.why;
  return decision;
}

MtlsDecision PeerAuthentications::mode(std::string_view ns, const Labels& labels, uint16_t port) const {
  Outcomes outcomes = namespace_outcomes(ns);
  outcomes.apply(oldest_of(contenders(ns, &labels)), port);  // PA-3: ports are this class's alone
  return decide(outcomes);
}

// PA-10.
MtlsDecision PeerAuthentications::namespace_mode(std::string_view ns) const {
  return decide(namespace_outcomes(ns));
}

}  // namespace kray
