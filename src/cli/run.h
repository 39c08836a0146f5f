// The whole program behind main: parse arguments, run one command, give its exit code.
#pragma once

#include <string>
#include <vector>

namespace kray {

// `arguments` without the program's name.
int run_program(std::vector<std::string> arguments);

}  // namespace kray
