// The commands: each declares its options and examples on a CLI11 subcommand and runs from them.
#pragma once

#include <CLI/CLI.hpp>

namespace kray {

// Add a subcommand to `app`; when it is parsed and run, `exit_code` is set.
void add_audit_command(CLI::App& app, int& exit_code);
void add_inventory_command(CLI::App& app, int& exit_code);
void add_query_command(CLI::App& app, int& exit_code);
void add_rules_command(CLI::App& app, int& exit_code);
void add_explain_command(CLI::App& app, int& exit_code);

}  // namespace kray
