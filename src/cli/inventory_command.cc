// `kray-audit inventory PATH…`: what was understood of the input, to see why a verdict is what it is.
#include <spdlog/spdlog.h>

#include <memory>
#include <optional>
#include <utility>

#include "audit/take_inventory.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/formats.h"
#include "cli/input_options.h"
#include "cli/output.h"
#include "report/inventory_json.h"
#include "report/inventory_text.h"

namespace kray {
namespace {

constexpr const char* kExamples = R"(Examples:
  kray-audit inventory raycluster.yaml -n team-a
  kray-audit inventory . -f json | jq '.pods[] | {id, sidecar: .injection.hasProxy}'
  kubectl kustomize overlays/prod | kray-audit inventory - --assume kuberay=1.4.2)";

struct InventoryArguments {
  InputArguments inputs;
  std::vector<std::string> formats;
};

int report_usage(const Error& error) {
  spdlog::error("{}", error.to_string());
  return kUsage;
}

int run_inventory_command(const InventoryArguments& arguments) {
  const Result<std::vector<Format>> formats = read_formats(arguments.formats, {"text", "json"});
  if (!formats.ok()) return report_usage(formats.error());
  const Result<AuditSettings> settings = read_settings(arguments.inputs);
  if (!settings.ok()) return report_usage(settings.error());
  const InventoryReport inventory = take_inventory(settings.value());
  for (const Error& error : inventory.errors) spdlog::error("{}", error.to_string());
  if (inventory.kinds.empty()) spdlog::error("no Kubernetes object in the input");
  for (const Format& format : formats.value()) {
    const std::optional<Error> error = write_output(format.path, [&](std::ostream& out) {
      if (format.name == "json") return write_inventory_json(inventory, KRAY_VERSION, out);
      write_inventory_text(inventory, out);
    });
    if (error) return report_usage(*error);
  }
  return inventory.errors.empty() && !inventory.kinds.empty() ? kClean : kInputError;
}

}  // namespace

void add_inventory_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<InventoryArguments>();
  CLI::App* command = app.add_subcommand("inventory", "Show what was understood of the input");
  command->footer(kExamples);
  add_input_options(*command, arguments->inputs);
  command
      ->add_option("-f,--format", arguments->formats,
                   "text or json, each with =FILE or to standard output (default: text)")
      ->allow_extra_args(false)
      ->type_name("FORMAT[=FILE]");
  command->callback([arguments, &exit_code] { exit_code = run_inventory_command(*arguments); });
}

}  // namespace kray
