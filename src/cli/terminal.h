// What is known of the terminal that a text report goes to.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "report/text.h"

namespace kray {

// --color auto|always|never, the same for every command that writes text.
void add_colour_option(CLI::App& command, std::string& choice);

// `choice`: the value of --color. Width and colours of a terminal are used only for standard output.
TextOptions text_options(const std::string& choice, bool to_stdout);

}  // namespace kray
