// Joins the rooms: load, place in namespaces, derive pods, decide injection, run the checks, and turn
// matches into findings in a fixed order.
#include "audit/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "checks/context.h"
#include "derive/kuberay.h"
#include "manifest/kustomize.h"
#include "manifest/load.h"

namespace kray {
namespace {

// What Kubeflow deploys; used where the input has no operator and no assumption is given.
constexpr Version kDefaultKuberay{1, 3, 2};

std::string fill(std::string_view text, const MessageValues& values) {
  std::string filled;
  for (size_t at = 0; at < text.size();) {
    const size_t open = text.find('{', at);
    const size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) return filled.append(text.substr(at));
    filled.append(text.substr(at, open - at));
    const auto value = values.find(text.substr(open + 1, close - open - 1));
    if (value != values.end()) filled += value->second;
    at = close + 1;
  }
  return filled;
}

Finding finding_of(const Rule& rule, Match match) {
  Finding finding;
  finding.rule = &rule.info;
  finding.severity = rule.info.severity;
  finding.place = match.place;
  finding.message = fill(rule.message, match.values);
  finding.label = std::move(match.label);
  finding.fix = std::move(match.fix);
  finding.related = std::move(match.related);
  finding.subject = std::move(match.subject);
  return finding;
}

CheckOutcome run_check(const Rule& rule, const CheckContext& context) {
  CheckOutcome outcome;
  if (const auto* call = std::get_if<PrimitiveCall>(&rule.check)) {
    call->primitive->run(context, call->parameters, outcome);
  } else {
    run_field_check(std::get<FieldCheck>(rule.check), context, outcome);
  }
  return outcome;
}

// Orders places by the input's order of files, then by position.
class PlaceOrder {
 public:
  explicit PlaceOrder(const std::vector<std::shared_ptr<const SourceFile>>& files) {
    for (const auto& file : files) rank_.emplace(file.get(), rank_.size());
  }
  std::tuple<size_t, uint32_t, uint32_t> operator()(const Place& place) const {
    const auto rank = rank_.find(place.file);
    return {rank == rank_.end() ? rank_.size() : rank->second, place.begin, place.end};
  }

 private:
  std::map<const SourceFile*, size_t> rank_;
};

// Design section 10, promise 4: no report shows a Secret's value. The annotation is kubectl's copy of
// the whole object.
void hide_secrets(const Inventory& inventory) {
  const auto hide = [](NodeRef value) { value.place().file->hide(value.place().begin, value.place().end); };
  for (const Object* secret : inventory.of_kind("", "Secret")) {
    for (const char* data : {"data", "stringData"}) {
      for (const Field field : secret->node[data].fields()) hide(field.value);
    }
    if (const NodeRef copy =
            secret->metadata()["annotations"]["kubectl.kubernetes.io/last-applied-configuration"])
      hide(copy);
  }
}

class Audit {
 public:
  Audit(const AuditSettings& settings, const SelectedRules& rules) : settings_(settings), rules_(rules) {}

  AuditReport run() {
    load();
    const Inventory inventory(loaded_.files, kustomizations_, settings_.default_namespace);
    hide_secrets(inventory);
    const Version kuberay = choose_kuberay(inventory);
    const std::vector<PodClass> pods = pod_classes(inventory, kuberay);
    std::vector<InjectionDecision> injection;
    injection.reserve(pods.size());
    for (const PodClass& one : pods)
      injection.push_back(decide_injection(one, inventory, settings_.injection));
    run_rules({loaded_.files, inventory, pods, injection, settings_.default_namespace});
    note_assumptions(inventory);
    count(inventory, pods);
    return std::move(report_);
  }

 private:
  void load() {
    InputSet inputs = discover_inputs(settings_.inputs);
    report_.errors = std::move(inputs.errors);
    loaded_ = load_manifests(inputs.files, settings_.limits, settings_.threads);
    report_.coverage.files = inputs.files.size();
    report_.coverage.files_failed = loaded_.errors.size();
    std::move(loaded_.errors.begin(), loaded_.errors.end(), std::back_inserter(report_.errors));
    for (const ManifestFile& file : loaded_.files) {
      report_.files.push_back(file.source);
      for (const ParseError& error : file.errors) report_.errors.push_back(error_of(error));
    }
    load_enclosing_kustomizations();
  }

  static Error error_of(const ParseError& error) {
    const LineIndex& lines = error.place.file->lines();
    return {fmt::format("{}:{}:{}", error.place.file->path, lines.line_of(error.place.begin),
                        lines.column_codepoints(error.place.begin)),
            error.message, error.advice};
  }

  // Kustomizations around the input say where files go; they are read but not audited.
  void load_enclosing_kustomizations() {
    std::vector<InputFile> around;
    for (const std::string& path : enclosing_kustomizations(loaded_.files)) around.push_back({path, path});
    enclosing_ = load_manifests(around, settings_.limits, settings_.threads);
    for (const ManifestFile& file : enclosing_.files) report_.files.push_back(file.source);
    std::vector<const ManifestFile*> all;
    for (const ManifestFile& file : loaded_.files) all.push_back(&file);
    for (const ManifestFile& file : enclosing_.files) all.push_back(&file);
    kustomizations_ = index_kustomizations(all);
  }

  Version choose_kuberay(const Inventory& inventory) {
    if (settings_.assumed_kuberay) {
      kuberay_words_ =
          fmt::format("KubeRay operator {} (from --assume)", settings_.assumed_kuberay->to_string());
      return *settings_.assumed_kuberay;
    }
    if (const auto found = find_operator_version(inventory)) {
      kuberay_words_ =
          fmt::format("KubeRay operator {} (from {})", found->version.to_string(), found->origin);
      return found->version;
    }
    kuberay_words_ =
        fmt::format("KubeRay operator {}, as Kubeflow deploys it (say another with --assume kuberay=VERSION)",
                    kDefaultKuberay.to_string());
    return kDefaultKuberay;
  }

