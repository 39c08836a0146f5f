// `kray-audit rules` and `kray-audit explain RULE`: the catalogue, from the rules' own words.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "audit/rule.h"
#include "cli/commands.h"
#include "cli/exit_code.h"

namespace kray {
namespace {

struct RuleArguments {
  std::vector<std::string> folders;
  std::string rule;
  bool markdown = false;
};

std::string_view default_words(RuleDefault by_default) {
  switch (by_default) {
    case RuleDefault::on: return "on";
    case RuleDefault::strict: return "only with --strict";
    case RuleDefault::off: return "off (name it with --only)";
  }
  return "";
}

int report_errors(const std::vector<Error>& errors) {
  for (const Error& error : errors) spdlog::error("{}", error.to_string());
  return kUsage;
}

int list_rules(const RuleArguments& arguments) {
  const LoadedRules loaded = load_rules(arguments.folders);
  if (!loaded.errors.empty()) return report_errors(loaded.errors);
  size_t widest = 0;
  for (const Rule& rule : loaded.set.rules) widest = std::max(widest, rule.info.name.size());
  for (const Rule& rule : loaded.set.rules) {
    std::cout << fmt::format("{:<8} {:<8} {:<{}}  {}\n", rule.info.id, to_string(rule.info.severity),
                             rule.info.name, widest, rule.info.title);
  }
  return kClean;
}

std::string plain_page(const RuleInfo& info) {
  std::string page =
      fmt::format("{} {}\n{}\n\nSeverity: {}\nConfidence: {}\nDefault: {}\n", info.id, info.name, info.title,
                  to_string(info.severity), to_string(info.confidence), default_words(info.by_default));
  if (!info.tags.empty()) page += fmt::format("Tags: {}\n", fmt::join(info.tags, ", "));
  return page + fmt::format("\n{}\nHow to fix it\n\n{}", info.description, info.remediation);
}

// The page of docs/rules/ that SARIF's helpUri leads to.
std::string markdown_page(const RuleInfo& info) {
  std::string page = fmt::format(
      "# {}: {}\n\n| name | severity | confidence | default |\n|---|---|---|---|\n| {} | {} | {} | {} |\n",
      info.id, info.title, info.name, to_string(info.severity), to_string(info.confidence),
      default_words(info.by_default));
  page += fmt::format("\n{}\n## How to fix it\n\n{}", info.description, info.remediation);
  if (!info.fixtures.empty())
    page += fmt::format(
        "\n## Examples\n\nSee [fixtures/{0}](../../fixtures/{0}): `fail-*` files are found, `pass-*` files "
        "are not.\n",
        info.fixtures);
  return page;
}

int explain_rule(const RuleArguments& arguments) {
  const LoadedRules loaded = load_rules(arguments.folders);
  if (!loaded.errors.empty()) return report_errors(loaded.errors);
  const auto found =
      std::find_if(loaded.set.rules.begin(), loaded.set.rules.end(), [&arguments](const Rule& rule) {
        return rule.info.id == arguments.rule || rule.info.name == arguments.rule;
      });
  if (found == loaded.set.rules.end()) {
    return report_errors(
        {{"", fmt::format("there is no rule '{}'", arguments.rule), "see 'kray-audit rules'"}});
  }
  std::cout << (arguments.markdown ? markdown_page(found->info) : plain_page(found->info));
  return kClean;
}

}  // namespace

void add_rules_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<RuleArguments>();
  CLI::App* command = app.add_subcommand("rules", "List the rules");
  command->footer("Examples:\n  kray-audit rules\n  kray-audit rules --rules ./our-rules");
  command->add_option("--rules", arguments->folders, "Also list the rules in DIR")
      ->allow_extra_args(false)
      ->type_name("DIR");
  command->callback([arguments, &exit_code] { exit_code = list_rules(*arguments); });
}

void add_explain_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<RuleArguments>();
  CLI::App* command = app.add_subcommand("explain", "What a rule checks, why, and how to fix what it finds");
  command->footer("Examples:\n  kray-audit explain KRAY401\n  kray-audit explain allow-rule-without-source");
  command->add_option("RULE", arguments->rule, "Id or name of a rule")->required();
  command->add_flag("--markdown", arguments->markdown, "As a page of markdown");
  command->add_option("--rules", arguments->folders, "Also know the rules in DIR")
      ->allow_extra_args(false)
      ->type_name("DIR");
  command->callback([arguments, &exit_code] { exit_code = explain_rule(*arguments); });
}

}  // namespace kray
