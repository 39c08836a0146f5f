// The eight basic colours only, bold so that they read on light and dark backgrounds alike:
// they follow the theme of the reader's terminal. Words carry the meaning too, never colour alone.
#include "report/style.h"

#include <fmt/format.h>

namespace kray {
namespace {

std::string_view sgr_codes(Style style) {
  switch (style) {
    case Style::plain: return "";
    case Style::strong: return "1";
    case Style::faint: return "2";
    case Style::alarm: return "1;31";
    case Style::warning: return "1;33";
    case Style::advice: return "1;36";
    case Style::remark: return "1;32";
  }
  return "";
}

bool is_set(const char* value) { return value != nullptr && *value != '\0'; }

}  // namespace

bool want_colour(ColourChoice choice, bool is_terminal, const char* no_color_env, const char* term_env) {
  if (choice != ColourChoice::automatic) return choice == ColourChoice::always;
  if (!is_terminal || is_set(no_color_env)) return false;
  return is_set(term_env) && std::string_view(term_env) != "dumb";
}

std::string styled(std::string_view text, Style style, bool colour) {
  if (!colour || style == Style::plain || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", sgr_codes(style), text);
}

}  // namespace kray
