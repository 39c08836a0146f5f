// Asks the terminal for its width, and NO_COLOR and TERM for their say.
#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "report/style.h"

namespace kray {
namespace {

int terminal_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

void add_colour_option(CLI::App& command, std::string& choice) {
  command.add_option("--color,--colour", choice, "When to colour")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
}

TextOptions text_options(const std::string& choice, bool to_stdout) {
  const ColourChoice colour = choice == "always"  ? ColourChoice::always
                              : choice == "never" ? ColourChoice::never
                                                  : ColourChoice::automatic;
  const bool terminal = to_stdout && isatty(STDOUT_FILENO) == 1;
  return {.width = terminal ? terminal_width() : 0,
          .colour = want_colour(colour, terminal, std::getenv("NO_COLOR"), std::getenv("TERM"))};
}

}  // namespace kray