  void run_rules(const CheckContext& context) {
    std::map<std::string, Undecided> undecided;
    for (const Rule* rule : rules_.run) {
      report_.rules.push_back(rule->info);
      report_.coverage.rules_run.push_back(rule->info.id);
    }
    report_.coverage.rules_skipped = rules_.left_out;
    for (size_t i = 0; i < rules_.run.size(); ++i) {
      CheckOutcome outcome = run_check(*rules_.run[i], context);
      std::set<std::tuple<const SourceFile*, uint32_t, uint32_t>> places;
      for (Match& match : outcome.matches) {
        // Two pod classes may share the line to change (an anchor): one line, one finding.
        if (!places.insert({match.place.file, match.place.begin, match.place.end}).second) continue;
        report_.findings.push_back(finding_of(*rules_.run[i], std::move(match)));
        report_.findings.back().rule = &report_.rules[i];
      }
      for (Unknown& unknown : outcome.unknowns)
        add_unknown(undecided, std::move(unknown), rules_.run[i]->info.id);
    }
    sort_findings();
    for (auto& [fact, one] : undecided) report_.undecided.push_back(std::move(one));
  }

  void add_unknown(std::map<std::string, Undecided>& undecided, Unknown unknown,
                   const std::string& rule_id) const {
    Undecided& entry = undecided[unknown.fact];
    if (entry.fact.empty()) {
      entry = {.fact = unknown.fact,
               .message = std::move(unknown.message),
               .advice = std::move(unknown.advice),
               .rules = {},
               .places = {}};
    }
    if (std::find(entry.rules.begin(), entry.rules.end(), rule_id) == entry.rules.end())
      entry.rules.push_back(rule_id);
    entry.places.push_back(unknown.place);
  }

  void sort_findings() {
    const PlaceOrder order(report_.files);
    std::stable_sort(report_.findings.begin(), report_.findings.end(),
                     [&order](const Finding& a, const Finding& b) {
                       return std::tuple(order(a.place), std::string_view(a.rule->id)) <
                              std::tuple(order(b.place), std::string_view(b.rule->id));
                     });
  }

  void note_assumptions(const Inventory& inventory) {
    // What a run without Ray objects or pods rests on is nothing.
    const bool any_ray = std::any_of(inventory.objects().begin(), inventory.objects().end(), is_ray_kind);
    if (!any_ray) return;
    report_.assumptions.push_back(kuberay_words_);
    report_.assumptions.emplace_back(
        "Istio sidecar injection of a default install: no revisions, no selector lists");
    if (!settings_.injection.assumed_namespace_label.empty()) {
      report_.assumptions.push_back(
          fmt::format("istio-injection={} on namespaces that the input does not define (from --assume)",
                      settings_.injection.assumed_namespace_label));
    }
  }

  void count(const Inventory& inventory, const std::vector<PodClass>& pods) {
    Coverage& coverage = report_.coverage;
    for (const ManifestFile& file : loaded_.files) count_file(inventory, file);
    coverage.objects = inventory.objects().size();
    coverage.pod_classes = pods.size();
    coverage.ray_pod_classes = static_cast<uint64_t>(std::count_if(
        pods.begin(), pods.end(), [](const PodClass& one) { return one.role != PodRole::other; }));
    sort_places(report_.undecided);
  }

  void count_file(const Inventory& inventory, const ManifestFile& file) {
    Coverage& coverage = report_.coverage;
    coverage.bytes += file.source->bytes.size();
    coverage.documents_failed += file.errors.size();
    coverage.documents += file.documents.size() + file.errors.size();
    bool any_object = false;
    std::string recognised;
    for (const Document& document : file.documents) {
      const bool stored =
          document.kind == DocumentKind::object || document.kind == DocumentKind::custom_resource_definition;
      const DocumentKind kind = stored && inventory.is_patch_file(file) ? DocumentKind::patch : document.kind;
      if (stored && kind == document.kind) {
        any_object = true;
        ++coverage.documents_with_objects;
      } else {
        ++coverage.documents_recognised[std::string(to_string(kind))];
        if (recognised.empty() || kind != DocumentKind::empty) recognised = to_string(kind);
      }
    }
    if (any_object)
      ++coverage.files_analysed;
    else if (!file.errors.empty())
      ++coverage.files_failed;
    else
      ++coverage
            .files_recognised[recognised.empty() ? std::string(to_string(DocumentKind::empty)) : recognised];
  }

  // In input order, each once.
  void sort_places(std::vector<Undecided>& undecided) const {
    const PlaceOrder order(report_.files);
    for (Undecided& one : undecided) {
      std::sort(one.rules.begin(), one.rules.end());
      std::sort(one.places.begin(), one.places.end(),
                [&order](const Place& a, const Place& b) { return order(a) < order(b); });
      one.places.erase(std::unique(one.places.begin(), one.places.end()), one.places.end());
    }
  }

  const AuditSettings& settings_;
  const SelectedRules& rules_;
  LoadedManifests loaded_;
  LoadedManifests enclosing_;
  KustomizeIndex kustomizations_;
  std::string kuberay_words_;
  AuditReport report_;
};

}  // namespace

AuditReport run_audit(const AuditSettings& settings, const SelectedRules& rules) {
  return Audit(settings, rules).run();
}

}  // namespace kray
