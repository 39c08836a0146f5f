// lands-in-namespace: objects that end up in one of the given namespaces.
//
// Three-valued: an object that names no namespace, in a run that does not say where such objects go,
// is a question, not a violation (specs/kuberay-kubeflow.md section G: most manifests get their
// namespace from kustomize, Helm or the command line).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "checks/describe.h"
#include "checks/primitives.h"

namespace kray {
namespace {

constexpr std::array kParameters = {ParameterDescription{"namespaces", true}};
constexpr std::array<std::string_view, 3> kPlaceholders = {"subject", "namespace", "how"};

// What Kubernetes and its add-ons keep in every namespace, or in `default` alone; a dump of a cluster
// holds them, and nobody can move them.
bool is_made_by_the_cluster(const Object& object) {
  constexpr std::array<std::string_view, 3> kConfigMaps = {"kube-root-ca.crt", "istio-ca-root-cert",
                                                           "openshift-service-ca.crt"};
  const bool is_api_server = object.is("", "Service") || object.is("", "Endpoints") ||
                             object.is("discovery.k8s.io", "EndpointSlice");
  if (is_api_server) return object.name == "kubernetes";
  if (object.is("", "ServiceAccount")) return object.name == "default";
  return object.is("", "ConfigMap") &&
         std::find(kConfigMaps.begin(), kConfigMaps.end(), object.name) != kConfigMaps.end();
}

// A kustomization's `namespace:` line is one thing to change, however many objects it moves.
struct KustomizationLine {
  Place place;
  std::string ns;
  std::vector<const Object*> objects;
};

void note_build(std::vector<KustomizationLine>& lines, const NamespaceAssignment& build,
                const Object& object) {
  const auto same = std::find_if(lines.begin(), lines.end(), [&build](const KustomizationLine& line) {
    return line.place == build.place;
  });
  if (same == lines.end()) {
    lines.push_back({build.place, build.ns, {&object}});
  } else {
    same->objects.push_back(&object);
  }
}

Match match_line(const KustomizationLine& line) {
  Match match;
  match.place = line.place;
  match.label = count_of(line.objects.size(), "object", "objects");
  match.values = {{"subject", line.objects.size() == 1 ? std::string("An object")
                                                       : fmt::format("{} objects", line.objects.size())},
                  {"namespace", line.ns},
                  {"how", "this kustomization puts what it lists there"}};
  const Object& first = *line.objects.front();
  match.related.push_back({first.name_place(), fmt::format("{} {}", first.kind, quoted(first.name)),
                           fmt::format("{} {} is one of them.", first.kind, quoted(first.name))});
  match.subject = {
      .ns = line.ns, .kind = "Kustomization", .object = line.place.file->path, .path = "namespace"};
  return match;
}

Match match_object(const Object& object) {
  Match match;
  const bool by_option = object.ns_source == NamespaceSource::option;
  match.place = by_option ? object.name_place() : object.ns_place;
  match.values = {{"subject", fmt::format("{} {}", object.kind, quoted(object.name))},
                  {"namespace", object.ns},
                  {"how", by_option ? "it names none and -n puts it there" : "its metadata says so"}};
  match.subject = logical_name(object, by_option ? NodeRef() : object.metadata()["namespace"]);
  return match;
}

void run(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome) {
  const auto namespaces = parameter(parameters, "namespaces");
  std::vector<KustomizationLine> lines;
  for (const Object& object : context.inventory.objects()) {
    if (object.scope == Scope::cluster || is_made_by_the_cluster(object)) continue;
    if (object.builds != nullptr) {
      for (const NamespaceAssignment& build : *object.builds) {
        if (contains(namespaces, build.ns)) note_build(lines, build, object);
      }
    }
    if (object.ns_source == NamespaceSource::kustomization) continue;
    if (contains(namespaces, object.ns)) {
      outcome.matches.push_back(match_object(object));
    } else if (object.ns_source == NamespaceSource::not_set && object.scope == Scope::namespaced) {
      outcome.unknowns.push_back(namespace_not_set(object));
    }
  }
  for (const KustomizationLine& line : lines) outcome.matches.push_back(match_line(line));
}

}  // namespace

constinit const Primitive kLandsInNamespace = {"lands-in-namespace", kParameters, kPlaceholders, run};

}  // namespace kray
