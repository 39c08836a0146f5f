// `kray-audit [audit] PATH…`: options, the audit, its reports, its exit code.
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "audit/audit.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/formats.h"
#include "cli/input_options.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "report/json.h"
#include "report/sarif.h"
#include "report/text.h"

namespace kray {
namespace {

struct AuditArguments {
  InputArguments inputs;
  std::vector<std::string> formats;
  std::vector<std::string> rule_folders;
  RuleSelection selection;
  std::string fail_on = "high";
  bool require_complete = false;
  std::string colour = "auto";
  bool no_suppressions = false;
  std::string sarif_category;
  bool sarif_include_suppressed = false;
};

constexpr const char* kExamples = R"(Examples:
  kray-audit raycluster.yaml -n team-a
  kray-audit rendered.yaml raycluster.yaml --fail-on medium
  kray-audit . --exclude 'charts/*' --skip KRAY603
  kubectl get all,authorizationpolicies -A -o yaml | kray-audit -
  kray-audit . -f sarif=kray-audit.sarif --fail-on none)";

// A thread that tells a person at a terminal that something is still going on.
class Progress {
 public:
  Progress() {
    if (isatty(STDERR_FILENO) == 1)
      thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

 private:
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    int seconds = 0;
    while (
        !changed_.wait_for(lock, stop, std::chrono::seconds(1), [&stop] { return stop.stop_requested(); })) {
      fmt::print(stderr, "\rauditing, {} s", ++seconds);
    }
    if (seconds > 0) fmt::print(stderr, "\r\x1b[K");
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;
};

// At least one finding that --fail-on counts.
bool fails(const AuditReport& report, const std::string& fail_on) {
  if (fail_on == "none") return false;
  return std::any_of(report.findings.begin(), report.findings.end(), [&fail_on](const Finding& finding) {
    for (const Severity severity :
         {Severity::note, Severity::low, Severity::medium, Severity::high, Severity::critical}) {
      if (to_string(severity) == fail_on) return finding.severity >= severity;
    }
    return true;
  });
}

bool is_complete(const AuditReport& report) {
  const auto left_out = [](const Finding& finding) { return finding.rule->name == "not-analysed"; };
  // What the manifest says about it does not change that it was not looked at.
  const auto silently_left_out = [&left_out](const SuppressedFinding& one) { return left_out(one.finding); };
  return report.undecided.empty() && std::none_of(report.findings.begin(), report.findings.end(), left_out) &&
         std::none_of(report.suppressed.begin(), report.suppressed.end(), silently_left_out);
}

int exit_code_of(const AuditReport& report, const AuditArguments& arguments) {
  if (!report.errors.empty() || report.coverage.objects == 0) return kInputError;
  if (fails(report, arguments.fail_on)) return kFindings;
  return arguments.require_complete && !is_complete(report) ? kIncomplete : kClean;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void write_format(const Format& format, const AuditReport& report, const AuditArguments& arguments,
                  int exit_code, std::ostream& out) {
  if (format.name == "sarif") {
    SarifOptions options{.version = KRAY_VERSION,
                         .category = arguments.sarif_category,
                         .exit_code = exit_code,
                         .include_suppressed = arguments.sarif_include_suppressed,
                         .repository_uri = {},
                         .revision = {}};
    // Set by GitHub Actions.
    if (const std::string repository = environment("GITHUB_REPOSITORY"); !repository.empty()) {
      options.repository_uri = environment("GITHUB_SERVER_URL") + "/" + repository;
      options.revision = environment("GITHUB_SHA");
    }
    write_sarif(report, options, out);
    return;
  }
  if (format.name == "json")
    return write_json(report, {.version = KRAY_VERSION, .exit_code = exit_code}, out);
  write_text(report, text_options(arguments.colour, goes_to_stdout(format)), out);
}

int report_usage(const std::vector<Error>& errors) {
  for (const Error& error : errors) spdlog::error("{}", error.to_string());
  return kUsage;
}

int run_audit_command(const AuditArguments& arguments) {
  const Result<std::vector<Format>> formats = read_formats(arguments.formats, {"text", "json", "sarif"});
  if (!formats.ok()) return report_usage({formats.error()});
  Result<AuditSettings> settings = read_settings(arguments.inputs);
  if (!settings.ok()) return report_usage({settings.error()});
  settings.value().ignore_suppressions = arguments.no_suppressions;
  const LoadedRules loaded = load_rules(arguments.rule_folders);
  if (!loaded.errors.empty()) return report_usage(loaded.errors);
  const SelectedRules rules = select_rules(loaded.set, arguments.selection);
  if (!rules.errors.empty()) return report_usage(rules.errors);

  AuditReport report;
  {
    const Progress progress;
    report = run_audit(settings.value(), rules);
  }
  const int exit_code = exit_code_of(report, arguments);
  const bool text_on_stdout =
      std::any_of(formats.value().begin(), formats.value().end(),
                  [](const Format& format) { return format.name == "text" && goes_to_stdout(format); });
  // The text report lists them itself.
  if (!text_on_stdout) {
    for (const Error& error : report.errors) spdlog::error("{}", error.to_string());
    if (report.coverage.objects == 0) spdlog::error("nothing to audit: no Kubernetes object in the input");
  }
  for (const Format& format : formats.value()) {
    const std::optional<Error> error = write_output(
        format.path, [&](std::ostream& out) { write_format(format, report, arguments, exit_code, out); });
    if (error) return report_usage({*error});
  }
  return exit_code;
}

}  // namespace

void add_audit_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<AuditArguments>();
  CLI::App* command = app.add_subcommand("audit", "Audit manifests (the default command)");
  command->footer(kExamples);
  add_input_options(*command, arguments->inputs);
  command
      ->add_option("-f,--format", arguments->formats,
                   "text, json or sarif, each with =FILE or to standard output (default: text)")
      ->allow_extra_args(false)
      ->type_name("FORMAT[=FILE]");
  command->add_option("--only", arguments->selection.only, "Run only these rules (ids or names)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("RULE,…");
  command->add_option("--skip", arguments->selection.skip, "Leave out these rules (ids or names)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("RULE,…");
  command->add_flag("--strict", arguments->selection.strict,
                    "Also run the rules that are on only in strict audits");
  command->add_option("--rules", arguments->rule_folders, "Also run the rules in DIR")
      ->allow_extra_args(false)
      ->type_name("DIR");
  command->add_option("--fail-on", arguments->fail_on, "Lowest severity that makes exit code 1")
      ->check(CLI::IsMember({"critical", "high", "medium", "low", "note", "none"}))
      ->capture_default_str();
  command->add_flag("--require-complete", arguments->require_complete,
                    "Exit code 4 if something could not be decided or was not looked at");
  add_colour_option(*command, arguments->colour);
  command->add_flag("--no-suppressions", arguments->no_suppressions,
                    "Report what comments and annotations of the manifests suppress");
  command->add_flag("--sarif-include-suppressed", arguments->sarif_include_suppressed,
                    "Also put suppressed findings into SARIF, marked as such");
  command->add_option("--sarif-category", arguments->sarif_category,
                      "Category of the SARIF run, for uploads that do not set one");
  command->callback([arguments, &exit_code] { exit_code = run_audit_command(*arguments); });
}

}  // namespace kray
