// Splits and checks the texts of -f.
#include "cli/formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace kray {
namespace {

// "text, json and sarif".
std::string in_words(const std::vector<std::string_view>& names) {
  std::string words;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) words += i + 1 == names.size() ? " and " : ", ";
    words += names[i];
  }
  return words;
}

}  // namespace

bool goes_to_stdout(const Format& format) { return format.path.empty() || format.path == "-"; }

Result<std::vector<Format>> read_formats(const std::vector<std::string>& texts,
                                         const std::vector<std::string_view>& known) {
  std::vector<Format> formats;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    Format format{text.substr(0, equals), equals == std::string::npos ? "" : text.substr(equals + 1)};
    if (std::find(known.begin(), known.end(), format.name) == known.end()) {
      return Error{"", fmt::format("there is no format '{}'", format.name), "formats are " + in_words(known)};
    }
    if (equals != std::string::npos && format.path.empty())
      return Error{"", "-f " + text + " names no file", ""};
    formats.push_back(std::move(format));
  }
  if (formats.empty()) formats.push_back({std::string(known.front()), ""});
  if (std::count_if(formats.begin(), formats.end(), goes_to_stdout) > 1) {
    return Error{"", "only one report can go to standard output",
                 fmt::format("give the others a file: -f {}=FILE", known.back())};
  }
  return formats;
}

}  // namespace kray
