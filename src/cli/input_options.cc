// Declares the options, and turns them into settings of a run.
#include "cli/input_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace kray {
namespace {

std::optional<Error> read_assumption(const std::string& text, AuditSettings& settings) {
  const size_t equals = text.find('=');
  const std::string key = text.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
  if (key == "kuberay") {
    settings.assumed_kuberay = parse_version(value);
    if (settings.assumed_kuberay) return std::nullopt;
    return Error{"", fmt::format("--assume kuberay needs a version, not '{}'", value),
                 "write it like kuberay=1.3.2"};
  }
  if (key == "istio-injection" && !value.empty()) {
    settings.injection.assumed_namespace_label = value;
    return std::nullopt;
  }
  if (text == "age=equal") {
    settings.assume_equal_ages = true;
    return std::nullopt;
  }
  return Error{"", fmt::format("--assume does not know '{}'", text),
               "write kuberay=VERSION, istio-injection=enabled|disabled|none or age=equal"};
}

}  // namespace

void add_input_options(CLI::App& command, InputArguments& arguments) {
  command.add_option("PATH", arguments.paths, "Files and folders; '-' is standard input")->required();
  command.add_option("-n,--namespace", arguments.ns, "Namespace of objects that name none");
  command.add_option("--exclude", arguments.excludes, "Leave out paths that match GLOB ('*' crosses '/')")
      ->allow_extra_args(false)
      ->type_name("GLOB");
  command
      .add_option("--assume", arguments.assumptions,
                  "Settle what the input does not say: kuberay=VERSION, "
                  "istio-injection=enabled|disabled|none, age=equal "
                  "(objects without creationTimestamp)")
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE");
  command.add_option("--max-file-size", arguments.max_file_size, "Largest file to read, in MiB")
      ->check(CLI::Range(1, 4095))
      ->capture_default_str();
  command.add_option("-j,--threads", arguments.threads, "Threads to read with (0: all processors)")
      ->capture_default_str();
}

Result<AuditSettings> read_settings(const InputArguments& arguments) {
  AuditSettings settings;
  settings.inputs = {arguments.paths, arguments.excludes};
  settings.default_namespace = arguments.ns;
  settings.threads = arguments.threads;
  // Places are 32 bits wide.
  settings.limits.file_bytes = std::min<uint64_t>(arguments.max_file_size << 20U, uint64_t{4095} << 20U);
  for (const std::string& text : arguments.assumptions) {
    if (std::optional<Error> error = read_assumption(text, settings)) return *error;
  }
  return settings;
}

}  // namespace kray
