// Dispatch. `audit` is the default command: arguments that name no command are its arguments.
#include "cli/run.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <exception>

#include "cli/commands.h"
#include "cli/exit_code.h"

namespace kray {
namespace {

constexpr const char* kExamples = R"(Examples:
  kray-audit manifests/ -n team-a           audit a folder whose objects go to namespace team-a
  kubectl kustomize overlays/prod | kray-audit -
  kray-audit . -f text -f sarif=out.sarif   text on the terminal, SARIF for code scanning
  kray-audit inventory manifests/           what was understood of the input, and why
  kray-audit query . --from outside --to team-a/RayCluster/demo/head:8265
  kray-audit explain KRAY401                what a rule checks, why, and how to fix it

Exit codes: 0 clean, 1 findings, 2 usage, 3 input could not be read or parsed,
4 something could not be decided (--require-complete), 70 internal error.)";

// Messages go to standard error, so that standard output carries the report alone.
void set_up_messages() {
  auto logger = spdlog::stderr_color_mt("kray-audit");
  logger->set_pattern("%n: %^%l%$: %v");
  spdlog::set_default_logger(std::move(logger));
}

bool names_command(const std::string& argument) {
  constexpr std::array<std::string_view, 8> kOwn = {"audit",   "inventory", "query", "rules",
                                                    "explain", "--help",    "-h",    "--version"};
  return std::find(kOwn.begin(), kOwn.end(), argument) != kOwn.end();
}

int parse_and_run(std::vector<std::string> arguments) {
  CLI::App app{"Policy auditor for Ray on Kubernetes: who can reach Ray, and is that what you meant?",
               "kray-audit"};
  app.set_version_flag("--version", "kray-audit " KRAY_VERSION);
  app.require_subcommand(1);
  app.footer(kExamples);
  int exit_code = kClean;
  add_audit_command(app, exit_code);
  add_inventory_command(app, exit_code);
  add_query_command(app, exit_code);
  add_rules_command(app, exit_code);
  add_explain_command(app, exit_code);
  if (arguments.empty())
    arguments.emplace_back("--help");
  else if (!names_command(arguments.front()))
    arguments.insert(arguments.begin(), "audit");
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kClean : kUsage;
  }
  return exit_code;
}

}  // namespace

int run_program(std::vector<std::string> arguments) {
  set_up_messages();
  try {
    const bool bare = arguments.empty();
    const int exit_code = parse_and_run(std::move(arguments));
    return bare ? kUsage : exit_code;
  } catch (const std::exception& error) {
    spdlog::critical("internal error: {}; please report it with the input that caused it", error.what());
    return kInternalError;
  }
}

}  // namespace kray
