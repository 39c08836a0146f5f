// Runs the checks over the model of the cluster (cluster_model.h), and turns matches into findings in a
// fixed order.
#include "audit/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "audit/cluster_model.h"
#include "audit/suppression.h"
#include "checks/context.h"
#include "checks/primitives.h"

namespace kray {
namespace {

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

Date today_of_system() { return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()); }

// The one rule that has to run after all others.
bool is_about_suppressions(const Rule& rule) {
  const auto* call = std::get_if<PrimitiveCall>(&rule.check);
  return call != nullptr && call->primitive == &kIneffectiveSuppression;
}

class Audit {
 public:
  Audit(const ClusterModel& model, const SelectedRules& rules)
      : model_(model), settings_(model.settings()), rules_(rules) {}

  AuditReport run() {
    report_.errors = model_.errors();
    report_.files = model_.sources();
    CheckContext context{model_.files(), model_.inventory(), model_.pods(), model_.injection(),
                         settings_.default_namespace};
    context.kuberay = model_.kuberay();
    run_rules(context);
    note_assumptions(model_.inventory(), model_.mesh());
    count(model_.inventory(), model_.pods());
    return std::move(report_);
  }

 private:
  void run_rules(const CheckContext& context) {
    std::map<std::string, Undecided> undecided;
    for (const Rule* rule : rules_.run) {
      report_.rules.push_back(rule->info);
      report_.coverage.rules_run.push_back(rule->info.id);
    }
    report_.coverage.rules_skipped = rules_.left_out;
    SuppressionSet suppressions = find_suppressions(context);
    for (size_t i = 0; i < rules_.run.size(); ++i) {
      if (is_about_suppressions(*rules_.run[i])) continue;
      CheckOutcome outcome = run_check(*rules_.run[i], context);
      add_findings(i, std::move(outcome.matches), suppressions);
      for (Unknown& unknown : outcome.unknowns)
        add_unknown(undecided, std::move(unknown), rules_.run[i]->info.id);
    }
    for (auto& [fact, one] : undecided) report_.undecided.push_back(std::move(one));
    judge_suppressions(context, suppressions);
    sort_findings();
  }

  void add_findings(size_t rule, std::vector<Match> matches, SuppressionSet& suppressions) {
    std::set<std::tuple<const SourceFile*, uint32_t, uint32_t>> places;
    for (Match& match : matches) {
      // Two pod classes may share the line to change (an anchor): one line, one finding.
      if (!places.insert({match.place.file, match.place.begin, match.place.end}).second) continue;
      Finding finding = finding_of(*rules_.run[rule], std::move(match));
      finding.rule = &report_.rules[rule];
      if (const Suppression* one = suppressions.hide(finding.rule->id, finding.place)) {
        report_.suppressed.push_back({std::move(finding), one->reason, one->until, one->place});
      } else {
        report_.findings.push_back(std::move(finding));
      }
    }
  }

  SuppressionSet find_suppressions(const CheckContext& context) const {
    if (settings_.ignore_suppressions) return {};
    return {context.files, context.inventory, context.pods, settings_.today.value_or(today_of_system())};
  }

  // Findings about suppressions cannot be suppressed.
  void judge_suppressions(const CheckContext& context, const SuppressionSet& suppressions) {
    RuleOutcomes outcomes;
    outcomes.known.insert(rules_.left_out.begin(), rules_.left_out.end());
    for (const Rule* rule : rules_.run) {
      outcomes.known.insert(rule->info.id);
      outcomes.decided.insert(rule->info.id);
    }
    for (const Undecided& one : report_.undecided) {
      for (const std::string& rule : one.rules) outcomes.decided.erase(rule);
    }
    const std::vector<IneffectiveSuppression> ineffective = suppressions.ineffective(outcomes);
    CheckContext last = context;
    last.ineffective_suppressions = ineffective;
    SuppressionSet none;
    for (size_t i = 0; i < rules_.run.size(); ++i) {
      if (is_about_suppressions(*rules_.run[i]))
        add_findings(i, run_check(*rules_.run[i], last).matches, none);
    }
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
    const auto before = [&order](const Finding& a, const Finding& b) {
      return std::tuple(order(a.place), std::string_view(a.rule->id)) <
             std::tuple(order(b.place), std::string_view(b.rule->id));
    };
    std::stable_sort(report_.findings.begin(), report_.findings.end(), before);
    std::stable_sort(report_.suppressed.begin(), report_.suppressed.end(),
                     [&before](const SuppressedFinding& a, const SuppressedFinding& b) {
                       return before(a.finding, b.finding);
                     });
  }

  void note_assumptions(const Inventory& inventory, const MeshSettings& mesh) {
    // What a run without Ray objects or pods rests on is nothing.
    const bool any_ray = std::any_of(inventory.objects().begin(), inventory.objects().end(), is_ray_kind);
    if (!any_ray) return;
    report_.assumptions.push_back(model_.kuberay_words());
    if (!mesh.webhooks.from_input) {
      report_.assumptions.emplace_back(
          "Istio sidecar injection of a default install: no revisions, no selector lists");
    }
    if (!settings_.injection.assumed_namespace_label.empty()) {
      report_.assumptions.push_back(
          fmt::format("istio-injection={} on namespaces that the input does not define (from --assume)",
                      settings_.injection.assumed_namespace_label));
    }
  }

  void count(const Inventory& inventory, const std::vector<PodClass>& pods) {
    Coverage& coverage = report_.coverage;
    coverage.files = model_.files_found();
    coverage.files_failed = model_.files_failed();
    for (const ManifestFile& file : model_.files()) count_file(inventory, file);
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

  const ClusterModel& model_;
  const AuditSettings& settings_;
  const SelectedRules& rules_;
  AuditReport report_;
};

}  // namespace

AuditReport run_audit(const AuditSettings& settings, const SelectedRules& rules) {
  const ClusterModel model(settings);
  return Audit(model, rules).run();
}

}  // namespace kray
